package rules

import (
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"zhida/rules/money"
	"zhida/rules/policy"
)

// However a pool is shared: nobody is above their cap, weights are kept among those
// below it, what is given out never exceeds the total, and comes to it exactly where
// the document spreads the rest and caps leave room. The order of members does not matter.
func TestPoolIsShared(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		it := &policy.Item{Unit: 1, Pool: &policy.Pool{
			Over: rapid.SampledFrom([]string{"kept", "shared"}).Draw(t, "over"), Rest: rapid.SampledFrom([]string{"kept", "spread"}).Draw(t, "rest")}}
		members := make([]poolMember, rapid.IntRange(1, 9).Draw(t, "members"))
		var caps money.Fen
		capped := rapid.Bool().Draw(t, "capped")
		for i := range members {
			members[i] = poolMember{no: int64(i + 1), weight: decimal.New(rapid.Int64Range(0, 40).Draw(t, "weight"), -1)}
			if capped {
				c := money.Fen(rapid.Int64Range(0, 50000).Draw(t, "cap"))
				members[i].cap = &c
				if !members[i].weight.IsZero() {
					caps += c
				}
			}
		}
		total := money.Fen(rapid.Int64Range(0, 200000).Draw(t, "total"))
		g := &pool{total: total, set: true, members: members}
		g.divide(it)
		if g.err != nil {
			t.Fatal(g.err)
		}
		var given money.Fen
		weights := decimal.Decimal{}
		for _, m := range members {
			share := g.shares[m.no]
			given += share
			weights = weights.Add(m.weight)
			if share < 0 || m.cap != nil && share > *m.cap || m.weight.IsZero() && share != 0 {
				t.Fatalf("member %d with weight %s gets %s", m.no, m.weight, share)
			}
			for _, o := range members { // more weight never gets less, below the cap
				if o.weight.GreaterThan(m.weight) && (o.cap == nil || g.shares[o.no] < *o.cap) && g.shares[o.no] < share {
					t.Fatalf("weight %s gets %s, weight %s gets %s", m.weight, share, o.weight, g.shares[o.no])
				}
			}
		}
		if given > total {
			t.Fatalf("%s of %s are given out", given, total)
		}
		room := !capped || it.Pool.Over == "shared" && caps >= total
		if it.Pool.Rest == "spread" && room && !weights.IsZero() && given != total {
			t.Fatalf("%s of %s are given out", given, total)
		}
		if it.Pool.Rest == "kept" && room && !weights.IsZero() && total-given > money.Fen(len(members)) {
			t.Fatalf("rounding keeps %s", total-given)
		}
		again := &pool{total: total, set: true, members: rapid.Permutation(members).Draw(t, "order")}
		again.divide(it)
		for no, f := range g.shares {
			if again.shares[no] != f {
				t.Fatalf("in another order %d gets %s and not %s", no, again.shares[no], f)
			}
		}
	})
}
