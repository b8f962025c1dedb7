package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
	"zhida/rules/policy"
)

// What rests on other people is observed before anybody is computed, in passes over
// everybody: who holds which post comes first; then, pass by pass, the means, pools
// and totals of items whose own members can be computed by then. The level of an
// item is the number of passes that must be over before its value is known.

// levels works out the level of every item. A cycle has been refused before.
func (p *Program) levels() {
	p.level, p.summed = map[string]int{}, map[string]bool{}
	var of func(code string) int
	of = func(code string) int {
		if n, known := p.level[code]; known {
			return n
		}
		p.level[code] = 0
		n := 0
		for _, x := range p.grants[code] {
			n = max(n, p.levelOf(x.policy, x.item.Formulas(), of))
			for _, need := range x.needs {
				if len(p.grants[need]) > 0 {
					n = max(n, of(need))
				}
			}
			if x.item.TopUp != nil || x.item.Pool != nil {
				n++
			}
		}
		p.level[code] = n
		return n
	}
	for _, code := range p.codes {
		p.passes = max(p.passes, of(code))
	}
	for _, g := range p.policies {
		for i := range g.Checks {
			p.passes = max(p.passes, p.levelOf(g, []*policy.Formula{g.Checks[i].Test}, of), 1)
			p.rostered = true // to know the places
		}
	}
}

// levelOf is how many passes formulas need.
func (p *Program) levelOf(in *policy.Policy, list []*policy.Formula, of func(string) int) (n int) {
	in.Each(list, func(f *policy.Formula) {
		if f.Roster {
			p.rostered, n = true, max(n, 1)
		}
		for _, code := range f.Items {
			if len(p.grants[code]) > 0 {
				n = max(n, of(code))
			}
		}
		for _, code := range f.Sums {
			p.summed[code] = true
			n = max(n, of(code)+1)
		}
	})
	return n
}

// stint is a post somebody holds, as others see it.
type stint struct {
	no       int64
	post     string
	from, to calendar.Date
}

// roster is who holds which post where; scopes are the keys of scopeKey.
type roster struct {
	stints map[string][]stint
	ranks  map[string]*ranking // answers given so far
}

// ranking is the people of a scope on a day in their order.
type ranking struct {
	count int // of those in the posts asked for
	place map[int64]int
}

// scopeKeys are the groups that a place belongs to: itself, its township, the county.
func scopeKeys(place string) [3]string {
	return [3]string{"本村" + place, "本乡镇" + facts.Township(place), "全县"}
}

func scopeKey(scope, place string) string {
	for _, k := range scopeKeys(place) {
		if strings.HasPrefix(k, scope) {
			return k
		}
	}
	return ""
}

// meet adds a person's posts to the roster.
func (e *Evaluation) meet(p *facts.Person, into map[string][]stint) {
	first, last := e.months[0].First(), e.months[len(e.months)-1].Last()
	died := calendar.Date(calendar.Forever)
	for i := range p.Profiles {
		if d := p.Profiles[i].Died; d != 0 {
			died = d
		}
		if d := p.Profiles[i].Retired; d != 0 {
			died = min(died, d)
		}
	}
	for i := range p.Spells {
		sp := &p.Spells[i]
		to := min(cmp.Or(sp.To, calendar.Forever), died)
		if sp.From > last || to < first {
			continue
		}
		for _, k := range scopeKeys(sp.Place) {
			into[k] = append(into[k], stint{p.No, sp.Post, sp.From, to})
		}
	}
}

// rank gives the people of a scope on a day, those in the posts asked for first.
func (e *Evaluation) rank(scope string, posts []string, day calendar.Date) *ranking {
	key := fmt.Sprint(scope, "\n", day, "\n", strings.Join(posts, "\n"))
	e.lock.Lock()
	defer e.lock.Unlock()
	if r := e.roster.ranks[key]; r != nil {
		return r
	}
	order := func(s stint) int {
		if i := slices.Index(posts, s.post); i >= 0 {
			return i
		}
		return len(posts)
	}
	var list []stint
	for _, s := range e.roster.stints[scope] {
		if s.from <= day && day <= s.to {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b stint) int {
		return cmp.Or(cmp.Compare(order(a), order(b)), cmp.Compare(a.from, b.from), cmp.Compare(a.no, b.no))
	})
	r := &ranking{place: map[int64]int{}}
	for _, s := range list {
		if r.place[s.no] != 0 {
			continue
		}
		r.place[s.no] = len(r.place) + 1
		if len(posts) == 0 || order(s) < len(posts) {
			r.count++
		}
	}
	e.roster.ranks[key] = r
	return r
}

