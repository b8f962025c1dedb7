package app

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"zhida/importers"
	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
	"zhida/testdata/bank"
)

var years = flag.Int("years", 1, "how many simulated counties TestYears lives through, three years each")

// A county lives through three years of whatever can happen: people come, change post,
// leave, die and are reported late, and heirs are named; townships change class and
// standards change, both backwards; pay is held and released, notices are served, debts
// from before are carried in, repaid and written off, courts take their part; months are
// run, run again, corrected, voided; the clock jumps; in some counties back-pay is apart.
// After every approval what is committed must be what another construction, kept in plain
// maps and whole fen, says is due, and every account must add up and have kept to its terms.
func TestYears(t *testing.T) {
	if err := flag.Set("rapid.checks", fmt.Sprint(*years)); err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		c := newCounty(t)
		defer c.app.Close()
		for month := c.cutover; month <= c.cutover.Add(35); month = month.Add(1) {
			c.month = month
			c.at(month.Year(), time.Month(month.Number()), 20)
			for range rapid.IntRange(0, 4).Draw(t, "happenings") {
				rapid.SampledFrom(c.happenings()).Draw(t, "what")()
			}
			c.run(month, payroll.Regular, payroll.Narrow{})
			if rapid.IntRange(0, 3).Draw(t, "corrections") == 0 {
				rapid.SampledFrom(c.happenings()).Draw(t, "what")()
				c.correct()
			}
		}
		c.run(c.month, payroll.Regular, payroll.Narrow{})
		c.settled()
		c.reported()
		c.sound()
	})
}

// county is the book under test and, beside it, the oracle's own notes.
type county struct {
	*Demo
	t       *rapid.T
	cutover calendar.Month
	month   calendar.Month
	files   int

	people    []*cadre
	classes   [2][]since // of the townships
	standards []standard
	apart     bool // back-pay in batches of its own
	enforced  bool // funds that may not be overdrawn, one of them the account that pays
	debts     int

	bank    *bank.Bank // written from the published forms, knows nothing of our code
	dir     string
	sent    []*bank.Instruction // payment files that the bank has executed
	answers int
}

type cadre struct {
	id, name string
	posts    []service
	died     calendar.Date
	account  bool
	cards    []string // the latest last
	holds    int
	holding  calendar.Date // since when pay is held; 0 for not
	heirs    []int64       // their shares in percent
	order    *order
	notices  []calendar.Date
}

// order is a court's, as the oracle notes it.
type order struct {
	total, monthly, protected money.Fen
	share                     int64 // percent, 0 for none
	paid                      money.Fen
}

type service struct {
	village  int // 0 and 1 lie in the first township, 2 in the second
	title    string
	from, to calendar.Date
}

type since struct {
	from  calendar.Month
	class string
}

type standard struct {
	from              calendar.Month
	secretary, member money.Fen
}

const yearsPolicy = `
文件: {文号: 模〔2024〕%d号, 标题: 村干部报酬, 发文机关: 样例县, 印发日期: 2024-01-01, 施行: %s, 补发对象: 全部, 扣回: {依据: 第九条, 每月最多: 20%%, 至少留: 300}}
表:
  标准: {出处: 附件, 键: [职务], 值: [月], 行: [[副书记, %s], [委员, %s]]}
项目:
  - {代码: base, 名称: 基本报酬, 顺序: 1, 人员: [村干部], 渠道: 一卡通, 资金: F, 依据: 按任职, 发放: 每月, 金额: 查表("标准"), 多职: 就高, 到任当月: 全月, 离任当月: 全月, 去世当月: 全月, 变动当月: 末日, 舍入: 四舍五入到分, 说明: '{职务}'}
`

const yearsOthers = `
文件: {文号: 模〔2023〕1号, 标题: 边远补助和会费, 发文机关: 样例县, 印发日期: 2023-01-01, 施行: 2024-01}
表:
  补助: {出处: 附件, 键: [乡镇类别], 值: [月], 行: [[一类, 100.10], [二类, 200.20], [三类, 333.33]]}
项目:
  - {代码: remote, 名称: 边远补助, 顺序: 2, 人员: [村干部], 渠道: 一卡通, 资金: F, 依据: 按任职, 发放: 每月, 金额: 查表("补助"), 多职: 就高, 到任当月: 全月, 离任当月: 全月, 去世当月: 全月, 变动当月: 末日, 舍入: 四舍五入到分, 说明: '{乡镇类别}'}
  - {代码: extra, 名称: 副书记津贴, 顺序: 4, 人员: [村干部], 渠道: 统发, 资金: F, 依据: 按任职, 发放: 每月, 条件: [{要求: '职务 == "副书记"', 否则: 不是副书记}], 金额: '88.88', 多职: 就高, 到任当月: 全月, 离任当月: 全月, 去世当月: 全月, 变动当月: 末日, 舍入: 四舍五入到分, 说明: '副书记'}
  - {代码: fee, 名称: 会费, 顺序: 3, 人员: [村干部], 渠道: 一卡通, 资金: F, 方向: 扣款, 上缴: 工会, 依据: 按任职, 发放: 每月, 金额: '12.34', 多职: 就高, 到任当月: 全月, 离任当月: 全月, 去世当月: 全月, 变动当月: 末日, 舍入: 四舍五入到分, 说明: '每月'}
`

var (
	yearsVillages = []string{"430725101200", "430725101201", "430725102200"}
	yearsClasses  = map[string]money.Fen{"一类": 10010, "二类": 20020, "三类": 33333}
)

