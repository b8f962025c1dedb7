package payroll

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
)

// Payslips are what persons learn of their pay in a batch.
type Payslips struct {
	Head  ReportHead
	Since calendar.Month // first pay month of this book where it began within the year, else 0: sums of the year begin there
	Slips []Payslip      // by place and number
}

// Payslip is what one person learns of their pay, in fen:
// Gross - Deduction + Reissued = Pay + Held - Owed.
type Payslip struct {
	Person                                      int64
	Name                                        string
	IDMasked                                    string
	Category                                    facts.Category
	Township                                    string // code
	Place                                       string // name, with the township's in front
	Lines                                       []PayslipLine
	Year                                        []PayslipYear // in the order of the batch's items, then by code
	Gross, Deduction, Held, Owed, Reissued, Pay money.Fen
	Bank, CardMasked                            string
	Others                                      []string // payments to somebody else than the person, in words
	Reason                                      string   // why less is paid than is due, or nothing; "" otherwise
}

// PayslipLine is one line in the person's words.
type PayslipLine struct {
	Item      string // printed name
	Month     calendar.Month
	Deduction bool
	Fen       money.Fen
	Document  string
	Sentence  string
	Corrected bool // a difference to what was committed before for the month
}

// PayslipYear is what an item comes to over the committed batches of the year in the channel.
type PayslipYear struct {
	Item      string // printed name
	Deduction bool
	Fen       money.Fen
}

// Payslips gathers the slips of a batch: of one person, or of all that have anything in it
// (person 0). The batch counts into the sums of its year whether it is committed or not.
// Errors: batch.missing, payslip.none when the person has nothing in the batch.
func (b *Book) Payslips(ctx context.Context, id BatchID, person int64) (out Payslips, err error) {
	err = b.view(ctx, func(r Reader) error {
		p, err := newReport(ctx, r, id)
		if err != nil {
			return err
		}
		out.Head = p.head
		places, err := p.placeNames()
		if err != nil {
			return err
		}
		at := map[int64]int{}
		for _, no := range p.order {
			s := p.people[no].settlement
			if person != 0 && no != person {
				continue
			}
			at[no] = len(out.Slips)
			out.Slips = append(out.Slips, Payslip{Person: no, Name: s.Name, IDMasked: p.people[no].id, Category: s.Category, Township: facts.Township(s.Place), Place: places(s.Place),
				Gross: s.Gross, Deduction: s.Deduction, Held: s.Held, Owed: s.Owed, Reissued: s.Reissued, Pay: s.Pay, Bank: p.people[no].bank, CardMasked: p.people[no].card, Others: p.people[no].others})
			if s.Status != Paid || s.Owed != 0 {
				out.Slips[len(out.Slips)-1].Reason = reasonText(&s)
			}
		}
		err = r.Lines(ctx, LineQuery{Batch: id, Person: person}, func(l Line) error {
			i, known := at[l.Person]
			if !known || l.Text >= len(p.texts) {
				return message.Err("batch.tampered", id)
			}
			out.Slips[i].Lines = append(out.Slips[i].Lines, PayslipLine{p.names[l.Item], l.Month, l.Side == Deduction, l.Fen, p.documents[l.Policy], p.texts[l.Text], l.Committed != 0})
			return nil
		})
		if err != nil {
			return err
		}
		order := map[string]int{}
		for i, it := range p.head.Items {
			order[it.Name] = i
		}
		if out.Since, err = p.yearSums(at, out.Slips); err != nil {
			return err
		}
		out.Slips = slices.DeleteFunc(out.Slips, func(s Payslip) bool {
			return len(s.Lines) == 0 && s.Pay == 0 && s.Held == 0 && s.Owed == 0 && s.Reissued == 0
		})
		slices.SortStableFunc(out.Slips, func(x, y Payslip) int {
			return strings.Compare(p.people[x.Person].settlement.Place, p.people[y.Person].settlement.Place)
		})
		for _, s := range out.Slips { // what is due before what is withheld, each in print order
			slices.SortStableFunc(s.Lines, func(x, y PayslipLine) int {
				return cmp.Or(compareSides(x.Deduction, y.Deduction), cmp.Compare(order[x.Item], order[y.Item]), cmp.Compare(x.Month, y.Month))
			})
		}
		return nil
	})
	if err == nil && person != 0 && len(out.Slips) == 0 {
		err = message.Err("payslip.none", person, id)
	}
	return out, err
}

// compareSides puts what is due before what is withheld.
func compareSides(x, y bool) int {
	switch {
	case x == y:
		return 0
	case y:
		return -1
	}
	return 1
}

// placeNames gives places their names with the township's in front, as known at the
// batch's horizon.
func (p *batchReport) placeNames() (func(code string) string, error) {
	meta, err := p.r.Meta(p.ctx)
	if err != nil {
		return nil, err
	}
	world, err := loadWorld(p.ctx, p.r, meta, p.head.Batch.Horizon)
	return func(code string) string { return villageName(world, code) }, err
}

// yearSums fills in what each item comes to over the channel's committed batches of the year that were
// computed no later than this one. It gives the month in which the book begins, where that
// lies within the year.
func (p *batchReport) yearSums(at map[int64]int, slips []Payslip) (since calendar.Month, err error) {
	batch := p.head.Batch
	year := batch.ID.Month().Year()
	batches, err := p.r.Batches(p.ctx)
	if err != nil || len(slips) == 0 {
		return 0, err
	}
	meta, err := p.r.Meta(p.ctx)
	if err != nil {
		return 0, err
	}
	if start := cutover(meta, batches); start.Year() == year && start.Number() > 1 {
		since = start
	}
	ids := []BatchID{batch.ID}
	for _, x := range batches {
		if x.ID != batch.ID && x.Channel == batch.Channel && x.ID.Month().Year() == year && x.State.Committed() && (x.Horizon < batch.Horizon || x.Horizon == batch.Horizon && x.ID < batch.ID) {
			ids = append(ids, x.ID)
		}
	}
	granted, err := readGranted(p.policies)
	if err != nil {
		return 0, err
	}
	items := latestItems(granted)
	first, last := slips[0].Person, slips[len(slips)-1].Person // still by number
	err = p.r.Committed(p.ctx, ids, first, last, func(x CommittedSum) error {
		i, known := at[x.Person]
		if !known {
			return nil
		}
		list := &slips[i].Year
		name, deduction := p.names[x.Item], items[x.Item] != nil && items[x.Item].Deduction
		for k := range *list {
			if (*list)[k].Item == name && (*list)[k].Deduction == deduction {
				(*list)[k].Fen += x.Fen
				return nil
			}
		}
		*list = append(*list, PayslipYear{name, deduction, x.Fen})
		return nil
	})
	order := map[string]int{}
	for code, it := range items {
		order[p.names[code]] = it.Order
	}
	for _, s := range slips {
		slices.SortStableFunc(s.Year, func(x, y PayslipYear) int {
			return cmp.Or(compareSides(x.Deduction, y.Deduction), cmp.Compare(order[x.Item], order[y.Item]), cmp.Compare(x.Item, y.Item))
		})
	}
	return since, err
}
