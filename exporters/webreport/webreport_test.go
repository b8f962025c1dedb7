package webreport

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"zhida/exporters"
	"zhida/payroll"
	"zhida/rules/message"
	"zhida/rules/money"
)

func written(t testing.TB, s *payroll.Survey, findings ...Finding) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, s, findings); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// document is a page as another program reads it.
type document struct {
	tables   map[string][][]string // by id, cells of the body
	sums     map[string][]bool     // rows that are sums
	text     string                // of everything that shows
	elements []xml.StartElement
}

var scripts = regexp.MustCompile(`(?s)<(script|style)[^>]*>(.*?)</(?:script|style)>`)

// read parses a page. Scripts and styles are taken out first: they are no markup.
func read(t testing.TB, page string) document {
	t.Helper()
	d := document{tables: map[string][][]string{}, sums: map[string][]bool{}}
	x := xml.NewDecoder(strings.NewReader(scripts.ReplaceAllString(page, "")))
	x.Strict, x.AutoClose, x.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	table, body, cell := "", false, false
	var text strings.Builder
	for {
		token, err := x.Token()
		if errors.Is(err, io.EOF) {
			d.text = text.String()
			return d
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			d.elements = append(d.elements, e.Copy())
			switch e.Name.Local {
			case "table":
				table = attr(e, "id")
			case "tbody":
				body = table != ""
			case "tr":
				if body {
					d.tables[table] = append(d.tables[table], nil)
					d.sums[table] = append(d.sums[table], attr(e, "class") == "sum")
				}
			case "td", "th":
				if body {
					cell = true
					rows := d.tables[table]
					rows[len(rows)-1] = append(rows[len(rows)-1], "")
				}
			}
		case xml.EndElement:
			switch e.Name.Local {
			case "tbody":
				body = false
			case "td", "th":
				cell = false
			}
		case xml.CharData:
			text.Write(e)
			if cell {
				rows := d.tables[table]
				row := rows[len(rows)-1]
				row[len(row)-1] += string(e)
			}
		}
	}
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// column adds up a column of a table without its rows of sums.
func (d document) column(t testing.TB, table string, col int) (sum money.Fen) {
	t.Helper()
	if len(d.tables[table]) == 0 {
		t.Fatalf("no table %s", table)
	}
	for i, row := range d.tables[table] {
		if d.sums[table][i] {
			continue
		}
		f, err := money.ParseYuan(strings.ReplaceAll(row[col], ",", ""))
		if err != nil {
			t.Fatalf("%s row %d: %v", table, i, err)
		}
		sum += f
	}
	return sum
}

var blockForm = regexp.MustCompile(`<script type="text/plain" class="block" data-kind="(\w+)" data-batch="(\d+)" data-first="(\d+)" data-last="(\d+)">([A-Za-z0-9+/=]*)</script>`)

type unpacked struct {
	kind        string
	batch       int
	first, last int64
	text        []byte
}

// blocks unpacks what the page carries, as the script does.
func blocks(t testing.TB, page string) (list []unpacked) {
	t.Helper()
	for _, m := range blockForm.FindAllStringSubmatch(page, -1) {
		z, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, strings.NewReader(m[5])))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		number := func(s string) int64 {
			n, err := strconv.ParseInt(s, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		list = append(list, unpacked{m[1], int(number(m[2])), number(m[3]), number(m[4]), text})
	}
	return list
}

type rowBlock struct {
	Strings []string
	Rows    []int64
}

func (u unpacked) into(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal(u.text, v); err != nil {
		t.Fatal(err)
	}
}

// TestFiguresAddUp reads the page as another program would and adds: the totals are the
// sums of the townships, the villages, the items, the funds and of everybody's lines, to
// the fen, and they are those of the batches.
func TestFiguresAddUp(t *testing.T) {
	one, two := newFake(3000, 1, "统发"), newFake(5000, 2, "一卡通")
	for name, reports := range map[string][]*fakeReport{"a batch": {one}, "a month": {one, two}} {
		t.Run(name, func(t *testing.T) {
			page := written(t, fakeSurvey(reports...))
			d := read(t, page)
			var gross, deduction, net, held money.Fen
			for _, r := range reports {
				b := r.head.Batch
				gross, deduction, net, held = gross+b.Gross, deduction+b.Deduction, net+b.Net, held+b.Held
			}
			want := [][]string{{"应发合计", gross.Grouped(), gross.Capital()}, {"扣款合计", deduction.Grouped(), deduction.Capital()}, {"缓发增减", held.Grouped(), held.Capital()}, {"待扣增减", "0.00", "零元整"}, {"实发合计", net.Grouped(), net.Capital()}}
			if diff := cmp.Diff(want, d.tables["totals"]); diff != "" {
				t.Error(diff)
			}
			for _, c := range []struct {
				table string
				col   int
				want  money.Fen
			}{{"batches", 7, gross}, {"batches", 8, deduction}, {"batches", 12, net}, {"townships", 2, gross}, {"townships", 3, deduction}, {"townships", 5, held}, {"townships", 7, net},
				{"villages", 3, gross}, {"villages", 4, deduction}, {"villages", 8, net}, {"items", 7, gross + deduction}, {"shares", 2, gross}, {"shares", 8, net},
				{"checks", 5, 0}, {"flow", 5, net + deduction}} {
				if got := d.column(t, c.table, c.col); got != c.want {
					t.Errorf("column %d of %s comes to %s, want %s", c.col, c.table, got, c.want)
				}
			}
			drillDown(t, page, reports, gross, deduction, net)
		})
	}
}

// drillDown adds up everybody's lines, and holds each person's against what the person got.
func drillDown(t *testing.T, page string, reports []*fakeReport, gross, deduction, net money.Fen) {
	t.Helper()
	list := blocks(t, page)
	var people roll
	list[0].into(t, &people)
	type who struct {
		batch  int
		person int64
	}
	sums, seen := map[who][2]money.Fen{}, map[who]int{}
	var g, d, n money.Fen
	for i, u := range list[1:] {
		if u.kind != "lines" {
			continue
		}
		var b rowBlock
		u.into(t, &b)
		for row := range slices.Chunk(b.Rows, 10) {
			k := who{u.batch, row[0]}
			if row[0] < u.first || row[0] > u.last || seen[k] != 0 && seen[k] != i+1 {
				t.Fatalf("a line of person %d is in the block of %d to %d", row[0], u.first, u.last)
			}
			seen[k] = i + 1
			s := sums[k]
			if people.Items[row[1]][1] == true {
				s[1] += money.Fen(row[3])
			} else {
				s[0] += money.Fen(row[3])
			}
			sums[k] = s
			if row[3]+row[4] <= 0 || !strings.Contains(b.Strings[row[9]], "每月"+money.Fen(row[3]).String()) {
				t.Fatalf("a line of %s with the sentence %s", money.Fen(row[3]), b.Strings[row[9]])
			}
		}
	}
	for i := range people.Person {
		a := people.Amounts[6*i : 6*i+6]
		s := sums[who{people.Batch[i], people.Person[i]}]
		if s != [2]money.Fen{money.Fen(a[0]), money.Fen(a[1])} || a[0]-a[1] != a[5]+a[2]-a[3] {
			t.Fatalf("person %d: lines %v, amounts %v", people.Person[i], s, a)
		}
		g, d, n = g+s[0], d+s[1], n+money.Fen(a[5])
	}
	if g != gross || d != deduction || n != net {
		t.Errorf("everybody's lines come to %s, %s, %s; want %s, %s, %s", g, d, n, gross, deduction, net)
	}
	rows := 0
	for _, r := range reports {
		rows += len(r.people)
	}
	if len(people.Person) != rows || len(list) < 2*rows/peopleInBlock {
		t.Errorf("%d people in %d blocks", len(people.Person), len(list))
	}
}

func TestSameBytes(t *testing.T) {
	s := fakeSurvey(newFake(700, 1, "统发"))
	first := written(t, s)
	r := newFake(700, 1, "统发")
	for i := range r.head.Events {
		r.head.Events[i].Time = r.head.Events[i].Time.In(time.FixedZone("elsewhere", -7*3600))
	}
	for range 5 {
		if written(t, fakeSurvey(r)) != first {
			t.Fatal("the same survey gave other bytes")
		}
	}
	if !strings.Contains(first, "2026-11-25 02:00:07") {
		t.Error("times are not those of Beijing")
	}
}

// Nothing of the page comes from elsewhere, and only its own style and script may act.
func TestSelfContained(t *testing.T) {
	page := written(t, fakeSurvey(newFake(300, 1, "统发")))
	d := read(t, page)
	policy := ""
	for _, e := range d.elements {
		if e.Name.Local == "meta" && attr(e, "http-equiv") == "Content-Security-Policy" {
			policy = attr(e, "content")
		}
		for _, a := range e.Attr {
			switch name := a.Name.Local; {
			case name == "src", name == "style", name == "srcset", name == "action", strings.HasPrefix(name, "on"), name == "href" && !strings.HasPrefix(a.Value, "#"):
				t.Errorf("<%s %s=%q>", e.Name.Local, name, a.Value)
			case strings.Contains(a.Value, "//") && name != "xmlns":
				t.Errorf("<%s %s=%q> names something elsewhere", e.Name.Local, name, a.Value)
			}
		}
		if slices.Contains([]string{"link", "iframe", "object", "embed", "img", "base", "image", "use"}, e.Name.Local) {
			t.Errorf("<%s> in the page", e.Name.Local)
		}
	}
	var want []string
	for _, m := range scripts.FindAllStringSubmatch(page, -1) {
		if strings.Contains(m[2], "://") || strings.Contains(m[2], "@import") || strings.Contains(m[2], "url(") {
			t.Error("a style or script names something elsewhere")
		}
		if !strings.Contains(m[0], `type="text/plain"`) {
			sum := sha256.Sum256([]byte(m[2]))
			want = append(want, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
		}
	}
	if len(want) != 3 || policy != "default-src 'none'; style-src "+want[0]+" "+want[1]+"; script-src "+want[2]+"; base-uri 'none'; form-action 'none'" {
		t.Errorf("%v are in the page, allowed is %s", want, policy)
	}
}

var hostile = map[string]string{
	`<script>alert(1)</script>`:      `<script>alert(1)</script>`,
	`</script><b onclick=x()>`:       `</script><b onclick=x()>`,
	`"><img src=http://x.invalid/a>`: `"><img src=http://x.invalid/a>`,
	`=HYPERLINK("http://x.invalid")`: `=HYPERLINK("http://x.invalid")`,
	"甲\u202e乙":                       "甲〔U+202E〕乙",
	"甲\u200b乙\u2066":                 "甲〔U+200B〕乙〔U+2066〕",
	"甲\x1b[31m乙":                     "甲〔U+001B〕[31m乙",
	"甲\xff乙":                         "甲〔U+FFFD〕乙",
	"甲\u2028乙\n丙":                    "甲〔U+2028〕乙 丙",
	"{{.Title}}`${1}`":               "{{.Title}}`${1}`",
	"麦麦提·艾力":                         "麦麦提·艾力",
	"𠮷田":                             "𠮷田",
}

// Text from outside stays text, wherever it stands, and what would not show is shown.
func TestHostileText(t *testing.T) {
	for text, shown := range hostile {
		r := newFake(200, 1, "统发")
		plain := written(t, fakeSurvey(r))
		r.people[0].Name, r.people[70].Name = text, text // the second is held and listed
		r.people[70].Reason, r.lines[0].Sentence, r.lines[0].Cause, r.changes[0].Name, r.changes[0].Cause = text, text, text, text, text
		r.head.Townships[0].Name, r.head.Villages[0].Name, r.head.Unit, r.head.Batch.Channel, r.head.Documents[0].Title = text, text, text, text, text
		r.head.Funds[0].Name, r.head.Shares[0].Name, r.head.Items = text, text, append([]payroll.ReportItem{{Code: "base", Name: text}}, fakeItems[1:]...)
		s := fakeSurvey(r)
		s.Back[0].Reason, s.Back[0].Holder, s.Files[0].Name, s.Flow[0].Lot, s.Trend[0].ItemName = text, text, text, text, text
		page := written(t, s, Finding{Code: text, Severity: Stop, Subject: text, Text: text, Rows: []string{text}, Answer: text, By: text, Document: text})
		if a, b := len(scripts.FindAllString(plain, -1)), len(scripts.FindAllString(page, -1)); a != b {
			t.Errorf("%q makes %d scripts and styles of %d", text, b, a)
		}
		if flat := strings.ReplaceAll(page, "\n", " "); exporters.Visible(flat) != flat {
			t.Errorf("%q leaves something in the page that does not show", text)
		}
		d := read(t, page)
		for _, e := range d.elements {
			if e.Name.Local == "img" || attr(e, "onclick") != "" {
				t.Errorf("%q becomes markup", text)
			}
		}
		var people roll
		list := blocks(t, page)
		list[0].into(t, &people)
		if people.Name[0] != shown || d.tables["waiting"][0][0] != shown || d.tables["waiting"][0][5] != shown || d.tables["findings"][0][1] != shown || d.tables["documents"][0][1] != shown {
			t.Errorf("%q reads as %q, %q, %q, %q", text, people.Name[0], d.tables["waiting"][0], d.tables["findings"][0], d.tables["documents"][0])
		}
		var lines rowBlock
		list[1].into(t, &lines)
		if !slices.Contains(lines.Strings, shown) {
			t.Errorf("the sentence %q is lost", text)
		}
	}
}

// TestRefused wants a code and not one byte where figures contradict each other.
func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*fakeReport, *payroll.Survey)
		code  string
	}{
		"a fen more in a line":     {func(r *fakeReport, _ *payroll.Survey) { r.lines[9].Fen++ }, "auditreport.sum"},
		"a fen more for a person":  {func(r *fakeReport, _ *payroll.Survey) { r.people[9].Pay++ }, "auditreport.sum"},
		"a balanced fen more":      {func(r *fakeReport, _ *payroll.Survey) { r.people[9].Pay++; r.people[9].Gross++ }, "auditreport.sum"},
		"a head of another sum":    {func(r *fakeReport, _ *payroll.Survey) { r.head.Batch.Net++ }, "auditreport.sum"},
		"a head of another count":  {func(r *fakeReport, _ *payroll.Survey) { r.head.Batch.Lines-- }, "auditreport.sum"},
		"a roster of another size": {func(r *fakeReport, _ *payroll.Survey) { r.head.Batch.Roster++ }, "auditreport.sum"},
		"a fund gives more":        {func(r *fakeReport, _ *payroll.Survey) { r.head.Shares[1].Pay++ }, "auditreport.sum"},
		"the flow has more":        {func(_ *fakeReport, s *payroll.Survey) { s.Flow[0].Fen++ }, "auditreport.sum"},
		"a township had more":      {func(_ *fakeReport, s *payroll.Survey) { s.Compared[1].Before++ }, "auditreport.sum"},
		"a place nobody lists":     {func(r *fakeReport, _ *payroll.Survey) { r.lines[9].Village = "439901199999" }, "auditreport.unknown"},
		"an item nobody lists":     {func(r *fakeReport, _ *payroll.Survey) { r.lines[9].Item = "ghost" }, "auditreport.unknown"},
		"a fund nobody lists":      {func(r *fakeReport, _ *payroll.Survey) { r.lines[9].Fund = "F9" }, "auditreport.unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newFake(100, 1, "统发")
			s := fakeSurvey(r)
			c.spoil(r, s)
			var b bytes.Buffer
			if err := Write(&b, s, nil); message.Code(err) != c.code || b.Len() > 0 {
				t.Errorf("%v after %d bytes, want %s", err, b.Len(), c.code)
			}
		})
	}
}

