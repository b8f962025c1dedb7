package paper

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"zhida/payroll"
	"zhida/rules/facts"
	"zhida/rules/money"
)

func head() payroll.ReportHead {
	return payroll.ReportHead{County: "桃源县", Unit: "桃源县财政局", Phone: "0736-0000000", Seal: "3f9a1c57e2b8640d",
		Batch: payroll.Batch{ID: payroll.NewBatchID(202611, 2), Channel: "一卡通", State: payroll.Approved, ComputedAt: time.Date(2026, 11, 24, 20, 0, 0, 0, time.UTC)}}
}

// hostile are texts that a sheet from outside may bring.
var hostile = []string{`=HYPERLINK("http://example.invalid")`, `<script>alert(1)</script>`, "\x1b[31m红", "张\u202e三", `"><img src=x onerror=alert(1)>`, "{{.Seal}}", "+1", "＝1"}

func slips(names ...string) payroll.Payslips {
	p := payroll.Payslips{Head: head(), Since: 202610}
	for i, name := range names {
		p.Slips = append(p.Slips, payroll.Payslip{Person: int64(i + 1), Name: name, IDMasked: "439***********0017", Category: facts.VillageCadre, Township: "430725102", Place: "盘塘镇" + name,
			Lines: []payroll.PayslipLine{{Item: "村干部基本报酬", Month: 202611, Fen: 199547, Document: "桃组发〔2026〕8号", Sentence: "副书记：桃组发〔2026〕8号附表，本期1995.47元"},
				{Item: "养老保险" + name, Month: 202611, Deduction: true, Fen: 9547, Document: "桃人社发〔2026〕6号", Sentence: "核定"}},
			Year:  []payroll.PayslipYear{{Item: "村干部基本报酬", Fen: 399094}, {Item: "养老保险", Deduction: true, Fen: 19094}, {Item: "补贴", Fen: 1}},
			Gross: 199547, Deduction: 9547, Pay: 190000, Bank: "农业银行", CardMasked: "***************0017"})
	}
	return p
}

