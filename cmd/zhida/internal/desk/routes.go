package desk

import "zhida/payroll"

// table is everything a browser may ask for. Each test of access walks it.
func table() []route {
	everyone := append([]payroll.Role{payroll.RoleAdmin, owner}, readers...)
	return []route{
		{pattern: "GET /{$}", open: true, show: home},
		{pattern: "POST /sign-in", open: true, do: signInDo},
		{pattern: "POST /sign-out", again: true, do: signOutDo},
		{pattern: "POST /language", open: true, do: languageDo},
		{pattern: "GET /refused/{number}", show: refusedShow},
		{pattern: "GET /job/{job}", quiet: true, show: jobShow},
		{pattern: "GET /file/{file}", show: fileShow},

		{pattern: "GET /month", who: readers, nav: "本月", show: monthShow},
		{pattern: "GET /month/{month}", who: readers, show: monthShow},
		{pattern: "POST /run", who: makers, signs: entry, do: runDo},

		{pattern: "GET /office", who: owners, nav: "待办", show: officeShow},
		{pattern: "POST /sent-back/{position}/keep", who: submitters, signs: hand, do: keepDo},

		{pattern: "GET /import", who: submitters, nav: "导入表格", show: importShow},
		{pattern: "GET /template/{kind}", who: submitters, show: templateShow},
		{pattern: "POST /import", who: submitters, signs: entry, most: mostUpload, do: importDo},

		{pattern: "GET /proposals", who: everyone, nav: "待确认的事项", show: proposalsShow},
		{pattern: "GET /proposals/{position}", who: everyone, show: proposalShow},
		{pattern: "POST /proposals/{position}/accept", who: everyone, signs: hand, do: decide(true)},
		{pattern: "POST /proposals/{position}/reject", who: everyone, signs: hand, do: decide(false)},

		{pattern: "GET /batch/{month}/{seq}", who: readers, show: batchShow},
		{pattern: "GET /batch/{month}/{seq}/compare", who: readers, show: compareShow},
		{pattern: "GET /batch/{month}/{seq}/findings", who: readers, show: findingsShow},
		{pattern: "GET /batch/{month}/{seq}/lines", who: readers, show: linesShow},
		{pattern: "POST /batch/{month}/{seq}/unmask", who: auditors, signs: hand, do: unmaskDo},
		{pattern: "GET /batch/{month}/{seq}/receipt/{person}", who: readers, heavy: true, show: receiptShow},
		{pattern: "GET /batch/{month}/{seq}/paper/{paper}", who: readers, heavy: true, show: paperShow},
		{pattern: "GET /batch/{month}/{seq}/files", who: makers, show: filesShow},
		{pattern: "POST /batch/{month}/{seq}/files/{name}", who: makers, signs: entry, again: true, answers: bankFileDo},
		{pattern: "POST /batch/{month}/{seq}/answer", who: append(judges, makers...), signs: hand, do: answerDo},
		{pattern: "POST /batch/{month}/{seq}/refusals", who: makers, signs: entry, do: refusalDo},
		{pattern: "POST /batch/{month}/{seq}/submit", who: makers, signs: hand, do: submitDo},
		{pattern: "POST /batch/{month}/{seq}/check", who: checkers, signs: hand, do: checkDo},
		{pattern: "POST /batch/{month}/{seq}/approve", who: approvers, signs: hand, do: approveDo},
		{pattern: "POST /batch/{month}/{seq}/reject", who: judges, signs: hand, do: rejectDo},
		{pattern: "POST /batch/{month}/{seq}/cancel", who: makers, signs: hand, do: cancelDo},
		{pattern: "POST /batch/{month}/{seq}/export", who: append(approvers, makers...), signs: hand, do: exportDo},
		{pattern: "GET /batch/{month}/{seq}/proof", who: readers, show: proofShow},
		{pattern: "POST /batch/{month}/{seq}/prove", who: readers, do: proveDo},
		{pattern: "POST /batch/{month}/{seq}/evidence", who: bureau, signs: hand, do: evidenceDo},

		{pattern: "GET /payments", who: locals, nav: "支付台账", show: paymentsShow},
		{pattern: "POST /returns/resolve", who: judges, signs: hand, do: resolveDo},
		{pattern: "POST /reissue", who: makers, signs: hand, do: reissueDo},

		{pattern: "GET /funds", who: readers, nav: "资金", show: fundsShow},
		{pattern: "POST /funds/close", who: judges, signs: hand, do: closeDo},
		{pattern: "POST /funds/reopen", who: approvers, signs: hand, do: reopenDo},
		{pattern: "GET /fund/{fund}", who: readers, show: fundShow},
		{pattern: "GET /fund/{fund}/flow", who: readers, show: fundFlowShow},
		{pattern: "GET /statement", who: readers, nav: "对账单", show: statementShow},
		{pattern: "POST /statement/match", who: judges, signs: hand, do: matchDo},
		{pattern: "POST /statement/unmatch", who: judges, signs: hand, do: unmatchDo},
		{pattern: "GET /trace", who: readers, nav: "追踪资金", show: traceShow},
		{pattern: "POST /trace", who: readers, answers: ask("/trace", "person", "place", "document")},

		{pattern: "GET /policies", who: readers, nav: "政策文件", show: policiesShow},
		{pattern: "GET /policies/{position}", who: readers, show: policyShow},
		{pattern: "POST /policies/compare", who: readers, most: mostText, answers: policyCompareDo},
		{pattern: "POST /policies/try", who: readers, most: mostText, do: tryDo},
		{pattern: "POST /policies", who: makers, signs: hand, most: mostText, do: proposeDo(proposePolicy)},
		{pattern: "GET /settings", who: admins, nav: "设置", show: settingsShow},
		{pattern: "POST /settings", who: admins, signs: hand, most: mostText, do: proposeDo(proposeSettings)},

		{pattern: "GET /roster", who: locals, nav: "花名册", show: rosterShow},
		{pattern: "GET /roster/{month}", who: locals, show: rosterShow},
		{pattern: "GET /roster/{month}/changes", who: readers, show: changesShow},
		{pattern: "GET /attendance", who: locals, nav: "考勤", show: attendanceShow},
		{pattern: "GET /attendance/{month}", who: locals, show: attendanceShow},
		{pattern: "GET /place/{code}", who: locals, show: placeShow},
		{pattern: "GET /place/{code}/attendance/{month}", who: locals, show: placeAttendanceShow},
		{pattern: "POST /place/{code}/attendance/{month}/sheet", who: townships, signs: entry, again: true, answers: daysSheetDo},
		{pattern: "GET /place/{code}/flow", who: readers, show: placeFlowShow},
		{pattern: "GET /place/{code}/notice/{month}/{seq}", who: locals, show: placeNoticeShow},
		{pattern: "POST /place/{code}/notice/{month}/{seq}", who: announcers, signs: entry, most: mostUpload, do: placeNoticeDo},
		{pattern: "GET /notices", who: townships, nav: "公示表", show: noticesShow},
		{pattern: "GET /search", who: readers, nav: "查找", show: searchShow},
		{pattern: "POST /search", who: readers, answers: ask("/search")},
		{pattern: "GET /person/{person}", who: readers, show: personShow},
		{pattern: "GET /person/{person}/{month}", who: readers, show: personShow},

		{pattern: "GET /audit", who: readers, nav: "审计", show: auditShow},
		{pattern: "GET /audit/month/{paper}", who: readers, heavy: true, show: monthPaperShow},
		{pattern: "POST /audit/findings", who: readers, do: periodDo},
		{pattern: "POST /audit/data", who: readers, heavy: true, answers: auditDataDo},
		{pattern: "POST /audit/dossier", who: readers, heavy: true, answers: dossierDo},

		{pattern: "GET /actors", who: admins, nav: "人员和密钥", show: actorsShow},
		{pattern: "POST /actors/add", who: admins, signs: hand, heavy: true, do: actorAddDo},
		{pattern: "POST /actors/remove", who: admins, signs: hand, do: actorRemoveDo},
		{pattern: "POST /actors/rekey", who: admins, signs: hand, heavy: true, do: actorRekeyDo},
	}
}
