package message

var papersEntries = []Entry{
	{Code: "payslip.none", Exit: ExitNotFound,
		Zh: "{0} 号在批次 {1} 里没有应发、扣款或付款", ZhHint: "请用 zhida batch show {1} 看这个人为什么不在其中，或换一个批次",
		En: "person {0} has nothing due, withheld or paid in batch {1}", EnHint: "See with zhida batch show {1} why, or name another batch."},
	{Code: "payslip.message", Exit: ExitDone,
		Zh: "短信：{0}", En: "SMS: {0}"},
}
