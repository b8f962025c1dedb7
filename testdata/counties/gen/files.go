package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"zhida/rules/calendar"
	"zhida/rules/identity"
)

// page is one sheet as a bureau makes it.
type page struct {
	title, unit string
	group       []span // merged headings above the headings, may be empty
	heads       []string
	rows        [][]any // string, int, or fen
	total       []any   // 合计 row, nil for none
}

type span struct {
	title string
	width int
}

// fen is an amount cell.
type fen int

func (c *county) write(dir string) error {
	w := &writer{dir: dir}
	c.basics(w)
	c.money(w)
	c.rosters(w)
	c.tenures(w)
	c.accounts(w)
	c.assessments(w)
	c.amounts(w)
	for _, m := range []calendar.Month{202610, 202611} {
		c.attendance(w, m)
	}
	c.history(w)
	c.changes(w)
	c.badInput(w)
	return w.err
}

// writer keeps the first error.
type writer struct {
	dir string
	err error
}

func (w *writer) file(name string, data []byte) {
	if w.err != nil {
		return
	}
	name = filepath.Join(w.dir, name)
	if w.err = os.MkdirAll(filepath.Dir(name), 0o755); w.err == nil {
		w.err = os.WriteFile(name, data, 0o644)
	}
}

func (w *writer) xlsx(name string, p page) {
	data, err := p.xlsx()
	if err != nil && w.err == nil {
		w.err = err
	}
	w.file(name, data)
}

func (w *writer) gbk(name string, p page) {
	var b bytes.Buffer
	out := csv.NewWriter(&b)
	record := func(cells []any) {
		line := make([]string, len(cells))
		for i, v := range cells {
			line[i] = plain(v)
		}
		if err := out.Write(line); err != nil && w.err == nil {
			w.err = err
		}
	}
	record([]any{p.title})
	heads := make([]any, len(p.heads))
	for i, h := range p.heads {
		heads[i] = h
	}
	record(heads)
	for _, r := range p.rows {
		record(r)
	}
	if p.total != nil {
		record(p.total)
	}
	out.Flush()
	data, err := simplifiedchinese.GBK.NewEncoder().Bytes(b.Bytes())
	if err != nil && w.err == nil {
		w.err = err
	}
	w.file(name, data)
}

func plain(v any) string {
	switch v := v.(type) {
	case fen:
		return fmt.Sprintf("%d.%02d", int(v)/100, int(v)%100)
	case calendar.Date:
		return v.String()
	}
	return fmt.Sprint(v)
}

