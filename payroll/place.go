package payroll

import (
	"context"
	"slices"

	"zhida/payroll/ledger"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/money"
)

// PlaceAccount is what the people of a place were paid, month by month.
type PlaceAccount struct {
	Months  []calendar.Month // that have a committed batch, at most twelve
	Batches []BatchID        // of these months: those that had somebody of the place
	People  []PlacePerson    // by person: who is on the roster now, and who was paid in the months
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
		people := map[int64]*PlacePerson{}
		err = eachOf(ctx, r, at(place), []facts.Kind{facts.KindPerson, facts.KindSpell}, func(p *facts.Person) error {
			if m, ok := memberOn(p, on); ok && within(m.Place, place) {
				people[m.Person] = &PlacePerson{Member: m, Here: true}
			}
			return nil
		})
		if err != nil {
			return err
		}
		err = r.SettledAt(ctx, ids, place, func(s Settlement) error {
			if !slices.Contains(a.Batches, s.Batch) {
				a.Batches = append(a.Batches, s.Batch)
			}
			if s.Pay == 0 && people[s.Person] == nil {
				return nil
			}
			if people[s.Person] == nil {
				people[s.Person] = &PlacePerson{Member: Member{Person: s.Person, Name: s.Name, Category: s.Category, Place: s.Place}}
			}
			p := people[s.Person]
			if p.Paid == nil {
				p.Paid = make([]money.Fen, len(months))
			}
			p.Paid[slices.Index(months, s.Batch.Month())] += s.Pay
			p.Sum += s.Pay
			return nil
		})
		for _, no := range sortedNumbers(people) {
			if people[no].Paid == nil {
				people[no].Paid = make([]money.Fen, len(months))
			}
			a.People = append(a.People, *people[no])
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
	err = b.view(ctx, func(r Reader) error { list, err = daysReported(ctx, r, month); return err })
	return list, err
}

func daysReported(ctx context.Context, r Reader, month calendar.Month) (list []ReportedDays, err error) {
	err = r.DaysReported(ctx, month, func(x ReportedDays) error { list = append(list, x); return nil })
	return list, err
}

// PersonDays are the days and absences of somebody in a month, as known now.
type PersonDays struct {
	Member         // zero but for number and name of who is not on the roster any more
	Days     []int // reported by the place, by kind
	Absences []facts.Absence
}

// Attendance gives the days and absences in a month of the people of a township or village: who was on its roster on a day of the
// month, as last then, and whose days it reported; by person. Kinds are those of the days, in their order.
func (b *Book) Attendance(ctx context.Context, place string, month calendar.Month) (kinds []string, list []PersonDays, err error) {
	days := []map[string]int{}
	err = b.view(ctx, func(r Reader) error {
		return eachOf(ctx, r, at(place), []facts.Kind{facts.KindPerson, facts.KindSpell, facts.KindDay, facts.KindAbsence}, func(p *facts.Person) error {
			m, until, here := lastHere(p, place, month)
			if !here {
				m = Member{Person: p.No}
				if f := (&file{Person: *p}).profileOn(month.Last()); f != nil {
					m.Name = f.Name
				}
			}
			x, own := PersonDays{Member: m}, map[string]int{}
			for _, d := range p.Days {
				if d.Date.Month() != month || !within(d.Place, place) {
					continue
				}
				own[d.Kind]++
				if !slices.Contains(kinds, d.Kind) {
					kinds = append(kinds, d.Kind)
				}
			}
			for _, a := range p.Absences {
				if here && a.From <= until && (a.To == 0 || a.To >= month.First()) {
					x.Absences = append(x.Absences, a)
				}
			}
			if here || len(own) > 0 {
				list, days = append(list, x), append(days, own)
			}
			return nil
		})
	})
	slices.Sort(kinds)
	for i := range list {
		for _, k := range kinds {
			list[i].Days = append(list[i].Days, days[i][k])
		}
	}
	return kinds, list, err
}

// lastHere is the last day of a month that somebody is at a place, and how the roster has them then.
func lastHere(p *facts.Person, place string, month calendar.Month) (m Member, on calendar.Date, here bool) {
	for on = month.Last(); on >= month.First(); on = on.AddDays(-1) {
		if m, here = memberOn(p, on); here && within(m.Place, place) {
			return m, on, true
		}
	}
	return Member{}, 0, false
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
