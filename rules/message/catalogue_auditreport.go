package message

var auditReportEntries = []Entry{
	{Code: "auditreport.no_batch", Exit: ExitNotFound,
		Zh: "{0} 没有已审批的批次，无从出审计报告", ZhHint: "先审批批次；要看未审批的批次，写批次号：zhida report 2026-11/1",
		En: "{0} has no approved batch to report on", EnHint: "Approve a batch first; to look at one that is not approved, name it: zhida report 2026-11/1."},
	{Code: "auditreport.funds_elsewhere", Exit: ExitDone,
		Zh: "{0} 没有单独关账，它的资金在以后月份的关账里", ZhHint: "",
		En: "{0} was not closed by itself; its money is in the closing of a later month", EnHint: ""},
}
