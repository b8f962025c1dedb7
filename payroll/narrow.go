package payroll

import (
	"strconv"
	"strings"

	"zhida/rules/facts"
	"zhida/rules/message"
)

// Narrow is what a correction is narrowed to: one person, the people of one place,
// or one item. The zero value is everything.
type Narrow struct {
	Person int64
	Place  string // division code of a township or village
	Item   string // code
}

// String is the form at rest: person:12, place:430725101, item:regional_allowance; "" for everything.
func (n Narrow) String() string {
	switch {
	case n.Person != 0:
		return "person:" + num(n.Person)
	case n.Place != "":
		return "place:" + n.Place
	case n.Item != "":
		return "item:" + n.Item
	}
	return ""
}

// ParseNarrow reads the form at rest. Error: run.narrow.
func ParseNarrow(s string) (n Narrow, err error) {
	kind, value, _ := strings.Cut(s, ":")
	switch {
	case s == "":
		return n, nil
	case kind == "person":
		n.Person, err = strconv.ParseInt(value, 10, 64)
	case kind == "place":
		n.Place = value
	case kind == "item":
		n.Item = value
	}
	if err != nil || n.String() != s {
		return n, message.Err("run.narrow", s)
	}
	return n, nil
}

// all says that nothing is left out.
func (n Narrow) all() bool { return n == Narrow{} }

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
