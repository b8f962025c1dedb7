package payroll

import (
	"cmp"
	"context"
	"slices"

	"zhida/payroll/ledger"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/money"
)

// Chinese is the state as screens and papers print it.
func (s PaymentState) Chinese() string {
	return map[PaymentState]string{PaymentSent: "在途", PaymentCredited: "已入账", PaymentReturned: "退票", PaymentParked: "收到未入账", PaymentRecalled: "已撤回", PaymentReissued: "已重发", PaymentGivenUp: "已上缴"}[s]
}

// Chinese is the cause as screens and papers print it.
func (c ReturnCause) Chinese() string {
	words := map[ReturnCause]string{CauseName: "户名不符", CauseNoAccount: "账号不存在", CauseClosed: "已销户", CauseFrozen: "冻结、止付", CauseDormant: "久悬、未激活",
		CauseNotSettling: "非结算账户", CauseLost: "挂失", CauseID: "证件不符", CauseLimit: "超过限额", CauseDuplicate: "银行判为重复",
		CauseUnsupported: "银行不受理", CauseRecalled: "撤回", CauseParked: "收到未入账", CauseOther: "其他"}
	return cmp.Or(words[c], "没有写明")
}

// stock is where the money of a payment in a state is. A reissued payment's money went
// on with the payment that replaces it.
func (s PaymentState) stock() ledger.Account {
	switch s {
	case PaymentCredited:
		return ledger.Paid
	case PaymentReturned, PaymentRecalled, PaymentReissued:
		return ledger.Returned
	case PaymentGivenUp:
		return ledger.SentUp
	}
	return ledger.Transit
}

// PaidOut is a payment that has left, with what became of it.
type PaidOut struct {
	Payment
	Channel string
	Name    string // of the person
	Place   string // code of the township or village that keeps the person now
	State   PaymentState
	Cause   ReturnCause
	Reason  string        // the bank's word
	Since   calendar.Date // of the state: the bank's date; where it gives none 0, in PaymentList the day of the export or of the answer
	Answer  int64         // position of the answer, 0 while there is none
}

// PaymentQuery selects payments that have left; zero values select all.
type PaymentQuery struct {
	Batch  BatchID
	Person int64
	State  PaymentState
	Place  string // code: only people whom a fact puts at this place, or at a village of this township
	Most   int    // only the first so many
}

// PaymentList gives payments that have left, by batch and number, with their states.
func (b *Book) PaymentList(ctx context.Context, q PaymentQuery) (list []PaidOut, err error) {
	err = b.view(ctx, func(r Reader) error {
		batches, err := r.Batches(ctx)
		if err != nil {
			return err
		}
		channels, ids := map[BatchID]string{}, []BatchID(nil)
		for _, x := range batches {
			if x.State == Exported && (q.Batch == 0 || x.ID == q.Batch) {
				channels[x.ID] = x.Channel
				ids = append(ids, x.ID)
			}
		}
		err = r.Sent(ctx, SentQuery{Batches: ids, Person: q.Person, State: q.State, Place: q.Place, Most: q.Most}, func(p PaidOut) error {
			p.Channel = channels[p.Batch]
			list = append(list, p)
			return nil
		})
		if err != nil {
			return err
		}
		if err := datePaid(ctx, r, list); err != nil {
			return err
		}
		return namePaid(ctx, r, list)
	})
	return list, err
}

// datePaid fills in since when payments have their states, where no bank has said so: what is on its way since the day of its export,
// anything else since the day on which it was recorded.
func datePaid(ctx context.Context, r Reader, list []PaidOut) error {
	undated := func(p PaidOut) bool { return p.Since == 0 }
	if !slices.ContainsFunc(list, undated) {
		return nil
	}
	exported, err := exportDays(ctx, r, 1)
	if err != nil {
		return err
	}
	recorded, err := eventDays(ctx, r)
	if err != nil {
		return err
	}
	for i := range list {
		switch p := &list[i]; {
		case p.Since != 0:
		case p.Answer == 0:
			p.Since = exported[p.Batch.String()]
		default:
			p.Since = recorded[p.Answer]
		}
	}
	return nil
}

// SentFile is a payment file of which the bank has not answered every payment.
type SentFile struct {
	ExportFile
	Since   calendar.Date // of the export
	Waiting int           // payments without an answer
	Fen     money.Fen     // and their sum
}

