package policy

import (
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// WordList names a column of facts that documents read by words.
type WordList string

// The columns of facts that documents read by words.
const (
	PostWords    WordList = "posts"    // 职务
	RankWords    WordList = "ranks"    // 职级
	FlagWords    WordList = "flags"    // 标记
	DayWords     WordList = "days"     // 考勤类型
	AbsenceWords WordList = "absences" // 缺勤类型
	GradeWords   WordList = "grades"   // 考核等次
	HukouWords   WordList = "hukou"    // 户籍
	AmountWords  WordList = "amounts"  // 项目 of given amounts
)

// Word is a word by which a document reads facts: a fact with another word is not what it means.
type Word struct {
	List WordList
	Text string
}

// saysWords are the terms whose texts are words of a list, after so many arguments of another kind.
var saysWords = map[string]struct {
	list  WordList
	after int
}{
	"tenure_months": {PostWords, 0}, "tenure_years": {PostWords, 0}, "continuous_months": {PostWords, 0}, "running_months": {PostWords, 0}, "tenure_months_within": {PostWords, 2},
	"left_on": {PostWords, 0}, "last_post": {PostWords, 0}, "highest_post": {PostWords, 0}, "group_count": {PostWords, 1}, "group_rank": {PostWords, 1}, "group_total": {PostWords, 2}, "group_average": {PostWords, 2},
	"given": {AmountWords, 0}, "has_given": {AmountWords, 0}, "flag": {FlagWords, 0}, "days": {DayWords, 0}, "days_without": {DayWords, 0},
	"absence_days": {AbsenceWords, 0}, "absent_all_month": {AbsenceWords, 0}, "absent_in_month": {AbsenceWords, 0}, "absent_began_before": {AbsenceWords, 0}, "absence_months": {AbsenceWords, 0},
}

// givesWords are the terms whose values are words of a list.
var givesWords = map[string]WordList{"post": PostWords, "last_post": PostWords, "highest_post": PostWords, "rank": RankWords, "grade": GradeWords, "hukou": HukouWords}

// words notes texts that are written out as words of a list.
func (r *rewriter) words(list WordList, nodes []ast.Node) {
	for _, n := range nodes {
		switch n := n.(type) {
		case *ast.StringNode:
			if w := (Word{list, n.Value}); !slices.Contains(r.formula.Words, w) {
				r.formula.Words = append(r.formula.Words, w)
			}
		case *ast.ArrayNode:
			r.words(list, n.Nodes)
		}
	}
}

// compared notes the words that a value is compared with: 职务 == "书记".
func (r *rewriter) compared(value, with ast.Node) {
	if list := r.gives(value); list != "" {
		r.words(list, []ast.Node{with})
	}
}

// gives is the list that the value of a term, or of a name for one, is a word of.
func (r *rewriter) gives(n ast.Node) WordList {
	call, ok := n.(*ast.CallNode)
	if !ok {
		return ""
	}
	callee, ok := call.Callee.(*ast.IdentifierNode)
	if !ok {
		return ""
	}
	if name, is := strings.CutPrefix(callee.Value, namePrefix); is && r.names[name] != nil {
		return r.names[name].Gives
	}
	if t := terms[callee.Value]; t != nil {
		return givesWords[t.ID]
	}
	return ""
}

// EachWord visits the words by which the items of a document read facts, in formulas, tables and stops.
func (p *Policy) EachWord(visit func(*Item, Word)) {
	for _, it := range p.Items {
		for _, s := range it.Stops {
			for _, kind := range s.Kinds {
				visit(it, Word{AbsenceWords, kind})
			}
		}
		p.Each(it.Formulas(), func(f *Formula) {
			for _, w := range f.Words {
				visit(it, w)
			}
			for _, name := range f.Tables {
				p.Tables[name].eachWord(func(w Word) { visit(it, w) })
			}
		})
	}
}

// eachWord visits the cells of the keys that are words of a list.
func (t *Table) eachWord(visit func(Word)) {
	for i, k := range t.Keys {
		if k.Formula == nil || k.Formula.Gives == "" {
			continue
		}
		for _, row := range t.Rows {
			for _, text := range row.Cells[i].List {
				visit(Word{k.Formula.Gives, text})
			}
		}
	}
}
