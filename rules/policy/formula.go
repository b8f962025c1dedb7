package policy

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

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
	Source string
	Result Type
	Reads  []facts.Kind // kinds of facts it reads itself
	Items  []string     // items it reads
	Tables []string     // tables it looks up
	Names  []string     // named sub-expressions it uses
	Only   string       // name of the table when the formula is one plain look-up, else ""

	program *vm.Program
	at      position
}

// position is where a formula stands in its file.
type position struct{ line, column int }

// environment is what a compiled program sees; the visitor hands it to every term.
type environment struct {
	Ctx Context `expr:"ctx"`
}

// Eval computes the formula in a situation: decimal.Decimal, string, bool or calendar.Date.
func (f *Formula) Eval(c Context) (any, error) {
	v, err := vm.Run(f.program, environment{c})
	if err != nil {
		var m *message.Error
		if errors.As(err, &m) {
			return nil, m
		}
		return nil, message.Err("rules.formula_failed", f.Source).Because(err)
	}
	return v, nil
}

// maxFormula bounds the length of a formula in characters.
const maxFormula = 2000

// compile checks and compiles a formula. want is the type it must have, "" for any.
// names gives the types of the named sub-expressions, tables the tables of the file.
func compile(source string, want Type, names map[string]*Formula, tables map[string]*Table) (*Formula, error) {
	if len([]rune(source)) > maxFormula {
		return nil, fmt.Errorf("公式超过 %d 字", maxFormula)
	}
	if reserved.MatchString(source) {
		return nil, errors.New("公式里用了保留的名字")
	}
	f := &Formula{Source: source}
	v := &rewriter{formula: f, source: []rune(source), names: names, tables: tables}
	options := []expr.Option{expr.Env(environment{}), expr.DisableAllBuiltins(), expr.Patch(v), expr.MaxNodes(2000)}
	options = append(options, operators...)
	for name, t := range terms {
		options = append(options, expr.Function(name, callTerm(t), t.signatures()...))
	}
	for name, n := range names {
		options = append(options, expr.Function(namePrefix+name, callName(name),
			reflect.New(reflect.FuncOf([]reflect.Type{contextType}, []reflect.Type{goTypes[n.Result]}, false)).Interface()))
	}
	program, err := expr.Compile(source, options...)
	if err == nil && v.err != nil {
		err = v.err
	}
	if err != nil {
		return nil, err
	}
	f.program = program
	f.Result = typeOf(program.Node().Type())
	if f.Result == "" || want != "" && f.Result != want {
		return nil, fmt.Errorf("这里要%s，公式得到的是%s", typeName(want), typeName(f.Result))
	}
	if m := onlyLookup.FindStringSubmatch(source); m != nil {
		f.Only = m[1]
	}
	return f, nil
}

var onlyLookup = regexp.MustCompile(`^\s*(?:查表|lookup)\(\s*"([^"]+)"\s*(?:,\s*"[^"]+"\s*)?\)\s*$`)

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
	return func(p ...any) (any, error) { return p[0].(Context).Call(t.ID, p[1:]) }
}

func callName(name string) func(...any) (any, error) {
	return func(p ...any) (any, error) { return p[0].(Context).Name(name) }
}

// rewriter turns literals into exact decimals and gives every term the context.
type rewriter struct {
	formula *Formula
	source  []rune
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
	}
}

// number takes the digits from the text itself, never from a binary float.
func (r *rewriter) number(node *ast.Node, at file.Location) {
	end := at.From
	for end < len(r.source) && (r.source[end] >= '0' && r.source[end] <= '9' || r.source[end] == '.' || r.source[end] == '_') {
		end++
	}
	text := string(r.source[at.From:end])
	if end < len(r.source) && strings.ContainsRune("eExXbBoO", r.source[end]) || strings.Contains(text, "_") || len(text) > 20 {
		r.fail("数字 %s 请写成普通小数，最多 20 位", text)
		return
	}
	d, err := decimal.NewFromString(text)
	if err != nil {
		r.fail("数字 %s 写法不对", text)
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
	if t, ok := terms[n.Value]; ok && len(t.Args) == 0 {
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
	if t.ID == "item" || t.ID == "lookup" {
		r.literal(t, n)
	}
	r.reads(t)
	n.Arguments = append([]ast.Node{&ast.IdentifierNode{Value: "ctx"}}, n.Arguments...)
}

// literal notes items and tables by name: they must be written out, so that the
// graph between items is known before anything is computed.
func (r *rewriter) literal(t *Term, n *ast.CallNode) {
	var texts []string
	for _, a := range n.Arguments {
		s, ok := a.(*ast.StringNode)
		if !ok {
			r.fail("%s 的参数必须直接写出名称", t.Zh)
			return
		}
		texts = append(texts, s.Value)
	}
	if len(texts) == 0 {
		return
	}
	if t.ID == "item" {
		addOnce(&r.formula.Items, texts[0])
		return
	}
	table := r.tables[texts[0]]
	if table == nil {
		r.fail("没有名为“%s”的表", texts[0])
		return
	}
	if len(texts) > 1 && !slices.Contains(table.Values, texts[1]) {
		r.fail("表“%s”没有值列“%s”", texts[0], texts[1])
	}
	addOnce(&r.formula.Tables, texts[0])
}

func (r *rewriter) reads(t *Term) {
	for _, k := range t.Reads {
		if !slices.Contains(r.formula.Reads, k) {
			r.formula.Reads = append(r.formula.Reads, k)
		}
	}
}

func (r *rewriter) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
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
var operators = func() []expr.Option {
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
}()
