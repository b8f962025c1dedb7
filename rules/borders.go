package rules

import (
	"fmt"

	"github.com/shopspring/decimal"

	"zhida/rules/message"
	"zhida/rules/policy"
)

// Untouched lists the borders of a policy file that no case of the file touches on
// both sides. They are advice, not errors: a border without its two cases is where
// a reading of the document goes wrong unseen.
func Untouched(p *policy.Policy) []message.Problem {
	seen := map[any][]decimal.Decimal{}
	for _, c := range p.Cases {
		testCase(p, c, func(value any, v decimal.Decimal) { seen[value] = append(seen[value], v) })
	}
	var list []message.Problem
	all := p.Borders()
	for _, b := range all {
		lower, upper := b.Missing(seen[b.Value], all)
		if !lower && !upper {
			continue
		}
		sides := map[bool]string{true: "policy.border_lower", false: "policy.border_upper"}
		code := sides[lower]
		if lower && upper {
			code = "policy.border"
		}
		list = append(list, message.Problem{File: b.File, Cell: fmt.Sprintf("%d:1", b.Line), Message: message.M(code, b.File, b.Line, b.Name, plain(b.Number))})
	}
	return list
}

// watcher is told the values that borders are compared with; nil outside of cases.
type watcher func(value any, v decimal.Decimal)

// watch tells the watcher what the formula compares.
func (s *situation) watch(f *policy.Formula) {
	if s.e.watch == nil || f == nil {
		return
	}
	notes, tracing := s.notes, s.tracing
	s.notes, s.tracing = nil, false
	for _, value := range f.Compared() {
		if v, err := value.Eval(s); err == nil {
			s.e.watch(value.Identity(), v.(decimal.Decimal))
		}
	}
	s.notes, s.tracing = notes, tracing
}
