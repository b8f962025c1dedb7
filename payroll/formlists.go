package payroll

import (
	"context"
	"maps"
	"slices"

	"zhida/rules/facts"
	"zhida/rules/message"
)

// FormLists are what the book can offer to somebody who fills in a form.
type FormLists struct {
	Places    []string          // 430725101 陬市镇; townships, each with its villages
	Names     map[string]string // name by code
	Words     Words
	Posts     []string // that people hold or held at a township
	Ranks     []string
	Items     []string // printed names
	Funds     []string // codes
	Documents []string // numbers of the adopted documents
	Banks     []string // codes of the banks that the county pays through
}

// FormLists gathers what forms can offer as the book stands.
func (b *Book) FormLists(ctx context.Context) (l FormLists, err error) {
	l.Names = map[string]string{}
	err = b.view(ctx, func(r Reader) error {
		err := r.Facts(ctx, FactQuery{Kinds: []facts.Kind{facts.KindPlace}}, func(f Fact) error {
			var p facts.Place
			err := decode(f, &p)
			l.Names[p.Code] = p.Name // ordered by first day: the last one stays
			return err
		})
		if err != nil {
			return err
		}
		for _, code := range slices.Sorted(maps.Keys(l.Names)) { // a village's code begins with its township's
			l.Places = append(l.Places, code+" "+l.Names[code])
		}
		if err := l.fromPolicies(ctx, r); err != nil {
			return err
		}
		if err := l.fromSpells(ctx, r); err != nil {
			return err
		}
		if l.Words, err = wordsOf(ctx, r); err != nil {
			return err
		}
		county, err := settingsAt(ctx, r, 0)
		if message.Code(err) == "settings.none" {
			return nil
		}
		if err != nil {
			return err
		}
		for _, x := range county.Funds {
			l.Funds = append(l.Funds, x.Code)
		}
		l.Banks = slices.Sorted(maps.Keys(county.Banks))
		return nil
	})
	return l, err
}

// fromPolicies takes items and document numbers.
func (l *FormLists) fromPolicies(ctx context.Context, r Reader) error {
	granted, err := grantedAt(ctx, r, 0)
	if err != nil {
		return err
	}
	for _, g := range granted {
		l.Documents = with(l.Documents, g.Policy.Document.Number)
		for _, it := range g.Policy.Items {
			l.Items = with(l.Items, it.Name)
		}
	}
	return nil
}

// fromSpells takes posts and ranks that people hold or held, in the order of their names.
func (l *FormLists) fromSpells(ctx context.Context, r Reader) error {
	posts, ranks := map[string]bool{}, map[string]bool{}
	err := r.Posts(ctx, func(x PostRow) error {
		posts[x.Post], ranks[x.Rank] = posts[x.Post] || x.Township, true
		return nil
	})
	delete(ranks, "")
	maps.DeleteFunc(posts, func(_ string, atTownship bool) bool { return !atTownship })
	l.Posts, l.Ranks = with(l.Posts, sortedKeys(posts)...), with(l.Ranks, sortedKeys(ranks)...)
	return err
}

// with adds what a list does not have yet.
func with(list []string, more ...string) []string {
	for _, s := range more {
		if s != "" && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}
