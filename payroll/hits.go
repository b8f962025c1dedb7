package payroll

import (
	"context"
	"slices"
	"strings"

	"zhida/rules/calendar"
	"zhida/rules/facts"
)

// Hits are what a few characters are part of. Of each kind at most MostHits, More says that there are others.
type Hits struct {
	People   []Found
	Batches  []Batch
	Policies []AdoptedPolicy
	Incomes  []string      // documents that brought money
	Places   []ReportPlace // with the code of their township
	More     bool
}

// MostHits bounds each kind of hit.
const MostHits = 50

// Search looks for people by number, whole ID number, whole name, or the last four to six characters of their ID number or of an
// account they are or were paid to; for batches by number or month; for documents by a part of their number; for places by code or a
// part of their name. Errors: none of its own, what is not found is not there.
func (b *Book) Search(ctx context.Context, text string) (h Hits, err error) {
	text = strings.ToUpper(strings.TrimSpace(text))
	if text == "" {
		return h, nil
	}
	if h.People, err = b.Find(ctx, text); err != nil {
		return h, err
	}
	known := map[int64]bool{}
	for _, p := range h.People {
		known[p.Person] = true
	}
	err = b.view(ctx, func(r Reader) error {
		for _, part := range []func() error{
			func() error { return h.byEnd(ctx, r, text, known) },
			func() error { return h.batches(ctx, r, text) },
			func() error { return h.documents(ctx, r, text) },
			func() error { return h.places(ctx, r, text) },
		} {
			if err := part(); err != nil {
				return err
			}
		}
		return nil
	})
	h.People = bounded(&h, h.People)
	h.Batches = bounded(&h, h.Batches)
	h.Policies = bounded(&h, h.Policies)
	h.Incomes = bounded(&h, h.Incomes)
	h.Places = bounded(&h, h.Places)
	return h, err
}

func bounded[T any](h *Hits, list []T) []T {
	if len(list) > MostHits {
		h.More = true
		return list[:MostHits]
	}
	return list
}

// byEnd looks for the end of an ID number or account. Shorter ends than four would find half a county.
func (h *Hits) byEnd(ctx context.Context, r Reader, text string, known map[int64]bool) error {
	if len(text) < 4 || len(text) > 6 || strings.Trim(strings.TrimSuffix(text, "X"), "0123456789") != "" {
		return nil
	}
	found := map[int64]Found{}
	hear := func(p *facts.Person) error {
		hit := slices.ContainsFunc(p.Profiles, func(f facts.Profile) bool { return strings.HasSuffix(f.ID.Full(), text) }) ||
			slices.ContainsFunc(p.Accounts, func(a facts.Account) bool { return strings.HasSuffix(a.Card.Full(), text) })
		if n := len(p.Profiles); hit && n > 0 && !known[p.No] {
			f := p.Profiles[n-1]
			found[p.No] = Found{p.No, f.Name, f.ID, f.Place}
		}
		return nil
	}
	for _, about := range []About{{IDEnd: text[len(text)-4:]}, {CardEnd: text[len(text)-4:]}} {
		if err := eachOf(ctx, r, &about, []facts.Kind{facts.KindPerson, facts.KindAccount}, hear); err != nil {
			return err
		}
	}
	for _, no := range sortedNumbers(found) {
		h.People = append(h.People, found[no])
	}
	return nil
}

func (h *Hits) batches(ctx context.Context, r Reader, text string) error {
	id, noID := ParseBatchID(text)
	month, noMonth := calendar.ParseMonth(text)
	if noID != nil && noMonth != nil {
		return nil
	}
	all, err := r.Batches(ctx)
	for _, x := range all {
		if noID == nil && x.ID == id || noMonth == nil && x.ID.Month() == month {
			h.Batches = append(h.Batches, x)
		}
	}
	return err
}

func (h *Hits) documents(ctx context.Context, r Reader, text string) error {
	all, err := r.AllPolicies(ctx)
	if err != nil {
		return err
	}
	for _, p := range all {
		if strings.Contains(strings.ToUpper(p.Document), text) || strings.Contains(p.Title, text) {
			h.Policies = append(h.Policies, p)
		}
	}
	return r.Facts(ctx, FactQuery{Kinds: []facts.Kind{facts.KindTransfer, facts.KindAuthority}}, func(f Fact) error {
		var t transferFact
		err := decode(f, &t)
		if strings.Contains(strings.ToUpper(t.Document), text) && !slices.Contains(h.Incomes, t.Document) {
			h.Incomes = append(h.Incomes, t.Document)
		}
		return err
	})
}

func (h *Hits) places(ctx context.Context, r Reader, text string) error {
	latest := map[string]string{}
	if err := r.Facts(ctx, FactQuery{Kinds: []facts.Kind{facts.KindPlace}}, func(f Fact) error {
		var p facts.Place
		err := decode(f, &p)
		latest[p.Code] = p.Name
		return err
	}); err != nil {
		return err
	}
	for _, code := range sortedKeys(latest) {
		if code == text || strings.Contains(strings.ToUpper(latest[code]), text) {
			h.Places = append(h.Places, ReportPlace{code, latest[code], facts.Township(code)})
		}
	}
	return nil
}
