package desk

// table is everything a browser may ask for. Each test of access walks it.
func table() []route {
	return []route{
		{pattern: "GET /{$}", open: true, show: home},
		{pattern: "POST /sign-in", open: true, do: signInDo},
		{pattern: "POST /sign-out", do: signOutDo},
		{pattern: "POST /language", do: languageDo},
		{pattern: "GET /job/{job}", quiet: true, show: jobShow},

		{pattern: "GET /month", who: readers, nav: "本月", show: monthShow},
		{pattern: "GET /month/{month}", who: readers, show: monthShow},
		{pattern: "POST /run", who: makers, signs: entry, do: runDo},

		{pattern: "GET /batch/{month}/{seq}", who: readers, show: batchShow},
		{pattern: "POST /batch/{month}/{seq}/submit", who: makers, signs: hand, do: submitDo},
		{pattern: "POST /batch/{month}/{seq}/check", who: checkers, signs: hand, do: checkDo},
		{pattern: "POST /batch/{month}/{seq}/approve", who: approvers, signs: hand, do: approveDo},
		{pattern: "POST /batch/{month}/{seq}/reject", who: judges, signs: hand, do: rejectDo},
	}
}