func newCounty(t *rapid.T) *county {
	c := &county{Demo: &Demo{by: map[string]*payroll.Session{}}, t: t, cutover: 202401, month: 202401, bank: bank.New(bank.CCB)}
	c.bank.OpenPayer("1860000000000000002", "样例县财政局", 1_000_000_000_00, "2024-01-01")
	c.bank.OpenAccount("18510101040012345", "法院")
	c.at(2024, time.January, 2)
	dir, err := os.MkdirTemp("", "years")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	c.dir = dir
	ctx := context.Background()
	c.app, err = Create(ctx, filepath.Join(dir, "book.db"), payroll.Meta{County: "430725", Name: "样例县", Cutover: c.cutover, Rehearsal: true}, c.now)
	c.must(err)
	c.must(c.actors(ctx))
	c.settings()
	c.adopt(yearsOthers)
	c.raise(c.cutover, 100000, 70000)
	c.bring("places", "区划代码,名称,地区类别,生效日期\n430725101,甲镇,一类,2010-01-01\n430725102,乙镇,二类,2010-01-01\n430725101200,甲村,,2010-01-01\n430725101201,丙村,,2010-01-01\n430725102200,乙村,,2010-01-01\n")
	c.classes = [2][]since{{{201001, "一类"}}, {{201001, "二类"}}}
	for range 4 {
		c.hire()
	}
	return c
}

func (c *county) settings() {
	// Funds that are only named, or that may not be overdrawn and share an item between them.
	funds := "[{code: F, name: 甲}, {code: G, name: 乙}]"
	c.enforced = rapid.Bool().Draw(c.t, "funds enforced")
	if c.enforced {
		funds = "[{code: F, name: 甲, kind: authority}, {code: G, name: 乙, kind: account, account: '1860000000000000002'}]\ncofunding: [{item: base, from: 2024-01, shares: [{fund: F, share: 70}, {fund: G, share: 30}]}]"
	}
	text := "unit: 样例县财政局\nfunds: " + funds + "\nbanks: {ABC: {layout: ccb-txt, payer: 样例县财政局, account: '1860000000000000002', purpose: 补贴}}\n"
	if c.apart = rapid.IntRange(0, 2).Draw(c.t, "back-pay apart") == 0; c.apart {
		text += "backpay: {fund: G}\n"
	}
	at, err := c.app.ProposeSettings(context.Background(), c.by["周正"], "settings.yaml", []byte(text))
	c.must(err)
	c.accept("李复", at)
	if c.enforced {
		c.bring("authority", "资金,指标文号,年度,下达日期,金额\nF,样财预〔2024〕1号,2024,2024-01-02,90000000.00\n")
		c.bring("transfers", "资金,文号,单位代码,用途,凭证号,到账日期,金额\nG,样财〔2024〕1号,,村干部报酬,1,2024-01-02,90000000.00\n")
	}
}

func (c *county) accept(who string, at int64) {
	_, err := c.app.Decide(context.Background(), c.by[who], at, true, "", "")
	c.must(err)
}

func (c *county) must(err error) {
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *county) adopt(text string) {
	ctx := context.Background()
	c.files++
	at, err := c.app.ProposePolicy(ctx, c.by["张敏"], fmt.Sprintf("%d.yaml", c.files), []byte(text))
	c.must(err)
	c.accept("李复", at)
}

func (c *county) bring(kind, csv string) {
	c.files++
	in, err := importers.Read(kind, fmt.Sprintf("%s-%d.csv", kind, c.files), []byte(csv), importers.Options{Items: map[string]string{}})
	c.must(err)
	r, err := c.app.Book.Import(context.Background(), c.by["张敏"], in, payroll.ImportOptions{})
	c.must(err)
	if r.Proposal != 0 {
		c.accept("李复", r.Proposal)
	}
	if rapid.IntRange(0, 4).Draw(c.t, "again") == 0 { // saying it twice says nothing
		r, err := c.app.Book.Import(context.Background(), c.by["张敏"], in, payroll.ImportOptions{})
		c.must(err)
		if !r.Unchanged {
			c.t.Fatalf("the same %s again changed the book", kind)
		}
	}
}

// happenings are what can befall a county between two runs.
func (c *county) happenings() []func() {
	return []func(){c.hire, c.change, c.change, c.leave, c.die, c.reclass, c.raiseBack, c.account, c.hold, c.serve, c.serve, c.inherit, c.sentence, c.debt, c.relieve, c.answer, c.answer, c.bounce, c.reissue, c.clockBack, c.future, c.voided}
}

// someday is a day between the cut-over and the end of the month at hand.
func (c *county) someday() calendar.Date {
	m := c.cutover.Add(rapid.IntRange(0, c.month.Sub(c.cutover)).Draw(c.t, "month"))
	return calendar.Date(int(m)*100 + rapid.IntRange(1, m.Days()).Draw(c.t, "day"))
}

// past is the day, or today when it has not come: what has not happened is not recorded.
func (c *county) past(d calendar.Date) calendar.Date {
	return min(d, calendar.DateIn(c.clock, calendar.China))
}

func (c *county) someone() *cadre { return rapid.SampledFrom(c.people).Draw(c.t, "who") }

func (c *county) hire() {
	n := len(c.people)
	if n == 14 {
		return
	}
	p := &cadre{id: identity.MakeResidentID("439901", calendar.Date(19700101+n), 2*n+1).Full(), name: "甲" + string(rune('一'+n))}
	c.people = append(c.people, p)
	p.posts = []service{{rapid.IntRange(0, 2).Draw(c.t, "village"), rapid.SampledFrom([]string{"副书记", "委员"}).Draw(c.t, "post"), c.past(c.someday()), calendar.Forever}}
	c.roster(p)
	c.tenure(p)
	if rapid.Bool().Draw(c.t, "account") {
		c.open(p)
	}
}

