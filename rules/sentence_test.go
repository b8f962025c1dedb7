package rules

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"zhida/rules/money"
	"zhida/rules/policy"
)

var (
	sayRate   = regexp.MustCompile(`(?:每月|每季|每半年|每年|一次性|本期)([0-9.]+)元$`)
	sayMean   = regexp.MustCompile(`^同组平均([0-9.]+)元$`)
	sayOwn    = regexp.MustCompile(`^本人([0-9.]+)元$`)
	sayDays   = regexp.MustCompile(`^按([0-9]+)天中的([0-9]+)天$`)
	sayPart   = regexp.MustCompile(`([0-9]+)天每月([0-9.]+)元`)
	sayShare  = regexp.MustCompile(`发([0-9.]+)%$`)
	sayShared = regexp.MustCompile(`^合计封顶([0-9.]+)元、前面的项目已占([0-9.]+)元$`)
	sayCap    = regexp.MustCompile(`^封顶([0-9.]+)元$`)
	sayResult = regexp.MustCompile(`^计([0-9.]+)元$`)
)

// readBack works a sentence out again from its own words. said is the amount in which it ends.
func readBack(sentence string) (worked, said decimal.Decimal, ok bool) {
	n := func(s string) decimal.Decimal { d, _ := decimal.NewFromString(s); return d }
	var parts, days decimal.Decimal
	for _, clause := range strings.Split(sentence, "，") {
		if m := sayPart.FindAllStringSubmatch(clause, -1); m != nil {
			for _, x := range m {
				parts, days = parts.Add(n(x[1]).Mul(n(x[2]))), days.Add(n(x[1]))
			}
			worked = parts.DivRound(days, 24)
		} else if m := sayRate.FindStringSubmatch(clause); m != nil {
			worked, said, ok = n(m[1]), n(m[1]), true
		} else if m := sayMean.FindStringSubmatch(clause); m != nil {
			worked = n(m[1])
		} else if m := sayOwn.FindStringSubmatch(clause); m != nil {
			worked = decimal.Max(worked.Sub(n(m[1])), decimal.Decimal{})
		} else if m := sayDays.FindStringSubmatch(clause); m != nil {
			worked = worked.Mul(n(m[2])).DivRound(n(m[1]), 24)
		} else if m := sayShared.FindStringSubmatch(clause); m != nil {
			worked = decimal.Min(worked, n(m[1]).Sub(n(m[2])))
		} else if m := sayCap.FindStringSubmatch(clause); m != nil {
			worked = decimal.Min(worked, n(m[1]))
		} else if m := sayShare.FindStringSubmatch(clause); m != nil {
			worked = worked.Mul(n(m[1])).Shift(-2)
		} else if m := sayResult.FindStringSubmatch(clause); m != nil {
			said, ok = n(m[1]), true
		}
	}
	return worked, said, ok
}

// The amounts in a sentence add up to the line: read back clause by clause, every
// sentence of every case of every policy file comes to the fen of its entitlement.
func TestSentencesReadBack(t *testing.T) {
	files, _ := filepath.Glob("../testdata/cases/*.yaml")
	more, _ := filepath.Glob("../testdata/counties/*/policies/*.yaml")
	sentences, involved := 0, map[string]int{}
	for _, file := range append(files, more...) {
		p := ReadCaseFile(t, file)
		items := map[string]*policy.Item{}
		for _, it := range p.Items {
			items[it.Code] = it
		}
		for _, c := range p.Cases {
			_, due, err := caseDue(p, c, nil)
			if err != nil {
				t.Fatalf("%s %s: %v", filepath.Base(file), c.Name, err)
			}
			for _, x := range due {
				it := items[x.Item]
				if x.Outcome != Due || it == nil {
					continue
				}
				sentences++
				for _, word := range []string{"天中的", "合计封顶", "发75%", "，封顶", "同组平均"} {
					if strings.Contains(x.Sentence, word) {
						involved[word]++
					}
				}
				worked, said, ok := readBack(x.Sentence)
				fen, err := money.Round(worked, it.Rounding, it.Unit)
				if !ok || err != nil || !said.Equal(x.Fen.Yuan()) || fen != x.Fen {
					t.Errorf("%s %s: %s: %q reads back as %s, says %s", filepath.Base(file), c.Name, x.Fen, x.Sentence, worked, said)
				}
			}
		}
	}
	if sentences < 300 || len(involved) < 5 {
		t.Errorf("only %d sentences, with %v", sentences, involved)
	}
	t.Logf("%d sentences, %v", sentences, involved)
}
