package workbook

import (
	"cmp"
	"errors"
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
	due, committed money.Fen
	status         map[payroll.Status]int64

	cells []cell // of the row in hand, used again
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

	payees          int64
	held, owed, pay money.Fen
}

// itemSums tell the month of the batch from what is paid or taken back for others.
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
func (t *tally) addLine(l payroll.ReportLine, thisMonth bool) (lineKeys, error) {
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
	t.items[k.item-1].add(l, thisMonth)
	t.funds[k.fund-1].add(l)
	for _, p := range []*placeSums{&t.all, t.sums(t.byTown, s, s.townKey), t.sums(t.byUnit, s, s.unitKey)} {
		p.add(l, k.item)
	}
	return k, nil
}

func (s *itemSums) add(l payroll.ReportLine, thisMonth bool) {
	s.lines++
	switch {
	case thisMonth:
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
// workbook.person where gross - deduction = pay + held - owed does not hold.
func (t *tally) addPerson(p payroll.ReportPerson) (spot, error) {
	s, err := t.find(p.Person, p.Township, p.Village)
	if err != nil {
		return s, err
	}
	if p.Gross-p.Deduction+p.Reissued != p.Pay+p.Held-p.Owed {
		return s, message.Err("workbook.person", p.Person, p.Gross, p.Deduction, p.Pay, p.Held, p.Owed)
	}
	t.status[p.Status]++
	for _, sums := range []*placeSums{&t.all, t.sums(t.byTown, s, s.townKey), t.sums(t.byUnit, s, s.unitKey)} {
		sums.held, sums.owed, sums.pay = sums.held+p.Held, sums.owed+p.Owed, sums.pay+p.Pay
		if p.Pay > 0 {
			sums.payees++
		}
	}
	return s, nil
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
