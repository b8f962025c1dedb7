package checks

import (
	"slices"
	"sort"
	"strconv"
	"strings"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
)

// Month is what the checks look at: a batch with what the book and the registers know on a
// day. Over a period, From and To are its first and last month.
type Month struct {
	Day      calendar.Date // on which the checks are made
	From, To calendar.Month
	First    bool // no earlier batch of the channel: nothing is new against a month before
	Settings Settings
	// Sources are those that are there, with the date of their data where they have one.
	Sources   map[Source]calendar.Date
	Registers []facts.Register
	Places    map[string]Place // by division code
	Calendar  *calendar.Workdays
	Items     map[string]Item     // by code
	Documents map[int64]Document  // by position of adoption
	Covers    map[string][]string // by code of a fund, the items it may pay; empty: all
	// DayOf gives the day of a journal position.
	DayOf func(position int64) calendar.Date
	// Horizon is the position the batch was computed at, Before that of the batch before it.
	Horizon, Before int64

	Gross     money.Fen // of the batch
	Actors    []string  // who may make, check or approve
	Inputs    []Input   // what came in since the batch before
	Judges    []Judged
	Alone     []Alone // who acts by one other person's word, by position
	Statement []Row
	Transfers []Transfer
	Open      []OpenPayment // payments of earlier batches that are not on a card
	Reversed  []Reversed    // payments that this batch pays again, once reported as credited
	Totals    []Totals      // of earlier batches that have left
	Changes   []Change      // against the month before, those that need a reason
	SentBack  []Change      // facts whose owners have not answered
	Counts    [2]int        // payees of the month before and of this one
	Broken    []Broken

	byID   map[string][]int // rows of registers, by full ID
	spread map[issue]map[string]bool
}

// Place is a township or village.
type Place struct {
	Name       string
	Population int
}

// Item is an item of pay as the latest document grants it.
type Item struct {
	Name       string
	Period     int   // months its amount is for: 1, 3, 6, 12; 0 for once
	Due        []int // months of the year in which instalments of it are paid, ascending
	Categories []facts.Category
	ByPost     bool // due for days in a post
	ByDeath    bool // due because of a death
}

// Document is one that was adopted.
type Document struct {
	Number      string
	From, Until calendar.Month // Until is 0 while it is open
	Withdrawn   bool
	Grants      []string // item codes
}

// Person is somebody of the batch.
type Person struct {
	facts.Person
	Name     string
	Category facts.Category
	Place    string
	Lines    []Line
	Payments []Payment
	Change   money.Fen // against the month before
	Verified bool      // has a beneficiary record: a verification or a given amount with a document
	Actor    string    // the name under which the same natural person works on batches
}

// Line is a line of the batch.
type Line struct {
	Item      string
	Month     calendar.Month
	Deduction bool
	Fen, Due  money.Fen
	Place     string
	Policy    int64
	Fund      string
}

// Payment is a payment of the batch.
type Payment struct {
	Seq     int
	Fen     money.Fen
	Bank    string
	Card    identity.Card
	Holder  string
	Another bool // goes to an heir, a guardian or a court
	Again   bool // pays again what came back
}

// Input is something that took two people.
type Input struct {
	Position          int64
	What              string
	Entered, Accepted string
}

// Alone is somebody who acts by the word of one other person.
type Alone struct {
	Name, By string
	Position int64 // at which they were registered
}

// Judged is who made, checked and approved a batch.
type Judged struct{ Batch, Maker, Checker, Approver string }

// Row is a row of the statement of a fund's account.
type Row struct {
	Account, Serial, Party, Summary string
	Date                            calendar.Date
	Debit, Credit                   money.Fen
	Matched                         bool   // the book knows what it is
	To                              string // what it was matched to
}

// Transfer is money received by a source document.
type Transfer struct {
	Document, Fund, Place, Purpose string
	Date, Due                      calendar.Date // Due is 0 when no day is stated
	Fen, Left                      money.Fen     // Left is not yet paid onward
}

// OpenPayment is a payment that has left and is not on a card.
type OpenPayment struct {
	ID, Batch, Name, Bank, Reason string
	Fen                           money.Fen
	Since                         calendar.Date
	CameBack                      bool
}

// Reversed is a payment that the batch pays again, and of which the bank had once said that it
// was credited.
type Reversed struct {
	ID, Name, Place string
	Person          int64
	Fen             money.Fen
	Credited, Back  string        // the answers that said so, one after the other
	Refund          calendar.Date // on the statement of the account; 0 while it shows none
}

// Totals are the sums of a batch that must agree.
type Totals struct {
	Batch            string
	Net, List, Files money.Fen
	Order            money.Fen // of the treasury's vouchers
	Ordered          bool      // they have come
	Problems         []Problem // rows of the bank's answer that nobody has looked into
}

// Problem is a row of a bank's answer that could not be applied.
type Problem struct {
	Row   string
	Since calendar.Date // when the answer came in
	Twice bool          // a payment that was paid again is said to be credited after all
}

