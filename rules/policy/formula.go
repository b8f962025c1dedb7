package policy

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"
	"github.com/shopspring/decimal"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
)

// Formula is a compiled expression. It is safe for concurrent use.
type Formula struct {
	Source  string
	Result  Type
	Reads   []facts.Kind // kinds of facts it reads itself
	Items   []string     // items it reads
	Tables  []string     // tables it looks up
	Names   []string     // named sub-expressions it uses
	Service bool         // it counts service
	Month   bool         // its value can be another in another month although no fact has changed
	Roster  bool         // it counts or ranks the people of a place
	Bases   []string     // bases it reads
	Earlier []string     // items whose earlier months it reads
	Sums    []string     // items whose totals over other people it reads
	Whole   bool         // it only gives whole numbers: between 5 and 6 there is nothing
	Words   []Word       // by which it reads facts: a post, a mark, a kind of day
	Gives   WordList     // its value is a word of this list; "" for other values

	program  *vm.Program
	constant any // the value of a formula that is a plain number or text
	leaves   []leaf
	compared []comparison // with plain numbers
}

// leaf is a piece of a formula that stands for a fact, a table or a name.
type leaf struct {
	from, to int // in the written text
	value    *Formula
}

// Numbers writes the formula with the numbers put in: 22 * 8 + 50. What cannot be
// computed in the situation stays as it is written.
func (f *Formula) Numbers(c Context, show func(any) string) string {
	text, at := []rune(f.Source), 0
	var b strings.Builder
	for _, l := range f.leaves {
		b.WriteString(string(text[at:l.from]))
		if v, err := l.value.Eval(c); err == nil {
			b.WriteString(show(v))
		} else {
			b.WriteString(string(text[l.from:l.to]))
		}
		at = l.to
	}
	b.WriteString(string(text[at:]))
	return b.String()
}

// environment is what a compiled program sees; the visitor hands it to every term.
type environment struct {
	Ctx Context `expr:"ctx"`
}

// Eval computes the formula in a situation: decimal.Decimal, string, bool or calendar.Date.
func (f *Formula) Eval(c Context) (any, error) {
	if f.constant != nil {
		return f.constant, nil
	}
	machine := machines.Get().(*vm.VM)
	v, err := machine.Run(f.program, environment{c})
	machines.Put(machine)
	if err != nil {
		var m *message.Error
		if errors.As(err, &m) {
			return nil, m
		}
		return nil, message.Err("rules.formula_failed", f.Source).Because(err)
	}
	return v, nil
}

// machines are reused: a formula is evaluated once for every person, item and month.
var machines = sync.Pool{New: func() any { return &vm.VM{} }}

// maxFormula bounds the length of a formula in characters.
const maxFormula = 2000

// compile checks and compiles a formula. want is the type it must have, "" for any.
// names gives the types of the named sub-expressions, tables the tables of the file.
func compile(source string, want Type, names map[string]*Formula, tables map[string]*Table) (*Formula, error) {
	if len(source) > 4*maxFormula || len([]rune(source)) > maxFormula {
		return nil, fmt.Errorf("公式超过 %d 字", maxFormula)
	}
	if reserved.MatchString(source) {
		return nil, errors.New("公式里用了保留的名字")
	}
	plain := normalise(source)
	f := &Formula{Source: source}
	v := &rewriter{formula: f, source: plain.text, names: names, tables: tables}
	options := append(slices.Clone(language), expr.Patch(v))
	for name, n := range names {
		options = append(options, expr.Function(namePrefix+name, callName(name),
			reflect.New(reflect.FuncOf([]reflect.Type{contextType}, []reflect.Type{goTypes[n.Result]}, false)).Interface()))
	}
	program, err := expr.Compile(string(plain.text), options...)
	if v.err != nil {
		err = v.err
	}
	if err != nil {
		if word, at := uncalled(plain.text); word != "" && v.err == nil {
			return nil, &flaw{plain.column(at), "“" + word + "”后面要写括号和参数，如 " + example(terms[word])}
		}
		return nil, placed(plain, err)
	}
	f.program = program
	f.Result = typeOf(program.Node().Type())
	if f.Result == "" || want != "" && f.Result != want {
		return nil, fmt.Errorf("这里要%s，公式得到的是%s", typeName(want), typeName(f.Result))
	}
	f.Gives = v.gives(program.Node())
	if c, ok := program.Node().(*ast.ConstantNode); ok {
		f.constant = c.Value
	}
	name := strings.TrimSpace(source)
	f.Whole = wholeCall.MatchString(name) || names[name] != nil && names[name].Whole
	return f, f.split(plain, names, tables)
}

