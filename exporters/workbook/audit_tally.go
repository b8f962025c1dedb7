package workbook

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strconv"

	"zhida/payroll"
	"zhida/rules/message"
	"zhida/rules/money"
)

// tally adds up the report while it streams by: what the formulas will give.
type tally struct {
	items  []itemSums
	funds  []fundSums
	itemNo map[string]int // from 1, as on the sheets
	fundNo map[string]int

	places map[[2]string]spot // by the codes of township and village
	byTown map[int64]*placeSums
	byUnit map[int64]*placeSums

	all            placeSums
	each           []placeSums // by batch, in their order
	due, committed money.Fen
	status         map[payroll.Status]int64

	closed     []closing // of the funds
	closedFund string    // code of the last of them
	leftOver   money.Fen // differences of the money, whatever their sign
	paid       money.Fen // by payments, as the flow says

	numbered int64    // steps of all bridges
	bridges  []bridge // of the batches that are held against something, in their order

	cells []cell // of the row in hand, used again
}

// bridge leads from what was paid before to what a batch pays, by kinds of causes.
type bridge struct {
	head  payroll.ReportHead
	steps []step
}

// step is the sum of the changes of one part with the same kinds of causes.
type step struct {
	no     int64 // by which the formulas find it
	part   string
	causes []string
	count  int64
	fen    money.Fen
}

// together is the head of all batches of a survey as if they were one. What only one batch
// has (its id, state, seal) is that of the first.
func together(s *payroll.Survey) payroll.ReportHead {
	h := s.Reports[0].Head()
	h.Shares = shares(s)
	for _, r := range s.Reports[1:] {
		x := r.Head()
		b := &h.Batch
		b.Roster, b.Payees, b.Lines = b.Roster+x.Batch.Roster, b.Payees+x.Batch.Payees, b.Lines+x.Batch.Lines
		b.Gross, b.Deduction, b.Net = b.Gross+x.Batch.Gross, b.Deduction+x.Batch.Deduction, b.Net+x.Batch.Net
		b.Held, b.Owed, b.Reissued = b.Held+x.Batch.Held, b.Owed+x.Batch.Owed, b.Reissued+x.Batch.Reissued
		h.Items = union(h.Items, x.Items, func(i payroll.ReportItem) string { return i.Code })
		h.Townships = union(h.Townships, x.Townships, func(p payroll.ReportPlace) string { return p.Code })
		h.Villages = union(h.Villages, x.Villages, func(p payroll.ReportPlace) string { return p.Code })
		h.Funds = union(h.Funds, x.Funds, func(f payroll.ReportFund) string { return f.Code })
		h.Documents = union(h.Documents, x.Documents, func(d payroll.ReportDocument) string { return d.Digest })
	}
	return h
}

// union puts behind a list what another has more.
func union[T any](list, more []T, key func(T) string) []T {
	list = slices.Clip(list)
	for _, x := range more {
		if !slices.ContainsFunc(list, func(y T) bool { return key(x) == key(y) }) {
			list = append(list, x)
		}
	}
	return list
}

// shares adds up by fund what the batches take from it; nothing where one of them was made
// by a program that knew no shares, since the sums would lack it.
func shares(s *payroll.Survey) []payroll.ReportShare {
	sums := map[string]payroll.ReportShare{}
	for _, r := range s.Reports {
		h := r.Head()
		if len(h.Shares) == 0 && (h.Batch.Lines > 0 || h.Batch.Net != 0) {
			return nil
		}
		for _, x := range h.Shares {
			sum := sums[x.Code]
			sum.ReportFund = x.ReportFund
			sum.Gross, sum.Deduction, sum.Moved, sum.Held = sum.Gross+x.Gross, sum.Deduction+x.Deduction, sum.Moved+x.Moved, sum.Held+x.Held
			sum.Owed, sum.Reissued, sum.Pay = sum.Owed+x.Owed, sum.Reissued+x.Reissued, sum.Pay+x.Pay
			sums[x.Code] = sum
		}
	}
	return slices.SortedFunc(maps.Values(sums), func(a, b payroll.ReportShare) int { return cmp.Compare(a.Code, b.Code) })
}

