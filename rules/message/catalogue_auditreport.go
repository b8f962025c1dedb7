package message

var auditReportEntries = []Entry{
	{Code: "auditreport.no_batch", Exit: ExitNotFound,
		Zh: "{0} 没有已审批的批次，无从出全月的审计报告和工作簿", ZhHint: "先审批批次；要看未审批的批次，写批次号，如 2026-11/1",
		En: "{0} has no approved batch to report on", EnHint: "Approve a batch first; to look at one that is not approved, name it, such as 2026-11/1."},
	{Code: "auditreport.funds_elsewhere", Exit: ExitDone,
		Zh: "{0} 没有单独关账，它的资金在以后月份的关账里", ZhHint: "",
		En: "{0} was not closed by itself; its money is in the closing of a later month", EnHint: ""},
	{Code: "auditreport.done", Exit: ExitDone,
		Zh: "审计报告在 {0}", ZhHint: "",
		En: "the audit report is in {0}", EnHint: ""},
	{Code: "auditreport.would", Exit: ExitDone,
		Zh: "各项核对相符，可以写出 {0}；这次没有写", ZhHint: "",
		En: "everything agrees, {0} could be written; it was not", EnHint: ""},
	{Code: "auditreport.sum", Exit: ExitCheck,
		Zh: "{0}不符：{1} {2}，{3} {4}；审计报告未写出", ZhHint: "请先用 zhida batch recompute 重算批次，查明差额后再写",
		En: "{0} differs: {1} {2}, {3} {4}; no audit report was written", EnHint: "Compute the batch again with zhida batch recompute and find the difference first."},
	{Code: "auditreport.unknown", Exit: ExitCheck,
		Zh: "人员 {1} 用到的代码“{0}”不在批次的乡镇、村、项目或资金清单中", ZhHint: "批次的清单与明细不一致，请用 zhida batch recompute 重算批次",
		En: "the code {0} of person {1} is not in the batch's list of places, items or funds", EnHint: "The batch's lists and its lines disagree: compute it again with zhida batch recompute."},
}