func (p page) xlsx() ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	const sheet = "Sheet1"
	var err error
	do := func(e error) {
		if err == nil {
			err = e
		}
	}
	border := []excelize.Border{{Type: "left", Style: 1, Color: "000000"}, {Type: "right", Style: 1, Color: "000000"}, {Type: "top", Style: 1, Color: "000000"}, {Type: "bottom", Style: 1, Color: "000000"}}
	style := func(s excelize.Style) int {
		id, e := f.NewStyle(&s)
		do(e)
		return id
	}
	center := &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}
	title := style(excelize.Style{Font: &excelize.Font{Family: "宋体", Size: 18, Bold: true}, Alignment: center})
	left := style(excelize.Style{Font: &excelize.Font{Family: "宋体", Size: 11}})
	head := style(excelize.Style{Font: &excelize.Font{Family: "宋体", Size: 11, Bold: true}, Alignment: center, Border: border, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"D9E1F2"}}})
	body := style(excelize.Style{Font: &excelize.Font{Family: "宋体", Size: 11}, Border: border, NumFmt: 49})
	money := style(excelize.Style{Font: &excelize.Font{Family: "宋体", Size: 11}, Border: border, NumFmt: 4})
	dated := style(excelize.Style{Font: &excelize.Font{Family: "宋体", Size: 11}, Border: border, CustomNumFmt: ptr("yyyy-mm-dd")})
	last, e := excelize.ColumnNumberToName(len(p.heads))
	do(e)
	do(f.SetPageLayout(sheet, &excelize.PageLayoutOptions{Orientation: ptr("landscape"), Size: ptr(9), FitToWidth: ptr(1), FitToHeight: ptr(0)}))
	do(f.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: ptr(true)}))
	for i, h := range p.heads {
		width := float64(max(10, 2*len([]rune(h))+4))
		if h == "身份证号" || h == "银行卡号" {
			width = 23
		}
		name, e := excelize.ColumnNumberToName(i + 1)
		do(e)
		do(f.SetColWidth(sheet, name, name, width))
	}
	do(f.MergeCell(sheet, "A1", last+"1"))
	do(f.SetCellStr(sheet, "A1", p.title))
	do(f.SetCellStyle(sheet, "A1", last+"1", title))
	do(f.SetRowHeight(sheet, 1, 32))
	do(f.SetCellStr(sheet, "A2", "填报单位："+p.unit))
	do(f.SetCellStyle(sheet, "A2", "A2", left))
	row := 3
	if len(p.group) > 0 {
		at := 1
		for _, g := range p.group {
			a, b := cell(at, row), cell(at+g.width-1, row)
			if g.width > 1 {
				do(f.MergeCell(sheet, a, b))
			}
			do(f.SetCellStr(sheet, a, g.title))
			do(f.SetCellStyle(sheet, a, b, head))
			at += g.width
		}
		row++
	}
	for i, h := range p.heads {
		do(f.SetCellStr(sheet, cell(i+1, row), h))
		do(f.SetCellStyle(sheet, cell(i+1, row), cell(i+1, row), head))
	}
	rows := p.rows
	if p.total != nil {
		rows = append(rows, p.total)
	}
	for _, r := range rows {
		row++
		for i, v := range r {
			a := cell(i+1, row)
			switch v := v.(type) {
			case fen:
				do(f.SetCellDefault(sheet, a, plain(v)))
				do(f.SetCellStyle(sheet, a, a, money))
			case int:
				do(f.SetCellInt(sheet, a, int64(v)))
				do(f.SetCellStyle(sheet, a, a, body))
			case calendar.Date:
				if v != 0 {
					do(f.SetCellInt(sheet, a, int64(v.Sub(18991230))))
				}
				do(f.SetCellStyle(sheet, a, a, dated))
			case string:
				if v != "" {
					do(f.SetCellStr(sheet, a, v))
				}
				do(f.SetCellStyle(sheet, a, a, body))
			}
		}
	}
	do(f.SetCellStr(sheet, cell(1, row+2), "制表人：　　　　　　审核人：　　　　　　单位负责人：　　　　　　（盖章）"))
	do(f.SetCellStyle(sheet, cell(1, row+2), cell(1, row+2), left))
	do(f.SetDocProps(&excelize.DocProperties{Created: "2026-10-01T00:00:00Z", Modified: "2026-10-01T00:00:00Z", Creator: "zhida sample"}))
	var b bytes.Buffer
	do(f.Write(&b))
	return b.Bytes(), err
}

func ptr[T any](v T) *T { return &v }

func cell(column, row int) string {
	name, err := excelize.ColumnNumberToName(column)
	if err != nil {
		panic(err) // columns are counted here
	}
	return name + strconv.Itoa(row)
}