func (c *county) roster(p *cadre) {
	died := ""
	if p.died != 0 {
		died = p.died.String()
	}
	c.bring("roster", "身份证号,姓名,人员类别,单位代码,去世日期,生效日期\n"+strings.Join([]string{p.id, p.name, "村干部", yearsVillages[p.posts[0].village], died, "2020-01-01"}, ",")+"\n")
}

func (c *county) tenure(p *cadre) {
	text := "身份证号,姓名,单位代码,职务,任职日期,离任日期,组织认定\n"
	for _, x := range p.posts {
		to := ""
		if x.to != calendar.Forever {
			to = x.to.String()
		}
		text += strings.Join([]string{p.id, p.name, yearsVillages[x.village], x.title, x.from.String(), to, "是"}, ",") + "\n"
	}
	c.bring("tenure", text)
}

// open gives somebody a card, their first or another; the bank may not have it in order.
func (c *county) open(p *cadre) {
	body := fmt.Sprintf("62284800000%02d%05d", len(p.cards), slices.Index(c.people, p))
	card := body + string(identity.LuhnDigit(body))
	p.cards = append(p.cards, card)
	if state := rapid.IntRange(0, 9).Draw(c.t, "at the bank"); state > 0 {
		c.bank.OpenAccount(card, p.name)
		switch state {
		case 1:
			c.bank.Close(card)
		case 2:
			c.bank.Rename(card, p.name+"甲")
		}
	}
	c.bring("accounts", "身份证号,姓名,银行卡号,户名,生效日期\n"+strings.Join([]string{p.id, p.name, card, p.name, "2020-01-01"}, ",")+"\n")
	p.account = true
}

// send exports a batch, and the bank executes every file of it, to the fen.
func (c *county) send(x payroll.Batch) {
	dir := filepath.Join(c.dir, strings.ReplaceAll(x.ID.String(), "/", "-"))
	_, err := c.app.Export(context.Background(), c.by["张敏"], x.ID, dir, "")
	c.must(err)
	names, err := filepath.Glob(filepath.Join(dir, "ccb_*.txt"))
	c.must(err)
	for _, name := range names {
		data, err := os.ReadFile(name)
		c.must(err)
		c.bank.Today(c.clock.Format("2006-01-02"))
		i, err := c.bank.Load("ccb-txt", filepath.Base(name), data)
		c.must(err)
		day := c.clock.Format("2006-01-02")
		refund := rapid.SampledFrom([]bank.Refund{bank.RefundEach, bank.RefundSum}).Draw(c.t, "refund")
		c.must(c.bank.Execute(i, bank.Settlement{Debited: day, Refunded: day, Refund: refund}))
		c.sent = append(c.sent, i)
	}
	c.must(c.bank.Check())
}

// answer lets the bank say what became of one of its files: late, in part, shuffled,
// twice, or with words that mean nothing final.
func (c *county) answer() {
	if len(c.sent) == 0 {
		return
	}
	i := rapid.SampledFrom(c.sent).Draw(c.t, "which file")
	o := bank.Options{Shuffle: rapid.Uint64Range(0, 9).Draw(c.t, "shuffled")}
	n := len(i.Rows)
	switch rapid.IntRange(0, 4).Draw(c.t, "how") {
	case 0:
		o.Part = []int{rapid.IntRange(1, n).Draw(c.t, "row")}
	case 1:
		o.Twice = []int{rapid.IntRange(1, n).Draw(c.t, "row")}
	case 2:
		o.Late = map[int]string{rapid.IntRange(1, n).Draw(c.t, "row"): rapid.SampledFrom(bank.LateStatuses()).Draw(c.t, "words")}
	case 3:
		o.OnlyFailures = true
	}
	c.told(i, o)
}

// told takes an answer in, and again: the second time it says nothing new.
func (c *county) told(i *bank.Instruction, o bank.Options) {
	f, err := c.bank.Answer(i, o)
	c.must(err)
	c.answers++
	name := filepath.Join(c.dir, fmt.Sprintf("%d-%s", c.answers, filepath.Base(f.Name)))
	c.must(os.WriteFile(name, f.Data, 0o600))
	if strings.Count(string(f.Data), "\n") < 2 { // nothing to list
		return
	}
	for k := range 2 {
		r, err := c.app.Returns(context.Background(), c.by["张敏"], name, ReturnOptions{Bank: "ABC"})
		if len(o.Late) == len(i.Rows) { // no row has a result
			if message.Code(err) != "returns.no_result" {
				c.t.Fatalf("answer %s without a result: %+v %v", name, r, err)
			}
			return
		}
		c.must(err)
		if len(r.Kept) > 0 || k == 1 && !r.Unchanged {
			c.t.Fatalf("answer %s, taken in %d times before: %+v", name, k, r)
		}
	}
}

// bounce lets a credit come back days later; the bank says so in a new answer.
func (c *county) bounce() {
	if len(c.sent) == 0 {
		return
	}
	i := rapid.SampledFrom(c.sent).Draw(c.t, "which file")
	seq := rapid.IntRange(1, len(i.Rows)).Draw(c.t, "row")
	if row := i.Rows[seq-1]; c.bank.Outcome(i, seq).Status == bank.Credited && c.bank.Bounce(row.Account, row.Fen, c.clock.Format("2006-01-02")) == nil {
		c.must(c.bank.Check())
	}
}

