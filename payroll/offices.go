package payroll

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
)

// offices are what a village has once, by the words for the post.
var offices = map[string]string{
	"书记": "书记", "支部书记": "书记", "党支部书记": "书记", "党总支书记": "书记", "村支书": "书记", "村书记": "书记", "村党组织书记": "书记",
	"主任": "主任", "村主任": "主任", "村委会主任": "主任", "村民委员会主任": "主任",
	"监委会主任": "监委会主任", "村务监督委员会主任": "监委会主任",
}

// officeOf is the office of a village that a spell is about; "" for posts that several may hold.
func officeOf(f Fact) string {
	place, rest, _ := strings.Cut(f.Key, "|")
	post, _, _ := strings.Cut(rest, "|")
	if f.Kind != facts.KindSpell || len(place) != 12 || offices[post] == "" {
		return ""
	}
	return place + "|" + offices[post]
}

// holding is a spell in an office as it would stand after an import.
type holding struct {
	Fact
	who factKey // of the person alone
	row int     // of the import; -1 for one of the book
}

// sharing is the state of looking for offices that two would hold.
type sharing struct {
	*knownFacts
	ctx   context.Context
	r     Reader
	in    *ImportBatch
	wrong []message.Problems // by row
	notes []message.Message
}

// judge refuses rows by which two people would hold an office of a village on the
// same days: whoever comes in by tenure, change or election. out says which rows stay out, and left has the groups that do;
// it grows. Two spells that have both ended are told of: villages are merged and bring
// their predecessors' posts along, and whether service counts is for the organisation department to say.
// Seen as mended, nobody is refused for somebody of whom a row is astray: it may be what ends their post.
func (k *sharing) judge(out func(int) bool, left map[string]bool, astray map[factKey]bool, see view) error {
	book, err := k.officesHeld(k.ctx, k.r, k.in)
	if err != nil || book == nil {
		return err
	}
	for again := true; again; { // a row that stays out closes no spell, and may leave the office taken for another
		again = false
		both, firstBoth := 0, message.Message{}
		after := k.officesAfter(k.in, book, func(i int) bool { return see == asItIs && len(k.wrong[i]) > 0 || out(i) })
		for _, office := range sortedKeys(after) {
			list := after[office]
			for _, x := range list {
				if old, same := book[keyOf(x.Fact)]; x.row < 0 || same && old.From == x.From && old.To == x.To {
					continue
				}
				for _, y := range list {
					if x.who == y.who || x.From > y.To || y.From > x.To || see == asMended && (astray[x.who] || astray[y.who]) {
						continue
					}
					row := &k.in.Rows[x.row]
					p := message.Problem{File: k.in.File, Sheet: row.Sheet, Cell: row.Cell("post")}
					if p.Message, err = k.officeTaken(k.ctx, k.r, k.in, x, y); err != nil {
						return err
					}
					if x.To < k.today && y.To < k.today {
						if y.row < x.row { // each two are met once from either side
							if both++; both == 1 {
								firstBoth = p.Message
							}
						}
						continue
					}
					k.wrong[x.row] = append(k.wrong[x.row], p)
					if again = see == asItIs; row.Group != "" {
						left[row.Group] = true
					}
					break
				}
			}
		}
		k.notes = nil
		if both > 0 {
			k.notes = []message.Message{message.M("import.offices_shared", append(anys(firstBoth.Args), both)...)}
		}
	}
	return nil
}

// who is the person of a row alone: the number, or the ID of somebody who has none yet.
func (k *knownFacts) who(row *ImportRow) factKey {
	if no := k.persons[row.PersonID]; no != 0 || row.PersonID == "" {
		return factKey{person: no}
	}
	return factKey{id: row.PersonID}
}

// officesHeld are the spells of the book in the offices that rows of a file begin or change; nil when there are none such rows.
func (k *knownFacts) officesHeld(ctx context.Context, r Reader, in *ImportBatch) (map[factKey]Fact, error) {
	concerned := map[string]bool{}
	for i := range in.Rows {
		if office := officeOf(in.Rows[i].Fact); office != "" {
			concerned[office] = true
		}
	}
	if len(concerned) == 0 {
		return nil, nil
	}
	last, err := r.LastPerson(ctx)
	if err != nil {
		return nil, err
	}
	book := map[factKey]Fact{}
	if last == 0 {
		return book, nil
	}
	return book, r.Facts(ctx, FactQuery{First: 1, Last: last, Kinds: []facts.Kind{facts.KindSpell}}, func(f Fact) error {
		if concerned[officeOf(f)] {
			book[keyOf(f)] = f
		}
		return nil
	})
}

// officesAfter are the spells in each office as they would stand without the rows that are out, those
// of the book first and then those of the file in its order.
func (k *knownFacts) officesAfter(in *ImportBatch, book map[factKey]Fact, out func(int) bool) map[string][]holding {
	rows := map[factKey]bool{}
	after := map[string][]holding{}
	for i := range in.Rows {
		f := in.Rows[i].Fact
		office := officeOf(f)
		if office == "" || out(i) {
			continue
		}
		who := k.who(&in.Rows[i])
		if f.Person = who.person; who.person != 0 {
			rows[keyOf(f)] = true
		}
		if !in.Rows[i].Withdraw {
			after[office] = append(after[office], holding{f, who, i})
		}
	}
	for key, f := range book {
		if !rows[key] {
			after[officeOf(f)] = append(after[officeOf(f)], holding{f, factKey{person: f.Person}, -1})
		}
	}
	for _, list := range after {
		slices.SortStableFunc(list, func(a, b holding) int { return cmp.Or(cmp.Compare(a.row, b.row), compareFacts(a.Fact, b.Fact)) })
	}
	return after
}

// officeTaken says who else holds an office on days of a spell.
func (k *knownFacts) officeTaken(ctx context.Context, r Reader, in *ImportBatch, x, other holding) (message.Message, error) {
	place, _, _ := strings.Cut(x.Key, "|")
	name := ""
	if other.row >= 0 {
		name = in.Rows[other.row].PersonName
	} else if err := r.Facts(ctx, FactQuery{First: other.Person, Last: other.Person, Kinds: []facts.Kind{facts.KindPerson}}, func(f Fact) error {
		var p facts.Profile
		err := decode(f, &p)
		name = p.Name // ordered by first day: the last one stays
		return err
	}); err != nil {
		return message.Message{}, err
	}
	_, post, _ := strings.Cut(officeOf(x.Fact), "|")
	switch {
	case other.To == calendar.Forever:
		return message.M("import.office_held", place, post, name, other.From), nil
	}
	return message.M("import.office_taken", place, post, name, other.From, other.To), nil
}