func (c *county) basics(w *writer) {
	p := page{title: "桃源县乡镇、村（社区）行政区划表", unit: "桃源县民政局", heads: []string{"序号", "区划代码", "名称", "地区类别", "距县城公里", "户籍人口", "生效日期"}}
	for i, x := range c.places {
		p.rows = append(p.rows, []any{i + 1, x.code, x.name, x.class, fmt.Sprintf("%.1f", x.distance), x.population, day(2020, 1, 1)})
	}
	w.xlsx("01-基础/行政区划.xlsx", p)
	w.xlsx("01-基础/工作日历.xlsx", workCalendar())
	w.xlsx("01-基础/参考数据.xlsx", page{title: "参考数据登记表", unit: "桃源县统计局", heads: []string{"代码", "名称", "时期", "数值", "单位", "来源"},
		rows: [][]any{{"rural_income", "农村居民人均可支配收入", "2024", "20210", "元", "2024年统计公报（样例）"}, {"rural_income", "农村居民人均可支配收入", "2025", "21380", "元", "2025年统计公报（样例）"}}})
}

// money writes what a county of this size gets for its cadres.
func (c *county) money(w *writer) {
	w.xlsx("01-基础/转移支付.xlsx", transfers([][]any{
		{"F03", "湘财预〔2026〕样31号", "村级组织运转和村干部报酬", "湖南省财政厅", "2026100031", day(2026, 10, 8), "9000000.00"},
		{"F03", "湘财预〔2026〕样57号", "村级组织运转和村干部报酬", "湖南省财政厅", "2026100057", day(2026, 10, 23), "4500000.00"},
		{"F04", "常财社〔2026〕样12号", "离任村干部补偿", "常德市财政局", "2026100012", day(2026, 10, 9), "600000.00"},
	}))
	w.xlsx("01-基础/预算指标.xlsx", authority("48000000.00", "6000000.00"))
}

func transfers(rows [][]any) page {
	return page{title: "2026年转移支付到账登记表", unit: "桃源县财政局", heads: []string{"资金", "文号", "用途", "拨款单位", "凭证号", "到账日期", "金额（元）"}, rows: rows}
}

func authority(salaries, subsidies string) page {
	return page{title: "2026年预算指标登记表", unit: "桃源县财政局", heads: []string{"资金", "指标文号", "年度", "下达日期", "金额（元）"},
		rows: [][]any{{"F01", "桃财预〔2026〕样1号", "2026", day(2026, 1, 20), salaries}, {"F02", "桃财预〔2026〕样2号", "2026", day(2026, 1, 20), subsidies}}}
}

// workCalendar is the national arrangement of holidays of 2026.
func workCalendar() page {
	p := page{title: "2026年工作日历", unit: "桃源县人力资源和社会保障局", heads: []string{"日期", "性质", "节日", "依据"}}
	for _, f := range []struct {
		name   string
		off    [2]calendar.Date
		worked []calendar.Date
	}{
		{"元旦", [2]calendar.Date{20260101, 20260103}, []calendar.Date{20260104}},
		{"春节", [2]calendar.Date{20260215, 20260223}, []calendar.Date{20260214, 20260228}},
		{"清明节", [2]calendar.Date{20260404, 20260406}, nil},
		{"劳动节", [2]calendar.Date{20260501, 20260505}, []calendar.Date{20260509}},
		{"端午节", [2]calendar.Date{20260619, 20260621}, nil},
		{"中秋节", [2]calendar.Date{20260925, 20260927}, nil},
		{"国庆节", [2]calendar.Date{20261001, 20261007}, []calendar.Date{20260920, 20261010}},
	} {
		for d := f.off[0]; d <= f.off[1]; d = d.AddDays(1) {
			p.rows = append(p.rows, []any{d, "休", f.name, "国办发明电〔2025〕7号"})
		}
		for _, d := range f.worked {
			p.rows = append(p.rows, []any{d, "班", f.name, "国办发明电〔2025〕7号"})
		}
	}
	return p
}

const fengshu = "枫树维吾尔族回族乡"

