// Package paper owns the papers that are HTML: payslips and public notices, printed from
// any browser or sent as files. Each is one file with the one style sheet of this package
// inside; it loads nothing and runs nothing, and says so in its policy. Pages are divided
// here, so that every page has its number and its sums. It never computes pay, and shows
// numbers of identity and bank cards only as masked as they come.
package paper

import (
	"embed"
	"html/template"
	"io"
	"strconv"
	"time"

	"zhida/exporters"
	"zhida/payroll"
	"zhida/rules/money"
	"zhida/rules/policy"
)

//go:embed *.html style.css
var files embed.FS

// templates are parsed once a document: they are small, and a package variable that can
// fail would fail before anybody asked.
func templates() (*template.Template, error) {
	css, err := files.ReadFile("style.css")
	if err != nil {
		return nil, err
	}
	return template.New("").Funcs(template.FuncMap{
		"style":    func() template.CSS { return template.CSS(css) }, // our own file, embedded
		"v":        exporters.Visible,
		"yuan":     func(f money.Fen) string { return f.Grouped() },
		"capital":  func(f money.Fen) string { return f.Capital() },
		"category": policy.CategoryChinese,
		"inc":      func(n int) int { return n + 1 },
	}).ParseFS(files, "*.html")
}

// write fills a template; nothing reaches w of a document that cannot be filled.
func write(w io.Writer, name string, data any) error {
	t, err := templates()
	if err != nil {
		return err
	}
	return t.ExecuteTemplate(w, name, data)
}

// seal is what every page quotes of a batch.
func seal(h payroll.ReportHead) string {
	if len(h.Seal) < 8 {
		return "尚无封印"
	}
	return "封印 " + h.Seal[:8]
}

// warning stands on every page of a paper that nobody has approved, or that no longer holds.
func warning(h payroll.ReportHead) string {
	switch {
	case h.Batch.State == payroll.Cancelled:
		return "本批次已作废，不得作为发放依据"
	case h.Seal == "":
		return "未经审批，不得作为发放依据"
	}
	return ""
}

// beijing is the zone of every time on paper; China has one and no summer time.
var beijing = time.FixedZone("CST", 8*60*60)

// made is the day of a paper about a batch: that of its computation.
func made(h payroll.ReportHead) string { return h.Batch.ComputedAt.In(beijing).Format("2006-01-02") }

// pageOf numbers a page.
func pageOf(i, of int) string {
	return "第 " + strconv.Itoa(i) + " 页　共 " + strconv.Itoa(of) + " 页"
}