// wholeCall matches a formula that is one call of a term that counts.
var wholeCall = func() *regexp.Regexp {
	var list []string
	for _, id := range []string{"tenure_years", "tenure_months", "continuous_months", "running_months", "tenure_months_within", "age", "seniority", "days", "days_without",
		"absence_days", "absence_months", "months_between", "floor", "ceil", "population", "year", "month", "days_in_month", "workdays"} {
		list = append(list, id, terms[id].Zh)
	}
	return regexp.MustCompile(`^(?:` + strings.Join(list, "|") + `)(?:\([^()]*\))?$`)
}()

// split compiles the leaves on their own, for Numbers. A formula that is one leaf has none.
func (f *Formula) split(plain normal, names map[string]*Formula, tables map[string]*Table) error {
	text := []rune(f.Source)
	for _, span := range f.spans(plain.text, names) {
		l := leaf{from: plain.at[span[0]], to: len(text)}
		if span[1] < len(plain.at) {
			l.to = plain.at[span[1]]
		}
		piece := strings.TrimSpace(string(text[l.from:l.to]))
		if piece == strings.TrimSpace(f.Source) {
			f.leaves = nil
			return nil
		}
		l.to = l.from + len([]rune(piece))
		var err error
		if l.value, err = compile(piece, "", names, tables); err != nil {
			return err
		}
		f.leaves = append(f.leaves, l)
		f.compares(l.value, string(text[l.to:]))
	}
	return nil
}

// spans finds the words that stand for values, with their brackets, in the normal text.
func (f *Formula) spans(text []rune, names map[string]*Formula) (list [][2]int) {
	for i := 0; i < len(text); {
		if text[i] == '"' || text[i] == '\'' || text[i] == '`' {
			i = closing(text, i)
			continue
		}
		if !wordRune(text[i]) {
			i++
			continue
		}
		end := i
		for end < len(text) && wordRune(text[end]) {
			end++
		}
		t, word := terms[string(text[i:end])], string(text[i:end])
		switch {
		case names[word] != nil:
			list = append(list, [2]int{i, end})
		case t == nil || t.pure():
		default:
			if len(t.Args) > 0 && called(text, end) {
				end = bracketed(text, end)
			}
			list = append(list, [2]int{i, end})
		}
		i = end
	}
	return list
}

// called says whether the next sign opens a bracket.
func called(text []rune, i int) bool {
	for i < len(text) && unicode.IsSpace(text[i]) {
		i++
	}
	return i < len(text) && text[i] == '('
}

// uncalled finds the first word that needs a bracket and has none; "" when there is none.
func uncalled(text []rune) (word string, at int) {
	for i := 0; i < len(text); {
		if text[i] == '"' || text[i] == '\'' || text[i] == '`' {
			i = closing(text, i)
			continue
		}
		end := i
		for end < len(text) && wordRune(text[end]) {
			end++
		}
		if t := terms[string(text[i:end])]; t != nil && !t.bare() && !called(text, end) {
			return string(text[i:end]), i
		}
		i = max(end, i+1)
	}
	return "", 0
}

