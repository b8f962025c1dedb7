package money

import (
	"sort"

	"github.com/shopspring/decimal"

	"zhida/rules/message"
)

// Split divides a total by weights into parts that add up to it exactly: every part
// is cut to whole fen, and the fen left over go one each to the parts that lost the
// most, the first ones among equals (largest remainder, Hamilton). A negative total
// gives the negated parts of the positive one. A weight of zero gets nothing.
// Error: money.weights when there is none, one is negative, or all are zero.
func Split(total Fen, weights []decimal.Decimal) ([]Fen, error) {
	sum, ok := weigh(weights)
	if !ok {
		return nil, message.Err("money.weights", len(weights))
	}
	parts := make([]Fen, len(weights))
	lost := make([]decimal.Decimal, len(weights)) // times sum, so that they compare exactly
	left := total
	for i, w := range weights {
		whole, rest := decimal.New(int64(total), 0).Abs().Mul(w).QuoRem(sum, 0)
		parts[i], lost[i] = Fen(whole.IntPart()), rest
		if total < 0 {
			parts[i] = -parts[i]
		}
		left -= parts[i]
	}
	order := make([]int, len(weights))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return lost[order[a]].GreaterThan(lost[order[b]]) })
	one := Fen(1)
	if left < 0 {
		one = -1
	}
	for i := 0; left != 0; i++ { // fewer fen are left than parts lost something
		parts[order[i]] += one
		left -= one
	}
	return parts, nil
}

// weigh adds the weights; a weight of a size that no share, head count or area has
// is refused before it is multiplied out.
func weigh(weights []decimal.Decimal) (sum decimal.Decimal, ok bool) {
	for _, w := range weights {
		if w.IsNegative() || w.Exponent() > 30 || w.Exponent() < -100 {
			return sum, false
		}
		sum = sum.Add(w)
	}
	return sum, sum.IsPositive()
}
