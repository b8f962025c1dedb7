package payroll

import (
	"cmp"
	"context"
	"slices"

	"zhida/payroll/journal"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
)

// Survey is what an auditor looks over: one batch, or the batches of a month, with what
// came before them and what became of their payments. All of it is of one snapshot.
// Texts are Chinese, identifiers masked.
type Survey struct {
	Month    calendar.Month
	Whole    bool     // of a whole month: all its approved batches
	Position int64    // of the journal; what came after the approvals holds as of here
	Reports  []Report // of the batches, in their order
	LeftOut  []Batch  // of a whole month, its batches that are not approved

	Trend    []TrendSum    // of the channels of the batches, by month, item
	Compared []ComparedSum // by township; of the regular batches alone
	States   []StateSum    // what became of the payments, in the order of the states
	Sent     []SentBatch   // the batches that have left, in their order
	Back     []Bounce      // payments that did not arrive at first, or that pay such a one again
	Files    []ExportFile
	Flow     []FlowSum   // of the money of the batches
	Funds    *FundReport // of the month; nil where FundsWhy says why not
	FundsWhy message.Message
}

// TrendSum is what an item comes to in the batches of a month, corrections included.
type TrendSum struct {
	Month     calendar.Month
	Item      string
	ItemName  string
	Deduction bool
	Fen       money.Fen
}

// ComparedSum is what a township's people were paid for the month and for the month
// before it, by the runs that ReportHead.MonthNet and PreviousNet count.
type ComparedSum struct {
	Township        string // code
	Name            string
	Now, Before     money.Fen
	Heads, HeadsWas int // persons with a payment in a run
}

// StateSum is the payments that are in a state.
type StateSum struct {
	State PaymentState
	Count int
	Fen   money.Fen
}

// SentBatch is a batch that has left: what the banks were asked to pay, and what became of
// its payments. Over all states, Fen adds up to what the batch pays.
type SentBatch struct {
	Batch   BatchID
	Ordered money.Fen // sum of the files
	States  map[PaymentState]StateSum
}

// Bounce is a payment that did not arrive at first, or one that pays such a payment again.
type Bounce struct {
	PaidOut
	First PaymentEvent // what the bank said when it did not arrive; zero of a payment that arrived
	By    string       // the payment that pays it again, or ""
}

// FlowSum is money of one origin that went one way.
type FlowSum struct {
	Lot       string // document of what came in; "" for money nobody has brought in
	Fund      string
	FundName  string
	Place     string // division code, "" for a fund's general money
	PlaceName string
	Where     string // Chinese: 已入账, 在途 …
	Paid      bool   // by payments; else withheld for institutions
	Count     int
	Fen       money.Fen
}

// trendMonths is how many months a trend shows, the last included.
const trendMonths = 12

// Survey hands f what there is to look over about one batch, in whatever state. Errors:
// batch.missing, batch.tampered.
func (b *Book) Survey(ctx context.Context, id BatchID, f func(*Survey) error) error {
	return b.view(ctx, func(r Reader) error {
		s := &Survey{Month: id.Month()}
		return s.gather(ctx, r, []BatchID{id}, f)
	})
}

// SurveyMonth is Survey of all batches of a month that are approved. Errors:
// auditreport.no_batch when there are none, batch.tampered.
func (b *Book) SurveyMonth(ctx context.Context, m calendar.Month, f func(*Survey) error) error {
	return b.view(ctx, func(r Reader) error {
		s := &Survey{Month: m, Whole: true}
		batches, err := r.Batches(ctx)
		if err != nil {
			return err
		}
		var ids []BatchID
		for _, x := range batches {
			switch {
			case x.ID.Month() != m || x.State == Cancelled:
			case x.State.Committed():
				ids = append(ids, x.ID)
			default:
				s.LeftOut = append(s.LeftOut, x)
			}
		}
		if len(ids) == 0 {
			return message.Err("auditreport.no_batch", m)
		}
		return s.gather(ctx, r, ids, f)
	})
}

// surveyor gathers a survey.
type surveyor struct {
	*Survey
	ctx     context.Context
	r       Reader
	reports []*batchReport
	world   *facts.World
	county  *County
}

