package payroll

import (
	"slices"
	"strconv"
	"strings"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
)

// Narrow is what a correction covers: its month, or the months since an earlier one; and
// of these everything, or one person, the people of one place, or one item. The zero
// value is everything of the month.
type Narrow struct {
	Since  calendar.Month // first pay month; 0: the batch's own month alone
	Person int64
	Place  string // division code of a township or village
	Item   string // code
	// Without is a fund whose lines a regular run leaves to a later one, because its money
	// is not there yet.
	Without string
}

// String is the form at rest: person:12, place:430725101, item:regional_allowance, before
// it since:2026-09 and a blank where there is one; "" for the zero value.
func (n Narrow) String() string {
	var words []string
	if n.Since != 0 {
		words = append(words, "since:"+n.Since.String())
	}
	switch {
	case n.Person != 0:
		words = append(words, "person:"+num(n.Person))
	case n.Place != "":
		words = append(words, "place:"+n.Place)
	case n.Item != "":
		words = append(words, "item:"+n.Item)
	}
	if n.Without != "" {
		words = append(words, "without:"+n.Without)
	}
	return strings.Join(words, " ")
}

// ParseNarrow reads the form at rest. Error: run.narrow.
func ParseNarrow(s string) (n Narrow, err error) {
	for _, word := range strings.Fields(s) {
		kind, value, _ := strings.Cut(word, ":")
		switch kind {
		case "since":
			n.Since, err = calendar.ParseMonth(value)
		case "person":
			n.Person, err = strconv.ParseInt(value, 10, 64)
		case "place":
			n.Place = value
		case "item":
			n.Item = value
		case "without":
			n.Without = value
		}
		if err != nil {
			return n, message.Err("run.narrow", s)
		}
	}
	if n.String() != s {
		return n, message.Err("run.narrow", s)
	}
	return n, nil
}

// leaves says whether a line is left to a later run.
func (n Narrow) leaves(county *County, l *Line) bool {
	return n.Without != "" && slices.ContainsFunc(county.shares(l, false), func(s fundShare) bool { return s.fund == n.Without })
}

// all says that nobody and no item is left out.
func (n Narrow) all() bool { return n == Narrow{Since: n.Since} }

// concerns says whether a line of the person is in it; place is that of the line.
func (n Narrow) concerns(person int64, item, place string) bool {
	switch {
	case n.Person != 0:
		return person == n.Person
	case n.Place != "":
		return place == n.Place || facts.Township(place) == n.Place
	case n.Item != "":
		return item == n.Item
	}
	return true
}