// sumKey is an item of a month in a scope, of those in one post; "" for everybody.
type sumKey struct {
	month             calendar.Month
	item, scope, post string
}

// sum is what people come to; refused is the lowest number of one who cannot be computed.
type sum struct {
	total   money.Fen
	count   int
	refused int64
}

func (s *sum) add(o sum) {
	s.total, s.count = s.total+o.total, s.count+o.count
	if o.refused != 0 && (s.refused == 0 || o.refused < s.refused) {
		s.refused = o.refused
	}
}

// addUp adds a person's items of the month that others ask about and that are known
// after the passes before this one.
func (s *situation) addUp(pass int, into map[sumKey]sum) {
	for i, x := range s.plan.items {
		code := x.item.Code
		if !s.e.program.summed[code] || s.e.program.level[code] != pass-1 || !s.concerns(x) {
			continue
		}
		r := s.item(i)
		if r.err == nil && r.fen == 0 {
			continue
		}
		place, post, one := s.placeOf(r), "", sum{total: r.fen, count: 1}
		if r.err != nil { // nobody can say which post: whoever asks about the place is refused
			place, one = s.segments[len(s.segments)-1].profile.Place, sum{refused: s.person.No}
		} else if r.spell >= 0 {
			post = s.segments[r.seg].spells[r.spell].Post
		}
		for _, scope := range scopeKeys(place) {
			for _, k := range slices.Compact([]string{"", post}) {
				key := sumKey{s.month, code, scope, k}
				t := into[key]
				t.add(one)
				into[key] = t
			}
		}
	}
}

// groupSum is what an item comes to for the people of a scope.
func (s *situation) groupSum(args []any) (sum, error) {
	scope, code := scopeKey(args[0].(string), s.where()), args[1].(string)
	posts := texts(args[2:])
	if len(posts) == 0 {
		posts = []string{""}
	}
	s.e.lock.Lock()
	defer s.e.lock.Unlock()
	whole := s.e.sums[sumKey{s.month, code, scope, ""}]
	if whole.refused != 0 {
		return sum{}, message.Err(PeerRefused, s.itemName(code), whole.refused)
	}
	var t sum
	for _, post := range posts {
		t.add(s.e.sums[sumKey{s.month, code, scope, post}])
	}
	return t, nil
}

func (s *situation) itemName(code string) string {
	if x := s.e.at(code, s.month); x != nil {
		return x.item.Name
	}
	return code
}

func groupCount(s *situation, args []any) (any, error) {
	n := s.e.rank(scopeKey(args[0].(string), s.where()), texts(args[1:]), s.day()).count
	s.factOf(say("%s人数", args[0]), number(n), facts.Source{})
	return number(n), nil
}

func groupRank(s *situation, args []any) (any, error) {
	n := s.e.rank(scopeKey(args[0].(string), s.where()), texts(args[1:]), s.day()).place[s.person.No]
	if n == 0 {
		return number(0), missing("当前任职（" + args[0].(string) + "位次）")
	}
	s.factOf(say("%s位次", args[0]), number(n), facts.Source{})
	return number(n), nil
}

func groupTotal(s *situation, args []any) (any, error) {
	t, err := s.groupSum(args)
	if err == nil && s.tracing {
		s.step("average", say("%s%s合计 %s 元，%d 人", args[0], s.itemName(args[1].(string)), t.total, t.count), facts.Source{})
	}
	return t.total.Yuan(), err
}

func groupAverage(s *situation, args []any) (any, error) {
	t, err := s.groupSum(args)
	if err != nil {
		return number(0), err
	}
	if t.count == 0 {
		return number(0), missing(fmt.Sprintf("%s%s的%s", args[0], strings.Join(texts(args[2:]), "、"), s.itemName(args[1].(string))))
	}
	mean := t.total.Yuan().DivRound(number(t.count), exactPlaces)
	if s.tracing {
		s.step("average", say("%s%s平均 %s 元，%d 人", args[0], s.itemName(args[1].(string)), inYuan(mean), t.count), facts.Source{})
	}
	s.note("%s%s平均%s元", args[0], strings.Join(texts(args[2:]), "、"), inYuan(mean))
	return mean, nil
}

// RuleResult says whether a place keeps to a rule of a document in a month.
type RuleResult struct {
	Month    calendar.Month
	Place    string // division code
	Document string // 文号
	Name     string // of the rule
	Holds    bool
	Reason   message.Message // where it does not hold: why, with the numbers; or what is missing
}

