package payroll

import (
	"cmp"
	"context"
	"slices"

	"zhida/payroll/ledger"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/money"
)

// PlaceAccount is what the people of a place were paid, month by month.
type PlaceAccount struct {
	Months []calendar.Month // that have a committed batch, at most twelve
	People []PlacePerson    // by person: who is on the roster now, and who was paid in the months
}

// PlacePerson is somebody of a place. A month's payments are those of its batches that had the person there.
type PlacePerson struct {
	Member
	Here bool        // on the roster of the place now; else Posts is empty
	Paid []money.Fen // by month, to cards
	Sum  money.Fen
}

// PlaceAccount adds up what the people of a village, or of a township with its villages, were paid in the twelve months up to one,
// beside who is there on a day.
func (b *Book) PlaceAccount(ctx context.Context, place string, on calendar.Date) (a PlaceAccount, err error) {
	err = b.view(ctx, func(r Reader) error {
		batches, err := r.Batches(ctx)
		if err != nil {
			return err
		}
		ids, months := lastMonths(batches, on.Month())
		a.Months = months
		at := map[int64]*PlacePerson{}
		err = eachOf(ctx, r, place, []facts.Kind{facts.KindPerson, facts.KindSpell}, func(p *facts.Person) error {
			if m, ok := memberOn(p, on); ok && within(m.Place, place) {
				at[m.Person] = &PlacePerson{Member: m, Here: true}
			}
			return nil
		})
		if err != nil {
			return err
		}
		err = r.SettledAt(ctx, ids, place, func(s Settlement) error {
			if s.Pay == 0 && at[s.Person] == nil {
				return nil
			}
			if at[s.Person] == nil {
				at[s.Person] = &PlacePerson{Member: Member{Person: s.Person, Name: s.Name, Category: s.Category, Place: s.Place}}
			}
			p := at[s.Person]
			if p.Paid == nil {
				p.Paid = make([]money.Fen, len(months))
			}
			p.Paid[slices.Index(months, s.Batch.Month())] += s.Pay
			p.Sum += s.Pay
			return nil
		})
		for _, no := range sortedNumbers(at) {
			if at[no].Paid == nil {
				at[no].Paid = make([]money.Fen, len(months))
			}
			a.People = append(a.People, *at[no])
		}
		return err
	})
	return a, err
}

// ReportedDays are the days of a kind that were reported for a month, by township, as known now.
type ReportedDays struct {
	Township string // code
	Kind     string // 下村 …
	People   int
	Days     int
}

// DaysReported adds up the days that townships have reported for a month, by township and kind.
func (b *Book) DaysReported(ctx context.Context, month calendar.Month) (list []ReportedDays, err error) {
	type key struct{ township, kind string }
	type sum struct {
		ReportedDays
		last int64
	}
	at := map[key]*sum{}
	err = b.view(ctx, func(r Reader) error {
		last, err := r.LastPerson(ctx)
		if err != nil || last == 0 {
			return err
		}
		return r.Facts(ctx, FactQuery{First: 1, Last: last, Kinds: []facts.Kind{facts.KindDay}, Since: month.First()}, func(f Fact) error {
			if f.From > month.Last() {
				return nil
			}
			var d facts.Day
			if err := decode(f, &d); err != nil {
				return err
			}
			k := key{facts.Township(d.Place), d.Kind}
			x := at[k]
			if x == nil {
				x = &sum{ReportedDays: ReportedDays{Township: k.township, Kind: k.kind}}
				at[k] = x
			}
			if x.last != f.Person { // by person
				x.last = f.Person
				x.People++
			}
			x.Days++
			return nil
		})
	})
	for _, x := range at {
		list = append(list, x.ReportedDays)
	}
	slices.SortFunc(list, func(a, b ReportedDays) int {
		return cmp.Or(cmp.Compare(a.Township, b.Township), cmp.Compare(a.Kind, b.Kind))
	})
	return list, err
}

// Purses are the purses of a fund, of a place with all that lies in it, or of both, "" being any, as the ledger has them now: what
// came in and went out since the book began, and where the rest is. By fund and place.
func (b *Book) Purses(ctx context.Context, fund, place string) (list []PurseClosing, err error) {
	err = b.view(ctx, func(r Reader) error {
		head, err := r.Head(ctx)
		if err != nil {
			return err
		}
		meta, err := r.Meta(ctx)
		if err != nil {
			return err
		}
		county, err := countyOf(ctx, r, meta)
		if err != nil {
			return err
		}
		world, err := loadWorld(ctx, r, meta, 0)
		if err != nil {
			return err
		}
		book, err := ledgerAt(ctx, r, head.Position)
		for _, k := range book.Purses() {
			if fund != "" && k.Fund != fund || place != "" && !within(k.Place, place) {
				continue
			}
			list = append(list, PurseClosing{ledger.Close(k, ledger.Sheet{}, book[k]), county.FundName(k.Fund), villageName(world, k.Place)})
		}
		return err
	})
	return list, err
}