// reissue pays again what came back, where the account has been corrected.
func (c *county) reissue() {
	ctx := context.Background()
	for _, p := range c.people { // the bureau asks for another card
		if p.died == 0 && len(p.cards) > 0 && len(p.cards) < 4 && rapid.IntRange(0, 2).Draw(c.t, "corrected") == 0 {
			c.open(p)
		}
	}
	r, err := c.app.ReissueDraft(ctx, c.by["张敏"], nil, "")
	c.must(err)
	for _, x := range r.Batches {
		c.approve(x)
		c.send(x)
	}
	again, err := c.app.ReissueDraft(ctx, c.by["张敏"], nil, "")
	c.must(err)
	if len(again.Batches) > 0 {
		c.t.Fatalf("what came back is paid again twice: %+v", again.Batches)
	}
}

// settled hears everything the bank has to say and holds the book against it, card by
// card: what the bank has credited is what the book says is credited, and nothing is lost.
func (c *county) settled() {
	ctx := context.Background()
	for _, i := range c.sent {
		c.told(i, bank.Options{})
	}
	list, err := c.app.PaymentList(ctx, payroll.PaymentQuery{})
	c.must(err)
	credited, pending := map[string]money.Fen{}, money.Fen(0)
	var all, back money.Fen
	for _, p := range list {
		all += p.Fen
		switch p.State {
		case payroll.PaymentCredited:
			credited[p.Card.Full()] += p.Fen
		case payroll.PaymentSent:
			pending += p.Fen
		default:
			back += p.Fen
		}
	}
	var sum money.Fen
	for card, fen := range credited {
		sum += fen
		if got := money.Fen(c.bank.Credited(card)); got != fen {
			var words []string
			for _, p := range list {
				if p.Card.Full() == card {
					words = append(words, fmt.Sprintf("%s %s %s %s (%s)", p.ID(), p.File, p.Fen, p.State, p.Reason))
				}
			}
			for _, i := range c.sent {
				for n, row := range i.Rows {
					if row.Account == card {
						words = append(words, fmt.Sprintf("bank: %s row %d %s %v", i.File, n+1, money.Fen(row.Fen), c.bank.Outcome(i, n+1)))
					}
				}
			}
			c.t.Fatalf("card %s has %s, the book says %s:\n%s", card[len(card)-4:], got, fen, strings.Join(words, "\n"))
		}
	}
	if total := money.Fen(c.bank.TotalCredited()); total != sum || pending != 0 || all != sum+back || money.Fen(c.bank.Debited()-c.bank.Refunded()) != sum {
		c.t.Fatalf("the bank has credited %s, the book says %s; %s pending, %s sent, %s back", total, sum, pending, all, back)
	}
	f, err := c.app.Funds(ctx, 0)
	c.must(err)
	for _, d := range f.Differences {
		c.t.Fatalf("%s %s: %s", d.Fund, d.Place, d.Message.Text(message.English))
	}
	if c.enforced {
		c.statement(list)
	}
}

// reported makes the audit report of every month, in which all figures must agree, and the
// workbook of the last month of every year.
func (c *county) reported() {
	dry := &App{c.app.Dry(), c.app.store, c.app.clock}
	for month := c.cutover; month <= c.month; month = month.Add(1) {
		if _, err := dry.MonthReport(context.Background(), month, c.dir); err != nil && message.Code(err) != "auditreport.no_batch" {
			c.t.Fatalf("%s: %v", month, err)
		}
		if month%100 != 12 {
			continue
		}
		if _, err := dry.MonthWorkbook(context.Background(), month, c.dir); err != nil && message.Code(err) != "auditreport.no_batch" {
			c.t.Fatalf("%s: %v", month, err)
		}
	}
}

// statement brings the bank's statement in, in its own form, and holds the matches against
// the payments: a row that was matched shows a movement of its sum, each once, and one that
// was not could be several.
func (c *county) statement(paid []payroll.PaidOut) {
	ctx := context.Background()
	_, text, err := c.bank.Statement("2024-01-03", c.clock.Format("2006-01-02")) // what the account was opened with is no transfer
	c.must(err)
	name := filepath.Join(c.dir, text.Name)
	c.must(os.WriteFile(name, text.Data, 0o600))
	c.must(c.app.Import(ctx, c.by["张敏"], "statement", []string{name}, ImportOptions{}, func(Imported) error { return nil }, nil))
	rows, err := c.app.Statement(ctx)
	c.must(err)
	sums, alike := map[string]money.Fen{}, map[money.Fen]int{} // by movement; how many are of a sum
	back := map[string]money.Fen{}
	for _, p := range paid {
		sums[p.File] -= p.Fen
		if p.State == payroll.PaymentReturned || p.State == payroll.PaymentReissued {
			sums[p.ID().String()] += p.Fen
			alike[p.Fen]++
			back[p.File] += p.Fen
		}
	}
	for file, fen := range back {
		sums["退回 "+file] = fen
		alike[fen]++
	}
	var moved money.Fen
	seen := map[string]int{}
	for _, x := range rows {
		fen := x.Credit - x.Debit
		moved += fen
		switch {
		case x.By != "" && (sums[x.To] != fen || seen[x.To] > 0):
			c.t.Fatalf("row %s of %s, %s, is taken for %s of %s", x.Serial, x.Date, fen, x.To, sums[x.To])
		case x.By == "" && x.Credit > 0 && alike[fen] == 1:
			c.t.Fatalf("row %s of %s, %s (%s), is taken for nothing, and only one movement is of that sum", x.Serial, x.Date, fen, x.Summary)
		case x.By != "":
			seen[x.To]++
		}
	}
	if len(rows) > 0 && -moved != money.Fen(c.bank.TotalCredited()) {
		c.t.Fatalf("the statement comes to %s, the cards have %s", -moved, money.Fen(c.bank.TotalCredited()))
	}
}

func (c *county) account() {
	if p := c.someone(); !p.account || len(p.cards) < 4 {
		c.open(p)
	}
}