func (c *county) rosters(w *writer) {
	heads := []string{"序号", "身份证号", "姓名", "人员类别", "单位代码", "单位名称", "参加工作日期", "标记", "去世日期", "退休日期", "生效日期"}
	row := func(i int, p *person, category string) []any {
		return []any{i + 1, p.id.Full(), p.name, category, p.place, c.nameOf(p.place), p.joined, p.flags, p.died, p.retired, day(2026, 1, 1)}
	}
	roster := func(title, unit, category string, people []*person) page {
		p := page{title: title, unit: unit, heads: heads, group: []span{{"序号", 1}, {"基本情况", 3}, {"所在单位", 2}, {"登记事项", 5}}}
		for i, x := range people {
			p.rows = append(p.rows, row(i, x, category))
		}
		p.total = []any{"合计", fmt.Sprintf("共%d人", len(people))}
		return p
	}
	var most, few []*person
	for _, p := range c.township {
		if c.townshipName(p.place) == fengshu {
			few = append(few, p)
		} else {
			most = append(most, p)
		}
	}
	w.xlsx("02-花名册/乡镇干部花名册.xlsx", roster("桃源县乡镇干部花名册", "桃源县人力资源和社会保障局", "乡镇干部", most))
	w.gbk("02-花名册/枫树乡干部花名册.csv", roster(fengshu+"干部花名册", fengshu, "乡镇干部", few))
	w.xlsx("02-花名册/村干部花名册.xlsx", roster("桃源县在职村（社区）干部花名册", "中共桃源县委组织部", "村干部", c.village))
	w.xlsx("02-花名册/离任村干部花名册.xlsx", roster("桃源县离任村（社区）干部花名册", "中共桃源县委组织部", "离任村干部", c.former))
}

func (c *county) nameOf(code string) string {
	for _, x := range c.places {
		if x.code == code {
			return x.name
		}
	}
	return ""
}

func (c *county) tenures(w *writer) {
	w.xlsx("03-任职/乡镇干部任职经历.xlsx", c.tenure("桃源县乡镇干部任职经历登记表", c.township))
	w.xlsx("03-任职/村干部任职经历.xlsx", c.tenure("桃源县在职村干部任职经历登记表", c.village))
	w.xlsx("03-任职/离任村干部任职经历.xlsx", c.tenure("桃源县离任村干部任职经历认定表", c.former))
}

func (c *county) tenure(title string, people []*person) page {
	p := page{title: title, unit: "中共桃源县委组织部", heads: []string{"序号", "身份证号", "姓名", "单位代码", "职务", "职级", "任职日期", "离任日期", "任免文号", "组织认定"}}
	for _, x := range people {
		for _, s := range x.spells {
			p.rows = append(p.rows, []any{len(p.rows) + 1, x.id.Full(), x.name, s.place, s.post, s.rank, s.from, s.to, s.document, "是"})
		}
	}
	return p
}

func (c *county) accounts(w *writer) {
	var township, village []*person
	for i, p := range c.township {
		if i != 101 && i != 702 { // two without an account: held
			township = append(township, p)
		}
	}
	village = append(village, c.village...)
	for i, p := range c.former {
		if i != 33 { // one more
			village = append(village, p)
		}
	}
	w.xlsx("04-账户/乡镇干部工资账户.xlsx", account("桃源县乡镇干部工资账户登记表", township, day(2026, 1, 1)))
	w.xlsx("04-账户/村干部一卡通账户.xlsx", account("桃源县村干部、离任村干部一卡通账户登记表", village, day(2026, 1, 1)))
}

func account(title string, people []*person, from calendar.Date) page {
	p := page{title: title, unit: "桃源县财政局", heads: []string{"序号", "身份证号", "姓名", "银行卡号", "开户银行", "户名", "生效日期"}}
	for i, x := range people {
		p.rows = append(p.rows, []any{i + 1, x.id.Full(), x.name, x.card, identity.BankName(x.bank), x.name, from})
	}
	return p
}

