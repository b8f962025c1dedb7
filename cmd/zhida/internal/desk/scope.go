package desk

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"zhida/payroll"
	"zhida/rules/facts"
	"zhida/rules/message"
)

// scope is the part of the county that a visitor sees: of the office of a township that township with its villages. Whatever a page
// takes from an address, and whatever it lists, is held against it here, so that what lies outside is answered as what does not exist.
type scope struct {
	whole     bool
	townships []string // codes; of who acts for several offices those of all
}

func scopeOf(a payroll.Actor) (s scope) {
	for _, r := range a.Roles {
		if code := r.Township(); code != "" {
			s.townships = append(s.townships, code)
		}
	}
	slices.Sort(s.townships)
	s.whole = may(a, readers) || len(s.townships) == 0 // other departments own facts of the whole county
	return s
}

// has says whether a place lies in it.
func (s scope) has(place string) bool {
	return s.whole || slices.Contains(s.townships, facts.Township(place))
}

// first is the place of a list that names none: "" for the county.
func (s scope) first() string {
	if s.whole {
		return ""
	}
	return s.townships[0]
}

func (r *request) scope() scope { return scopeOf(r.visit.actor) }

// placeNames are the names of the places that the visitor sees, by code.
func (r *request) placeNames() (map[string]string, error) {
	names, err := r.desk.book.PlaceNames(r.Context())
	s := r.scope()
	for code := range names {
		if !s.has(code) {
			delete(names, code)
		}
	}
	return names, err
}

// rolesText are roles in words, those of townships' offices by the names of the townships.
func (d *Desk) rolesText(ctx context.Context, roles []payroll.Role, lang message.Lang) string {
	words := make([]string, len(roles))
	var names map[string]string
	for i, x := range roles {
		if code := x.Township(); code != "" {
			if names == nil {
				var err error
				if names, err = d.book.PlaceNames(ctx); err != nil { // the code says it as well
					d.Log.Error("no names of places", "error", err)
					names = map[string]string{}
				}
			}
			x = payroll.Owner(cmp.Or(names[code], code))
		}
		words[i] = message.Said(lang, x.Chinese())
	}
	if lang == message.English {
		return strings.Join(words, ", ")
	}
	return strings.Join(words, "、")
}

// place is the place that the address names, with the names of all that the visitor sees. Error: desk.no_page.
func (r *request) place() (code string, names map[string]string, err error) {
	code = r.PathValue("code")
	names, err = r.placeNames()
	if err == nil && names[code] == "" {
		err = message.Err("desk.no_page")
	}
	return code, names, err
}

// formLists are what forms offer the visitor.
func (r *request) formLists() (payroll.FormLists, error) {
	lists, err := r.desk.book.FormLists(r.Context())
	s := r.scope()
	for code := range lists.Names {
		if !s.has(code) {
			delete(lists.Names, code)
		}
	}
	lists.Places = slices.DeleteFunc(lists.Places, func(text string) bool {
		code, _, _ := strings.Cut(text, " ")
		return !s.has(code)
	})
	return lists, err
}

// noticed reads the batch that the address names, for its notices: offices of townships see only what is approved. Errors: batch.missing.
func (r *request) noticed() (payroll.BatchID, error) {
	id, err := r.batch()
	if err != nil || r.scope().whole {
		return id, err
	}
	b, err := r.desk.book.Batch(r.Context(), id)
	if err == nil && !b.State.Committed() {
		err = message.Err("batch.missing", id)
	}
	return id, err
}

// proposal is an open or decided one that is for the visitor's eyes. Error: proposal.missing.
func (r *request) proposal(position int64) (payroll.Proposal, error) {
	list, err := r.desk.book.ProposalList(r.Context(), false)
	if err != nil {
		return payroll.Proposal{}, err
	}
	i := slices.IndexFunc(list, func(p payroll.Proposal) bool { return p.Position == position && r.sees(p) })
	if i < 0 {
		return payroll.Proposal{}, message.Err("proposal.missing", position)
	}
	return list[i], nil
}

// paid leaves those of a list of payments that were made to people whom the visitor sees.
func (s scope) paid(list []payroll.PaidOut) []payroll.PaidOut {
	return slices.DeleteFunc(list, func(p payroll.PaidOut) bool { return !s.has(p.Place) })
}