// change gives somebody another post, or another village, from a day on.
func (c *county) change() {
	p, day := c.someone(), c.past(c.someday())
	last := &p.posts[len(p.posts)-1]
	if day <= last.from || last.to != calendar.Forever {
		return
	}
	last.to = day.AddDays(-1)
	p.posts = append(p.posts, service{rapid.IntRange(0, 2).Draw(c.t, "village"), rapid.SampledFrom([]string{"副书记", "委员"}).Draw(c.t, "post"), day, calendar.Forever})
	c.tenure(p)
}

func (c *county) leave() {
	p, day := c.someone(), c.someday()
	if last := &p.posts[len(p.posts)-1]; day >= last.from {
		last.to = day
		c.tenure(p)
	}
}

func (c *county) die() {
	if p, day := c.someone(), c.past(c.someday()); p.died == 0 {
		p.died = day
		c.roster(p)
	}
}

// reclass changes a township's class from a month on, which may have passed.
func (c *county) reclass() {
	i, from := rapid.IntRange(0, 1).Draw(c.t, "township"), c.someday().Month()
	class := rapid.SampledFrom([]string{"一类", "二类", "三类"}).Draw(c.t, "class")
	c.bring("places", fmt.Sprintf("区划代码,名称,地区类别,生效日期\n43072510%d,%s,%s,%s\n", i+1, []string{"甲镇", "乙镇"}[i], class, from.First()))
	c.classes[i] = slices.DeleteFunc(c.classes[i], func(x since) bool { return x.from == from })
	c.classes[i] = append(c.classes[i], since{from, class})
	slices.SortFunc(c.classes[i], func(x, y since) int { return int(x.from - y.from) })
}

func (c *county) raise(from calendar.Month, secretary, member money.Fen) {
	c.adopt(fmt.Sprintf(yearsPolicy, len(c.standards)+2, from, secretary, member))
	c.standards = append(c.standards, standard{from, secretary, member})
}

func (c *county) raiseBack() {
	from := c.someday().Month()
	if last := c.standards[len(c.standards)-1]; from > last.from {
		step := money.Fen(rapid.Int64Range(-9999, 19999).Draw(c.t, "step"))
		c.raise(from, max(last.secretary+step, 50001), max(last.member+step, 40003))
	}
}

func (c *county) hold() {
	p := c.someone()
	to := ""
	if p.holding == 0 {
		p.holds++
		p.holding = c.month.First()
	} else {
		to = c.month.First().AddDays(9).String()
	}
	c.bring("holds", "身份证号,姓名,措施,原因,开始日期,解除日期,文号\n"+strings.Join([]string{p.id, p.name, "缓发", fmt.Sprintf("原因%d", p.holds), p.holding.String(), to, "文1"}, ",")+"\n")
	if to != "" {
		p.holding = 0
	}
}

func (c *county) serve() {
	p := c.someone()
	day := c.past(c.month.First().AddDays(rapid.IntRange(0, 19).Draw(c.t, "served")))
	p.notices = append(p.notices, day)
	c.bring("notices", "身份证号,姓名,送达日期,送达方式,本人同意扣回,文号\n"+strings.Join([]string{p.id, p.name, day.String(), "签收", rapid.SampledFrom([]string{"是", "否"}).Draw(c.t, "consent"), "文2"}, ",")+"\n")
}

// inherit names heirs of somebody, dead or not; their shares may not make a whole.
func (c *county) inherit() {
	p := c.someone()
	if len(p.heirs) > 0 {
		return
	}
	p.heirs = rapid.SampledFrom([][]int64{{100}, {50, 50}, {33, 67}, {40, 40}}).Draw(c.t, "shares")
	text := "身份证号,姓名,收款人,关系,份额,银行卡号,开户银行,文号,开始日期\n"
	for i, share := range p.heirs {
		body := fmt.Sprintf("622848000001%05d%d", slices.Index(c.people, p), i)
		c.bank.OpenAccount(body+string(identity.LuhnDigit(body)), "继"+string(rune('甲'+i)))
		text += strings.Join([]string{p.id, p.name, "继" + string(rune('甲'+i)), fmt.Sprintf("子女%d", i), fmt.Sprint(share), body + string(identity.LuhnDigit(body)), "中国农业银行", "证1", "2020-01-01"}, ",") + "\n"
	}
	c.bring("recipients", text)
}

// sentence lets a court take part of somebody's pay.
func (c *county) sentence() {
	p := c.someone()
	if p.order != nil {
		return
	}
	o := &order{total: money.Fen(rapid.Int64Range(1000, 90000).Draw(c.t, "total")), protected: money.Fen(rapid.Int64Range(0, 60000).Draw(c.t, "protected"))}
	monthly, share := "", ""
	if rapid.Bool().Draw(c.t, "a month") {
		o.monthly = money.Fen(rapid.Int64Range(100, 30000).Draw(c.t, "monthly"))
		monthly = o.monthly.String()
	}
	if rapid.Bool().Draw(c.t, "a share") {
		o.share = rapid.Int64Range(1, 60).Draw(c.t, "part")
		share = fmt.Sprint(o.share)
	}
	p.order = o
	c.bring("orders", "身份证号,姓名,案号,顺位,总额,每月金额,比例（%）,保留生活费,收款单位,收款账号,收款银行,开始日期\n"+
		strings.Join([]string{p.id, p.name, "案1", "1", o.total.String(), monthly, share, o.protected.String(), "法院", "18510101040012345", "中国农业银行", "2020-01-01"}, ",")+"\n")
}