func (c *county) assessments(w *writer) {
	for _, g := range []struct {
		file, title string
		people      []*person
	}{{"乡镇干部2025年度考核.xlsx", "2025年度乡镇干部考核结果", c.township}, {"村干部2025年度考核.xlsx", "2025年度村干部考核结果", c.village}} {
		p := page{title: g.title, unit: "中共桃源县委组织部", heads: []string{"序号", "身份证号", "姓名", "年度", "考核等次"}}
		for i, x := range g.people {
			p.rows = append(p.rows, []any{i + 1, x.id.Full(), x.name, 2025, x.grade})
		}
		w.xlsx("05-考核/"+g.file, p)
	}
}

func (c *county) amounts(w *writer) {
	p := page{title: "桃源县乡镇干部基本工资及代扣核定表", unit: "桃源县人力资源和社会保障局",
		group: []span{{"序号", 1}, {"人员", 2}, {"执行", 1}, {"应发", 1}, {"代扣", 3}, {"备注", 1}},
		heads: []string{"序号", "身份证号", "姓名", "起始月份", "基本工资", "住房公积金", "社会保险费", "个人所得税", "文号"}}
	var sums [4]int
	for i, x := range c.township {
		tax := max(0, (x.base-500000)*3/100)
		v := [4]int{x.base, x.base * 12 / 100, x.base * 105 / 1000, tax}
		for k := range v {
			sums[k] += v[k]
		}
		p.rows = append(p.rows, []any{i + 1, x.id.Full(), x.name, "2026年10月", fen(v[0]), fen(v[1]), fen(v[2]), fen(v[3]), "桃人社发〔2026〕6号"})
	}
	p.total = []any{"合计", fmt.Sprintf("%d人", len(c.township)), "", "", fen(sums[0]), fen(sums[1]), fen(sums[2]), fen(sums[3])}
	w.xlsx("06-工资基数/基本工资及代扣.xlsx", p)
}

// attendance writes one file a township and the county's absences of the month, and gives
// the pages by township.
func (c *county) attendance(w *writer, m calendar.Month) map[string]*page {
	heads := []string{"序号", "单位代码", "身份证号", "姓名", "日期", "类型", "所到村"}
	pages := map[string]*page{}
	for _, t := range c.townships {
		pages[t.code] = &page{title: t.name + m.Chinese() + "干部下村登记表", unit: t.name, heads: heads}
	}
	r := rand.New(rand.NewPCG(uint64(m), 7)) // a month of its own: other months keep their days
	for _, p := range c.township {
		n := r.IntN(17)
		for d := m.First(); d <= m.Last() && d.Day() <= c.reportedTo && n > 0; d = d.AddDays(1) {
			if wd := d.Weekday(); wd == time.Saturday || wd == time.Sunday || r.IntN(3) == 0 || d.Month() == 202610 && d.Day() <= 8 {
				continue
			}
			at := ""
			for _, s := range p.spells {
				if s.from <= d && (s.to == 0 || s.to >= d) {
					at = s.place
				}
			}
			if at == "" {
				continue
			}
			n--
			pg := pages[at]
			pg.rows = append(pg.rows, []any{len(pg.rows) + 1, at, p.id.Full(), p.name, d, "下村", c.someVillage(r, at)})
		}
	}
	for _, t := range c.townships {
		name := fmt.Sprintf("07-考勤/%s/%s下村登记", m, t.name)
		if t.name == fengshu {
			w.gbk(name+".csv", *pages[t.code])
		} else {
			w.xlsx(name+".xlsx", *pages[t.code])
		}
	}
	c.absences(w, m)
	return pages
}

func (c *county) someVillage(r *rand.Rand, township string) string {
	for {
		if v := c.villages[r.IntN(len(c.villages))]; v.code[:9] == township {
			return v.name
		}
	}
}