func written(t *testing.T, f func(io.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := f(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// wellFormed reads a page as XML does, which is stricter than a browser: every element is
// closed and nothing from outside has become one. It gives the names of all elements.
func wellFormed(t *testing.T, page string) map[string]int {
	t.Helper()
	page = strings.NewReplacer("<!DOCTYPE html>", "", `<meta charset="utf-8">`, "", `<meta name="viewport" content="width=device-width">`, "",
		`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`, "").Replace(page)
	names := map[string]int{}
	d := xml.NewDecoder(strings.NewReader(strings.ReplaceAll(page, "<col ", "<col/><x-col ")))
	d.Strict, d.AutoClose = false, []string{"x-col"}
	for {
		token, err := d.Token()
		if err == io.EOF {
			return names
		}
		if err != nil {
			t.Fatal(err)
		}
		if s, ok := token.(xml.StartElement); ok {
			names[s.Name.Local]++
		}
	}
}

func TestPayslips(t *testing.T) {
	page := written(t, func(w io.Writer) error { return WritePayslips(w, slips("赵丁", "孙己")) })
	if n := wellFormed(t, page)["section"]; n != 2 {
		t.Errorf("%d pages", n)
	}
	for _, want := range []string{"壹仟玖佰元整", "1,995.47", "扣：养老保险", "-95.47", "（依据：桃人社发〔2026〕6号）", "本年累计（元）：自 2026-10 起", "批次 2026-11/2", "封印 3f9a1c57", "制表日期 2026-11-25", "电话 0736-0000000", "3,990.94"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q", want)
		}
	}
	if strings.Contains(page, "未经审批") {
		t.Error("an approved batch says that it is not")
	}
	draft := slips("赵丁")
	draft.Head.Seal, draft.Head.Batch.State = "", payroll.Draft
	if page := written(t, func(w io.Writer) error { return WritePayslips(w, draft) }); !strings.Contains(page, "未经审批，不得作为发放依据") || !strings.Contains(page, "尚无封印") {
		t.Error("a draft does not say that it is one")
	}
}

func notices(names ...string) []payroll.PublicNotice {
	p := payroll.PublicNotice{Township: "430725102", Place: "430725102200", Name: "盘塘镇盘塘村" + strings.Join(names, ""), Columns: payroll.NoticeColumns, Days: 7, Documents: []string{"桃组发〔2026〕8号"}}
	for i := range 70 {
		name := names[i%len(names)]
		p.Rows = append(p.Rows, payroll.NoticeRow{Fen: money.Fen(10001 + i), Cells: []string{name, "书记", "村干部基本报酬" + name, "每年23945.60元分12期", money.Fen(10001 + i).Grouped(), "2026-11", "桃组发〔2026〕8号"}})
	}
	return []payroll.PublicNotice{p}
}

// The pages of a notice have their numbers, their sums and the sum so far; all rows are there.
func TestNoticePages(t *testing.T) {
	papers := notices("赵丁")
	list := noticePages(head(), &papers[0])
	var all money.Fen
	rows := 0
	for i, p := range list {
		var page money.Fen
		for range p.Rows {
			page += papers[0].Rows[rows].Fen
			rows++
		}
		all += page
		if p.Page != page || p.All != all || !p.Sums || p.Number != fmt.Sprintf("第 %d 页　共 %d 页", i+1, len(list)) {
			t.Errorf("page %d: %s, so far %s, %s; its rows come to %s and %s", i+1, p.Page, p.All, p.Number, page, all)
		}
	}
	if rows != 70 || len(list) < 2 {
		t.Errorf("%d rows on %d pages", rows, len(list))
	}
	page := written(t, func(w io.Writer) error { return WriteNotices(w, head(), papers) })
	if n := wellFormed(t, page)["section"]; n != len(list) {
		t.Errorf("%d pages instead of %d", n, len(list))
	}
	for _, want := range []string{"（不少于 7 天）", "投诉电话：0736-0000000", "村干部和离任村干部待遇公示表", "张贴单位（盖章）"} {
		if strings.Count(page, want) < len(list) {
			t.Errorf("%q is not on every page", want)
		}
	}
	papers[0].Rows[3].Cells[4] = "***"
	if page := written(t, func(w io.Writer) error { return WriteNotices(w, head(), papers) }); strings.Contains(page, "本页小计") {
		t.Error("masked amounts are added up")
	}
	none := payroll.PublicNotice{Name: "空村", Columns: []string{"姓名"}, Internal: true}
	if page := written(t, func(w io.Writer) error { return WriteNotices(w, head(), []payroll.PublicNotice{none}) }); !strings.Contains(page, "乡镇干部待遇公示表（内部）") || strings.Contains(page, "本页小计") {
		t.Error(page)
	}
}

// Whatever stands in a name, the page has the elements that it has without it, runs
// nothing, loads nothing, and shows what a text would hide.
func TestHostileText(t *testing.T) {
	plain := map[string]map[string]int{}
	for _, name := range append([]string{"赵丁"}, hostile...) {
		for kind, page := range map[string]string{
			"payslip": written(t, func(w io.Writer) error { return WritePayslips(w, slips(name)) }),
			"notice":  written(t, func(w io.Writer) error { return WriteNotices(w, head(), notices(name)) }),
		} {
			elements := wellFormed(t, page)
			if kind == "notice" { // a longer name can take another page
				elements = map[string]int{"script": elements["script"], "img": elements["img"], "a": elements["a"]}
			}
			if plain[kind] == nil {
				plain[kind] = elements
			}
			if diff := cmp.Diff(plain[kind], elements); diff != "" {
				t.Errorf("%s of %q: %s", kind, name, diff)
			}
			if strings.ContainsAny(page, "\x1b\u202e") || strings.Contains(page, "http://example.invalid\"") || strings.Contains(page, "src=x onerror") && !strings.Contains(page, "&#34;&gt;&lt;img") {
				t.Errorf("%s of %q hides something", kind, name)
			}
		}
	}
	page := written(t, func(w io.Writer) error { return WritePayslips(w, slips("张\u202e三")) })
	if !strings.Contains(html.UnescapeString(page), "张〔U+202E〕三") {
		t.Error("a mark that turns the writing is not shown")
	}
}

func TestMessages(t *testing.T) {
	text := written(t, func(w io.Writer) error { return WriteMessages(w, slips(append([]string{"赵丁"}, hostile...)...)) })
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))).ReadAll()
	if err != nil || len(rows) != len(hostile)+2 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if want := "【桃源县财政局】赵丁：2026年11月应发1995.47元，扣款95.47元，实发1900.00元，付尾号0017的账户。疑问请拨0736-0000000。"; rows[1][2] != want {
		t.Errorf("%q", rows[1][2])
	}
	for _, r := range rows[1:] {
		if strings.ContainsAny(r[1][:1], "=+-@") || strings.HasPrefix(r[1], "＝") || strings.ContainsAny(r[1]+r[2], "\x1b\u202e\n") {
			t.Errorf("%q may run", r)
		}
	}
	held := slips("赵丁").Slips[0]
	held.Held, held.Pay = 190000, 0
	if got := Message(head(), held); !strings.Contains(got, "缓发、待扣、重发-1900.00元，实发0.00元。") {
		t.Error(got)
	}
}