// Unanswered are the payment files that banks have not answered in full, by batch and name.
func (b *Book) Unanswered(ctx context.Context) (list []SentFile, err error) {
	err = b.view(ctx, func(r Reader) error {
		list = nil
		batches, err := r.Batches(ctx)
		if err != nil {
			return err
		}
		days, err := exportDays(ctx, r, 1)
		if err != nil {
			return err
		}
		for _, x := range batches {
			if x.State != Exported {
				continue
			}
			files, err := r.Exports(ctx, x.ID)
			if err != nil {
				return err
			}
			at := map[string]*SentFile{}
			for _, f := range files {
				at[f.Name] = &SentFile{ExportFile: f, Since: days[x.ID.String()]}
			}
			if err := paidOut(ctx, r, x, func(p PaidOut) error {
				if f := at[p.File]; f != nil && p.State == PaymentSent {
					f.Waiting++
					f.Fen += p.Fen
				}
				return nil
			}); err != nil {
				return err
			}
			for _, f := range files {
				if at[f.Name].Waiting > 0 {
					list = append(list, *at[f.Name])
				}
			}
		}
		return nil
	})
	return list, err
}

// PersonNames gives the names of persons as known now, by number.
func (b *Book) PersonNames(ctx context.Context, persons []int64) (map[int64]string, error) {
	list := make([]PaidOut, len(persons))
	for i, n := range persons {
		list[i].Person = n
	}
	err := b.view(ctx, func(r Reader) error { return namePaid(ctx, r, list) })
	names := map[int64]string{}
	for _, p := range list {
		names[p.Person] = p.Name
	}
	return names, err
}

// Reissued gives the payments of a reissue, from its draft on, by number: which returned payment each pays again, whose, and where to.
func (b *Book) Reissued(ctx context.Context, id BatchID) (list []PaidOut, err error) {
	err = b.view(ctx, func(r Reader) error {
		if err := r.Payments(ctx, id, func(p Payment) error { list = append(list, PaidOut{Payment: p}); return nil }); err != nil {
			return err
		}
		return namePaid(ctx, r, list)
	})
	return list, err
}

