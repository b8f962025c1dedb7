package payroll

import (
	"context"

	"zhida/payroll/journal"
	"zhida/payroll/ledger"
	"zhida/payroll/schedule"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/money"
)

// Store is a book at rest. Update runs f in one write transaction under the
// county's write lock; f may run again after a conflict, so it touches nothing
// outside. The first error ends the transaction. View runs f on one consistent snapshot.
type Store interface {
	Update(ctx context.Context, f func(Tx) error) error
	View(ctx context.Context, f func(Reader) error) error
	Close() error
}

// FactQuery selects facts as known at Horizon (0: latest), ordered by person,
// kind, key, from. Persons first <= no <= last; First = Last = 0 gives the facts of the world.
type FactQuery struct {
	Horizon     int64
	First, Last int64
	Kinds       []facts.Kind  // all when empty
	Since       calendar.Date // leaves out day facts that ended before; 0 for all
	Moving      *Moving       // only what moves; nil for all
	Scope       string        // only facts of this scope, of any person
	About       *About        // only persons whom a fact as known now names so; First and Last are not asked then
}

// About names persons by what a fact about them, as known now, says, or by where a batch has them: one of the words is asked for.
type About struct {
	Name    string  // a profile has this name
	IDEnd   string  // the last four characters of a profile's ID number
	CardEnd string  // the last four digits of an account
	Place   string  // a profile, post or day is of this place, or of a village of this township
	Batch   BatchID // with Place: this batch has them there
	Turns   *Turns  // a profile or post begins or ends, or a death lies, between two days, both counted
}

// RosterRow is somebody who is on the roster on a day, with what the profile of that day says.
type RosterRow struct {
	Person int64
	RosterAt
}

// RosterCount is how many people of a category the roster has at a place itself on a day.
type RosterCount struct {
	RosterAt
	Count int
}

// RosterAt is where the roster has somebody, and as what.
type RosterAt struct {
	Place    string
	Category facts.Category
}

// In says whether that is at a place, or in a village of it; "" is the county.
func (x RosterAt) In(place string) bool {
	return place == "" || x.Place == place || facts.Township(x.Place) == place
}

// PostRow is a post with a rank that somebody holds or held, of whom anybody in a township itself or all elsewhere.
type PostRow struct {
	Post, Rank string
	Township   bool
}

// Turns are the days between which a roster may change.
type Turns struct{ From, To calendar.Date }

// Moving selects facts that became known after a position, facts that begin or end between
// two days, and who people are whenever that became known.
type Moving struct {
	After    int64
	From, To calendar.Date
}

// LineQuery selects lines, ordered by batch, person, item, month. Zero values select all.
type LineQuery struct {
	Batch       BatchID
	Person      int64
	First, Last int64          // person numbers
	Settled     string         // only lines of people whom the batch has at this place, or in a village of this township
	Within      string         // only lines of this township and its villages
	Cause       string         // only lines with this cause
	Before      calendar.Month // only lines of earlier months
}

// CommittedSum is what is committed for an obligation, and the horizon of the
// latest batch that committed it (0 when it was only imported as paid).
type CommittedSum struct {
	Obligation
	Fen     money.Fen
	Horizon int64
}

// LineSum is what the lines of one item come to in a batch.
type LineSum struct {
	Batch BatchID
	Item  string
	Side  Side
	Count int
	Fen   money.Fen
}

// LineTotal is what the lines of one item come to that one document grants in one place, from one fund.
type LineTotal struct {
	Item   string
	Side   Side
	Place  string
	Policy int64
	Fund   string
	Count  int
	Fen    money.Fen
}

// PurseTotal is what the portions of a batch come to in a purse, where they are to be held and released, moved and given apart.
type PurseTotal struct {
	Purse
	Gross, Deduction, Owed, Reissued, Pay money.Fen
	Held, Released                        money.Fen // of those who are held more, and of those who are held less
	Moved, Given                          money.Fen // of those whose money comes back, and of those whose is given
	Payees                                int       // those who are paid something out of the purse
}

// PartQuery selects whom a batch pays: those whom one of the payments pays, and those who are paid something out of one of the purses; with
// neither everybody.
type PartQuery struct {
	Batch  BatchID
	Seqs   []int
	Purses []Purse
}

