package message

var workbookEntries = []Entry{
	{Code: "workbook.text", Exit: ExitCheck,
		Zh: "第 {0} 行的文字太长或有不能写入工作簿的字符", ZhHint: "请核对登记的姓名和单位",
		En: "the text in row {0} is too long or cannot be written to a workbook", EnHint: "Check the registered names."},
}
