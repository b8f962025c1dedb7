// Package checks owns the checks for diversion that run on every batch: what is paid to
// the dead, to cards that are somebody else's, above the standard, from the wrong fund, for
// days nobody can have worked. They are pure functions over a month's data, which package
// payroll gathers. It never reads a book, never decides what somebody is due, and never
// says that something was checked for which it lacked the register.
//
// A finding is a question with its rows, not a verdict. A check that cries at honest months
// is soon answered without being read, so each states what it leaves alone and why.
package checks

import (
	"cmp"
	"slices"
	"strings"

	"zhida/rules/calendar"
	"zhida/rules/message"
	"zhida/rules/money"
)

// Severity says what a finding asks for before a batch is approved.
type Severity string

// The severities. A stop blocks the approval until the data is mended or an approver who
// did not make the batch answers; a review is answered by whoever works on the batch.
const (
	Stop   Severity = "stop"
	Review Severity = "review"
)

// Chinese is the severity as screens and papers print it.
func (s Severity) Chinese() string {
	if s == Stop {
		return "停止"
	}
	return "复核"
}

// Finding is what a check found. It names person or place, item, period, amount, the
// document and the rows it rests on; the sentence says which rule they break.
type Finding struct {
	Check    string
	Severity Severity
	Place    string // division code of the place it is about; "" for the county
	Person   int64  // 0 when it is about no single person
	Name     string
	Item     string         // code
	Month    calendar.Month // pay month; 0 when it is about none
	Fen      money.Fen      // what is at stake
	Document string
	Message  message.Message
	Rows     []string // what it was found in: lines, days, cards (masked), rows of a register
	Actor    string   // who may not answer it, because it is about them; "" for nobody
}

// Mark tells findings apart: two of one mark are the same finding, seen twice.
func (f *Finding) Mark() string {
	return strings.Join(slices.Concat([]string{f.Check, string(f.Severity), f.Place, itoa(f.Person), f.Item, f.Month.String(), f.Fen.String(), f.Document, f.Message.Code, f.Actor}, f.Message.Args, f.Rows), "\x1f")
}

// Lasting tells findings of standing checks apart over months: amounts and rows may differ.
func (f *Finding) Lasting() string {
	return strings.Join(slices.Concat([]string{f.Check, string(f.Severity), f.Place, itoa(f.Person), f.Message.Code}, f.Message.Args), "\x1f")
}

// Check is one check as lists and papers show it.
type Check struct {
	Code     string
	Name     string // Chinese
	Severity Severity
	Softer   bool     // some of its findings are reviews, though others stop
	Looks    string   // Chinese: what it looks at
	Spares   string   // Chinese: what looks alike and is left alone
	Params   []string // of Settings
	Needs    []Source // any of them missing, it is not run
	Uses     []Source // it finds more with these
	Standing bool     // an answer holds for later batches while nothing about the finding changes
	Drifts   bool     // amounts follow what others do while a batch is on its way: banks answer, other batches take money
	Period   bool     // makes sense over a period of several months
	Book     bool     // looks at the county's money and at who worked, not at one batch: over a period it is asked once

	run func(m *Month, found func(Finding)) watch
}

// watch is a check at work: each sees every person once, in the order of their numbers, and
// then end sees what has come together. Either may be nil.
type watch struct {
	each func(*Person)
	end  func()
}

// State says how a check ended.
type State struct {
	Check string `json:"check"`
	// Ran is false when a source that it needs is missing; what it found all the same stands.
	Ran     bool     `json:"ran"`
	Lacking []Source `json:"lacking,omitempty"`
	Found   int      `json:"found"`
	// AsOf is the date of the oldest source it needed or used, 0 when it needs none.
	AsOf calendar.Date `json:"as_of,omitempty"`
}

// Result is what all checks found, in the order of the list, then of place and person.
type Result struct {
	Findings []Finding
	States   []State
}

// Run lets every check look at a month. people streams everybody of the batch once.
func Run(m *Month, people func(each func(*Person) error) error) (Result, error) {
	return run(m, func(*Check) bool { return true }, people)
}

// RunPast lets those checks look at a batch of a period that look at the batch itself;
// what they would find in every batch alike is left to RunPeriod.
func RunPast(m *Month, people func(each func(*Person) error) error) (Result, error) {
	return run(m, func(c *Check) bool { return !c.Book }, people)
}

// RunPeriod lets those checks look that make sense over several months.
func RunPeriod(m *Month, people func(each func(*Person) error) error) (Result, error) {
	return run(m, func(c *Check) bool { return c.Period }, people)
}