// Rules holds every place where anybody has a post against the rules of the
// documents in force in a month of the evaluation, by document, rule and place.
// Everybody must have been observed.
func (e *Evaluation) Rules(m calendar.Month) []RuleResult {
	var list []RuleResult
	for _, p := range e.program.policies {
		if !p.Document.InForce(m) {
			continue
		}
		for i := range p.Checks {
			for _, place := range e.placesOf(p.Checks[i].Township) {
				list = append(list, e.rule(p, &p.Checks[i], m, place))
			}
		}
	}
	return list
}

// placesOf are the codes of the townships or villages on the roster, ascending.
func (e *Evaluation) placesOf(townships bool) (list []string) {
	for k := range e.roster.stints {
		code, is := strings.CutPrefix(k, "本村")
		if townships {
			code, is = strings.CutPrefix(k, "本乡镇")
		}
		if is && (townships || len(code) > 9) {
			list = append(list, code)
		}
	}
	slices.Sort(list)
	return list
}

// rule works one rule out for a place: the words of people have no meaning there.
func (e *Evaluation) rule(p *policy.Policy, c *policy.Rule, m calendar.Month, place string) RuleResult {
	r := RuleResult{Month: m, Place: place, Document: p.Document.Number, Name: c.Name}
	category := facts.VillageCadre
	if c.Township {
		category = facts.TownshipCadre
	}
	nobody := &facts.Person{Profiles: []facts.Profile{{Place: place, Category: category}}}
	s := e.situation(nobody, m)
	s.here = here{policy: p, seg: &s.segments[len(s.segments)-1]}
	s.watch(c.Test)
	v, err := c.Test.Eval(s)
	switch {
	case err != nil:
		r.Reason = asMessage(err)
	case v.(bool):
		r.Holds = true
	default:
		s.tracing = true
		r.Reason = message.M("rules.rule", c.Otherwise, s.worked(c.Test, v))
	}
	return r
}

// poolMember is somebody who shares a pool.
type poolMember struct {
	no     int64
	weight decimal.Decimal
	cap    *money.Fen // most they get, nil for no cap
}

// pool is a group that shares an amount, while it is being observed and afterwards.
type pool struct {
	total   money.Fen
	set     bool      // total is known
	other   money.Fen // another total that a member sees
	differs bool      // two members see different totals
	members []poolMember
	refused int64
	weights decimal.Decimal
	shares  map[int64]money.Fen // nil until somebody asks
	err     error
}

func (g *pool) add(o *pool) {
	if o.differs && !g.differs {
		g.other, g.differs = o.other, true
	}
	if g.set && o.set && g.total != o.total {
		g.other, g.differs = max(g.total, o.total), true
	}
	if o.set && (!g.set || o.total < g.total) { // the lowest is told, whatever the order
		g.total, g.set = o.total, true
	}
	g.members = append(g.members, o.members...)
	if o.refused != 0 && (g.refused == 0 || o.refused < g.refused) {
		g.refused = o.refused
	}
}

// joinPool adds the person to the pool of an item, when they share it.
func (s *situation) joinPool(x *grant, into map[groupKey]*pool) {
	key, m, total, member, err := s.poolMember(x)
	if err == nil && !member {
		return
	}
	one := &pool{}
	if err != nil {
		one.refused = s.person.No
	} else {
		one.total, one.set, one.members = total, true, []poolMember{m}
	}
	if into[key] == nil {
		into[key] = &pool{}
	}
	into[key].add(one)
}

// poolMember says whether and with what weight the person shares a pool: as they
// stand at the end of the month, when the conditions admit them and nothing stops the item.
func (s *situation) poolMember(x *grant) (key groupKey, m poolMember, total money.Fen, member bool, err error) {
	if !s.concerns(x) || s.died != 0 && s.died < s.first {
		return
	}
	if _, of := x.item.Schedule.Instalment(s.month); of == 0 {
		return
	}
	if stop, err := s.stopped(x); err != nil || stop != nil && stop.Pay == nil {
		return key, m, 0, false, err
	}
	outer := s.here
	defer func() { s.here = outer }()
	if !s.standAtEnd(x) || s.seg.to != s.last { // gone before the end of the month
		return
	}
	if key, err = s.keyOf(x, x.item.Pool.Group); err != nil {
		return key, m, 0, false, err
	}
	reason, err := s.admitted(x)
	if err != nil || !reason.IsZero() {
		return key, m, 0, false, err
	}
	m, total, err = s.weight(x)
	return key, m, total, err == nil, err
}

