package payroll

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"zhida/rules"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
	"zhida/rules/policy"
)

// Debtor is one person's receivables in one channel, with every movement of them.
type Debtor struct {
	Person  int64
	Name    string
	Place   string
	Channel string
	Open    []Entry // what is left, oldest first
	Moves   []Move  // in the order of receivables, then of time
	Owed    money.Fen
	Notice  calendar.Date // when the latest notice was served; 0 for never
	Consent bool          // the latest notice has the person's consent
	Untold  int           // open receivables for which no notice was served since they arose
	Died    calendar.Date // 0 while living
	Ended   bool          // the channel's latest month had nothing due to them: there is no pay to keep it back from
}

// Claim is an open receivable in words, for the notice.
type Claim struct {
	Entry
	ItemName string
	Why      string // the sentence of the line that took it back
	Basis    string // the rule of the document that allows recovery; empty when there is none
	Share    string // of a month's pay at most, as a percentage
	Floor    money.Fen
}

// Claims words the open receivables of one debtor, with the terms that hold today.
func (b *Book) Claims(ctx context.Context, d Debtor) (list []Claim, err error) {
	now := calendar.DateIn(b.now(), zone).Month()
	err = b.view(ctx, func(r Reader) error {
		names, err := printedNames(ctx, r)
		if err != nil {
			return err
		}
		program, err := programNow(ctx, r)
		if err != nil {
			return err
		}
		for _, e := range d.Open {
			c := Claim{Entry: e, ItemName: names[e.Item]}
			if e.fromBefore() {
				d, err := debtOf(ctx, r, e)
				if err != nil {
					return err
				}
				c.Why, c.Basis, c.Share, c.Floor = "启用本账本以前形成（"+d.Document+"）", d.Document, d.Share.String()+"%", d.Floor
				list = append(list, c)
				continue
			}
			if t := recovery(program, now, e); t != nil {
				c.Basis, c.Share, c.Floor = t.Basis, t.Share.Shift(2).String()+"%", t.Floor
			}
			texts, err := r.Texts(ctx, e.Origin)
			if err != nil {
				return err
			}
			err = r.Lines(ctx, LineQuery{Batch: e.Origin, Person: e.Person}, func(l Line) error {
				if l.Item == e.Item && l.Month == e.Month && l.Text < len(texts) {
					c.Why = texts[l.Text]
				}
				return nil
			})
			if err != nil {
				return err
			}
			list = append(list, c)
		}
		return nil
	})
	return list, err
}

// programNow compiles the documents that are adopted and not withdrawn.
func programNow(ctx context.Context, r Reader) (*rules.Program, error) {
	granted, err := grantedAt(ctx, r, 0)
	if err != nil {
		return nil, err
	}
	return rules.Compile(granted)
}

// ItemNames gives the latest printed name of every item ever granted, by code.
func (b *Book) ItemNames(ctx context.Context) (names map[string]string, err error) {
	err = b.view(ctx, func(r Reader) (err error) { names, err = printedNames(ctx, r); return err })
	return names, err
}

func itemNames(granted []rules.Granted) map[string]string {
	names := map[string]string{}
	for code, it := range latestItems(granted) {
		names[code] = it.Name
	}
	return names
}

// latestItems are the items by code, as the document adopted last has them.
func latestItems(granted []rules.Granted) map[string]*policy.Item {
	items := map[string]*policy.Item{}
	for _, g := range granted {
		for _, it := range g.Policy.Items {
			items[it.Code] = it
		}
	}
	return items
}

// itemsEver are the items of all documents ever adopted.
func itemsEver(ctx context.Context, r Reader) (map[string]*policy.Item, error) {
	granted, err := grantedEver(ctx, r)
	return latestItems(granted), err
}

// itemWord is the printed name of an item, for sentences; its code where no document ever granted it.
func itemWord(ctx context.Context, r Reader, code string) (string, error) {
	items, err := itemsEver(ctx, r)
	if it := items[code]; it != nil {
		return it.Name, err
	}
	return code, err
}

