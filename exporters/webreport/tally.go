package webreport

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"

	"zhida/payroll"
	"zhida/rules/message"
	"zhida/rules/money"
)

// sums is what lines and persons of one batch, place or item come to.
type sums struct {
	lines, roster, heads            int // heads: persons with a payment
	gross, deduction                money.Fen
	held, owed, reissued, pay       money.Fen
	grossOfPeople, deductedOfPeople money.Fen // the same as gross and deduction, by the persons' place
}

func (s *sums) line(l payroll.ReportLine) {
	s.lines++
	if l.Deduction {
		s.deduction += l.Fen
		return
	}
	s.gross += l.Fen
}

func (s *sums) person(p payroll.ReportPerson) {
	s.roster++
	if p.Pay > 0 {
		s.heads++
	}
	s.held, s.owed, s.reissued, s.pay = s.held+p.Held, s.owed+p.Owed, s.reissued+p.Reissued, s.pay+p.Pay
	s.grossOfPeople, s.deductedOfPeople = s.grossOfPeople+p.Gross, s.deductedOfPeople+p.Deduction
}

func (s *sums) add(o sums) {
	s.lines, s.roster, s.heads = s.lines+o.lines, s.roster+o.roster, s.heads+o.heads
	s.gross, s.deduction, s.held, s.owed = s.gross+o.gross, s.deduction+o.deduction, s.held+o.held, s.owed+o.owed
	s.reissued, s.pay = s.reissued+o.reissued, s.pay+o.pay
	s.grossOfPeople, s.deductedOfPeople = s.grossOfPeople+o.grossOfPeople, s.deductedOfPeople+o.deductedOfPeople
}

// itemSums tell the pay of the month from back-pay and recovery.
type itemSums struct {
	payroll.ReportItem
	lines                int
	month, back, recover money.Fen
}

func (s *itemSums) total() money.Fen { return s.month + s.back + s.recover }

// unpaid is the persons who end in the same way for the same reason.
type unpaid struct {
	status payroll.Status
	reason string
	count  int
	held   money.Fen
}

// tally adds up the reports of a survey while their rows stream by, and packs the rows.
type tally struct {
	survey  *payroll.Survey
	all     sums
	batches []sums // one a report
	towns   map[string]*sums
	units   map[string]*sums // by village, or township for those who belong to it itself
	items   []*itemSums      // in print order
	itemAt  map[string]*itemSums
	funds   map[string]string              // names by code
	shares  map[string]payroll.ReportShare // by fund, of all reports
	names   map[string]string              // of townships and villages, by code
	known   map[string]bool                // funds of the lines
	status  map[payroll.Status]int
	balance money.Fen // held after the batches
	reasons map[unpaid]*unpaid
	waiting []payroll.ReportPerson // held and refused, the first of them
	others  int                    // of them that are not listed
	bridges []*payroll.Bridge      // one a report; nil where there is nothing to hold it against
	largest []payroll.ReportChange // changes, the largest first
	changes int

	pack packs
}

// mostListed is how many persons a list names; the rest are in the drill-down.
const mostListed = 300

// mostChanges is how many changes against the month before are shown.
const mostChanges = 30

func newTally(s *payroll.Survey) *tally {
	t := &tally{survey: s, batches: make([]sums, len(s.Reports)), towns: map[string]*sums{}, units: map[string]*sums{}, itemAt: map[string]*itemSums{}, funds: map[string]string{},
		shares: map[string]payroll.ReportShare{}, names: map[string]string{"": "（无归属地）"}, known: map[string]bool{}, status: map[payroll.Status]int{}, reasons: map[unpaid]*unpaid{}}
	t.nameOf(s)
	for _, r := range s.Reports {
		h := r.Head()
		for _, it := range h.Items {
			if t.itemAt[it.Code] == nil {
				t.itemAt[it.Code] = &itemSums{ReportItem: it}
				t.items = append(t.items, t.itemAt[it.Code])
			}
		}
		for _, f := range h.Funds {
			t.funds[f.Code], t.known[f.Code] = f.Name, true
		}
		for _, x := range h.Shares {
			t.funds[x.Code] = x.Name
			sum := t.shares[x.Code]
			sum.ReportFund = x.ReportFund
			sum.Gross, sum.Deduction, sum.Moved, sum.Held = sum.Gross+x.Gross, sum.Deduction+x.Deduction, sum.Moved+x.Moved, sum.Held+x.Held
			sum.Owed, sum.Reissued, sum.Pay = sum.Owed+x.Owed, sum.Reissued+x.Reissued, sum.Pay+x.Pay
			t.shares[x.Code] = sum
		}
	}
	slices.SortStableFunc(t.items, func(a, b *itemSums) int { // what is withheld stands last
		return cmp.Compare(boolRank(a.Deduction), boolRank(b.Deduction))
	})
	return t
}

