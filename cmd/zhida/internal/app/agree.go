package app

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"

	"zhida/payroll"
	"zhida/rules/identity"
	"zhida/rules/message"
)

// placed is a row and the file it stands in.
type placed struct {
	in  *payroll.ImportBatch
	row *payroll.ImportRow
	out bool // it stays out by what the file itself says
}

// agree refuses rows of several files that say different things of the same, and one card of two people, as one
// file refuses them: nobody knows which of them is right, and the order of the files would decide. Of a person's changes,
// which build on each other, two files may say the same and not each a part.
func agree(list []incoming) {
	type thing struct{ id, key string }
	about, cards := map[thing][]placed{}, map[string][]placed{}
	var rows []placed
	for _, in := range list {
		if in.err != nil || len(list) == 1 {
			continue
		}
		for i := range in.batch.Rows {
			rows = append(rows, placed{in.batch, &in.batch.Rows[i], false})
		}
		for i := range in.batch.Wrong {
			if row := &in.batch.Wrong[i]; len(row.Unread) == 0 {
				rows = append(rows, placed{in.batch, row, true})
			}
		}
	}
	// Which row is named beside another does not depend on the order of the files either.
	slices.SortStableFunc(rows, func(a, b placed) int { return cmp.Compare(a.in.File, b.in.File) })
	of := func(x placed) thing {
		if x.row.Fact.Kind == payroll.ChangeRow {
			return thing{id: x.row.PersonID}
		}
		return thing{x.row.PersonID, payroll.Thing(x.row.Fact)}
	}
	for _, x := range rows {
		about[of(x)] = append(about[of(x)], x)
		if card := payroll.OwnCard(x.row); card != "" {
			cards[card] = append(cards[card], x)
		}
	}
	for _, x := range rows {
		if x.out {
			continue
		}
		all := about[of(x)]
		for _, y := range all {
			if y.in == x.in || !contradicts(x, y, all) {
				continue
			}
			if x.row.Fact.Kind == payroll.ChangeRow {
				x.refuse("id", "change.divided", y)
			} else {
				x.refuse("", "import.contradicts", y)
			}
			break
		}
		card := payroll.OwnCard(x.row)
		if at := slices.IndexFunc(cards[card], func(y placed) bool { return y.in != x.in && y.row.PersonID != x.row.PersonID }); at >= 0 {
			x.refuse("card", "import.card_in_two", cards[card][at], identity.Card(card))
		}
	}
}

// contradicts says whether x and y, of two files, cannot both be right; all are the rows about the same.
func contradicts(x, y placed, all []placed) bool {
	if x.row.Fact.Kind != payroll.ChangeRow {
		if sameKey(x.row, y.row) {
			return differ(x.row, y.row)
		}
		return !x.row.Withdraw && !y.row.Withdraw && payroll.Clash(x.row.Fact, y.row.Fact)
	}
	said := func(row *payroll.ImportRow, in *payroll.ImportBatch) bool {
		return slices.ContainsFunc(all, func(z placed) bool { return z.in == in && sameKey(z.row, row) && !differ(z.row, row) })
	}
	return !said(x.row, y.in) && !said(y.row, x.in)
}

// refuse says of a row what is wrong with it beside one of another file.
func (x placed) refuse(column, code string, beside placed, args ...any) {
	where := beside.row.Cell(column)
	if beside.row.Sheet != "" {
		where = beside.row.Sheet + " " + where
	}
	x.in.Problems = append(x.in.Problems, message.Problem{File: x.in.File, Sheet: x.row.Sheet, Cell: x.row.Cell(column),
		Message: message.M(code, append(args, beside.in.File, where)...)})
}

func sameKey(a, b *payroll.ImportRow) bool {
	return a.Fact.From == b.Fact.From && a.Fact.FoldedKey() == b.Fact.FoldedKey()
}

// differ says whether two rows about the same state different things. Of what a sheet has no column for it says nothing.
func differ(a, b *payroll.ImportRow) bool {
	if a.Withdraw || b.Withdraw {
		return a.Withdraw != b.Withdraw
	}
	var x, y map[string]json.RawMessage
	if json.Unmarshal([]byte(a.Fact.Body), &x) != nil || json.Unmarshal([]byte(b.Fact.Body), &y) != nil {
		return a.Fact.Body != b.Fact.Body
	}
	for _, silent := range slices.Concat(a.Silent, b.Silent) {
		delete(x, silent)
		delete(y, silent)
	}
	return !maps.EqualFunc(x, y, func(p, q json.RawMessage) bool { return string(p) == string(q) })
}