// SentQuery selects payments of batches; zero values select all.
type SentQuery struct {
	Batches []BatchID
	Person  int64
	State   PaymentState
	Place   string // only persons of whom a fact as known now names this place, or a village of this township
	Most    int    // only the first so many
}

// StatusCount is how many persons of a place end alike in a batch.
type StatusCount struct {
	Status Status
	Place  string
	Count  int
}

// Balance is what a person's account holds, summed over the batches of a channel.
type Balance struct {
	Person int64
	Held   money.Fen // due but not yet payable
}

// EntryQuery selects movements of receivables: those of one batch, or for the persons
// first..last those of the batches given and those outside batches up to the horizon.
type EntryQuery struct {
	Batch       BatchID
	Batches     []BatchID
	Horizon     int64
	First, Last int64
}

// Reader reads a book. Methods with fn stream in the stated order and stop at its first
// error; fn asks nothing of the same Reader, since one connection answers one question at a time.
// What does not exist is ErrNotFound.
type Reader interface {
	Meta(ctx context.Context) (Meta, error)
	Head(ctx context.Context) (journal.Head, error)
	Events(ctx context.Context, from, to int64, fn func(journal.Event) error) error

	Actor(ctx context.Context, name string) (Actor, error)
	Actors(ctx context.Context) ([]Actor, error)

	// PersonsByID maps full normal resident IDs to person numbers; unknown ones are absent.
	PersonsByID(ctx context.Context, ids []string) (map[string]int64, error)
	LastPerson(ctx context.Context) (int64, error)
	Facts(ctx context.Context, q FactQuery, fn func(Fact) error) error
	// Roster streams who is on the roster of a place on a day, of a township with its villages, or with "" of the county, as known now, by person.
	Roster(ctx context.Context, place string, on calendar.Date, fn func(RosterRow) error) error
	// RosterCounts streams how many they are at each place, by place, category.
	RosterCounts(ctx context.Context, place string, on calendar.Date, fn func(RosterCount) error) error
	// DaysReported streams what townships have reported of days for a month, as known now, by township, kind.
	DaysReported(ctx context.Context, month calendar.Month, fn func(ReportedDays) error) error
	// Posts streams the posts and ranks of all spells as known now, each once, by post, rank.
	Posts(ctx context.Context, fn func(PostRow) error) error
	// CardHolders maps cards of latest account facts to the persons that have them.
	CardHolders(ctx context.Context, cards []string) (map[string][]int64, error)
	// ChangedSince streams facts with KnownFrom or KnownTo in (after, upto], ordered like Facts,
	// what is left of erased ones too; no other query gives those.
	ChangedSince(ctx context.Context, after, upto int64, fn func(Fact) error) error
	Imports(ctx context.Context) ([]ImportRecord, error)

	Policies(ctx context.Context, horizon int64) ([]AdoptedPolicy, error) // adopted and not withdrawn at horizon (0: latest), by position
	AllPolicies(ctx context.Context) ([]AdoptedPolicy, error)
	Settings(ctx context.Context, horizon int64) (Settings, error)
	Proposal(ctx context.Context, position int64) (Proposal, error)
	Proposals(ctx context.Context, openOnly bool) ([]Proposal, error)

	Batch(ctx context.Context, id BatchID) (Batch, error)
	Batches(ctx context.Context) ([]Batch, error) // by id; staging left out
	Lines(ctx context.Context, q LineQuery, fn func(Line) error) error
	// LineSums streams the sums of the lines of the given batches by batch, item, side; with a fund, of its lines alone.
	LineSums(ctx context.Context, batches []BatchID, fund string, fn func(LineSum) error) error
	// LineTotals, KeptPurses and StatusCounts are kept while the rows of a batch are written: they are for pages, and nothing that moves money rests on them.

	// LineTotals streams the sums of a batch's lines by item, side, place, policy, fund.
	LineTotals(ctx context.Context, id BatchID, fn func(LineTotal) error) error
	Settlements(ctx context.Context, id BatchID, fn func(Settlement) error) error // by person
	// SettledAt streams what the given batches did to the people of a place, of a township with its villages, by batch and person.
	SettledAt(ctx context.Context, batches []BatchID, place string, fn func(Settlement) error) error
	// KeptPurses streams the sums of a batch's portions by fund, place.
	KeptPurses(ctx context.Context, id BatchID, fn func(PurseTotal) error) error
	// Turned streams the settlements of those who are held or refused, by person.
	Turned(ctx context.Context, id BatchID, fn func(Settlement) error) error
	// OpenRefusals lists the persons of whom a batch refused something and nobody has answered for it.
	OpenRefusals(ctx context.Context, id BatchID) ([]int64, error)
	// StatusCounts streams how many end how in a batch, by status, place.
	StatusCounts(ctx context.Context, id BatchID, fn func(StatusCount) error) error
	Payments(ctx context.Context, id BatchID, fn func(Payment) error) error // by seq
	Texts(ctx context.Context, id BatchID) ([]string, error)                // index = Line.Text
	Text(ctx context.Context, id BatchID, no int) (string, error)           // one of them
	Exports(ctx context.Context, id BatchID) ([]ExportFile, error)          // by name
	DutyRecords(ctx context.Context) ([]DutyRecord, error)                  // by month, kind, step, date
	Undelivered(ctx context.Context) ([]Delivery, error)                    // not sent, oldest first
	Turn(ctx context.Context) (Turn, error)                                 // the latest that was taken

	// Committed streams the sums of the lines of the given batches for the persons
	// first..last, ordered by person, item, month, leaving out zero sums.
	Committed(ctx context.Context, batches []BatchID, first, last int64, fn func(CommittedSum) error) error
	// Balances streams account balances from the settlements of the given batches, by person, leaving out all-zero ones.
	Balances(ctx context.Context, batches []BatchID, first, last int64, fn func(Balance) error) error
	// Entries streams movements of receivables by person, way, origin, month, item, batch, position.
	Entries(ctx context.Context, q EntryQuery, fn func(Entry) error) error
	// Portions streams a batch's portions by person, fund, place.
	Portions(ctx context.Context, id BatchID, fn func(Portion) error) error
	// PurseTotals streams the sums of a batch's portions by fund, place, added up from the rows.
	PurseTotals(ctx context.Context, id BatchID, fn func(PurseTotal) error) error
	// HeldIn streams what the given batches hold, by person and purse, leaving out zero sums.
	HeldIn(ctx context.Context, batches []BatchID, first, last int64, fn func(person int64, k Purse, fen money.Fen) error) error
	// Postings streams the ledger's postings of positions in (after, upto], in their order.
	Postings(ctx context.Context, after, upto int64, fn func(position int64, p ledger.Posting) error) error
	// PaidPersons streams the payments of some people by seq, with nothing but number, person, fen and what they replace.
	PaidPersons(ctx context.Context, q PartQuery, fn func(Payment) error) error
	// PaidPurses streams the portions of some people that pay something by person, fund, place, with nothing but these and what they pay.
	PaidPurses(ctx context.Context, q PartQuery, fn func(Portion) error) error
	// Heard gives the number of the last payment of a batch, and of how many payments something was heard.
	Heard(ctx context.Context, id BatchID) (last, heard int, err error)
	// OddEvents streams what became of those payments of a batch that were once in another state than credited, by seq and position.
	OddEvents(ctx context.Context, id BatchID, fn func(PaymentEvent) error) error
	// PaymentEvents streams what became of a batch's payments, by seq and position.
	PaymentEvents(ctx context.Context, id BatchID, fn func(PaymentEvent) error) error
	// PaymentsTo streams the payments to the given accounts with their latest states, sent where
	// they have none, by batch and seq within each account; channel and name stay empty.
	PaymentsTo(ctx context.Context, cards []string, fn func(PaidOut) error) error
	// Sent streams payments of the given batches with their latest states, sent where they have none, by batch and seq; channel and name stay empty.
	Sent(ctx context.Context, q SentQuery, fn func(PaidOut) error) error
	// ReturnRows streams rows of banks' answers that were not applied, by position and line.
	ReturnRows(ctx context.Context, fn func(KeptRow) error) error
	// Salts streams what hides the leaves of a batch, by person.
	Salts(ctx context.Context, id BatchID, fn func(LeafSalt) error) error
	// Erased are the persons whose data was erased, with the position of the event.
	Erased(ctx context.Context) (map[int64]int64, error)
	// Remainders are what erasures left of the sections of a batch, or with 0 of all batches, by
	// position, batch, section.
	Remainders(ctx context.Context, id BatchID) ([]Remainder, error)
	// Checking is what the checks found when a batch was submitted, with the answers.
	Checking(ctx context.Context, id BatchID) (Checking, error)
	// LookPart is one part of what a run kept of a batch for pages.
	LookPart(ctx context.Context, id BatchID, part string) (string, error)
	// PaidTo streams what the given batches paid to others than the person, summed by person and target.
	PaidTo(ctx context.Context, batches []BatchID, first, last int64, fn func(person int64, target string, fen money.Fen) error) error
}

