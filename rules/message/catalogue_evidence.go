package message

var evidenceEntries = []Entry{
	{Code: "batch.no_seal", Exit: ExitState,
		Zh: "批次 {0} 提交时的程序还不做签封", ZhHint: "请退回草稿（zhida batch reject {0}），再提交一次",
		En: "batch {0} was submitted by a program that made no seal", EnHint: "Send it back (zhida batch reject {0}) and submit it again."},
}