func run(m *Month, wanted func(*Check) bool, people func(each func(*Person) error) error) (Result, error) {
	var r Result
	list := List()
	watches := make([]watch, len(list))
	found := make([][]Finding, len(list))
	m.prepare()
	for i := range list {
		if c := &list[i]; wanted(c) {
			watches[i] = c.run(m, func(f Finding) {
				f.Check = c.Code
				f.Severity = cmp.Or(f.Severity, c.Severity)
				if n := len(f.Rows); n > mostRows {
					f.Rows = append(slices.Clone(f.Rows[:mostRows]), "……共 "+itoa(int64(n))+" 行")
				}
				found[i] = append(found[i], f)
			})
		}
	}
	err := people(func(p *Person) error {
		for i := range p.Accounts {
			m.note(&p.Accounts[i], p.Place)
		}
		for i := range watches {
			if watches[i].each != nil {
				watches[i].each(p)
			}
		}
		return nil
	})
	if err != nil {
		return r, err
	}
	for i := range list {
		if !wanted(&list[i]) {
			continue
		}
		if watches[i].end != nil {
			watches[i].end()
		}
		slices.SortStableFunc(found[i], func(a, b Finding) int {
			return cmp.Or(cmp.Compare(a.Place, b.Place), cmp.Compare(a.Person, b.Person), cmp.Compare(a.Item, b.Item), cmp.Compare(a.Month, b.Month), cmp.Compare(a.Mark(), b.Mark()))
		})
		r.Findings = append(r.Findings, found[i]...)
		s := State{Check: list[i].Code, Ran: true, Found: len(found[i])}
		for _, source := range slices.Concat(list[i].Needs, list[i].Uses) {
			date, there := m.Sources[source]
			switch {
			case !there && slices.Contains(list[i].Needs, source):
				s.Ran = false
				s.Lacking = append(s.Lacking, source)
			case date != 0 && (s.AsOf == 0 || date < s.AsOf):
				s.AsOf = date
			}
		}
		r.States = append(r.States, s)
	}
	return r, nil
}

// Find gives the check of a code.
func Find(code string) (Check, bool) {
	for _, c := range List() {
		if c.Code == code {
			return c, true
		}
	}
	return Check{}, false
}

// Source is something a check cannot do without: a register, a statement, a setting.
type Source string

// The sources. Registers come in by `import registers`, each class with the date of its data.
const (
	Deaths       Source = "deaths"       // 死亡
	Departures   Source = "departures"   // 离任调离
	Retirements  Source = "retirements"  // 退休
	Sanctions    Source = "sanctions"    // 处分停发
	Establishing Source = "established"  // 编制实名
	Posts        Source = "posts"        // 定员
	Payrolls     Source = "payrolls"     // 其他财政供养
	Claims       Source = "claims"       // 其他申报
	Kin          Source = "kin"          // 亲属
	Agents       Source = "agents"       // 代办领卡
	Statement    Source = "statement"    // the fund accounts' statement
	Returns      Source = "returns"      // banks' answers
	Transfers    Source = "transfers"    // money received by source document
	Workdays     Source = "calendar"     // the yearly notice of holidays
	Ages         Source = "ages"         // settings
	Standards    Source = "standards"    // settings
	Ratios       Source = "ratios"       // settings, or rules of adopted documents
	Exclusions   Source = "incompatible" // settings
	Tenure       Source = "tenure"       // spells of service
	Previous     Source = "previous"     // an earlier batch of the channel
)

// Chinese is the source as screens and papers print it.
func (s Source) Chinese() string {
	return map[Source]string{Deaths: "死亡登记", Departures: "离任调离登记", Retirements: "退休登记", Sanctions: "处分停发登记", Establishing: "编制实名登记", Posts: "村级定员登记", Payrolls: "其他财政供养登记",
		Claims: "其他申报登记", Kin: "亲属登记", Agents: "代办领卡登记", Statement: "专户对账单", Returns: "银行回盘", Transfers: "转移支付登记", Workdays: "工作日历", Ages: "设置 checks.ages",
		Standards: "设置 checks.standards", Ratios: "文件或设置里的比例规则", Exclusions: "设置 checks.incompatible", Tenure: "任职经历", Previous: "同渠道以前的批次"}[s]
}

// Registers are the sources that `import registers` brings, by the word of the column 类别.
var Registers = map[string]Source{"死亡": Deaths, "离任调离": Departures, "退休": Retirements, "处分停发": Sanctions, "编制实名": Establishing, "定员": Posts, "其他财政供养": Payrolls, "其他申报": Claims,
	"亲属": Kin, "代办领卡": Agents}
