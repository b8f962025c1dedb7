// Package facts owns the shapes of what a county knows about its people and
// places: the input of every computation. It holds values as known at one point
// of the journal and never says where they are kept or how they came in.
//
// Each kind of fact has a key. Two facts of one key differ in their first day:
// a state (person, place, account, amount, reference) holds from its first day
// until the day before the next first day of the same key; a happening (spell,
// day, absence, assessment) has its own interval and its first day in the key.
// The JSON names are the codes of the columns of the import forms and of the
// canonical body at rest; they are never renamed.
package facts

import (
	"strings"

	"github.com/shopspring/decimal"

	"zhida/rules/calendar"
	"zhida/rules/identity"
	"zhida/rules/money"
)

// Kind is a kind of fact.
type Kind string

// The kinds. Average is written by the engine at approval, all others are imported.
const (
	KindPlace      Kind = "place"      // key: division code
	KindPerson     Kind = "person"     // key: "" (one profile a person)
	KindSpell      Kind = "spell"      // key: place|post|from
	KindAccount    Kind = "account"    // key: "" (one account in use a person)
	KindDay        Kind = "day"        // key: kind|date|place
	KindAbsence    Kind = "absence"    // key: kind|from
	KindAssessment Kind = "assessment" // key: year
	KindAmount     Kind = "amount"     // key: item
	KindReference  Kind = "reference"  // key: code|period, or code|period|place
	KindCalendar   Kind = "calendar"   // key: date
	KindPaid       Kind = "paid"       // key: item|month
	KindAverage    Kind = "average"    // key: item|group|month

	// What decides how an account is paid out and never what is due: package payroll
	// reads these, a computation of entitlements does not.
	KindHold      Kind = "hold"      // key: reason|from
	KindNotice    Kind = "notice"    // key: date
	KindOrder     Kind = "order"     // key: number of the court's case
	KindVerified  Kind = "verified"  // key: year
	KindRecipient Kind = "recipient" // key: recipient|relation
	KindDebt      Kind = "debt"      // key: item|month
	KindPublicity Kind = "publicity" // key: item|from

	// What brings money into funds.
	KindTransfer  Kind = "transfer"  // key: fund|document|place|voucher
	KindAuthority Kind = "authority" // key: fund|document
	KindStatement Kind = "statement" // key: account|serial
	KindVoucher   Kind = "voucher"   // key: batch|fund

	// What other offices keep, for the checks of a batch; a computation never reads it.
	KindRegister Kind = "register" // key: class|id|place|date|item|party

	// That a village has reported its election; what it changed are profiles and spells.
	KindElection Kind = "election" // key: village|year
)

// Category is the payee category of a person at a time.
type Category string

// The three categories, as policies name them in English.
const (
	TownshipCadre      Category = "township_cadre"       // 乡镇干部
	VillageCadre       Category = "village_cadre"        // 村干部
	FormerVillageCadre Category = "former_village_cadre" // 离任村干部
)

// Source is where a fact came from: the journal position at which it became known
// and the place in the file, "花名册!B7" (empty for facts the engine wrote).
type Source struct {
	Position int64  `json:"-"`
	Where    string `json:"-"`
}

// Place is a township (9-digit code) or a village (12-digit code) from a day on.
type Place struct {
	Code       string          `json:"code"`
	Name       string          `json:"name"`
	Class      string          `json:"class"`      // hardship class as the document words it, e.g. 二类; empty for a village: its township's counts
	Distance   decimal.Decimal `json:"distance"`   // km to the county seat
	Population int             `json:"population"` // registered persons
	From       calendar.Date   `json:"from"`
	Source
}

// Township is the 9-digit code of the township that a 9- or 12-digit code lies in.
func Township(code string) string {
	if len(code) > 9 {
		return code[:9]
	}
	return code
}

// Person is everything known about one person at one horizon. All slices are
// ordered by their first day and then by key, so that equal facts give equal results.
type Person struct {
	No          int64 // the person's number in the book
	Profiles    []Profile
	Accounts    []Account
	Spells      []Spell
	Days        []Day
	Absences    []Absence
	Assessments []Assessment
	Amounts     []Amount
}

// Died is the day of the person's death as far as any profile tells, zero while living:
// a death is known for good, from whatever day on the profile holds that says so.
func (p *Person) Died() (d calendar.Date) {
	for i := range p.Profiles {
		if p.Profiles[i].Died != 0 {
			d = p.Profiles[i].Died
		}
	}
	return d
}

// Profile is who a person is, from a day on.
type Profile struct {
	ID       identity.ResidentID `json:"id"`
	Name     string              `json:"name"`
	Category Category            `json:"category"`
	Place    string              `json:"place"`  // code of the township or village that keeps the person on its roster
	Joined   calendar.Date       `json:"joined"` // 参加工作: start of service for seniority, zero when unknown
	Group    string              `json:"group"`  // 村民小组; tells namesakes of a village apart in public, where ID numbers may not
	Hukou    string              `json:"hukou"`  // 户籍: 本县, 外县 …
	Flags    string              `json:"flags"`  // 标记, separated by 、: 鳏寡孤独、公职人员 …
	Died     calendar.Date       `json:"died"`
	Retired  calendar.Date       `json:"retired"` // last day in service by retirement
	From     calendar.Date       `json:"from"`
	Source
}