// A township from which everybody is gone is in the table with what it had.
func TestGone(t *testing.T) {
	r := newFake(100, 1, "统发")
	s := fakeSurvey(r)
	s.Compared = append(s.Compared, payroll.ComparedSum{Township: "439901199", Name: "旧镇", Before: 700, HeadsWas: 2})
	r.head.PreviousNet += 700
	d := read(t, written(t, s))
	last := d.tables["townships"][len(d.tables["townships"])-1]
	if diff := cmp.Diff([]string{"旧镇", "0", "0.00", "0.00", "0", "0.00", "0.00", "0.00", "7.00", "2", "▼ 7.00"}, last); diff != "" {
		t.Error(diff)
	}
}

// With more people than a browser can hold the page says where everybody's lines are.
func TestTooManyPeople(t *testing.T) {
	var b bytes.Buffer
	if err := write(&b, fakeSurvey(newFake(101, 1, "统发")), nil, 100); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), `class="block"`) || !strings.Contains(b.String(), "zhida workbook") {
		t.Error("the lines are there, or nothing says where they are")
	}
}

// A draft says on top that it has no force; it has no flow and no seal.
func TestDraft(t *testing.T) {
	r := newFake(100, 1, "统发")
	r.head.Batch.State, r.head.Seal = payroll.Draft, ""
	s := fakeSurvey(r)
	s.Flow, s.Back, s.States, s.Files = nil, nil, nil, nil
	page := written(t, s)
	for _, want := range []string{"未经审批，不得作为发放依据", "尚无封印", "没有流向", "批次还没有导出"} {
		if !strings.Contains(page, want) {
			t.Errorf("%s is missing", want)
		}
	}
	r.head.Batch.State = payroll.Cancelled
	if !strings.Contains(written(t, s), "已作废") {
		t.Error("a voided batch does not say so")
	}
}