func (s *situation) weight(x *grant) (m poolMember, total money.Fen, err error) {
	v, err := x.item.Pool.Total.Eval(s)
	if err != nil {
		return m, 0, err
	}
	if total, err = money.Round(v.(decimal.Decimal), money.HalfUp, 1); err != nil {
		return m, 0, err
	}
	w, err := x.item.Pool.Share.Eval(s)
	if err != nil {
		return m, 0, err
	}
	m = poolMember{no: s.person.No, weight: w.(decimal.Decimal)}
	if m.weight.IsNegative() || total < 0 {
		return m, 0, message.Err("rules.pool_negative", x.item.Name, plain(m.weight), total)
	}
	if x.item.Cap != nil {
		c, err := x.item.Cap.Eval(s)
		if err != nil {
			return m, 0, err
		}
		limit, err := money.Round(c.(decimal.Decimal), money.Down, 1)
		if err != nil {
			return m, 0, err
		}
		m.cap = &limit
	}
	return m, total, nil
}

// share is what the person gets of the pool that the situation belongs to.
func (s *situation) share(x *grant) (decimal.Decimal, error) {
	key, err := s.keyOf(x, x.item.Pool.Group)
	if err != nil {
		return decimal.Decimal{}, err
	}
	s.e.lock.Lock()
	g := s.e.pools[key]
	s.e.lock.Unlock()
	switch {
	case g == nil:
		return decimal.Decimal{}, message.Err("rules.not_in_group", x.item.Name)
	case g.refused != 0: // whose own amount is wrong is told so, and not that a member is refused
		if _, _, _, _, err := s.poolMember(x); err != nil {
			return decimal.Decimal{}, err
		}
		return decimal.Decimal{}, message.Err(PeerRefused, x.item.Name, g.refused)
	case g.differs:
		return decimal.Decimal{}, message.Err("rules.pool_differs", x.item.Name, key.said(), g.total, g.other)
	}
	s.e.lock.Lock()
	defer s.e.lock.Unlock()
	if g.shares == nil {
		g.divide(x.item)
	}
	fen, in := g.shares[s.person.No]
	if g.err != nil {
		return decimal.Decimal{}, g.err
	}
	if !in {
		return decimal.Decimal{}, message.Err("rules.not_in_group", x.item.Name)
	}
	for _, m := range g.members {
		if m.no == s.person.No {
			s.note("%s元按份额%s÷%s分", g.total, plain(m.weight), plain(g.weights))
			s.step("pool", say("%s“%s”共 %s 元，%d 人，份额合计 %s，本人份额 %s，分得 %s 元", x.item.Name, key.said(), g.total, len(g.members), plain(g.weights), plain(m.weight), fen), facts.Source{})
		}
	}
	return fen.Yuan(), nil
}

// divide shares the pool: by weights, within the caps, to the fen. What caps cut off
// is shared again among the others where the document says so; what rounding leaves
// is spread by the largest remainder, or stays.
func (g *pool) divide(it *policy.Item) {
	slices.SortFunc(g.members, func(a, b poolMember) int { return cmp.Compare(a.no, b.no) })
	exact := make([]decimal.Decimal, len(g.members))
	full := make([]bool, len(g.members)) // at their cap
	left, total := g.total.Yuan(), decimal.Decimal{}
	for again := true; again; {
		again = false
		sum := decimal.Decimal{}
		for i, m := range g.members {
			if !full[i] {
				sum = sum.Add(m.weight)
			}
		}
		if g.weights.IsZero() {
			g.weights = sum
		}
		for i, m := range g.members {
			if full[i] || sum.IsZero() {
				continue
			}
			exact[i] = left.Mul(m.weight).DivRound(sum, exactPlaces)
		}
		over := left
		for i, m := range g.members {
			if full[i] || m.cap == nil || exact[i].LessThanOrEqual(m.cap.Yuan()) {
				continue
			}
			exact[i], full[i] = m.cap.Yuan(), true
			over = over.Sub(exact[i])
			again = it.Pool.Over == "shared"
		}
		if again {
			left = over
		}
	}
	for _, x := range exact {
		total = total.Add(x)
	}
	g.shares, g.err = g.round(exact, total, it)
}

// round turns exact shares into fen.
func (g *pool) round(exact []decimal.Decimal, total decimal.Decimal, it *policy.Item) (map[int64]money.Fen, error) {
	shares := map[int64]money.Fen{}
	if it.Pool.Rest == "spread" && total.IsPositive() {
		whole, err := money.Round(total, money.HalfUp, 1)
		if err != nil {
			return shares, err
		}
		list, err := money.Split(whole, exact)
		for i, m := range g.members {
			if err == nil {
				shares[m.no] = list[i]
			}
		}
		return shares, err
	}
	for i, m := range g.members {
		fen, err := money.Round(exact[i], money.Down, it.Unit)
		if err != nil {
			return shares, err
		}
		shares[m.no] = fen
	}
	return shares, nil
}