// nameOf names the places. Where two of one township, or two townships, have the same name
// it carries the code, so that they are never taken for one.
func (t *tally) nameOf(s *payroll.Survey) {
	within := map[[2]string]map[string]bool{} // codes by township and name
	for _, r := range s.Reports {
		h := r.Head()
		for _, p := range slices.Concat(h.Townships, h.Villages) {
			if p.Code == "" {
				continue
			}
			t.names[p.Code] = clean(p.Name)
			k := [2]string{p.Township, clean(p.Name)}
			if p.Code == p.Township {
				k[0] = ""
			}
			if within[k] == nil {
				within[k] = map[string]bool{}
			}
			within[k][p.Code] = true
		}
	}
	for k, codes := range within {
		for code := range codes {
			if len(codes) > 1 {
				t.names[code] = k[1] + "（" + code + "）"
			}
		}
	}
}

func boolRank(b bool) int {
	if b {
		return 1
	}
	return 0
}

// read takes all rows of the reports in. With more than most persons nothing is packed.
func (t *tally) read(most int) error {
	roster := 0
	for _, r := range t.survey.Reports {
		roster += r.Head().Batch.Roster
	}
	t.pack = newPacks(t.survey, t.itemCodes(), t.names, roster <= most)
	for i, r := range t.survey.Reports {
		t.pack.begin(i)
		h := r.Head()
		if err := r.Lines(func(l payroll.ReportLine) error { return t.line(i, h.Ordinary(l), l) }); err != nil {
			return err
		}
		if err := r.People(func(p payroll.ReportPerson) error { return t.person(i, p) }); err != nil {
			return err
		}
		if err := t.compare(r); err != nil {
			return err
		}
		if err := t.pack.end(); err != nil {
			return err
		}
	}
	for _, s := range t.batches {
		t.all.add(s)
	}
	return t.pack.finish()
}

func (t *tally) itemCodes() (codes []string) {
	for _, it := range t.items {
		codes = append(codes, it.Code)
	}
	return codes
}

// at finds or makes the sums of a place. Error: auditreport.unknown.
func (t *tally) at(list map[string]*sums, code string, person int64) (*sums, error) {
	if _, ok := t.names[code]; !ok {
		return nil, message.Err("auditreport.unknown", code, person)
	}
	if list[code] == nil {
		list[code] = &sums{}
	}
	return list[code], nil
}

// places finds the sums that somebody or something of a place adds to.
func (t *tally) places(batch int, township, village string, person int64) ([]*sums, error) {
	town, err := t.at(t.towns, township, person)
	if err != nil {
		return nil, err
	}
	unit, err := t.at(t.units, cmp.Or(village, township), person)
	return []*sums{&t.batches[batch], town, unit}, err
}

func (t *tally) line(batch int, ordinary bool, l payroll.ReportLine) error {
	item := t.itemAt[l.Item]
	if item == nil {
		return message.Err("auditreport.unknown", l.Item, l.Person)
	}
	if !t.known[l.Fund] {
		return message.Err("auditreport.unknown", l.Fund, l.Person)
	}
	list, err := t.places(batch, l.Township, l.Village, l.Person)
	if err != nil {
		return err
	}
	for _, s := range list {
		s.line(l)
	}
	item.lines++
	switch {
	case ordinary:
		item.month += l.Fen
	case l.Fen > 0:
		item.back += l.Fen
	default:
		item.recover += l.Fen
	}
	return t.pack.line(l)
}