// Change is a difference from the month before that nothing explains.
type Change struct {
	Person      int64
	Name, Place string
	Item        string
	Before, Now money.Fen
	Message     message.Message
}

// Broken is a rule of an adopted document that a place does not keep.
type Broken struct {
	Place, Document, Name string
	Month                 calendar.Month
	Message               message.Message
}

// prepare files the registers by person.
func (m *Month) prepare() {
	m.byID = map[string][]int{}
	for i := range m.Registers {
		if id := m.Registers[i].ID.Full(); id != "" {
			m.byID[id] = append(m.byID[id], i)
		}
	}
	m.spread = map[issue]map[string]bool{}
}

// rows are the rows of a register about a person, by any ID the person has had.
func (m *Month) rows(source Source, p *Person) (list []facts.Register) {
	seen := map[string]bool{}
	for _, x := range p.Profiles {
		if id := x.ID.Full(); !seen[id] {
			seen[id] = true
			for _, i := range m.byID[id] {
				if Registers[m.Registers[i].Class] == source {
					list = append(list, m.Registers[i])
				}
			}
		}
	}
	return list
}

func (m *Month) has(s Source) bool { _, ok := m.Sources[s]; return ok }

// place is the name of a place with its township's in front.
func (m *Month) place(code string) string {
	name := code
	if x, ok := m.Places[code]; ok {
		name = x.Name
	}
	if t, ok := m.Places[facts.Township(code)]; ok && len(code) > 9 {
		name = t.Name + name
	}
	return name
}

func (m *Month) item(code string) string {
	if x, ok := m.Items[code]; ok {
		return x.Name
	}
	return code
}

// begins is the first month that a line's amount is for: of a yearly item that is paid in
// December, January; of one of its instalments, the month after the one before.
func (m *Month) begins(l *Line) calendar.Month {
	x, ok := m.Items[l.Item]
	if !ok {
		return l.Month
	}
	period := x.Period
	if period == 0 {
		period = 12
	}
	first := (l.Month.Number()-1)/period*period + 1
	for _, due := range x.Due {
		if due < l.Month.Number() {
			first = max(first, due+1)
		}
	}
	return calendar.Month(l.Month.Year()*100 + first)
}

// document is the number of the one that a line rests on.
func (m *Month) document(l *Line) string { return m.Documents[l.Policy].Number }

// paid are the lines that give the person something.
func (p *Person) paid(yield func(*Line) bool) {
	for i := range p.Lines {
		if l := &p.Lines[i]; l.Fen > 0 && !l.Deduction && !yield(l) {
			return
		}
	}
}

// group adds lines of one item up, for one finding.
type group struct {
	fen      money.Fen
	months   []string
	first    calendar.Month
	document string
	place    string
	rows     []string
}

// byItem makes one finding of a person's lines of each item.
func byItem(m *Month, p *Person, wanted func(*Line) bool, fn func(item string, g *group)) {
	groups := map[string]*group{}
	for l := range p.paid {
		if !wanted(l) {
			continue
		}
		g := groups[l.Item]
		if g == nil {
			g = &group{first: l.Month, document: m.document(l), place: l.Place}
			groups[l.Item] = g
		}
		g.fen += l.Fen
		g.months = append(g.months, l.Month.String())
		g.rows = append(g.rows, m.item(l.Item)+" "+l.Month.String()+" "+l.Fen.String())
	}
	for _, item := range sorted(groups) {
		fn(item, groups[item])
	}
}

func (g *group) finding(p *Person, item string, text message.Message, rows ...string) Finding {
	return Finding{Place: g.place, Person: p.No, Name: p.Name, Item: item, Month: g.first, Fen: g.fen, Document: g.document, Message: text, Rows: append(g.rows, rows...)}
}

func (g *group) when() string { return span(g.months) }

// span is the first and the last of some months.
func span(months []string) string {
	months = slices.Compact(slices.Sorted(slices.Values(months)))
	if len(months) > 2 {
		return months[0] + " 至 " + months[len(months)-1]
	}
	return strings.Join(months, "、")
}

// running says whether a spell covers a day.
func running(s *facts.Spell, d calendar.Date) bool { return s.From <= d && (s.To == 0 || d <= s.To) }

// touches says whether a spell covers any day of a month.
func touches(s *facts.Spell, mo calendar.Month) bool {
	return s.From <= mo.Last() && (s.To == 0 || s.To >= mo.First())
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// registerRow is how a finding quotes a row of a register.
func registerRow(r *facts.Register) string {
	parts := []string{r.Class + "登记"}
	for _, s := range []string{r.Name, r.ID.String(), r.Party, r.Item, r.Document} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	if r.Date != 0 {
		parts = append(parts, r.Date.String())
	}
	if r.Until != 0 {
		parts = append(parts, "至 "+r.Until.String())
	}
	return strings.Join(parts, " ") + "（数据日期 " + r.AsOf.String() + "）"
}
