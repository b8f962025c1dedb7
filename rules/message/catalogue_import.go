package message

var importEntries = []Entry{
	{Code: "id.length", Exit: ExitRows, Zh: "身份证号应为 18 位（或旧 15 位），这里有 {0} 位", ZhHint: "请对照身份证原件补全，并以文本格式填写",
		En: "a resident ID has 18 characters (formerly 15), this one has {0}", EnHint: "Complete it from the paper and write it as text."},
	{Code: "id.digits", Exit: ExitRows, Zh: "身份证号里有不是数字的字符", ZhHint: "请只写半角数字，末位可以是 X",
		En: "the resident ID has characters that are not digits", EnHint: "Write ASCII digits; only the last may be X."},
	{Code: "id.birth", Exit: ExitRows, Zh: "身份证号里的出生日期 {0} 不存在", ZhHint: "请对照身份证原件改正",
		En: "the birth date {0} in the resident ID does not exist", EnHint: "Correct it from the paper."},
	{Code: "id.check", Exit: ExitRows, Zh: "身份证号校验位不符（末位写的是 {0}）", ZhHint: "一定有一位写错了，请对照身份证原件改正",
		En: "the check digit of the resident ID is wrong (it ends in {0})", EnHint: "One digit is wrong; correct it from the paper."},
	{Code: "card.digits", Exit: ExitRows, Zh: "银行账号里有不是数字的字符", ZhHint: "请把单元格设为文本，只填数字；显示为 6.22E+18 的账号已经丢失，须重新录入",
		En: "the account number has characters that are not digits", EnHint: "Format the cell as text and enter digits only; a number shown as 6.22E+18 is lost and must be entered again."},
	{Code: "card.length", Exit: ExitRows, Zh: "银行账号有 {0} 位，应为 8 至 30 位", ZhHint: "请对照银行卡或存折补全",
		En: "the account number has {0} digits instead of 8 to 30", EnHint: "Complete it from the card or passbook."},
	{Code: "card.check", Exit: ExitRows, Zh: "银行卡号 {0} 校验位不符", ZhHint: "一定有一位写错了，请对照银行卡改正",
		En: "the check digit of card {0} is wrong", EnHint: "One digit is wrong; correct it from the card."},
}
