package money

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"zhida/rules/message"
)

func yuan(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func TestRound(t *testing.T) {
	for _, c := range []struct {
		yuan string
		how  Rounding
		unit Fen
		want Fen
	}{
		{"1.005", HalfUp, 1, 101}, {"1.0049999", HalfUp, 1, 100}, {"-1.005", HalfUp, 1, -101}, {"-1.0049", HalfUp, 1, -100},
		{"1.009", Down, 1, 100}, {"-1.009", Down, 1, -100}, {"1.001", Up, 1, 101}, {"-1.001", Up, 1, -101}, {"1", Up, 1, 100},
		{"1234.55", HalfUp, 10, 123460}, {"1234.54", HalfUp, 10, 123450}, {"1250", HalfUp, 10_000, 130_000}, {"1249.99", HalfUp, 10_000, 120_000},
		{"1299.99", Down, 10_000, 120_000}, {"1200.01", Up, 10_000, 130_000}, {"0", Up, 1, 0}, {"-0.001", HalfUp, 1, 0},
		{"1000000000", HalfUp, 1, 100_000_000_000},
	} {
		got, err := Round(yuan(c.yuan), c.how, c.unit)
		if err != nil || got != c.want {
			t.Errorf("%s %s to %d fen: %d %v, want %d", c.yuan, c.how, c.unit, got, err, c.want)
		}
	}
	for _, d := range []decimal.Decimal{yuan("1000000000.01"), yuan("-1000000000.01"), yuan("-1e30"), decimal.New(1, math.MaxInt32), decimal.New(1, math.MinInt32)} {
		if got, err := Round(d, HalfUp, 1); message.Code(err) != "money.range" {
			t.Errorf("a number with exponent %d: %d %v", d.Exponent(), got, err)
		}
	}
	if got, err := Round(decimal.New(0, math.MaxInt32), HalfUp, 1); got != 0 || err != nil {
		t.Errorf("zero in a strange form: %d %v", got, err)
	}
	if _, err := Round(yuan("1"), "bankers", 1); err == nil {
		t.Error("a rounding nobody named")
	}
	if _, err := Round(yuan("1"), HalfUp, 0); err == nil {
		t.Error("a unit of nothing")
	}
}

// The result is a multiple of the unit, on the stated side, and nothing is closer.
func TestRoundIsNearest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		exact := decimal.New(rapid.Int64Range(-1e15, 1e15).Draw(t, "digits"), rapid.Int32Range(-9, -4).Draw(t, "exponent"))
		unit := rapid.SampledFrom([]Fen{1, 10, 100, 10_000}).Draw(t, "unit")
		how := rapid.SampledFrom([]Rounding{HalfUp, Down, Up}).Draw(t, "how")
		got, err := Round(exact, how, unit)
		if message.Code(err) == "money.range" {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		away := got.Yuan().Abs().Sub(exact.Abs()) // above zero: away from zero
		whole := unit.Yuan()
		ok := got%unit == 0
		switch how {
		case HalfUp:
			ok = ok && away.LessThanOrEqual(whole.Div(decimal.New(2, 0))) && away.GreaterThan(whole.Div(decimal.New(-2, 0)))
		case Down:
			ok = ok && !away.IsPositive() && away.Abs().LessThan(whole)
		case Up:
			ok = ok && !away.IsNegative() && away.LessThan(whole)
		}
		if !ok || got != 0 && (got < 0) != exact.IsNegative() {
			t.Fatalf("%s %s to %d fen gives %s", exact, how, unit, got)
		}
		if again, err := Round(got.Yuan(), how, unit); err != nil || again != got {
			t.Fatalf("rounding %s again gives %s", got, again)
		}
	})
}

func TestParseYuan(t *testing.T) {
	for s, want := range map[string]Fen{"0": 0, "0.5": 50, "1234.50": 123450, "-0.05": -5, "99999999999.99": 9_999_999_999_999, "007": 700} {
		if got, err := ParseYuan(s); err != nil || got != want {
			t.Errorf("%s: %d %v", s, got, err)
		}
	}
	for _, s := range []string{"", "-", ".5", "5.", "1.234", "1,234.50", "１２３", "1e3", "-0", "-0.00", "+1", " 1", "1 ", "--1", "1.2.3", "0x1", "NaN", "100000000000"} {
		if got, err := ParseYuan(s); message.Code(err) != "money.format" {
			t.Errorf("%q: %d %v", s, got, err)
		}
	}
}

func TestTextForms(t *testing.T) {
	for f, want := range map[Fen][2]string{0: {"0.00", "0.00"}, -5: {"-0.05", "-0.05"}, 100: {"1.00", "1.00"}, 12345678: {"123456.78", "123,456.78"},
		-100000: {"-1000.00", "-1,000.00"}, math.MinInt64: {"-92233720368547758.08", "-92,233,720,368,547,758.08"}} {
		if d := cmp.Diff(want, [2]string{f.String(), f.Grouped()}); d != "" {
			t.Error(d)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		f := Fen(rapid.Int64Range(-9_999_999_999_999, 9_999_999_999_999).Draw(t, "fen"))
		if back, err := ParseYuan(f.String()); err != nil || back != f {
			t.Fatalf("%d prints as %s, which reads as %d: %v", f, f, back, err)
		}
		if strings.ReplaceAll(f.Grouped(), ",", "") != f.String() || !f.Yuan().Equal(yuan(f.String())) {
			t.Fatalf("%s, %s and %s are not one amount", f, f.Grouped(), f.Yuan())
		}
	})
}

