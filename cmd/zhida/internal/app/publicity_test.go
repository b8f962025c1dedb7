package app

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/identity"
	"zhida/rules/money"
)

const publicityPolicy = `文件: {文号: %D, 标题: 补贴, 发文机关: 例县, 印发日期: 2026-06-01, 施行: %F%U, 补发对象: 全部}
%N项目:
  - {代码: aid, 名称: 离任补贴, 顺序: 10, 人员: [离任村干部], 渠道: 一卡通, 资金: F, 依据: 按人员, 金额: '120', 到任当月: 全月, 离任当月: 全月, 去世当月: 全月, 变动当月: 末日, 舍入: 四舍五入到分}
`

// publicBook is a book without funds whose document wants notices.
type publicBook struct{ *fundBook }

func newPublicBook(t *testing.T) *publicBook {
	t.Helper()
	ctx := context.Background()
	b := &publicBook{&fundBook{Demo: &Demo{by: map[string]*payroll.Session{}}, t: t}}
	b.at(2026, time.October, 20)
	var err error
	b.app, err = Create(ctx, filepath.Join(t.TempDir(), "book.db"), payroll.Meta{County: "430725", Name: "例县", Cutover: 202610, Rehearsal: true}, b.now)
	b.must(err)
	t.Cleanup(func() { _ = b.close() })
	b.must(b.actors(ctx))
	at, err := b.app.ProposeSettings(ctx, b.by["周正"], "settings.yaml", []byte("unit: 例县财政局\nfunds: [{code: F, name: 补贴}]\nbanks: {ABC: {layout: ccb-txt, payer: 例县财政局, account: '1860000000000000002', purpose: 补贴}}\n"))
	b.must(err)
	b.accept(at)
	b.bring("places", "区划代码,名称,地区类别,生效日期\n430725102,盘塘镇,二类,2020-01-01\n430725102200,盘塘村,,2020-01-01\n")
	return b
}

func (b *publicBook) adopt(document, from, until, notice string) {
	b.t.Helper()
	b.propose(document, strings.NewReplacer("%D", document, "%F", from, "%U", until, "%N", notice).Replace(publicityPolicy))
}

func (b *publicBook) propose(document, text string) {
	b.t.Helper()
	at, err := b.app.ProposePolicy(context.Background(), b.by["张敏"], document+".yaml", []byte(text))
	b.must(err)
	b.accept(at)
}

// person puts somebody on the roster, with a card.
func (b *publicBook) person(i int, name, since string) string {
	b.t.Helper()
	id := string(identity.MakeResidentID("439901", calendar.Date(19500101+i), 1))
	b.bring("roster", "身份证号,姓名,人员类别,单位代码,生效日期\n"+id+","+name+",离任村干部,430725102200,"+since+"\n")
	b.bring("accounts", "身份证号,姓名,银行卡号,开户银行,户名,生效日期\n"+id+","+name+","+"1860000000000"+calendar.Date(19500101 + i).String()[5:7]+calendar.Date(19500101 + i).String()[8:]+","+"中国农业银行"+","+name+",2026-01-01\n")
	return id
}

// month runs a month through and gives who ends how, with what is paid.
func (b *publicBook) month(m calendar.Month) (map[string]string, payroll.BatchID) {
	b.t.Helper()
	ctx := context.Background()
	r, err := b.app.Run(ctx, b.by["张敏"], m, payroll.Regular)
	b.must(err)
	if len(r.Batches) != 1 {
		b.t.Fatalf("%s: %d batches", m, len(r.Batches))
	}
	id := r.Batches[0].ID
	for _, f := range []func() (payroll.Batch, error){
		func() (payroll.Batch, error) { return b.app.Submit(ctx, b.by["张敏"], id) },
		func() (payroll.Batch, error) {
			answerReviews(b.t, b.app, b.by["李复"], id)
			return b.app.Check(ctx, b.by["李复"], id, "")
		},
		func() (payroll.Batch, error) { return b.app.Approve(ctx, b.by["王审"], id, "") },
	} {
		_, err := f()
		b.must(err)
	}
	ends := map[string]string{}
	b.must(b.app.Report(ctx, id, func(r payroll.Report) error {
		return r.People(func(p payroll.ReportPerson) error {
			ends[p.Name] = string(p.Status) + " " + p.Pay.String()
			return nil
		})
	}))
	return ends, id
}

