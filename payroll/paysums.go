package payroll

import (
	"cmp"
	"context"
	"slices"

	"zhida/rules/facts"
	"zhida/rules/money"
)

// PaySum is what a batch does to the money of one row of a summary, in fen:
// Gross - Deduction + Moved + Reissued = Pay + Held - Owed.
type PaySum struct {
	Codes                                              FundCodes      // of the summaries by unit and by subject; what the settings leave open is ""
	Category                                           facts.Category // of the summary by category
	People                                             int            // with anything in this row
	Gross, Deduction, Moved, Held, Owed, Reissued, Pay money.Fen
}

// PaySums are a batch's summaries: each comes to the whole batch.
type PaySums struct {
	ByUnit     []PaySum // 预算单位, in order of name
	ByCategory []PaySum
	BySubject  []PaySum // 功能科目, 经济分类, 项目, 资金性质
}

// PaySums adds a batch up by budget unit, payee category and budget subject. The codes are
// those of the settings in force; what has none there stands under "".
func (b *Book) PaySums(ctx context.Context, id BatchID) (sums PaySums, err error) {
	err = b.view(ctx, func(r Reader) error {
		if _, err := batchOf(ctx, r, id); err != nil {
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
		category := map[int64]facts.Category{}
		if err := r.Settlements(ctx, id, func(s Settlement) error { category[s.Person] = s.Category; return nil }); err != nil {
			return err
		}
		unit, kind, subject := summing[string]{}, summing[facts.Category]{}, summing[FundCodes]{}
		err = r.Portions(ctx, id, func(x Portion) error {
			codes := FundCodes{}
			if f := county.fund(x.Fund); f != nil {
				codes = f.Codes
			}
			unit.add(codes.Unit, x)
			kind.add(category[x.Person], x)
			codes.Document, codes.Unit = "", ""
			subject.add(codes, x)
			return nil
		})
		sums.ByUnit = unit.list(func(s *PaySum, key string) { s.Codes.Unit = key }, cmp.Compare[string])
		sums.ByCategory = kind.list(func(s *PaySum, key facts.Category) { s.Category = key }, cmp.Compare[facts.Category])
		sums.BySubject = subject.list(func(s *PaySum, key FundCodes) { s.Codes = key }, compareCodes)
		return err
	})
	return sums, err
}

func compareCodes(a, b FundCodes) int {
	return cmp.Or(cmp.Compare(a.Function, b.Function), cmp.Compare(a.Government, b.Government), cmp.Compare(a.Department, b.Department),
		cmp.Compare(a.Project, b.Project), cmp.Compare(a.Nature, b.Nature))
}

// summing adds portions up by a key. They come by person, so that the last person of a
// row is enough to count everybody once.
type summing[K comparable] map[K]*struct {
	PaySum
	last int64
}

func (m summing[K]) add(key K, x Portion) {
	s := m[key]
	if s == nil {
		s = &struct {
			PaySum
			last int64
		}{}
		m[key] = s
	}
	if s.last != x.Person {
		s.last = x.Person
		s.People++
	}
	s.Gross, s.Deduction, s.Moved, s.Held = s.Gross+x.Gross, s.Deduction+x.Deduction, s.Moved+x.Moved, s.Held+x.Held
	s.Owed, s.Reissued, s.Pay = s.Owed+x.Owed, s.Reissued+x.Reissued, s.Pay+x.Pay
}

func (m summing[K]) list(name func(*PaySum, K), compare func(a, b K) int) []PaySum {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, compare)
	out := make([]PaySum, 0, len(keys))
	for _, k := range keys {
		s := m[k].PaySum
		name(&s, k)
		out = append(out, s)
	}
	return out
}