func TestSum(t *testing.T) {
	if got, err := Sum(5, -7, 3); got != 1 || err != nil {
		t.Error(got, err)
	}
	for _, list := range [][]Fen{{math.MaxInt64, 1}, {math.MinInt64, -1}} {
		if _, err := Sum(list...); message.Code(err) != "money.range" {
			t.Errorf("%v: %v", list, err)
		}
	}
}

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		total   Fen
		weights string
		want    []Fen
	}{
		{100, "1 1 1", []Fen{34, 33, 33}},
		{101, "1 1 1", []Fen{34, 34, 33}},
		{-100, "1 1 1", []Fen{-34, -33, -33}},
		{100, "0 1 1", []Fen{0, 50, 50}},
		{1, "1 2", []Fen{0, 1}},
		{1000, "0.6 0.4", []Fen{600, 400}},
		{10, "1 1 1 1 1 1", []Fen{2, 2, 2, 2, 1, 1}},
		{0, "1 2", []Fen{0, 0}},
		{math.MaxInt64, "1 1", []Fen{math.MaxInt64/2 + 1, math.MaxInt64 / 2}},
		{5, "3", []Fen{5}},
	} {
		var weights []decimal.Decimal
		for _, s := range strings.Fields(c.weights) {
			weights = append(weights, yuan(s))
		}
		got, err := Split(c.total, weights)
		if d := cmp.Diff(c.want, got); d != "" || err != nil {
			t.Errorf("%d by %s: %v %s", c.total, c.weights, err, d)
		}
	}
	for _, weights := range [][]decimal.Decimal{nil, {yuan("0")}, {yuan("2"), yuan("-1")}, {decimal.New(1, math.MaxInt32)}, {decimal.New(1, math.MinInt32)}} {
		if got, err := Split(100, weights); message.Code(err) != "money.weights" {
			t.Errorf("%v: %v", got, err)
		}
	}
}

// The parts add up, each is less than one fen from its exact share, a larger weight
// never gets less, and the order of the weights moves nothing but equal ones.
func TestSplitIsFair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := Fen(rapid.Int64Range(-1e12, 1e12).Draw(t, "total"))
		var weights []decimal.Decimal
		sum := new(big.Rat)
		for _, n := range rapid.SliceOfN(rapid.Int64Range(0, 1e6), 1, 12).Draw(t, "weights") {
			w := decimal.New(n, -rapid.Int32Range(0, 4).Draw(t, "places"))
			weights = append(weights, w)
			sum.Add(sum, w.Rat())
		}
		parts, err := Split(total, weights)
		if sum.Sign() == 0 {
			if message.Code(err) != "money.weights" {
				t.Fatal(err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		added := Fen(0)
		for i, p := range parts {
			added += p
			off := new(big.Rat).Mul(weights[i].Rat(), new(big.Rat).SetInt64(int64(total)))
			off.Sub(off.Quo(off, sum), new(big.Rat).SetInt64(int64(p)))
			if off.Abs(off).Cmp(big.NewRat(1, 1)) >= 0 {
				t.Fatalf("part %d of %s is %s fen from its share", i, total, off.FloatString(3))
			}
			for j := range parts {
				if weights[i].GreaterThan(weights[j]) && (total > 0 && p < parts[j] || total < 0 && p > parts[j]) {
					t.Fatalf("the larger weight %s gets %s, the smaller %s gets %s", weights[i], p, weights[j], parts[j])
				}
			}
		}
		if added != total {
			t.Fatalf("the parts of %s add up to %s", total, added)
		}
	})
}

// Capitals read back as the amount they were written from.
func TestCapitalReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := Fen(rapid.OneOf(rapid.Int64Range(-1e13, 1e13), rapid.Int64Range(0, 2000), rapid.SampledFrom([]int64{10_000_000_00, 100_000_000_00, 1_000_000_000_000_00, 9_007_000_500_060_01})).Draw(t, "fen"))
		s := f.Capital()
		if got := readCapital(t, s); got != f {
			t.Fatalf("%s is written %s, which reads as %s", f, s, got)
		}
		if strings.Contains(s, "零零") || strings.Contains(s, "零元") && f/100 != 0 || strings.HasSuffix(s, "零") {
			t.Fatalf("%s is written %s", f, s)
		}
	})
}

// readCapital reads capitals without knowing how they were written: digits times
// their unit, sections times 万 and 亿.
func readCapital(t *rapid.T, s string) Fen {
	total, section, digit := int64(0), int64(0), int64(0)
	negative := strings.HasPrefix(s, "负")
	for _, r := range strings.TrimSuffix(strings.TrimPrefix(s, "负"), "整") {
		if d := strings.IndexRune("零壹贰叁肆伍陆柒捌玖", r); d >= 0 {
			digit = int64(d / len("零"))
			continue
		}
		switch r {
		case '拾', '佰', '仟':
			section += digit * map[rune]int64{'拾': 10, '佰': 100, '仟': 1000}[r]
		case '万':
			section = (section + digit) * 10_000
		case '亿':
			total, section = (total+section+digit)*100_000_000, 0
		case '元':
			total, section = (total+section+digit)*100, 0
		case '角':
			total += digit * 10
		case '分':
			total += digit
		default:
			t.Fatalf("%c in %s", r, s)
		}
		digit = 0
	}
	if negative {
		total = -total
	}
	return Fen(total)
}