// bracketed is the position after the bracket that closes the one at or after i.
func bracketed(text []rune, i int) int {
	depth := 0
	for i < len(text) {
		switch text[i] {
		case '"', '\'', '`':
			i = closing(text, i)
			continue
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
		i++
	}
	return i
}

// language is what every formula is compiled with: the operators on exact decimals and the vocabulary.
var language = func() []expr.Option {
	options := []expr.Option{expr.Env(environment{}), expr.DisableAllBuiltins(), expr.MaxNodes(2000)}
	options = append(options, operators()...)
	for name, t := range terms {
		options = append(options, expr.Function(name, callTerm(t), t.signatures()...))
	}
	return options
}()

// example is how a word is written with its arguments, from its explanation.
func example(t *Term) string {
	if _, text, ok := strings.Cut(t.Doc, "："); ok {
		return text
	}
	var args []string
	for _, a := range t.Args {
		args = append(args, map[Type]string{Num: "数", Text: `"文字"`, Day: "日期"}[a])
	}
	return t.Zh + "(" + strings.Join(args, ", ") + ")"
}

// flaw is what is wrong with a formula and the column, from 0, where it is.
type flaw struct {
	column int
	what   string
}

func (f *flaw) Error() string { return f.what }

// placed finds the column of an error in the text as the clerk wrote it.
func placed(plain normal, err error) error {
	var e *file.Error
	if !errors.As(err, &e) {
		return err
	}
	return &flaw{plain.column(e.From), explainError(e.Message)}
}

// reserved are names of the machinery that a formula may not reach.
var reserved = regexp.MustCompile(`\bctx\b|__`)

const namePrefix = "name__"

var contextType = reflect.TypeFor[Context]()

// signatures gives the Go types of a term, the context first.
func (t *Term) signatures() []any {
	in := []reflect.Type{contextType}
	for _, a := range t.Args {
		in = append(in, goTypes[a])
	}
	out := []reflect.Type{goTypes[t.Result]}
	var list []any
	add := func(in []reflect.Type, variadic bool) {
		list = append(list, reflect.New(reflect.FuncOf(in, out, variadic)).Interface())
	}
	switch {
	case t.Many:
		last := len(in) - 1
		many := append(slices.Clone(in[:last]), reflect.SliceOf(in[last]))
		add(many, true)
	case t.Opt:
		add(in[:len(in)-1], false)
		add(in, false)
	default:
		add(in, false)
	}
	return list
}

func callTerm(t *Term) func(...any) (any, error) {
	if t.ID == "lookup" {
		return func(p ...any) (any, error) {
			column := ""
			if len(p) > 2 {
				column = p[2].(string)
			}
			return p[0].(Context).Lookup(p[1].(string), column)
		}
	}
	return func(p ...any) (any, error) { return p[0].(Context).Call(t, p[1:]) }
}

func callName(name string) func(...any) (any, error) {
	return func(p ...any) (any, error) { return p[0].(Context).Name(name) }
}

// rewriter turns literals into exact decimals and gives every term the context.
type rewriter struct {
	formula *Formula
	source  []rune // normalised
	names   map[string]*Formula
	tables  map[string]*Table
	err     error
}

var decimalType = reflect.TypeFor[decimal.Decimal]()

// Visit is called for every node, children first.
func (r *rewriter) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IntegerNode:
		r.number(node, n.Location())
	case *ast.FloatNode:
		r.number(node, n.Location())
	case *ast.UnaryNode:
		if n.Operator == "-" || n.Operator == "+" {
			r.sign(node, n)
		}
	case *ast.IdentifierNode:
		r.identifier(node, n)
	case *ast.CallNode:
		r.call(n)
	case *ast.StringNode, *ast.BoolNode, *ast.ConstantNode, *ast.ConditionalNode, *ast.ArrayNode:
	case *ast.BinaryNode:
		if !slices.Contains(allowed, n.Operator) {
			r.failAt(n.Location(), "公式里不能用 %s", n.Operator)
		}
		r.compared(n.Left, n.Right)
		r.compared(n.Right, n.Left)
	default: // the library can do more than a document ever says
		r.failAt(n.Location(), "公式里不能这样写")
	}
}

// allowed are the operators of the language.
var allowed = []string{"+", "-", "*", "/", "<", "<=", ">", ">=", "==", "!=", "and", "or", "&&", "||", "in"}

// serviceTerms are the terms that rest on how the document counts service.
var serviceTerms = []string{"tenure_months", "tenure_years", "continuous_months", "running_months", "tenure_months_within", "last_post", "highest_post"}