// debt carries in what somebody owes from before the book: at most half a month's own pay, 100 left.
func (c *county) debt() {
	p := c.someone()
	c.debts++
	c.bring("receivables", "身份证号,姓名,项目,所属月份,金额,每月最多（%）,每月至少留,送达日期,文号\n"+
		strings.Join([]string{p.id, p.name, "base", calendar.Month(201501).Add(c.debts).String(), money.Fen(rapid.Int64Range(1, 99999).Draw(c.t, "debt")).String(), "50", "100.00", "2023-01-01", "旧1"}, ",")+"\n")
}

// relieve repays or writes off part of what somebody owes.
func (c *county) relieve() {
	ctx := context.Background()
	list, err := c.app.Debtors(ctx, 0)
	c.must(err)
	list = slices.DeleteFunc(list, func(d payroll.Debtor) bool { return d.Owed == 0 })
	if len(list) == 0 {
		return
	}
	d := rapid.SampledFrom(list).Draw(c.t, "debtor")
	fen := money.Fen(rapid.Int64Range(1, int64(d.Owed)).Draw(c.t, "relief"))
	kind := rapid.SampledFrom([]string{payroll.ProposeRepaid, payroll.ProposeWriteOff}).Draw(c.t, "way")
	at, err := c.app.ProposeRelief(ctx, c.by["张敏"], kind, d.Person, d.Channel, fen, calendar.DateIn(c.clock, time.UTC), "据1")
	c.must(err)
	c.accept("王审", at)
	if _, err := c.app.ProposeRelief(ctx, c.by["张敏"], kind, d.Person, d.Channel, d.Owed-fen+1, calendar.DateIn(c.clock, time.UTC), "据1"); message.Code(err) != "owed.more" {
		c.t.Fatalf("more is settled than is owed: %v", err)
	}
}

// clockBack puts the clock behind the journal: nothing may be done, nothing changes.
func (c *county) clockBack() {
	was := c.clock
	c.clock = was.AddDate(-1, 0, 0)
	_, err := c.app.Run(context.Background(), c.by["张敏"], c.month, payroll.Regular)
	if err == nil {
		c.t.Fatal("a run under a clock behind the journal")
	}
	c.clock = was
}

// future asks for what cannot be: a correction of a month nobody has run, a month before the book.
func (c *county) future() {
	ctx := context.Background()
	if _, err := c.app.Run(ctx, c.by["张敏"], c.month.Add(1), payroll.Correction); message.Code(err) != "run.not_yet_run" {
		c.t.Fatalf("a month not yet run was corrected: %v", err)
	}
	if _, err := c.app.Run(ctx, c.by["张敏"], c.cutover.Add(-1), payroll.Regular); message.Code(err) != "run.before_cutover" {
		c.t.Fatalf("a month before the book was run: %v", err)
	}
}

// voided approves the month and takes it back: as if it had not been.
func (c *county) voided() {
	ctx := context.Background()
	r, err := c.app.Run(ctx, c.by["张敏"], c.month, payroll.Regular)
	c.must(err)
	for _, x := range slices.Backward(r.Batches) { // a later one rests on the earlier
		if !c.approve(x) {
			continue
		}
		at, err := c.app.Cancel(ctx, c.by["张敏"], x.ID, "试办")
		c.must(err)
		c.accept("李复", at)
	}
}

// findings logs what the checks ask about an honest month.
func (c *county) findings(found map[string]int) {
	if len(found) > 0 {
		c.t.Logf("%s: %v", c.month, found)
	}
}

// approve takes a batch through three people; false when it no longer holds, which only
// back-pay may fear: it is a draft again then.
func (c *county) approve(x payroll.Batch) bool {
	ctx := context.Background()
	_, err := c.app.Submit(ctx, c.by["张敏"], x.ID)
	if message.Code(err) == "batch.outdated" && x.Kind == payroll.BackPay {
		return false
	}
	c.must(err)
	c.findings(answerReviews(c.t, c.app, c.by["李复"], x.ID))
	if _, err = c.app.Check(ctx, c.by["李复"], x.ID, x.Digest); err == nil {
		_, err = c.app.Approve(ctx, c.by["王审"], x.ID, x.Digest)
	}
	if message.Code(err) == "batch.stale" && x.Kind == payroll.BackPay {
		_, err := c.app.Reject(ctx, c.by["李复"], x.ID, "重新计算")
		c.must(err)
		return false
	}
	c.must(err)
	return true
}

// run computes and approves, and then computes again: there must be nothing left.
func (c *county) run(m calendar.Month, kind payroll.BatchKind, only payroll.Narrow) {
	ctx := context.Background()
	compute := func() payroll.RunResult {
		var r payroll.RunResult
		var err error
		if kind == payroll.Correction {
			r, err = c.app.Rerun(ctx, c.by["张敏"], m, only)
		} else {
			r, err = c.app.Run(ctx, c.by["张敏"], m, kind)
		}
		c.must(err)
		if len(r.Refused) > 0 {
			c.t.Fatalf("refused: %+v", r.Refused)
		}
		return r
	}
	list := compute().Batches
	for len(list) > 0 {
		x := list[0]
		list = list[1:]
		if !c.approve(x) { // the ordinary batch has changed the account that back-pay would be set off against
			list = compute().Batches
			continue
		}
		c.kept(x)
		c.explained(x)
		c.send(x)
		digest, err := c.app.Recompute(ctx, x.ID)
		c.must(err)
		if digest != x.Digest {
			c.t.Fatalf("batch %s computed again, with nothing left out, has another digest", x.ID)
		}
	}
	if again := compute(); len(again.Batches) > 0 {
		c.t.Fatalf("%s again made %+v", m, again.Batches)
	}
	switch {
	case only != payroll.Narrow{}:
	case kind == payroll.Correction:
		c.committed(m, m)
	default:
		c.committed(c.cutover, m)
	}
	c.accounts()
}