// spot is a place as the sheets show it. The keys are division codes as numbers,
// because programs compare numbers exactly and texts as they please (wild cards,
// case, width); 0 is no place at all. Unit is the village, or the township for
// those who belong to the township itself.
type spot struct {
	townKey, unitKey  int64
	township, village string
}

type placeSums struct {
	spot
	lines            int64
	gross, deduction money.Fen
	items            []money.Fen // by number of the item, from 0

	payees                    int64
	held, owed, reissued, pay money.Fen
}

// itemSums tell the pay of the month from back-pay and recovery.
type itemSums struct {
	lines                int64
	month, back, recover money.Fen
}

type fundSums struct {
	lines            int64
	gross, deduction money.Fen
}

// unlisted is the name of the row for people without a place.
const unlisted = "（无归属地）"

func newTally(h payroll.ReportHead) (tally, error) {
	t := tally{
		items: make([]itemSums, len(h.Items)), itemNo: map[string]int{},
		funds: make([]fundSums, len(h.Funds)), fundNo: map[string]int{},
		places: map[[2]string]spot{{}: {township: unlisted}}, byTown: map[int64]*placeSums{}, byUnit: map[int64]*placeSums{},
		status: map[payroll.Status]int64{},
	}
	for i, item := range h.Items {
		t.itemNo[item.Code] = i + 1
	}
	for i, fund := range h.Funds {
		t.fundNo[fund.Code] = i + 1
	}
	for _, p := range h.Townships {
		if p.Code == "" {
			continue // people without a place: they have a row where they occur
		}
		if err := t.addPlace(p.Code, "", p.Name, ""); err != nil {
			return t, err
		}
	}
	for _, v := range h.Villages {
		township := t.places[[2]string{v.Township, ""}]
		if err := t.addPlace(v.Township, v.Code, township.township, v.Name); err != nil {
			return t, err
		}
	}
	return t, nil
}

func (t *tally) addPlace(township, village, townName, villageName string) error {
	town, err := divisionKey(township)
	if err != nil {
		return err
	}
	s := spot{townKey: town, unitKey: town, township: townName, village: villageName}
	if village != "" {
		if s.unitKey, err = divisionKey(village); err != nil {
			return err
		}
	}
	t.places[[2]string{township, village}] = s
	if village == "" {
		t.sums(t.byTown, s, town)
	} else {
		t.sums(t.byUnit, s, s.unitKey)
	}
	return nil
}

// divisionKey is a division code as a number: at most 15 digits, which is what a
// cell holds exactly, and not beginning with a zero.
func divisionKey(code string) (int64, error) {
	n, err := strconv.ParseInt(code, 10, 64)
	if err != nil || n <= 0 || len(code) > 15 || strconv.FormatInt(n, 10) != code {
		return 0, message.Err("workbook.place", code)
	}
	return n, nil
}

// sums finds or makes the sums of a place.
func (t *tally) sums(list map[int64]*placeSums, s spot, key int64) *placeSums {
	p := list[key]
	if p == nil {
		p = &placeSums{spot: s, items: make([]money.Fen, len(t.items))}
		list[key] = p
	}
	return p
}

// find looks a place up in the head. Errors: workbook.unknown.
func (t *tally) find(person int64, township, village string) (spot, error) {
	s, ok := t.places[[2]string{township, village}]
	if !ok {
		return s, unknown(cmp.Or(village, township), person)
	}
	return s, nil
}

// lineKeys are the numbers by which the formulas find a line.
type lineKeys struct {
	spot
	item, fund int
}

// addLine adds a line to all sums it belongs to.
func (t *tally) addLine(l payroll.ReportLine, ordinary bool) (lineKeys, error) {
	s, err := t.find(l.Person, l.Township, l.Village)
	if err != nil {
		return lineKeys{}, err
	}
	k := lineKeys{spot: s, item: t.itemNo[l.Item], fund: t.fundNo[l.Fund]}
	if k.item == 0 {
		return k, unknown(l.Item, l.Person)
	}
	if k.fund == 0 {
		return k, unknown(l.Fund, l.Person)
	}
	t.due, t.committed = t.due+l.Due, t.committed+l.Committed
	t.items[k.item-1].add(l, ordinary)
	t.funds[k.fund-1].add(l)
	for _, p := range []*placeSums{&t.all, &t.each[len(t.each)-1], t.sums(t.byTown, s, s.townKey), t.sums(t.byUnit, s, s.unitKey)} {
		p.add(l, k.item)
	}
	return k, nil
}