// Move is a movement with where its money goes.
type Move struct {
	Entry
	// Source says where collected or repaid money goes back to: SourceFund in the year in
	// which it was paid, SourceTreasury in a later one; empty where no money comes back.
	Source string
}

// Where money that comes back goes.
const (
	SourceFund     = "fund"     // restores the authority or account it was paid from
	SourceTreasury = "treasury" // the year of the payment is closed
)

// relief is the payload of a repayment or a write-off.
type relief struct {
	Person   int64         `json:"person"`
	Channel  string        `json:"channel"`
	Fen      money.Fen     `json:"fen"`
	Date     calendar.Date `json:"date"`
	Document string        `json:"document"`
}

// Debtors gives everybody who owes or has owed, by person and channel. person 0 gives
// all. The movements must add up to what the batches have made owed less what was
// settled outside them; owed.unbalanced when they do not.
func (b *Book) Debtors(ctx context.Context, person int64) (list []Debtor, err error) {
	err = b.view(ctx, func(r Reader) error {
		head, err := r.Head(ctx)
		if err != nil {
			return err
		}
		list, err = debtors(ctx, r, person, head.Position)
		if err != nil {
			return err
		}
		q := FactQuery{First: 1, Kinds: []facts.Kind{facts.KindPerson, facts.KindNotice}}
		for _, d := range list {
			q.Last = max(q.Last, d.Person)
		}
		if person != 0 {
			q.First, q.Last = person, person
		}
		if err := r.Facts(ctx, q, func(f Fact) error { return named(list, f) }); err != nil {
			return err
		}
		if err := b.untold(ctx, r, q, list); err != nil {
			return err
		}
		return ended(ctx, r, list)
	})
	return list, err
}

// untold counts the open receivables that no notice covers; see account.limits.
func (b *Book) untold(ctx context.Context, r Reader, q FactQuery, list []Debtor) error {
	batches, err := r.Batches(ctx)
	if err != nil {
		return err
	}
	horizon := map[BatchID]int64{}
	for _, x := range batches {
		horizon[x.ID] = x.Horizon
	}
	notices := map[int64][]noticeFact{}
	q.Kinds = []facts.Kind{facts.KindNotice}
	if err := r.Facts(ctx, q, func(f Fact) error {
		notices[f.Person] = append(notices[f.Person], noticeFact{date: f.From, known: f.KnownFrom})
		return nil
	}); err != nil {
		return err
	}
	for i := range list {
		for _, e := range list[i].Open {
			covers := func(n noticeFact) bool { return n.known > horizon[e.Origin] && n.date >= e.Origin.Month().First() }
			if !e.fromBefore() && !slices.ContainsFunc(notices[e.Person], covers) {
				list[i].Untold++
			}
		}
	}
	return nil
}

