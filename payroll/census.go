package payroll

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/message"
)

// CensusList is who is to be verified in a year, in the order of places and persons.
type CensusList struct {
	Unit     string // who asks
	Year     int
	Deadline calendar.Date
	People   []CensusPerson
}

// CensusPerson is one payee to be verified, with the result that is on file.
type CensusPerson struct {
	Person   int64
	ID       identity.ResidentID
	Name     string
	Category facts.Category
	Place    string        // division code
	Village  string        // its name, with the township's in front
	Age      int           // completed years at the deadline; 0 when the ID does not tell
	Result   string        // "" while there is none, VerifiedPassed, or what was found
	On       calendar.Date // of the result
	Signed   string        // by whom
}

// Census lists the payees whom the county verifies in a year, without those known
// to have died before it. Error: census.none while the settings name no census.
func (b *Book) Census(ctx context.Context, year int) (list CensusList, err error) {
	err = b.view(ctx, func(r Reader) error {
		county, err := settingsAt(ctx, r, 0)
		if err != nil {
			return err
		}
		meta, err := r.Meta(ctx)
		if err != nil {
			return err
		}
		c := county.Census
		if c == nil {
			return message.Err("census.none")
		}
		if year < c.Since {
			return message.Err("census.before", strconv.Itoa(year), strconv.Itoa(c.Since))
		}
		world, err := loadWorld(ctx, r, meta, 0)
		if err != nil {
			return err
		}
		last, err := r.LastPerson(ctx)
		if err != nil {
			return err
		}
		list = CensusList{Unit: county.Unit, Year: year, Deadline: c.deadline(year)}
		people, standings, err := loadPersons(ctx, r, 0, 1, last)
		if err != nil {
			return err
		}
		for i := range people {
			p := &people[i]
			f := profileAt(p, list.Deadline)
			died := p.Died()
			if f == nil || !slices.Contains(c.Categories, f.Category) || died != 0 && died.Month().Year() < year || beganOn(p, f.Category) > list.Deadline {
				continue
			}
			v := lastResult(standings[p.No].verified, year, calendar.Forever)
			list.People = append(list.People, CensusPerson{Person: p.No, ID: f.ID, Name: f.Name, Category: f.Category, Place: f.Place,
				Village: villageName(world, f.Place), Age: ageAt(f.ID, list.Deadline), Result: v.Result, On: v.date, Signed: v.Signed})
		}
		slices.SortStableFunc(list.People, func(x, y CensusPerson) int { return strings.Compare(x.Place, y.Place) })
		return nil
	})
	return list, err
}

// villageName is a place's name with its township's in front.
func villageName(w *facts.World, code string) string {
	if len(code) == 12 {
		return placeName(w, facts.Township(code)) + placeName(w, code)
	}
	return placeName(w, code)
}

func ageAt(id identity.ResidentID, on calendar.Date) int {
	born := id.Birth()
	if born == 0 || born > on {
		return 0
	}
	return (int(on) - int(born)) / 10000
}