// A batch of nothing but payments that came back has no lines, and a batch can be empty.
func TestNoLines(t *testing.T) {
	r := newFake(0, 3, "统发")
	r.head.Batch.Kind, r.head.Previous, r.head.Items, r.head.Shares, r.head.Documents = payroll.Reissue, "", nil, nil, nil
	r.people = []payroll.ReportPerson{{Person: 1, Name: "甲1", Township: r.head.Townships[0].Code, Status: payroll.Paid, Reissued: 700, Pay: 700}}
	r.head.Batch.Roster, r.head.Batch.Payees, r.head.Batch.Net, r.head.Batch.Reissued = 1, 1, 700, 700
	s := fakeSurvey(r)
	s.Flow, s.Compared, s.Trend = nil, nil, nil
	d := read(t, written(t, s))
	if got := d.column(t, "townships", 7); got != 700 || d.tables["totals"][2][0] != "重发退票" {
		t.Errorf("%s, %v", got, d.tables["totals"])
	}
}

func TestFindings(t *testing.T) {
	d := read(t, written(t, fakeSurvey(newFake(50, 1, "统发")), Finding{Code: "registers", Severity: NotRun, Text: "没有死亡登记"},
		Finding{Code: "bridge", Severity: Review, Subject: "甲1", Text: "增加没有原因", Rows: slices.Repeat([]string{"行"}, 22)},
		Finding{Code: "ghost", Severity: Stop, Subject: "甲2", Text: "没有任职", Answer: "已补材料", By: "李复", Document: "样〔2026〕9号"}))
	want := [][]string{{"须停ghost", "甲2", "没有任职", "已补材料", "李复", "样〔2026〕9号"}, {"须核bridge", "甲1", "增加没有原因" + strings.Repeat("行", 20) + "……共 22 行", "—", "—", "—"}, {"未检查registers", "整个批次", "没有死亡登记", "—", "—", "—"}}
	if diff := cmp.Diff(want, d.tables["findings"]); diff != "" {
		t.Error(diff)
	}
}