// ended marks those who owe something and to whom the latest month of the channel had nothing due.
func ended(ctx context.Context, r Reader, list []Debtor) error {
	batches, err := r.Batches(ctx)
	if err != nil {
		return err
	}
	latest, counted := map[string]calendar.Month{}, map[BatchID]bool{}
	for _, x := range batches {
		if counted[x.ID] = x.State.Committed(); counted[x.ID] && x.Kind == Regular {
			latest[x.Channel] = max(latest[x.Channel], x.ID.Month())
		}
	}
	for i := range list {
		d := &list[i]
		if d.Ended = d.Owed > 0; !d.Ended {
			continue
		}
		err := r.Lines(ctx, LineQuery{Person: d.Person}, func(l Line) error {
			if counted[l.Batch] && l.Side == Gross && l.Fen > 0 && l.Month == latest[d.Channel] {
				d.Ended = false
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// named fills in what a fact says about its person, if that person is on the list.
func named(list []Debtor, f Fact) error {
	first, found := slices.BinarySearchFunc(list, f.Person, func(d Debtor, p int64) int { return cmp.Compare(d.Person, p) })
	if !found {
		return nil
	}
	for i := first; i < len(list) && list[i].Person == f.Person; i++ {
		d := &list[i]
		if f.Kind == facts.KindNotice {
			var n noticeFact
			if err := decode(f, &n); err != nil {
				return err
			}
			d.Notice, d.Consent = f.From, n.Consent
			continue
		}
		var p facts.Profile
		if err := decode(f, &p); err != nil {
			return err
		}
		d.Name, d.Place, d.Died = p.Name, p.Place, p.Died
	}
	return nil
}

// debtors reads the movements up to a horizon and orders them by person and channel.
func debtors(ctx context.Context, r Reader, person, horizon int64) ([]Debtor, error) {
	batches, err := r.Batches(ctx)
	if err != nil {
		return nil, err
	}
	channel, at := map[BatchID]string{}, map[BatchID]int64{}
	var counted []BatchID
	var owed money.Fen
	for _, x := range batches {
		if x.State.Committed() {
			counted, channel[x.ID], at[x.ID] = append(counted, x.ID), x.Channel, x.Horizon
			owed += x.Owed
		}
	}
	items, err := itemsEver(ctx, r)
	if err != nil {
		return nil, err
	}
	channelOf := func(e *Entry) string {
		if e.fromBefore() && items[e.Item] != nil {
			return items[e.Item].Channel
		}
		return channel[e.Origin]
	}
	first, last := person, person
	if person == 0 {
		if last, err = r.LastPerson(ctx); err != nil {
			return nil, err
		}
		first = 1
	}
	var list []Debtor
	var inside money.Fen
	var entries []Entry
	err = r.Entries(ctx, EntryQuery{Batches: counted, Horizon: horizon, First: first, Last: last}, func(e Entry) error {
		if (e.Batch != 0 || e.Position == 0) && e.Way != Reinstated {
			inside += e.Fen
		}
		entries = append(entries, e)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if person == 0 && inside != owed {
		return nil, message.Err("owed.unbalanced", inside, owed)
	}
	slices.SortStableFunc(entries, func(x, y Entry) int {
		return cmp.Or(cmp.Compare(x.Person, y.Person), cmp.Compare(channelOf(&x), channelOf(&y)), cmp.Compare(x.Origin, y.Origin), cmp.Compare(x.Month, y.Month),
			cmp.Compare(x.Item, y.Item), cmp.Compare(max(x.Position, at[x.Batch]), max(y.Position, at[y.Batch])), -cmp.Compare(x.Fen, y.Fen))
	})
	for start := 0; start < len(entries); {
		end, e := start, entries[start]
		for end < len(entries) && entries[end].Person == e.Person && channelOf(&entries[end]) == channelOf(&e) {
			end++
		}
		d := Debtor{Person: e.Person, Channel: channelOf(&e), Open: openReceivables(entries[start:end])}
		paid, err := paidYears(ctx, r, e.Person, channel)
		if err != nil {
			return nil, err
		}
		for _, x := range entries[start:end] {
			d.Moves = append(d.Moves, Move{x, source(x, paid(x))})
			d.Owed += x.Fen
		}
		list = append(list, d)
		start = end
	}
	return list, nil
}

// paidYears finds the year in which a person was paid what a receivable takes back:
// that of the last batch before the one that charged it; of the pay month where an
// earlier system paid.
func paidYears(ctx context.Context, r Reader, person int64, counted map[BatchID]string) (func(Entry) int, error) {
	batches := map[Obligation][]BatchID{}
	err := r.Lines(ctx, LineQuery{Person: person}, func(l Line) error {
		if counted[l.Batch] != "" && l.Fen > 0 {
			o := Obligation{person, l.Item, l.Month}
			batches[o] = append(batches[o], l.Batch)
		}
		return nil
	})
	return func(e Entry) int {
		year := e.Month.Year()
		if e.Month == 0 { // carried over from an earlier program
			year = e.Origin.Month().Year()
		}
		for _, id := range batches[Obligation{person, e.Item, e.Month}] {
			if id < e.Origin {
				year = id.Month().Year()
			}
		}
		return year
	}, err
}

// source says where a movement's money goes: the year in which it was paid against the
// year in which it came back.
func source(e Entry, paid int) string {
	year := e.Date.Month().Year()
	switch e.Way {
	case Charged, Carried, WrittenOff, Restored, Reinstated:
		return ""
	case Collected:
		year = e.Batch.Month().Year()
	}
	if year == paid {
		return SourceFund
	}
	return SourceTreasury
}

// ProposeRelief proposes to record that a person has repaid fen, or that fen are
// written off; it settles the oldest receivables of the channel first. A second
// actor accepts it, for a write-off an approver. Errors: payroll.reason_needed
// without a document, owed.more when the person does not owe that much.
func (b *Book) ProposeRelief(ctx context.Context, s *Session, kind string, person int64, channel string, fen money.Fen, date calendar.Date, document string) (at int64, err error) {
	if err := s.need(RoleMaker); err != nil {
		return 0, err
	}
	if strings.TrimSpace(document) == "" {
		return 0, message.Err("owed.document")
	}
	if fen <= 0 {
		return 0, message.Err("owed.amount", fen)
	}
	if date > calendar.DateIn(b.now(), zone) {
		return 0, message.Err("owed.date", date)
	}
	x := relief{person, channel, fen, date, document}
	err = b.update(ctx, func(tx Tx) error {
		if _, err := allocate(ctx, tx, x); err != nil {
			return err
		}
		verb := map[string]string{ProposeRepaid: "收回", ProposeWriteOff: "核销"}[kind]
		at, err = b.propose(ctx, tx, s, kind, verb+"人员 "+num(person)+" 的待扣款 "+fen.String()+" 元（"+document+"）", x)
		return err
	})
	return at, err
}

// allocate spreads a repayment or write-off over the open receivables, oldest first.
func allocate(ctx context.Context, r Reader, x relief) ([]Entry, error) {
	head, err := r.Head(ctx)
	if err != nil {
		return nil, err
	}
	list, err := debtors(ctx, r, x.Person, head.Position)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(d Debtor) bool { return d.Channel != x.Channel && x.Channel != "" })
	var owed money.Fen
	var moves []Entry
	left := x.Fen
	for _, d := range list {
		owed += d.Owed
		for _, e := range d.Open {
			if part := min(left, e.Fen); part > 0 {
				if x.Date < e.Origin.Month().First() {
					return nil, message.Err("owed.date", x.Date)
				}
				left -= part
				e.Fen = -part
				moves = append(moves, e)
			}
		}
	}
	if x.Fen <= 0 || left > 0 {
		return nil, message.Err("owed.more", x.Person, owed, x.Fen)
	}
	return moves, nil
}

// applyRelief moves the receivables when the second actor accepts.
func (b *Book) applyRelief(ctx context.Context, tx Tx, s *Session, p Proposal, note []string) (int64, error) {
	way := Repaid
	if p.Kind == ProposeWriteOff {
		if err := s.need(RoleApprover); err != nil {
			return 0, err
		}
		way = WrittenOff
	}
	var x relief
	if err := json.Unmarshal(p.Payload, &x); err != nil {
		return 0, err
	}
	moves, err := allocate(ctx, tx, x)
	if err != nil {
		return 0, err
	}
	e, err := b.record(ctx, tx, s, EventProposalAccepted, append(note, "person", num(x.Person), "fen", num(int64(x.Fen)), "document", x.Document, "date", x.Date.String())...)
	if err != nil {
		return 0, err
	}
	for i := range moves {
		moves[i].Way, moves[i].Position, moves[i].Date, moves[i].Document = way, e.Position, x.Date, x.Document
	}
	if err := fundRelief(ctx, tx, moves, e.Position); err != nil {
		return 0, err
	}
	return e.Position, tx.PutEntries(ctx, moves)
}