func (c *county) absences(w *writer, m calendar.Month) {
	p := page{title: "桃源县乡镇干部" + m.Chinese() + "缺勤登记表", unit: "桃源县人力资源和社会保障局", heads: []string{"序号", "身份证号", "姓名", "类型", "开始日期", "结束日期", "工作日数", "文号"}}
	add := func(i int, kind string, from, to calendar.Date, days int) {
		x := c.township[i%len(c.township)]
		n := any("")
		if days > 0 {
			n = days
		}
		p.rows = append(p.rows, []any{len(p.rows) + 1, x.id.Full(), x.name, kind, from, to, n, ""})
	}
	if m == 202610 {
		add(210, "事假", day(2026, 10, 12), day(2026, 10, 23), 10)
		add(333, "事假", day(2026, 10, 12), day(2026, 10, 26), 11)
		add(405, "旷工", day(2026, 10, 14), day(2026, 10, 16), 3)
		add(518, "借调", day(2026, 6, 8), 0, 0)
		add(640, "处分", day(2026, 9, 15), day(2026, 12, 14), 0)
		add(777, "产假", day(2026, 8, 1), day(2026, 11, 6), 0)
	} else {
		add(222, "病假", day(2026, 11, 1), day(2026, 11, 30), 21)
		add(350, "事假", day(2026, 11, 2), day(2026, 11, 4), 3)
		add(901, "借调", day(2026, 11, 16), 0, 0)
	}
	w.xlsx(fmt.Sprintf("07-考勤/%s/缺勤登记.xlsx", m), p)
}

func (c *county) history(w *writer) {
	p := page{title: "桃源县离任村干部补偿2026年9月发放表", unit: "桃源县财政局（原系统导出）", heads: []string{"序号", "身份证号", "姓名", "所属月份", "项目", "金额"}}
	total := 0
	for _, x := range c.former {
		if v := x.oldCompensation(); v > 0 {
			total += v
			p.rows = append(p.rows, []any{len(p.rows) + 1, x.id.Full(), x.name, "2026-09", "离任村干部补偿", fen(v)})
		}
	}
	p.total = []any{"合计", fmt.Sprintf("共%d人", len(p.rows)), "", "", "", fen(total)}
	w.xlsx("08-历史发放/离任村干部补偿2026-09.xlsx", p)
}

// changes writes what November brings: first what corrects October, then the election.
func (c *county) changes(w *writer) {
	dead := c.former[58]
	for i := 58; dead.oldCompensation() == 0 || dead.died != 0; i++ {
		dead = c.former[i]
	}
	heads := []string{"序号", "身份证号", "姓名", "人员类别", "单位代码", "标记", "去世日期", "生效日期"}
	w.xlsx("09-变动/2026-11/01-迟报去世.xlsx", page{title: "离任村干部去世登记表", unit: c.nameOf(dead.place), heads: heads,
		rows: [][]any{{1, dead.id.Full(), dead.name, "离任村干部", dead.place, dead.flags, day(2026, 9, 12), day(2026, 1, 1)}}})
	for _, t := range c.townships {
		if t.name == "牛车河镇" {
			w.xlsx("09-变动/2026-11/02-类别调整.xlsx", page{title: "乡镇地区类别调整表", unit: "桃源县人民政府办公室", heads: []string{"区划代码", "名称", "地区类别", "距县城公里", "户籍人口", "生效日期"},
				rows: [][]any{{t.code, t.name, "三类", fmt.Sprintf("%.1f", t.distance), t.population, day(2026, 10, 1)}}})
		}
	}
	roster := page{title: "2026年村（社区）换届人员变动登记表", unit: "中共桃源县委组织部", heads: heads}
	spells := page{title: "2026年村（社区）换届任免登记表", unit: "中共桃源县委组织部", heads: []string{"序号", "身份证号", "姓名", "单位代码", "职务", "任职日期", "离任日期", "任免文号", "组织认定"}}
	spell := func(x *person, s spell, to calendar.Date) {
		spells.rows = append(spells.rows, []any{len(spells.rows) + 1, x.id.Full(), x.name, s.place, s.post, s.from, to, s.document, "是"})
	}
	for _, x := range c.village {
		if !x.leavesInNov {
			continue
		}
		roster.rows = append(roster.rows, []any{len(roster.rows) + 1, x.id.Full(), x.name, "离任村干部", x.place, "", calendar.Date(0), day(2026, 11, 11)})
		for _, s := range x.spells {
			if s.to == 0 {
				spell(x, s, day(2026, 11, 10))
			}
		}
	}
	for _, x := range c.joiners {
		roster.rows = append(roster.rows, []any{len(roster.rows) + 1, x.id.Full(), x.name, "村干部", x.place, "", calendar.Date(0), day(2026, 11, 11)})
		for _, s := range x.spells {
			spell(x, s, 0)
		}
	}
	w.xlsx("09-变动/2026-11/03-换届花名册变动.xlsx", roster)
	w.xlsx("09-变动/2026-11/04-换届任免.xlsx", spells)
	w.xlsx("09-变动/2026-11/05-新任村干部账户.xlsx", account("新任村干部一卡通账户登记表", c.joiners, day(2026, 11, 11)))
}