func (t *tally) person(batch int, p payroll.ReportPerson) error {
	if p.Gross-p.Deduction+p.Reissued != p.Pay+p.Held-p.Owed {
		return message.Err("auditreport.sum", "人员 "+strconv.FormatInt(p.Person, 10), "应发 - 扣款 + 重发", p.Gross-p.Deduction+p.Reissued, "实发 + 缓发 - 待扣", p.Pay+p.Held-p.Owed)
	}
	list, err := t.places(batch, p.Township, p.Village, p.Person)
	if err != nil {
		return err
	}
	for _, s := range list {
		s.person(p)
	}
	t.status[p.Status]++
	t.balance += p.Balance
	if p.Status != payroll.Paid || p.Held != 0 {
		t.wait(p)
	}
	t.pack.person(p)
	return nil
}

// own is what makes the same reason another one for each person: dates, amounts.
var own = regexp.MustCompile(`[0-9]{4}-[0-9]{2}(-[0-9]{2})?|[0-9][0-9,]*\.[0-9]{2}( ?元)`)

// wait takes in somebody who is not paid, or from whose pay something is kept back.
func (t *tally) wait(p payroll.ReportPerson) {
	k := unpaid{status: p.Status, reason: own.ReplaceAllString(clean(p.Reason), "……$2")}
	if t.reasons[k] == nil {
		sum := k
		t.reasons[k] = &sum
	}
	t.reasons[k].count++
	t.reasons[k].held += p.Held
	switch {
	case p.Status == payroll.NotDue:
	case len(t.waiting) < mostListed:
		t.waiting = append(t.waiting, p)
	default:
		t.others++
	}
}

// compare takes in what makes a batch differ from the month before.
func (t *tally) compare(r payroll.Report) error {
	if !t.survey.Compares(r) {
		t.bridges = append(t.bridges, nil)
		return nil
	}
	h := r.Head()
	bridge := &payroll.Bridge{Before: h.PreviousNet, Now: h.MonthNet}
	t.bridges = append(t.bridges, bridge)
	err := r.Changes(func(c payroll.ReportChange) error {
		bridge.Add(c)
		t.changes++
		t.largest = append(t.largest, c)
		if len(t.largest) >= 4*mostChanges {
			t.trim()
		}
		return t.pack.change(c)
	})
	t.trim()
	bridge.Sort()
	return err
}

// trim keeps the largest changes.
func (t *tally) trim() {
	size := func(c payroll.ReportChange) money.Fen { return max(c.Now-c.Before, c.Before-c.Now) }
	slices.SortStableFunc(t.largest, func(a, b payroll.ReportChange) int {
		return cmp.Or(-cmp.Compare(size(a), size(b)), cmp.Compare(a.Person, b.Person), cmp.Compare(a.Part, b.Part), cmp.Compare(a.Item, b.Item))
	})
	t.largest = t.largest[:min(len(t.largest), mostChanges)]
}

// check is two figures that come by different ways and must be one.
type check struct {
	what, leftFrom, rightFrom string
	left, right               money.Fen
	count                     bool // they are numbers and no amounts
}

func (c check) shown(f money.Fen) string {
	if c.count {
		return strconv.FormatInt(int64(f), 10)
	}
	return f.Grouped()
}

// checks are all comparisons of the report. The figures of the book are those of the
// batches' heads, which the seal covers.
func (t *tally) checks() (list []check) {
	var book payroll.Batch
	for i, r := range t.survey.Reports {
		b, s := r.Head().Batch, t.batches[i]
		book.Roster, book.Payees, book.Lines = book.Roster+b.Roster, book.Payees+b.Payees, book.Lines+b.Lines
		book.Gross, book.Deduction, book.Net, book.Held = book.Gross+b.Gross, book.Deduction+b.Deduction, book.Net+b.Net, book.Held+b.Held
		book.Owed, book.Reissued = book.Owed+b.Owed, book.Reissued+b.Reissued
		if len(t.survey.Reports) > 1 {
			from := "批次 " + b.ID.String()
			list = append(list, check{what: "应发", leftFrom: "逐人明细", left: s.gross, rightFrom: from, right: b.Gross}, check{what: "实发", leftFrom: "逐人明细", left: s.pay, rightFrom: from, right: b.Net})
		}
	}
	const lines, people, head = "逐人明细", "人员结果", "批次登记"
	count := func(what, leftFrom string, left int, rightFrom string, right int) {
		list = append(list, check{what, leftFrom, rightFrom, money.Fen(left), money.Fen(right), true})
	}
	amount := func(what, leftFrom string, left money.Fen, rightFrom string, right money.Fen) {
		list = append(list, check{what, leftFrom, rightFrom, left, right, false})
	}
	s := t.all
	count("花名册人数", people, s.roster, head, book.Roster)
	count("发放人数", people, s.heads, head, book.Payees)
	count("明细行数", lines, s.lines, head, book.Lines)
	amount("应发", lines, s.gross, head, book.Gross)
	amount("应发", lines, s.gross, people, s.grossOfPeople)
	amount("扣款", lines, s.deduction, head, book.Deduction)
	amount("扣款", lines, s.deduction, people, s.deductedOfPeople)
	amount("实发", people, s.pay, head, book.Net)
	amount("缓发增减", people, s.held, head, book.Held)
	amount("待扣增减", people, s.owed, head, book.Owed)
	amount("重发", people, s.reissued, head, book.Reissued)
	for _, x := range []struct {
		from string
		list map[string]*sums
	}{{"乡镇合计", t.towns}, {"村（单位）合计", t.units}} {
		sum := total(x.list)
		amount("应发", x.from, sum.gross, lines, s.gross)
		amount("扣款", x.from, sum.deduction, lines, s.deduction)
		amount("实发", x.from, sum.pay, people, s.pay)
	}
	t.checkItems(amount)
	t.checkMoney(amount)
	amount("应发 - 扣款 + 重发 = 实发 + 缓发增减 - 待扣增减", lines, s.gross-s.deduction+book.Reissued, people, s.pay+s.held-s.owed)
	return list
}

