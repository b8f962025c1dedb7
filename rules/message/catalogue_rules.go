package message

var rulesEntries = []Entry{
	{Code: "money.format", Exit: ExitUsage,
		Zh: "金额“{0}”写法不对", ZhHint: "请写成以元为单位、最多两位小数的数字，例如 1234.50；不要写千分位、单位或科学计数",
		En: "“{0}” is not an amount", EnHint: "Write yuan with at most two decimals, such as 1234.50, without separators, units or exponents."},
	{Code: "money.range", Exit: ExitCheck,
		Zh: "金额 {0} 超出可表示的范围", ZhHint: "请检查标准或基数是否多写了几位",
		En: "the amount {0} is out of range", EnHint: "Check the standard or its base for extra digits."},
	{Code: "yaml.syntax", Exit: ExitUsage,
		Zh: "{0} 第 {1} 行第 {2} 列写法不对：{3}\n{4}", ZhHint: "请按标出的位置改正后重试",
		En: "{0} line {1} column {2}: {3}\n{4}", EnHint: "Mend the text at the caret and try again."},
	{Code: "yaml.size", Exit: ExitUsage,
		Zh: "{0} 太大或不是 UTF-8 文本", ZhHint: "请另存为 UTF-8 编码的文本，且不超过 4 MB",
		En: "{0} is too large or not UTF-8 text", EnHint: "Save it as UTF-8 text of at most 4 MB."},
	{Code: "yaml.alias", Exit: ExitUsage,
		Zh: "{0} 第 {1} 行第 {2} 列用了锚点或别名，这里不允许\n{3}", ZhHint: "请把内容直接写出来",
		En: "{0} line {1} column {2}: anchors and aliases are not allowed\n{3}", EnHint: "Write the content out."},
}