// namePaid fills in who the persons are.
func namePaid(ctx context.Context, r Reader, list []PaidOut) error {
	at := map[int64][]int{}
	k := &knownFacts{persons: map[string]int64{}}
	for i := range list {
		at[list[i].Person] = append(at[list[i].Person], i)
		k.persons[num(list[i].Person)] = list[i].Person
	}
	for _, run := range k.runs() {
		err := r.Facts(ctx, FactQuery{First: run[0], Last: run[1], Kinds: []facts.Kind{facts.KindPerson}}, func(f Fact) error {
			if len(at[f.Person]) == 0 {
				return nil
			}
			var p facts.Profile
			err := decode(f, &p)
			for _, i := range at[f.Person] {
				list[i].Name, list[i].Place = p.Name, p.Place
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// paidOut streams the payments of an exported batch with their states.
func paidOut(ctx context.Context, r Reader, x Batch, fn func(PaidOut) error) error {
	last := map[int]PaymentEvent{}
	if err := r.PaymentEvents(ctx, x.ID, func(e PaymentEvent) error { last[e.Seq] = e; return nil }); err != nil {
		return err
	}
	return r.Payments(ctx, x.ID, func(p Payment) error {
		out := PaidOut{Payment: p, Channel: x.Channel, State: PaymentSent}
		if e, ok := last[p.Seq]; ok {
			out.State, out.Cause, out.Reason, out.Since, out.Answer = e.State, e.Cause, e.Reason, e.Date, e.Position
		}
		return fn(out)
	})
}

// PursePart is what one purse pays of a payment.
type PursePart struct {
	Purse
	Fen money.Fen
}

// purseParts are the payments of a batch divided among purses: each person's payments, in
// their order, take from the person's purses in theirs. Every fen of a payment has a
// purse. Of a payment only its number, its person, its purses' numbers and fen are kept.
type purseParts struct {
	purses  []Purse
	parts   []purseShare // by payment number
	persons []paidPerson // by payment number
}

type purseShare struct {
	seq, purse int32
	fen        money.Fen
}

type paidPerson struct {
	seq    int32
	person int64
}

// of gives the parts of one payment.
func (x *purseParts) of(seq int) (list []PursePart) {
	i, _ := slices.BinarySearchFunc(x.parts, seq, func(s purseShare, seq int) int { return cmp.Compare(int(s.seq), seq) })
	for ; i < len(x.parts) && int(x.parts[i].seq) == seq; i++ {
		list = append(list, PursePart{x.purses[x.parts[i].purse], x.parts[i].fen})
	}
	return list
}

// mostParts is how much a question names of a batch before it is quicker to read the batch.
const mostParts = 5000

// batchParts divides all payments of a batch among purses. What pays another payment again
// has the purses of that one.
func batchParts(ctx context.Context, r Reader, id BatchID) (*purseParts, error) {
	return partsOf(ctx, r, PartQuery{Batch: id})
}

// partsOf is batchParts for the payments of some people. A reissue is always divided as a whole.
func partsOf(ctx context.Context, r Reader, q PartQuery) (*purseParts, error) {
	batch, err := r.Batch(ctx, q.Batch)
	if err != nil {
		return nil, err
	}
	if batch.Kind == Reissue {
		return partsAgain(ctx, r, q.Batch)
	}
	if len(q.Seqs)+len(q.Purses) > mostParts {
		q.Seqs, q.Purses = nil, nil
	}
	type ofPerson struct {
		person int64
		number int32 // of the payment, or of the purse
		fen    money.Fen
	}
	x := &purseParts{}
	numbers := map[Purse]int32{}
	var pays, gives []ofPerson
	if err := r.PaidPurses(ctx, q, func(p Portion) error { // by person, fund and place
		n, known := numbers[p.Purse]
		if !known {
			n = int32(len(x.purses))
			numbers[p.Purse] = n
			x.purses = append(x.purses, p.Purse)
		}
		gives = append(gives, ofPerson{p.Person, n, p.Pay})
		return nil
	}); err != nil {
		return nil, err
	}
	if err := r.PaidPersons(ctx, q, func(p Payment) error {
		pays = append(pays, ofPerson{p.Person, int32(p.Seq), p.Fen})
		x.persons = append(x.persons, paidPerson{int32(p.Seq), p.Person})
		return nil
	}); err != nil {
		return nil, err
	}
	slices.SortFunc(pays, func(a, b ofPerson) int {
		return cmp.Or(cmp.Compare(a.person, b.person), cmp.Compare(a.number, b.number))
	})
	x.parts = make([]purseShare, 0, max(len(pays), len(gives)))
	next := 0
	for _, p := range pays {
		for next < len(gives) && (gives[next].person < p.person || gives[next].fen == 0) {
			next++
		}
		for k := next; p.fen > 0 && k < len(gives) && gives[k].person == p.person; k++ {
			if part := min(p.fen, gives[k].fen); part > 0 {
				x.parts = append(x.parts, purseShare{p.number, gives[k].number, part})
				gives[k].fen -= part
				p.fen -= part
			}
		}
	}
	slices.SortStableFunc(x.parts, func(a, b purseShare) int { return cmp.Compare(a.seq, b.seq) })
	return x, nil
}

// partsAgain divides a reissue: each payment takes from what is left of the parts of the
// one that it replaces, which several recipients may share.
func partsAgain(ctx context.Context, r Reader, id BatchID) (*purseParts, error) {
	var payments []Payment
	replaced := map[BatchID][]int{}
	if err := r.PaidPersons(ctx, PartQuery{Batch: id}, func(p Payment) error {
		payments = append(payments, p)
		replaced[p.Replaces.Batch] = append(replaced[p.Replaces.Batch], p.Replaces.Seq)
		return nil
	}); err != nil {
		return nil, err
	}
	x := &purseParts{}
	numbers := map[Purse]int32{}
	before := map[BatchID]*purseParts{}
	left := map[PaymentID][]PursePart{}
	for _, p := range payments {
		x.persons = append(x.persons, paidPerson{int32(p.Seq), p.Person})
		if before[p.Replaces.Batch] == nil {
			var err error
			if before[p.Replaces.Batch], err = partsOf(ctx, r, PartQuery{Batch: p.Replaces.Batch, Seqs: replaced[p.Replaces.Batch]}); err != nil {
				return nil, err
			}
		}
		if _, known := left[p.Replaces]; !known {
			left[p.Replaces] = before[p.Replaces.Batch].of(p.Replaces.Seq)
		}
		parts := left[p.Replaces]
		for i := range parts {
			part := min(p.Fen, parts[i].Fen)
			if part <= 0 {
				continue
			}
			n, known := numbers[parts[i].Purse]
			if !known {
				n = int32(len(x.purses))
				numbers[parts[i].Purse] = n
				x.purses = append(x.purses, parts[i].Purse)
			}
			x.parts = append(x.parts, purseShare{int32(p.Seq), n, part})
			parts[i].Fen -= part
			p.Fen -= part
		}
	}
	return x, nil
}