// number takes the digits from the text itself, never from a binary float.
func (r *rewriter) number(node *ast.Node, at file.Location) {
	end := at.From
	for end < len(r.source) && (r.source[end] >= '0' && r.source[end] <= '9' || r.source[end] == '.' || r.source[end] == '_') {
		end++
	}
	text := string(r.source[at.From:end])
	if end < len(r.source) && strings.ContainsRune("eExXbBoO", r.source[end]) || strings.Contains(text, "_") || len(text) > 20 {
		r.failAt(at, "数字 %s 请写成普通小数，最多 20 位", text)
		return
	}
	d, err := decimal.NewFromString(text)
	if err != nil {
		r.failAt(at, "数字 %s 写法不对", text)
		return
	}
	c := &ast.ConstantNode{Value: d}
	ast.Patch(node, c)
	(*node).SetType(decimalType)
}

func (r *rewriter) sign(node *ast.Node, n *ast.UnaryNode) {
	if c, ok := n.Node.(*ast.ConstantNode); ok {
		if d, ok := c.Value.(decimal.Decimal); ok {
			if n.Operator == "-" {
				d = d.Neg()
			}
			ast.Patch(node, &ast.ConstantNode{Value: d})
			(*node).SetType(decimalType)
			return
		}
	}
	zero := &ast.ConstantNode{Value: decimal.Decimal{}}
	zero.SetType(decimalType)
	ast.Patch(node, &ast.BinaryNode{Operator: n.Operator, Left: zero, Right: n.Node})
}

// identifier turns a word without parentheses into a call.
func (r *rewriter) identifier(node *ast.Node, n *ast.IdentifierNode) {
	if _, ok := r.names[n.Value]; ok {
		addOnce(&r.formula.Names, n.Value)
		r.patchCall(node, namePrefix+n.Value)
		return
	}
	if t, ok := terms[n.Value]; ok && t.bare() {
		r.reads(t)
		r.patchCall(node, n.Value)
	}
}

func (r *rewriter) patchCall(node *ast.Node, name string) {
	callee := &ast.IdentifierNode{Value: name}
	call := &ast.CallNode{Callee: callee, Arguments: []ast.Node{&ast.IdentifierNode{Value: "ctx"}}}
	ast.Patch(node, call)
}

// call hands the context to a term that is called with parentheses.
func (r *rewriter) call(n *ast.CallNode) {
	if inner, ok := n.Callee.(*ast.CallNode); ok { // a word written with empty parentheses
		n.Callee = inner.Callee
		if len(n.Arguments) == 0 {
			n.Arguments = inner.Arguments
		}
	}
	callee, ok := n.Callee.(*ast.IdentifierNode)
	if !ok {
		return
	}
	t, ok := terms[callee.Value]
	if !ok || len(n.Arguments) > 0 && isContext(n.Arguments[0]) {
		return
	}
	if slices.Contains([]string{"item", "lookup", "base", "earlier", "group_count", "group_rank", "group_total", "group_average"}, t.ID) {
		r.written(t, n)
	}
	r.reads(t)
	if how, ok := saysWords[t.ID]; ok {
		r.words(how.list, n.Arguments[min(how.after, len(n.Arguments)):])
	}
	n.Arguments = append([]ast.Node{&ast.IdentifierNode{Value: "ctx"}}, n.Arguments...)
}

// written notes what a word rests on: items, tables and whom a group is about must be
// written out, so that the graph between items is known before anything is computed.
func (r *rewriter) written(t *Term, n *ast.CallNode) {
	var texts []string
	for i, a := range n.Arguments {
		s, ok := a.(*ast.StringNode)
		if !ok && t.ID == "earlier" && i > 0 { // the day is computed
			break
		}
		if !ok {
			r.failAt(n.Location(), "%s 的名称必须直接写出", t.Zh)
			return
		}
		texts = append(texts, s.Value)
	}
	if len(texts) == 0 {
		return
	}
	f := r.formula
	switch t.ID {
	case "item":
		addOnce(&f.Items, texts[0])
	case "base":
		addOnce(&f.Bases, texts[0])
	case "earlier":
		addOnce(&f.Earlier, texts[0])
	case "lookup":
		r.table(texts, n)
	default:
		r.group(t, texts, n)
	}
}

func (r *rewriter) table(texts []string, n *ast.CallNode) {
	table := r.tables[texts[0]]
	if table == nil {
		r.failAt(n.Location(), "没有名为“%s”的表", texts[0])
		return
	}
	if len(texts) > 1 && !slices.Contains(table.Values, texts[1]) {
		r.failAt(n.Location(), "表“%s”没有值列“%s”", texts[0], texts[1])
	}
	addOnce(&r.formula.Tables, texts[0])
}