// explained holds the reasons for what changed against the sums: they lead from what the
// month before was paid to what this one is, and no change is without one.
func (c *county) explained(x payroll.Batch) {
	c.must(c.app.Report(context.Background(), x.ID, func(r payroll.Report) error {
		list, err := payroll.Findings(r)
		for _, f := range list {
			c.t.Fatalf("%s: person %d: %s", x.ID, f.Person, f.Message.Text(message.Chinese))
		}
		return err
	}))
}

// kept holds a batch against the terms on which money may be kept back or go to others.
func (c *county) kept(x payroll.Batch) {
	ctx := context.Background()
	own, taken, old, left, court := map[int64]money.Fen{}, map[int64]money.Fen{}, map[int64]money.Fen{}, map[int64]money.Fen{}, map[int64]money.Fen{}
	toHeirs := map[int64]money.Fen{}
	all := map[int64]money.Fen{}
	c.must(c.app.Store().View(ctx, func(r payroll.Reader) error {
		c.must(r.Lines(ctx, payroll.LineQuery{Batch: x.ID}, func(l payroll.Line) error {
			switch {
			case l.Side == payroll.Deduction && l.Fen > 0:
				own[l.Person] -= l.Fen
			case l.Side == payroll.Gross && l.Month == x.ID.Month() && l.Committed == 0:
				own[l.Person] += l.Fen
			}
			return nil
		}))
		c.must(r.Entries(ctx, payroll.EntryQuery{Batch: x.ID}, func(e payroll.Entry) error {
			if e.Way != payroll.Collected {
				return nil
			}
			if e.Origin.Seq() == 0 {
				old[e.Person] -= e.Fen
				return nil
			}
			taken[e.Person] -= e.Fen
			p := c.people[e.Person-1]
			if !slices.ContainsFunc(p.notices, func(d calendar.Date) bool { return d <= x.ID.Month().Last() }) {
				c.t.Fatalf("%s: %s kept back without a notice", p.name, -e.Fen)
			}
			return nil
		}))
		return r.Payments(ctx, x.ID, func(y payroll.Payment) error {
			all[y.Person] += y.Fen
			switch {
			case strings.HasPrefix(y.Target, "order:"):
				court[y.Person] += y.Fen
			case strings.HasPrefix(y.Target, "heir:"):
				toHeirs[y.Person] += y.Fen
			default:
				left[y.Person] += y.Fen
			}
			return nil
		})
	}))
	for i, p := range c.people {
		no := int64(i + 1)
		dead := p.died != 0 && p.died <= x.ID.Month().Last()
		gone := p.posts[len(p.posts)-1].to <= x.ID.Month().Last()
		kept := taken[no] + old[no]
		switch o := p.order; {
		case dead && (all[no] != toHeirs[no] || kept != 0 || all[no] > 0 && sumOf(p.heirs) != 100):
			c.t.Fatalf("%s is dead: %s paid, %s of it to heirs with %v, %s kept back", p.name, all[no], toHeirs[no], p.heirs, kept)
		case !dead && toHeirs[no] != 0:
			c.t.Fatalf("%s lives and %s went to heirs", p.name, toHeirs[no])
		case kept > 0 && x.Kind != payroll.Regular:
			c.t.Fatalf("%s: %s kept back by a %s batch", p.name, kept, x.Kind)
		case !gone && (int64(taken[no])*100 > int64(own[no])*20 && taken[no] > 0 || kept > 0 && kept > own[no]/2):
			c.t.Fatalf("%s in %s (run in %s): %s and %s kept back of %s: %+v", p.name, x.ID, c.month, taken[no], old[no], own[no], p)
		case taken[no] > 0 && left[no] < 30000 || old[no] > 0 && left[no] < 10000:
			c.t.Fatalf("%s: %s left after %s was kept back and %s went to the court", p.name, left[no], kept, court[no])
		case court[no] > 0:
			o.paid += court[no]
			if left[no] < o.protected || o.paid > o.total || o.monthly > 0 && court[no] > o.monthly || o.share > 0 && int64(court[no])*100 > int64(all[no])*o.share {
				c.t.Fatalf("%s: %s of %s to the court under %+v", p.name, court[no], all[no], *o)
			}
		}
	}
}

func sumOf(list []int64) (sum int64) {
	for _, x := range list {
		sum += x
	}
	return sum
}

// correct reruns a past month, sometimes narrowed.
func (c *county) correct() {
	m := c.someday().Month()
	only := rapid.SampledFrom([]payroll.Narrow{{}, {}, {Item: "base"}, {Place: "430725101"}, {Person: 1}}).Draw(c.t, "only")
	c.run(m, payroll.Correction, only)
}

// due is the oracle: what a person is due for an item in a month, in fen.
func (c *county) due(p *cadre, item string, m calendar.Month) money.Fen {
	last := m.Last()
	if p.died != 0 {
		last = min(last, p.died)
	}
	var at *service
	for i := range p.posts {
		if x := &p.posts[i]; x.from <= last && x.to >= m.First() && m.First() <= last {
			at = x
		}
	}
	if at == nil {
		return 0
	}
	switch item {
	case "fee":
		return 1234
	case "extra":
		if at.title == "副书记" {
			return 8888
		}
		return 0
	case "remote":
		class := ""
		for _, x := range c.classes[at.village/2] {
			if x.from <= m {
				class = x.class
			}
		}
		return yearsClasses[class]
	}
	var s standard
	for _, x := range c.standards {
		if x.from <= m {
			s = x
		}
	}
	if at.title == "副书记" {
		return s.secretary
	}
	return s.member
}