func (s *Survey) gather(ctx context.Context, r Reader, ids []BatchID, f func(*Survey) error) error {
	x := &surveyor{Survey: s, ctx: ctx, r: r}
	for _, id := range ids {
		p, err := newReport(ctx, r, id)
		if err != nil {
			return err
		}
		if err := sealHolds(ctx, r, p.head); err != nil {
			return err
		}
		if err := p.loadChecking(); err != nil {
			return err
		}
		x.reports, s.Reports = append(x.reports, p), append(s.Reports, p)
	}
	for _, load := range []func() error{x.surroundings, x.trend, x.compare, x.payments, x.flow, x.funds} {
		if err := load(); err != nil {
			return err
		}
	}
	return f(s)
}

func (x *surveyor) surroundings() error {
	head, err := x.r.Head(x.ctx)
	if err != nil {
		return err
	}
	x.Position = head.Position
	meta, err := x.r.Meta(x.ctx)
	if err != nil {
		return err
	}
	if x.county, err = countyOf(x.ctx, x.r, meta); err != nil {
		return err
	}
	x.world, err = loadWorld(x.ctx, x.r, meta, 0)
	return err
}

// sealHolds digests the rows of a batch once more and holds them against the digest that
// its head says, and against the last one that a step of its life recorded in the journal.
// Error: batch.tampered.
func sealHolds(ctx context.Context, r Reader, h ReportHead) error {
	if h.Batch.State == Cancelled { // a draft that was given up may have no rows any more
		return nil
	}
	recorded := ""
	if n := len(h.Events); n > 0 {
		err := r.Events(ctx, h.Events[0].Position, h.Events[n-1].Position, func(e journal.Event) error {
			pairs, err := journal.ParsePayload(e.Payload)
			if valueOf(pairs, "batch") == h.Batch.ID.String() {
				recorded = cmp.Or(valueOf(pairs, "digest"), recorded)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	if recorded != "" && recorded != h.Batch.Digest {
		return message.Err("batch.tampered", h.Batch.ID)
	}
	return intact(ctx, r, h.Batch)
}

// trend adds up the lines of the months before, as they stood when the last of the
// batches was computed.
func (x *surveyor) trend() error {
	batches, err := x.r.Batches(x.ctx)
	if err != nil {
		return err
	}
	own, channels, horizon := map[BatchID]bool{}, map[string]bool{}, int64(0)
	for _, p := range x.reports {
		b := p.head.Batch
		own[b.ID], channels[b.Channel], horizon = true, true, max(horizon, b.Horizon)
	}
	var ids []BatchID
	for _, b := range batches {
		ago := x.Month.Sub(b.ID.Month())
		before := b.State.Committed() && b.Horizon <= horizon && channels[b.Channel] && ago >= 0 && ago < trendMonths
		if own[b.ID] || before {
			ids = append(ids, b.ID)
		}
	}
	x.Trend, err = trendOf(x.ctx, x.r, ids, "", x.reports[0].names)
	return err
}

// lastRuns are the reports that are held against a month before: of a month that was run
// several times the last run, which counts the others in.
func lastRuns(reports []*batchReport) (list []*batchReport) {
	last := map[string]*batchReport{}
	for _, p := range reports {
		if p.head.Batch.Kind == Regular && p.head.Previous != "" {
			last[p.head.Batch.Channel] = p
		}
	}
	for _, channel := range sortedKeys(last) {
		list = append(list, last[channel])
	}
	return list
}

// Compares says whether the changes of a report count: those of the last run of a month
// take in what the runs before it paid.
func (s *Survey) Compares(r Report) bool {
	h := r.Head()
	if !h.Compared() {
		return false
	}
	for _, x := range s.Reports {
		o := x.Head().Batch
		if h.Batch.Kind == Regular && o.Kind == Regular && o.Channel == h.Batch.Channel && o.ID > h.Batch.ID {
			return false
		}
	}
	return true
}

// compare adds up by township what the runs of the month and of the month before paid.
func (x *surveyor) compare() error {
	at := map[string]*ComparedSum{}
	for _, p := range lastRuns(x.reports) {
		for _, b := range append(slices.Clone(p.earlier), p.head.Batch) {
			now, before := p.ofMonth(b), p.ofPrevious(b)
			if !now && !before {
				continue
			}
			err := x.r.Settlements(x.ctx, b.ID, func(row Settlement) error {
				if row.Pay == 0 {
					return nil
				}
				code := facts.Township(row.Place)
				if at[code] == nil {
					at[code] = &ComparedSum{Township: code, Name: placeName(x.world, code)}
				}
				if before {
					at[code].Before += row.Pay
					at[code].HeadsWas++
					return nil
				}
				at[code].Now += row.Pay
				at[code].Heads++
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	for _, code := range sortedKeys(at) {
		x.Compared = append(x.Compared, *at[code])
	}
	return nil
}

// PaymentStates are the states of payments that have left, in the order in which papers
// list them.
var PaymentStates = []PaymentState{PaymentCredited, PaymentSent, PaymentParked, PaymentReturned, PaymentRecalled, PaymentReissued, PaymentGivenUp}

// payments counts what became of the payments and gathers those with a history.
func (x *surveyor) payments() error {
	for _, report := range x.reports {
		b := report.head.Batch
		files, err := x.r.Exports(x.ctx, b.ID)
		if err != nil {
			return err
		}
		x.Files = append(x.Files, files...)
		if b.State != Exported {
			continue
		}
		sent := SentBatch{Batch: b.ID, States: map[PaymentState]StateSum{}}
		for _, f := range files {
			sent.Ordered += f.Total
		}
		histories, err := historyOf(x.ctx, x.r, b.ID)
		if err != nil {
			return err
		}
		err = paidOut(x.ctx, x.r, b, func(p PaidOut) error {
			sum := sent.States[p.State]
			sent.States[p.State] = StateSum{p.State, sum.Count + 1, sum.Fen + p.Fen}
			h := histories[p.Seq]
			if h == nil && p.Replaces == (PaymentID{}) {
				return nil
			}
			bounce := Bounce{PaidOut: p}
			if h != nil {
				bounce.First, bounce.By = h.first, h.by
			}
			if who := report.people[p.Person]; who != nil {
				bounce.Name = who.settlement.Name
			}
			x.Back = append(x.Back, bounce)
			return nil
		})
		if err != nil {
			return err
		}
		x.Sent = append(x.Sent, sent)
	}
	for _, state := range PaymentStates {
		sum := StateSum{State: state}
		for _, sent := range x.Sent {
			sum.Count, sum.Fen = sum.Count+sent.States[state].Count, sum.Fen+sent.States[state].Fen
		}
		if sum.Count > 0 {
			x.States = append(x.States, sum)
		}
	}
	return nil
}

// history is what happened to a payment that did not arrive at first.
type history struct {
	first PaymentEvent // that it did not
	by    string       // the payment that replaces it
}

func historyOf(ctx context.Context, r Reader, id BatchID) (map[int]*history, error) {
	list := map[int]*history{}
	err := r.PaymentEvents(ctx, id, func(e PaymentEvent) error { // by seq and position
		switch h := list[e.Seq]; {
		case e.State == PaymentSent || e.State == PaymentCredited && h == nil:
		case h == nil:
			list[e.Seq] = &history{first: e}
		case e.State == PaymentReissued:
			h.by = e.Reason
		}
		return nil
	})
	return list, err
}

// flow adds up where the money of the batches came from and went.
func (x *surveyor) flow() error {
	own := map[BatchID]bool{}
	for _, p := range x.reports {
		own[p.head.Batch.ID] = p.head.Batch.State.Committed()
	}
	at := map[FlowSum]*FlowSum{}
	_, err := trace(x.ctx, x.r, oneByOne{all: true}, func(step FlowStep) bool {
		if !own[step.Payment.Batch] {
			return false
		}
		k := FlowSum{Lot: step.Lot, Fund: step.Fund, Place: step.Place, Where: step.Chinese(), Paid: step.Rest == ""}
		if at[k] == nil {
			sum := k
			sum.FundName, sum.PlaceName = x.county.FundName(step.Fund), villageName(x.world, step.Place)
			at[k] = &sum
		}
		at[k].Count++
		at[k].Fen += step.Fen
		return false // added up, not kept
	})
	for _, sum := range at {
		x.Flow = append(x.Flow, *sum)
	}
	slices.SortFunc(x.Flow, func(a, b FlowSum) int {
		return cmp.Or(cmp.Compare(a.Lot, b.Lot), cmp.Compare(a.Fund, b.Fund), cmp.Compare(a.Place, b.Place), cmp.Compare(a.Where, b.Where))
	})
	return err
}

// funds takes in the closing of the month, or why there is none.
func (x *surveyor) funds() error {
	report, err := fundReport(x.ctx, x.r, x.Month, false)
	if message.Code(err) == "fund.order" { // closed together with a later month
		x.FundsWhy = message.M("auditreport.funds_elsewhere", x.Month)
		return nil
	}
	x.Funds = &report
	return err
}