// badInput writes the files that must not get in.
func (c *county) badInput(w *writer) {
	x, y := c.township[3], c.township[4]
	roster := func(id, name, place string) page {
		return page{title: "花名册", unit: "样例", heads: []string{"身份证号", "姓名", "人员类别", "单位代码", "生效日期"}, rows: [][]any{{id, name, "乡镇干部", place, day(2026, 11, 1)}}}
	}
	wrong := []byte(x.id.Full())
	wrong[17] = map[bool]byte{true: '1', false: '0'}[wrong[17] == '0']
	dir := "10-问题样例/"
	w.xlsx(dir+"花名册-乡镇不存在.xlsx", roster(x.id.Full(), x.name, "430725999"))
	w.xlsx(dir+"花名册-身份证校验位错.xlsx", roster(string(wrong), x.name, x.place))
	number, err := strconv.ParseInt(x.id.Full()[:17], 10, 64)
	if err != nil {
		panic(err) // made above
	}
	w.xlsx(dir+"账户-卡号是数字格.xlsx", page{title: "账户", unit: "样例", heads: []string{"身份证号", "姓名", "银行卡号", "户名", "生效日期"}, rows: [][]any{{x.id.Full(), x.name, int(number), x.name, day(2026, 11, 1)}}})
	w.xlsx(dir+"账户-两人一卡.xlsx", page{title: "账户", unit: "样例", heads: []string{"身份证号", "姓名", "银行卡号", "户名", "生效日期"},
		rows: [][]any{{x.id.Full(), x.name, x.card, x.name, day(2026, 11, 1)}, {y.id.Full(), y.name, x.card, y.name, day(2026, 11, 1)}}})
	w.xlsx(dir+"任职-先离后任.xlsx", page{title: "任职", unit: "样例", heads: []string{"身份证号", "姓名", "单位代码", "职务", "职级", "任职日期", "离任日期", "组织认定"},
		rows: [][]any{{x.id.Full(), x.name, x.place, "一般干部", "二级科员", day(2026, 11, 1), day(2026, 10, 1), "是"}}})
	w.xlsx(dir+"考勤-二月三十日.xlsx", page{title: "下村", unit: "样例", heads: []string{"单位代码", "身份证号", "姓名", "日期", "类型"}, rows: [][]any{{x.place, x.id.Full(), x.name, "2026-02-30", "下村"}}})
	w.xlsx(dir+"区划-外县.xlsx", page{title: "行政区划", unit: "样例", heads: []string{"区划代码", "名称", "地区类别", "生效日期"}, rows: [][]any{{"430726001", "外县某镇", "一类", day(2026, 1, 1)}}})
	good, err := roster(x.id.Full(), x.name, x.place).xlsx()
	if err != nil && w.err == nil {
		w.err = err
	}
	w.file(dir+"花名册-文件损坏.xlsx", good[:len(good)-700])
}
