// Package money owns amounts: Fen at rest, exact decimals inside formulas, named
// roundings and exact splits. It never uses binary floating point and never
// rounds without being told how.
package money

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"zhida/rules/message"
)

// Fen is an amount of money in fen (1/100 yuan), signed.
type Fen int64

// Rounding is a named way to get from an exact decimal to whole units.
type Rounding string

// The roundings a policy can name. HalfUp rounds a half away from zero, as 四舍五入 does.
const (
	HalfUp Rounding = "half_up"
	Down   Rounding = "down"
	Up     Rounding = "up"
)

// Round turns an exact number of yuan into fen, rounded to a multiple of unit fen
// (1 = fen, 10 = jiao, 100 = yuan). Errors: money.range when it does not fit.
func Round(yuan decimal.Decimal, how Rounding, unit Fen) (Fen, error) {
	if unit <= 0 {
		return 0, fmt.Errorf("money: rounding unit %d fen", int64(unit))
	}
	if yuan.IsZero() {
		return 0, nil
	}
	if size := yuan.NumDigits() + int(yuan.Exponent()); size > 20 || yuan.Exponent() < -1000 {
		return 0, message.Err("money.range", "10^"+strconv.Itoa(size)) // before anything is multiplied out
	}
	exact := yuan.Shift(2)
	units := exact
	if unit != 1 {
		units = exact.DivRound(decimal.New(int64(unit), 0), 24)
	}
	switch how {
	case HalfUp:
		units = units.Round(0)
	case Down:
		units = units.Truncate(0)
	case Up:
		units = units.RoundUp(0)
	default:
		return 0, fmt.Errorf("money: no rounding %q", string(how))
	}
	if units.Abs().GreaterThan(largest) {
		return 0, message.Err("money.range", yuan.String())
	}
	return Fen(units.IntPart()) * unit, nil
}

// largest keeps every amount and every sum of ten million amounts inside an int64.
var largest = decimal.New(1, 11)

// Yuan is the exact decimal in yuan.
func (f Fen) Yuan() decimal.Decimal { return decimal.New(int64(f), -2) }

// String is the plain form in yuan with two decimals: 1234.50, -0.05.
func (f Fen) String() string {
	sign, u := "", uint64(f)
	if f < 0 {
		sign, u = "-", uint64(-f)
	}
	return fmt.Sprintf("%s%d.%02d", sign, u/100, u%100)
}

// Grouped is the form for screens and paper: 1,234.50.
func (f Fen) Grouped() string {
	s := f.String()
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	head, tail := s[:len(s)-3], s[len(s)-3:]
	for i := len(head) - 3; i > 0; i -= 3 {
		head = head[:i] + "," + head[i:]
	}
	return sign + head + tail
}

// ParseYuan reads an amount in yuan by an own bounded grammar: an optional minus,
// 1 to 11 digits, optionally a point and 1 or 2 decimals. "-0" is refused, as are
// exponents, separators and full-width digits. Errors: money.format.
func ParseYuan(s string) (Fen, error) {
	body := strings.TrimPrefix(s, "-")
	whole, frac, point := strings.Cut(body, ".")
	if len(whole) < 1 || len(whole) > 11 || !digits(whole) || point && (len(frac) < 1 || len(frac) > 2 || !digits(frac)) {
		return 0, message.Err("money.format", s)
	}
	for len(frac) < 2 {
		frac += "0"
	}
	n := int64(0)
	for _, c := range whole + frac {
		n = n*10 + int64(c-'0')
	}
	if body != s {
		if n == 0 {
			return 0, message.Err("money.format", s)
		}
		n = -n
	}
	return Fen(n), nil
}

// Sum adds amounts; it fails instead of wrapping around.
func Sum(list ...Fen) (Fen, error) {
	var t Fen
	for _, f := range list {
		if f > 0 && t > math.MaxInt64-f || f < 0 && t < math.MinInt64-f {
			return 0, message.Err("money.range", "sum")
		}
		t += f
	}
	return t, nil
}

func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