func (r *rewriter) group(t *Term, texts []string, n *ast.CallNode) {
	if !slices.Contains(scopes, texts[0]) {
		r.failAt(n.Location(), "%s 的第一个参数写：%s", t.Zh, strings.Join(scopes, "、"))
	}
	if t.ID == "group_count" || t.ID == "group_rank" {
		r.formula.Roster = true
	} else if len(texts) > 1 {
		addOnce(&r.formula.Sums, texts[1])
	}
}

func (r *rewriter) reads(t *Term) {
	r.formula.Month = r.formula.Month || t.month()
	if slices.Contains(serviceTerms, t.ID) {
		r.formula.Service = true
	}
	for _, k := range t.Reads {
		if !slices.Contains(r.formula.Reads, k) {
			r.formula.Reads = append(r.formula.Reads, k)
		}
	}
}

func (r *rewriter) failAt(at file.Location, format string, args ...any) {
	if r.err == nil {
		r.err = &file.Error{Location: at, Message: fmt.Sprintf(format, args...)}
	}
}

func isContext(n ast.Node) bool {
	id, ok := n.(*ast.IdentifierNode)
	return ok && id.Value == "ctx"
}

func addOnce(list *[]string, s string) {
	if !slices.Contains(*list, s) {
		*list = append(*list, s)
	}
}

func typeOf(t reflect.Type) Type {
	for name, g := range goTypes {
		if t == g {
			return name
		}
	}
	return ""
}

func typeName(t Type) string {
	switch t {
	case Num:
		return "一个数"
	case Text:
		return "一段文字"
	case Bool:
		return "是或否"
	case Day:
		return "一个日期"
	}
	return "别的东西"
}

// quotientPlaces is the number of decimals a division keeps; formulas divide last.
const quotientPlaces = 24

// operators bind the arithmetic and the comparisons to exact decimals and dates.
func operators() []expr.Option {
	var list []expr.Option
	number := func(op, name string, f func(a, b decimal.Decimal) (any, error), result any) {
		list = append(list, expr.Function(name, func(p ...any) (any, error) { return f(p[0].(decimal.Decimal), p[1].(decimal.Decimal)) }, result), expr.Operator(op, name))
	}
	arithmetic := func(op, name string, f func(a, b decimal.Decimal) decimal.Decimal) {
		number(op, name, func(a, b decimal.Decimal) (any, error) { return f(a, b), nil }, new(func(a, b decimal.Decimal) decimal.Decimal))
	}
	arithmetic("+", "add__", decimal.Decimal.Add)
	arithmetic("-", "sub__", decimal.Decimal.Sub)
	arithmetic("*", "mul__", decimal.Decimal.Mul)
	number("/", "div__", func(a, b decimal.Decimal) (any, error) {
		if b.IsZero() {
			return nil, message.Err("rules.divided_by_zero")
		}
		return a.DivRound(b, quotientPlaces), nil
	}, new(func(a, b decimal.Decimal) decimal.Decimal))
	for op, holds := range map[string]func(int) bool{
		"<": func(c int) bool { return c < 0 }, "<=": func(c int) bool { return c <= 0 },
		">": func(c int) bool { return c > 0 }, ">=": func(c int) bool { return c >= 0 },
		"==": func(c int) bool { return c == 0 }, "!=": func(c int) bool { return c != 0 },
	} {
		name := "compare__" + map[string]string{"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne"}[op]
		list = append(list,
			expr.Function(name, func(p ...any) (any, error) {
				return holds(p[0].(decimal.Decimal).Cmp(p[1].(decimal.Decimal))), nil
			}, new(func(a, b decimal.Decimal) bool)),
			expr.Function(name+"_day", func(p ...any) (any, error) {
				a, b := p[0].(calendar.Date), p[1].(calendar.Date)
				return holds(int(a) - int(b)), nil
			}, new(func(a, b calendar.Date) bool)),
			expr.Operator(op, name, name+"_day"))
	}
	return list
}