// What came back, why, what became of it; the state of funds; reasons that differ by a
// date or an amount only are one.
func TestWhatBecameOfIt(t *testing.T) {
	d := read(t, written(t, fakeSurvey(newFake(300, 1, "统发"))))
	if diff := cmp.Diff([][]string{{"2026-11/1#1", "甲1", "甲1", "***************0018", "0.01", "2026-11-26 退票", "已销户", "已销户", "已重发", "2026-11/9#1", "—"}}, d.tables["back"]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([][]string{{"2026-11/1", "3f9a1c57e2b8640d9c1e5a7f0b2d4c6e8f1a3b5c7d9e0f2a4b6c8d0e1f3a5b7c", "97be32a7ebe31ef691524a1c283f648f9bfbe2cdb4c48e97b3074579b43e9e8b"}}, d.tables["seals"]); diff != "" {
		t.Error(diff)
	}
	row := []string{"0.05", "1.00", "0.00", "0.00", "0.10", "0.00", "0.95", "0.00", "0.00", "0.00", "0.00", "0.00"}
	if diff := cmp.Diff([][]string{append([]string{"人员经费"}, row...), append([]string{"合计"}, row...)}, d.tables["funds"]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"不应发", "已于 …… 退休，多发 …… 元", "7", "0.00"}, d.tables["reasons"][len(d.tables["reasons"])-1]); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(d.text, "没有说明的差额 0.00") || len(d.tables["changes"]) != 23 {
		t.Errorf("%d changes", len(d.tables["changes"]))
	}
}