// Who had the item before its document asked for the notice goes on being paid; who is new
// is held in every month until the notice is on file, also when the item has ended since.
func TestPublicFirst(t *testing.T) {
	b := newPublicBook(t)
	b.adopt("例发〔2026〕1号", "2026-09", ", 失效: 2026-12", "")
	b.propose("例发〔2026〕9号", strings.NewReplacer("%D", "例发〔2026〕9号", "%F", "2026-09", "%U", "", "%N", "", "aid", "other", "离任补贴", "村干部补贴", "[离任村干部]", "[村干部]").Replace(publicityPolicy))
	first := b.person(1, "甲", "2026-01-01")
	b.person(2, "乙", "2026-01-01")
	b.bring("paid", "身份证号,姓名,项目,所属月份,金额\n"+first+",甲,aid,2026-09,120.00\n")
	october, _ := b.month(202610)
	if diff := cmp.Diff(map[string]string{"甲": "paid 120.00", "乙": "paid 120.00"}, october); diff != "" {
		t.Error(diff)
	}

	b.at(2026, time.November, 20)
	b.adopt("例发〔2026〕2号", "2026-11", ", 失效: 2026-12", "公示: {内容: [姓名, 金额], 公示天数: 7, 先公示: 是}\n")
	third := b.person(3, "丙", "2026-11-01")
	november, id := b.month(202611)
	if diff := cmp.Diff(map[string]string{"甲": "paid 120.00", "乙": "paid 120.00", "丙": "held 0.00"}, november); diff != "" {
		t.Error(diff)
	}
	b.at(2026, time.December, 20)
	if december, _ := b.month(202612); december["丙"] != "held 0.00" || december["乙"] != "paid 120.00" {
		t.Error(december)
	}

	// The documents have ended and nothing is due any more: what is held (October, when the
	// roster began for her, to December) stays held.
	b.at(2027, time.January, 20)
	b.bring("publicity", "身份证号,姓名,项目,公示开始日期,公示截止日期,照片摘要\n"+third+",丙,other,2027-01-01,2027-01-10,66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0\n")
	if held := b.held(202701); held["丙"] != 36000 {
		t.Errorf("after the item has ended and a notice of another item: held %v", held)
	}
	b.bring("publicity", "身份证号,姓名,项目,公示开始日期,公示截止日期,照片摘要\n"+third+",丙,aid,2027-01-01,2027-01-10,66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0\n")
	if ends, _ := b.month(202701); ends["丙"] != "paid 360.00" {
		t.Error(ends)
	}

	// What became known later does not change what was computed then.
	batch, err := b.app.Batch(context.Background(), id)
	b.must(err)
	if digest, err := b.app.Recompute(context.Background(), id); err != nil || digest != batch.Digest {
		t.Errorf("%s computes to %s, %v", id, digest, err)
	}
}

// held is what is held of people after a run that nobody approves.
func (b *publicBook) held(m calendar.Month) map[string]money.Fen {
	b.t.Helper()
	ctx := context.Background()
	r, err := b.app.Run(ctx, b.by["张敏"], m, payroll.Regular)
	b.must(err)
	held := map[string]money.Fen{}
	for _, x := range r.Batches {
		b.must(b.app.Report(ctx, x.ID, func(r payroll.Report) error {
			return r.People(func(p payroll.ReportPerson) error { held[p.Name] = p.Balance; return nil })
		}))
		_, err := b.app.Cancel(ctx, b.by["张敏"], x.ID, "试")
		b.must(err)
	}
	if len(r.Batches) == 0 { // nothing moves: what was held is held
		list, err := b.app.BatchList(ctx)
		b.must(err)
		for _, x := range list {
			b.must(b.app.Report(ctx, x.ID, func(r payroll.Report) error {
				return r.People(func(p payroll.ReportPerson) error { held[p.Name] = p.Balance; return nil })
			}))
		}
	}
	return held
}

// A notice shows the columns that the document names and masks what it says; it leaves out
// who has died and what would tell of illness, and tells namesakes apart by their group.
func TestNoticeLeavesOut(t *testing.T) {
	b := newPublicBook(t)
	text := strings.NewReplacer("%D", "例发〔2026〕1号", "%F", "2026-10", "%U", "", "%N", "公示: {内容: [姓名, 职务, 项目, 标准, 金额, 月份, 依据], 遮盖: [依据], 公示天数: 5}\n").Replace(publicityPolicy)
	item := text[strings.Index(text, "  - {"):]
	b.propose("例发〔2026〕1号", text+strings.NewReplacer("aid", "doctor", "离任补贴", "乡村医生补贴", "'120'", "'20'").Replace(item)+strings.NewReplacer("aid", "care", "离任补贴", "大病补助", "'120'", "'7'").Replace(item))
	for i, name := range []string{"甲", "乙", "丙", "丙", "丙"} {
		b.person(i+1, name, "2026-10-01")
	}
	id := func(i int) string { return string(identity.MakeResidentID("439901", calendar.Date(19500101+i), 1)) }
	b.bring("roster", "身份证号,姓名,人员类别,单位代码,村民小组,去世日期,生效日期\n"+
		id(2)+",乙,离任村干部,430725102200,,2026-10-15,2026-10-01\n"+id(3)+",丙,离任村干部,430725102200,一组,,2026-10-01\n")
	_, batch := b.month(202610)
	n, err := b.app.Book.PublicNotices(context.Background(), batch, "")
	b.must(err)
	var rows [][]string
	for _, p := range n.Papers {
		if p.Days != 5 || p.Internal || p.Name != "盘塘镇盘塘村" {
			t.Errorf("%+v", p)
		}
		for _, r := range p.Rows {
			rows = append(rows, r.Cells)
		}
	}
	row := func(name, item, rate, fen string) []string {
		return []string{name, "离任村干部", item, rate, fen, "2026-10", "***"}
	}
	want := [][]string{}
	for _, name := range []string{"甲", "丙（一组）", "丙（甲）", "丙（乙）"} {
		want = append(want, row(name, "离任补贴", "每月120.00元", "120.00"), row(name, "乡村医生补贴", "每月20.00元", "20.00"))
	}
	slices.SortFunc(rows, func(x, y []string) int { return strings.Compare(strings.Join(x, "|"), strings.Join(y, "|")) })
	slices.SortFunc(want, func(x, y []string) int { return strings.Compare(strings.Join(x, "|"), strings.Join(y, "|")) })
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Error(diff)
	}
	// 3 lines of who died, and the care of the four others.
	if diff := cmp.Diff([]payroll.NoticeLeft{{Why: "notice.silent", Lines: 7, People: 5}}, n.Left); diff != "" || n.Alike != 2 {
		t.Errorf("%d namesakes without a group; %s", n.Alike, diff)
	}
}