// FlagsOf are the marks of a profile one by one.
func FlagsOf(flags string) []string {
	return strings.FieldsFunc(flags, func(r rune) bool { return strings.ContainsRune("、,，;； ", r) })
}

// Account is where a person's money goes, from a day on.
type Account struct {
	Card   identity.Card `json:"card"`
	Bank   string        `json:"bank"`   // bank code of the BIN table: ICBC, ABC, CCB, PSBC …
	Branch string        `json:"branch"` // 开户行 as the bank writes it
	CNAPS  string        `json:"cnaps"`  // 联行号, empty when unknown
	Holder string        `json:"holder"` // name as the bank has it
	Proof  string        `json:"proof"`  // paper that shows whose it is, where it took the place of another
	From   calendar.Date `json:"from"`
	Source
}

// Spell is one post held at one place (任职经历). To is zero while it is running.
type Spell struct {
	Place      string        `json:"place"`
	Post       string        `json:"post"` // 书记, 主任, 会计, 乡镇长 …, as the documents word it
	Rank       string        `json:"rank"` // 职级 of a township cadre
	From       calendar.Date `json:"from"`
	To         calendar.Date `json:"to"`         // last day
	Document   string        `json:"document"`   // appointment paper
	Recognised bool          `json:"recognised"` // the organization department accepts the evidence
	Reason     string        `json:"reason"`     // why it ended: 届满, 辞职, 罢免 …
	Source
}

// Election is the election of a village as it was last reported (换届).
type Election struct {
	Place    string        `json:"place"`    // code of the village
	Date     calendar.Date `json:"date"`     // of the vote
	Handover calendar.Date `json:"handover"` // first day of those elected
	Document string        `json:"document"` // by which the result was approved
	Source
}

// Day is one approved day of a kind (下村, 加班 …).
type Day struct {
	Date  calendar.Date `json:"date"`
	Kind  string        `json:"kind"`
	Place string        `json:"place"` // township that reported it
	Source
}

// Absence is a leave, secondment, sanction or the like. To is zero while it is running.
type Absence struct {
	Kind        string        `json:"kind"` // 病假, 事假, 旷工, 产假, 借调, 处分 …
	From        calendar.Date `json:"from"`
	To          calendar.Date `json:"to"`
	WorkingDays int           `json:"working_days"`
	Document    string        `json:"document"`
	Source
}

// Assessment is the result of a year.
type Assessment struct {
	Year  int    `json:"year"`
	Grade string `json:"grade"` // 优秀, 称职, 基本称职, 不称职 …
	Score string `json:"score"` // points as written, may be empty
	Source
}

// Amount is a given amount per month: base salary, a deduction. It holds from its
// month until Until, or until the next From of the same item.
type Amount struct {
	Item     string         `json:"item"`
	Fen      money.Fen      `json:"fen"`
	From     calendar.Month `json:"from"`
	Until    calendar.Month `json:"until"` // zero: until further notice
	Document string         `json:"document"`
	Source
}

// Reference is a published statistic for a period ("2025" or "2025-06").
type Reference struct {
	Code     string          `json:"code"`
	Period   string          `json:"period"`
	Place    string          `json:"place"` // division code of what it is about; empty for the whole county
	Value    decimal.Decimal `json:"value"`
	Unit     string          `json:"unit"`
	Document string          `json:"document"`
	Source
}

// CalendarDay is a day that the yearly notice moves: a holiday, or a day at the
// weekend that is worked to make up for one.
type CalendarDay struct {
	Date     calendar.Date `json:"date"`
	Nature   string        `json:"nature"`   // DayOff or DayWorked
	Document string        `json:"document"` // the notice
	Source
}

// Register is one row of a register that another office keeps: of deaths, of established
// posts, of other payrolls. It may be about somebody who is on no roster.
type Register struct {
	Class    string              `json:"class"`  // 死亡, 编制实名 …
	AsOf     calendar.Date       `json:"as_of"`  // date of the register's data
	ID       identity.ResidentID `json:"id"`     // empty for a row about a place, and for a register without rows
	Name     string              `json:"name"`   // of the person
	Place    string              `json:"place"`  // division code
	Date     calendar.Date       `json:"date"`   // of the event, or the first day
	Until    calendar.Date       `json:"until"`  // last day, zero while it lasts
	Party    string              `json:"party"`  // unit that pays, agent, or the actor of whom the person is a relative
	Item     string              `json:"item"`   // what it is about: item, kind of day, kind of payroll, relation
	Number   int                 `json:"number"` // of posts
	Fen      money.Fen           `json:"fen"`
	Document string              `json:"document"`
	Source
}

// What a moved day is.
const (
	DayOff    = "off"    // 休
	DayWorked = "worked" // 班
)

// Average is the mean of a peer group in a month, frozen at the first approval.
type Average struct {
	Item  string         `json:"item"`
	Group string         `json:"group"`
	Month calendar.Month `json:"month"`
	Fen   money.Fen      `json:"fen"`
	Count int            `json:"count"` // peers in it
	Source
}

// World is what holds for everybody at one horizon.
type World struct {
	County     string             // division prefix, 430725
	Places     map[string][]Place // by code, each ordered by From
	References []Reference
	Averages   []Average
	Calendar   []CalendarDay
	Example    bool // of a policy's case: Calendar names only the days it turns on; without any, all weeks are plain
}