func (t *tally) checkItems(amount func(what, leftFrom string, left money.Fen, rightFrom string, right money.Fen)) {
	var gross, deduction money.Fen
	for _, it := range t.items {
		if it.Deduction {
			deduction += it.total()
			continue
		}
		gross += it.total()
	}
	amount("应发", "项目合计", gross, "逐人明细", t.all.gross)
	amount("扣款", "项目合计", deduction, "逐人明细", t.all.deduction)
}

// checkMoney compares what funds give, what the trace follows and what is held against the
// month before. A batch that no fund has reserved money for has no trace.
func (t *tally) checkMoney(amount func(what, leftFrom string, left money.Fen, rightFrom string, right money.Fen)) {
	if t.shared() {
		var pay, gross money.Fen
		for _, x := range t.shares {
			pay, gross = pay+x.Pay, gross+x.Gross
		}
		amount("应发", "资金分担合计", gross, "逐人明细", t.all.gross)
		amount("实发", "资金分担合计", pay, "人员结果", t.all.pay)
	}
	if len(t.survey.Flow) > 0 {
		var paid money.Fen
		for _, f := range t.survey.Flow {
			if f.Paid {
				paid += f.Fen
			}
		}
		amount("实发", "资金流向合计", paid, "人员结果", t.all.pay)
	}
	if len(t.survey.Compared) > 0 {
		var now, before, month, previous money.Fen
		for _, x := range t.survey.Compared {
			now, before = now+x.Now, before+x.Before
		}
		for i, r := range t.survey.Reports {
			if h := r.Head(); t.bridges[i] != nil && h.Batch.Kind == payroll.Regular {
				month, previous = month+h.MonthNet, previous+h.PreviousNet
			}
		}
		amount("本月月度发放", "乡镇比较", now, "批次登记", month)
		amount("上月月度发放", "乡镇比较", before, "批次登记", previous)
	}
}

// shared says whether every batch says what its funds give.
func (t *tally) shared() bool {
	return !slices.ContainsFunc(t.survey.Reports, func(r payroll.Report) bool {
		h := r.Head()
		return len(h.Shares) == 0 && (h.Batch.Lines > 0 || h.Batch.Net != 0)
	})
}

func total(list map[string]*sums) (s sums) {
	for _, x := range list {
		s.add(*x)
	}
	return s
}

// disagreement refuses figures that contradict each other: a page with a difference on it
// would be shown by somebody who does not look.
func disagreement(list []check) error {
	for _, c := range list {
		if c.left != c.right {
			return message.Err("auditreport.sum", c.what, c.leftFrom, c.shown(c.left), c.rightFrom, c.shown(c.right))
		}
	}
	return nil
}

// ordered lists the codes of places in their order, those without one last.
func ordered(list map[string]*sums) []string {
	return slices.SortedFunc(maps.Keys(list), func(a, b string) int {
		return cmp.Or(cmp.Compare(boolRank(a == ""), boolRank(b == "")), cmp.Compare(a, b))
	})
}