// Tx is a Reader that also writes. Every Update that writes appends exactly one
// event, except staging and cleaning up staged rows, which are invisible, and what
// programs agree among themselves: turns, duties begun, deliveries.
type Tx interface {
	Reader

	InitBook(ctx context.Context, m Meta) error
	AppendEvent(ctx context.Context, e journal.Event) error // position must be head+1 and Prev the head's digest
	PutActor(ctx context.Context, a Actor) error            // insert, or replace the row of the same name
	// AddPersons numbers new persons on from LastPerson in the order given.
	AddPersons(ctx context.Context, ids []string) (map[string]int64, error)
	PutFacts(ctx context.Context, list []Fact) error
	// EndFacts sets KnownTo on the latest version of each (person, kind, key, from).
	EndFacts(ctx context.Context, list []Fact, at int64) error
	PutImport(ctx context.Context, r ImportRecord) error
	PutPolicy(ctx context.Context, p AdoptedPolicy) error
	WithdrawPolicy(ctx context.Context, position, at int64) error
	PutSettings(ctx context.Context, s Settings) error
	PutProposal(ctx context.Context, p Proposal) error
	DecideProposal(ctx context.Context, position, at int64, accepted bool) error // guarded: open only

	// BeginDuty notes that a duty was begun, unless it is done; ok says whether. FinishDuty
	// notes the event that did it, for all dates on which it was begun.
	BeginDuty(ctx context.Context, d schedule.Duty) (ok bool, err error)
	FinishDuty(ctx context.Context, d schedule.Duty, position int64) error
	SetTurn(ctx context.Context, from int64, t Turn) error // guarded: while the latest number is from
	PutDelivery(ctx context.Context, d Delivery) error     // insert, or replace what is known of it

	// CreateBatch inserts a head in state staging; ClearBatch deletes a staging or
	// draft batch with its rows; NextSeq is the first sequence of the month never used.
	CreateBatch(ctx context.Context, b Batch) error
	ClearBatch(ctx context.Context, id BatchID) error
	NextSeq(ctx context.Context, m calendar.Month) (int, error)
	RenameBatch(ctx context.Context, from, to BatchID) error // with all its rows; to must not exist
	StagingBatches(ctx context.Context) ([]BatchID, error)
	PutLines(ctx context.Context, list []Line) error             // staging only
	PutEntries(ctx context.Context, list []Entry) error          // of a staging batch, or outside batches
	PutSettlements(ctx context.Context, list []Settlement) error // staging only
	PutPayments(ctx context.Context, list []Payment) error       // staging only
	PutPortions(ctx context.Context, list []Portion) error       // staging only
	PutPostings(ctx context.Context, position int64, list []ledger.Posting) error
	PutPaymentStates(ctx context.Context, list []PaymentEvent) error
	PutReturnRows(ctx context.Context, list []KeptRow) error
	PutSalts(ctx context.Context, id BatchID, list []LeafSalt) error // replaces those of the batch
	Erase(ctx context.Context, x Erasure) error
	PutRemainders(ctx context.Context, list []Remainder) error
	PutTexts(ctx context.Context, id BatchID, from int, list []string) error
	// SetBatch replaces the head if its state is still from; otherwise ErrConflict.
	SetBatch(ctx context.Context, b Batch, from State) error
	SetAnswer(ctx context.Context, id BatchID, person int64, answer string) error
	PutChecking(ctx context.Context, c Checking) error // replaces that of the batch
	PutLook(ctx context.Context, id BatchID, parts map[string]string) error
	PutExports(ctx context.Context, list []ExportFile) error // insert or replace by batch and name
	SetPaymentFile(ctx context.Context, id BatchID, seqs []int, file string) error
}
