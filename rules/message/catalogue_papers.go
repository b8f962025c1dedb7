package message

var papersEntries = []Entry{
	{Code: "notice.done", Exit: ExitDone,
		Zh: "公示 {0} 张，{1} 行", En: "{0} notices with {1} rows"},
	{Code: "notice.left", Exit: ExitDone,
		Zh: "没有公示：{0}，{1} 行，{2} 人", En: "not on any notice: {0}, {1} rows of {2} persons"},
	{Code: "notice.withheld", Exit: ExitDone,
		Zh: "扣款", En: "what is withheld"},
	{Code: "notice.taken_back", Exit: ExitDone,
		Zh: "扣回", En: "what is taken back"},
	{Code: "notice.silent", Exit: ExitDone,
		Zh: "涉及去世、疾病、家庭情况的", En: "what would tell of death, illness or family"},
	{Code: "notice.alike", Exit: ExitDone,
		Zh: "同村同名、花名册上没有村民小组可以区分的 {0} 人，公示表上写甲、乙；在花名册里补上“村民小组”再印", En: "{0} namesakes whose group the roster does not tell are marked 甲, 乙; add the group to the roster and print again"},
	{Code: "payslip.none", Exit: ExitNotFound,
		Zh: "{0} 号在批次 {1} 里没有应发、扣款或付款", ZhHint: "请用 zhida batch show {1} 看这个人为什么不在其中，或换一个批次",
		En: "person {0} has nothing due, withheld or paid in batch {1}", EnHint: "See with zhida batch show {1} why, or name another batch."},
	{Code: "payslip.message", Exit: ExitDone,
		Zh: "短信：{0}", En: "SMS: {0}"},
}