// A percentage is rounded half up, and of nothing there is none.
func TestPercent(t *testing.T) {
	for _, c := range []struct {
		part, whole money.Fen
		want        string
	}{{1, 3, "33.33%"}, {2, 3, "66.67%"}, {1, 1, "100.00%"}, {0, 5, "0.00%"}, {1, 0, ""}, {-1, 5, ""}, {5, 10000, "0.05%"}} {
		if got := percent(c.part, c.whole); got != c.want {
			t.Errorf("%d of %d: %q, want %q", c.part, c.whole, got, c.want)
		}
	}
}

// Two villages of one name in a township, and two townships of one name, stay two.
func TestSameNames(t *testing.T) {
	r := newFake(3000, 1, "统发")
	r.head.Villages[1].Name, r.head.Townships[1].Name = r.head.Villages[0].Name, r.head.Townships[0].Name
	s := fakeSurvey(r)
	for i := range 2 {
		s.Flow = append(s.Flow, payroll.FlowSum{Lot: "文", Fund: "F1", Place: r.head.Villages[i].Code, Where: "代扣上缴", Count: 1, Fen: 5})
	}
	d := read(t, written(t, s))
	for table, want := range map[string][]string{"townships": {"样0镇（439901100）", "样0镇（439901101）", "样2镇"}, "villages": {"样0镇（439901100）", "第0村（439901100200）", "第0村（439901100201）"}, "flow": {"样0镇（439901100）"}} {
		text := fmt.Sprint(d.tables[table])
		for _, name := range want {
			if !strings.Contains(text, name) {
				t.Errorf("%s is not in the table of %s", name, table)
			}
		}
	}
	if strings.Count(d.text, "第0村（439901100200）") < 2 { // the table of the villages' flow too
		t.Error("the flow does not tell the villages apart")
	}
}

func TestErrorsOfOthers(t *testing.T) {
	if err := Write(full{}, fakeSurvey(newFake(50, 1, "统发")), nil); !errors.Is(err, errFull) {
		t.Errorf("%v, want the error of the writer", err)
	}
}

var errFull = errors.New("disk full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

// BenchmarkWrite is the report of 100,000 payees with three lines each.
func BenchmarkWrite(b *testing.B) {
	s := fakeSurvey(newFake(100_000, 1, "统发"))
	var n counter
	for b.Loop() {
		n = 0
		if err := Write(&n, s, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/1e6, "MB")
}

type counter int

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}