// committed holds what is committed for the months against the oracle, in both directions.
func (c *county) committed(from, to calendar.Month) {
	ctx := context.Background()
	got := map[payroll.Obligation]money.Fen{}
	broke := c.broke()
	c.must(c.app.Store().View(ctx, func(r payroll.Reader) error {
		return r.Committed(ctx, c.counted(ctx, r), 1, int64(len(c.people)), func(s payroll.CommittedSum) error {
			got[s.Obligation] = s.Fen
			return nil
		})
	}))
	for i, p := range c.people {
		for _, item := range []string{"base", "remote", "extra", "fee"} {
			for m := from; m <= to; m = m.Add(1) {
				o := payroll.Obligation{Person: int64(i + 1), Item: item, Month: m}
				want := c.due(p, item, m)
				if item == "fee" && got[o] < want && broke[o.Person] { // a deduction waits for pay that it can be taken from
					want = got[o]
				}
				if got[o] != want {
					c.t.Fatalf("%s %s %s: %s is committed, %s is due", p.name, item, m, got[o], want)
				}
				delete(got, o)
			}
		}
	}
	for o := range got {
		if o.Month >= from && o.Month <= to {
			c.t.Fatalf("%+v is committed and nobody is due it", o)
		}
	}
}

// broke are those to whom the channel's latest whole batch brought nothing new: what it
// granted they had in their hands already.
func (c *county) broke() map[int64]bool {
	ctx := context.Background()
	list := map[int64]bool{}
	c.must(c.app.Store().View(ctx, func(r payroll.Reader) error {
		batches, err := r.Batches(ctx)
		c.must(err)
		var latest payroll.Batch
		for _, x := range batches {
			if x.State.Committed() && x.Channel == "一卡通" && x.Kind != payroll.Reissue && x.Narrowed == "" && x.Horizon >= latest.Horizon {
				latest = x
			}
		}
		return r.Settlements(ctx, latest.ID, func(s payroll.Settlement) error {
			list[s.Person] = s.Pay+s.Held <= 0
			return nil
		})
	}))
	return list
}

func (c *county) counted(ctx context.Context, r payroll.Reader) (list []payroll.BatchID) {
	batches, err := r.Batches(ctx)
	c.must(err)
	for _, x := range batches {
		if x.State.Committed() {
			list = append(list, x.ID)
		}
	}
	return list
}

// accounts holds lines against what became of them: paid, held, owed; and that nobody
// has been paid below nothing or holds or owes less than nothing.
func (c *county) accounts() {
	ctx := context.Background()
	debtors, err := c.app.Debtors(ctx, 0)
	c.must(err)
	owed := map[int64]money.Fen{}
	for _, d := range debtors {
		owed[d.Person] += d.Owed
		for _, m := range d.Moves { // what moved outside batches is no line's
			if m.Batch == 0 || m.Way == payroll.Reinstated {
				owed[d.Person] -= m.Fen
			}
		}
		if d.Owed < 0 {
			c.t.Fatalf("%s owes %s", d.Name, d.Owed)
		}
	}
	net, paid, held := map[int64]money.Fen{}, map[int64]money.Fen{}, map[int64]money.Fen{}
	c.must(c.app.Store().View(ctx, func(r payroll.Reader) error {
		list := c.counted(ctx, r)
		for _, id := range list {
			c.must(r.Lines(ctx, payroll.LineQuery{Batch: id}, func(l payroll.Line) error {
				if l.Side == payroll.Deduction {
					net[l.Person] -= l.Fen
				} else {
					net[l.Person] += l.Fen
				}
				return nil
			}))
			c.must(r.Payments(ctx, id, func(x payroll.Payment) error {
				if x.Fen <= 0 {
					c.t.Fatalf("a payment of %s", x.Fen)
				}
				if x.Replaces != (payroll.PaymentID{}) { // the same money once more
					return nil
				}
				paid[x.Person] += x.Fen
				return nil
			}))
		}
		return r.Balances(ctx, list, 1, int64(len(c.people)), func(b payroll.Balance) error {
			held[b.Person] = b.Held
			return nil
		})
	}))
	for i, p := range c.people {
		no := int64(i + 1)
		if held[no] < 0 || net[no] != paid[no]+held[no]-owed[no] {
			c.t.Fatalf("%s: lines come to %s, paid %s, held %s, owed %s", p.name, net[no], paid[no], held[no], owed[no])
		}
	}
}

// sound looks through the whole book, and computes a few batches again from nothing but
// their evidence.
func (c *county) sound() {
	ctx := context.Background()
	batches, err := c.app.BatchList(ctx)
	c.must(err)
	batches = slices.DeleteFunc(batches, func(x payroll.Batch) bool { return !x.State.Committed() })
	var folders []string
	for range 2 {
		id := rapid.SampledFrom(batches).Draw(c.t, "evidence").ID
		folder, _, _, err := c.app.Evidence(ctx, c.by["张敏"], id, filepath.Join(c.dir, fmt.Sprint("evidence", len(folders))))
		c.must(err)
		folders = append(folders, folder)
		again, err := RerunEvidence(ctx, folder)
		c.must(err)
		if again.Batch != id || again.Files < 5 {
			c.t.Fatalf("%+v of batch %s", again, id)
		}
	}
	health, err := c.app.Fsck(ctx, folders)
	c.must(err)
	if len(health.Faults) > 0 || health.Recomputed != len(batches) || health.Unbound != 0 {
		c.t.Fatalf("%d of %d batches computed again, faults %+v", health.Recomputed, len(batches), health.Faults)
	}
}