func (s *itemSums) add(l payroll.ReportLine, ordinary bool) {
	s.lines++
	switch {
	case ordinary:
		s.month += l.Fen
	case l.Fen > 0:
		s.back += l.Fen
	default:
		s.recover += l.Fen
	}
}

func (s *itemSums) total() money.Fen { return s.month + s.back + s.recover }

func (s *fundSums) add(l payroll.ReportLine) {
	s.lines++
	if l.Deduction {
		s.deduction += l.Fen
	} else {
		s.gross += l.Fen
	}
}

func (p *placeSums) add(l payroll.ReportLine, item int) {
	p.lines++
	if l.Deduction {
		p.deduction += l.Fen
	} else {
		p.gross += l.Fen
	}
	if p.items != nil {
		p.items[item-1] += l.Fen
	}
}

// addPerson adds a person to the sums. Errors: workbook.unknown, and
// workbook.person where gross - deduction + reissued = pay + held - owed does not hold.
func (t *tally) addPerson(p payroll.ReportPerson) (spot, error) {
	s, err := t.find(p.Person, p.Township, p.Village)
	if err != nil {
		return s, err
	}
	if p.Gross-p.Deduction+p.Reissued != p.Pay+p.Held-p.Owed {
		return s, message.Err("workbook.person", p.Person, p.Gross, p.Deduction, p.Pay, p.Held, p.Owed)
	}
	t.status[p.Status]++
	for _, sums := range []*placeSums{&t.all, &t.each[len(t.each)-1], t.sums(t.byTown, s, s.townKey), t.sums(t.byUnit, s, s.unitKey)} {
		sums.held, sums.owed, sums.reissued, sums.pay = sums.held+p.Held, sums.owed+p.Owed, sums.reissued+p.Reissued, sums.pay+p.Pay
		if p.Pay > 0 {
			sums.payees++
		}
	}
	return s, nil
}

// addChange adds a change to the bridge of its batch and gives the number of its step.
func (t *tally) addChange(c payroll.ReportChange) int64 {
	b := &t.bridges[len(t.bridges)-1]
	i := slices.IndexFunc(b.steps, func(s step) bool { return s.part == c.Part && slices.Equal(s.causes, c.Causes) })
	if i < 0 {
		i = len(b.steps)
		t.numbered++
		b.steps = append(b.steps, step{no: t.numbered, part: c.Part, causes: c.Causes})
	}
	b.steps[i].count++
	b.steps[i].fen += c.Now - c.Before
	return b.steps[i].no
}

// ordered lists places by township and unit, those without a place last.
func ordered(list map[int64]*placeSums) []*placeSums {
	out := make([]*placeSums, 0, len(list))
	for _, p := range list {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b *placeSums) int {
		return cmp.Or(cmp.Compare(rank(a.townKey), rank(b.townKey)), cmp.Compare(a.unitKey, b.unitKey))
	})
	return out
}

func rank(key int64) uint64 { return uint64(key) - 1 } // 0 wraps to the end

func unknown(code string, person int64) error {
	return message.Err("workbook.unknown", code, person)
}

// placeNames are names for places that only an earlier batch knows: the code
// stands for the name.
func (t *tally) placeNames(township, village string) (string, string) {
	s, ok := t.places[[2]string{township, village}]
	if ok {
		return s.township, s.village
	}
	if s, ok = t.places[[2]string{township, ""}]; ok {
		return s.township, village
	}
	return township, village
}

// ofPerson says whose row was refused: 明细!R7 说明 #1042.
func ofPerson(err error, person int64) error {
	var m *message.Error
	if errors.As(err, &m) && len(m.Args) > 0 {
		m.Args[0] += " #" + strconv.FormatInt(person, 10)
	}
	return err
}
