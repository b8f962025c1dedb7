package payroll

import (
	"context"
	"errors"
	"slices"
	"sort"
	"strconv"
	"strings"

	"zhida/payroll/checks"
	"zhida/payroll/journal"
	"zhida/rules"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
	"zhida/rules/policy"
)

// Report hands f what documents about a batch are made from, on one snapshot.
func (b *Book) Report(ctx context.Context, id BatchID, f func(Report) error) error {
	return b.view(ctx, func(r Reader) error {
		report, err := newReport(ctx, r, id)
		if err != nil {
			return err
		}
		if err := report.loadChecking(); err != nil {
			return err
		}
		return f(report)
	})
}

// batchReport answers Report from a Reader.
type batchReport struct {
	ctx       context.Context
	r         Reader
	head      ReportHead
	people    map[int64]*reportPerson
	order     []int64
	texts     []string
	ran       map[calendar.Month]bool // months that were run before, in whatever channel
	policies  []AdoptedPolicy         // withdrawn ones too
	documents map[int64]string        // position of adoption to document number
	causes    map[string]string       // cause to its wording, as they come up
	brought   map[int64]string        // journal position to what came in there
	kinds     map[int64]string        // and to the kind of cause that it is
	withdrawn map[int64]bool          // positions at which documents were withdrawn
	names     map[string]string       // printed names of all items ever granted
	previous  Batch                   // the last batch of what this one is held against; zero without any
	earlier   []Batch                 // of the channel, committed before, by id
	refused   map[int64]*Settlement   // of persons whom the previous batch refused, wholly or in part; nil while not asked
}

type reportPerson struct {
	settlement Settlement
	id         string // masked
	bank, card string
	balance    money.Fen // held after the batch
	others     []string  // payments to somebody else, in words
}

// newReport is a whole report.
func newReport(ctx context.Context, r Reader, id BatchID) (*batchReport, error) {
	batch, err := batchOf(ctx, r, id)
	if err != nil {
		return nil, err
	}
	p, err := newComparing(ctx, r, batch)
	if err != nil {
		return nil, err
	}
	if p.head.Batch.State.Committed() {
		p.head.Seal = p.head.Batch.Digest
	}
	for _, load := range []func() error{p.loadPeople, p.loadLines, p.loadEvents, p.loadShares} {
		if err := load(); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// newComparing is a report that only says what differs from the month before: of people what
// they end with, and nothing that papers print beside it.
func newComparing(ctx context.Context, r Reader, batch Batch) (*batchReport, error) {
	p := &batchReport{ctx: ctx, r: r, people: map[int64]*reportPerson{}, documents: map[int64]string{}, causes: map[string]string{}, brought: map[int64]string{}, kinds: map[int64]string{}, withdrawn: map[int64]bool{}}
	p.head.Batch = batch
	for _, load := range []func() error{p.loadRuns, p.loadRoster, p.loadSkipped, p.loadPolicies, p.loadBrought, p.loadSentBack, p.findPrevious} {
		if err := load(); err != nil {
			return nil, err
		}
	}
	var err error
	p.texts, err = r.Texts(ctx, batch.ID)
	return p, err
}

func (p *batchReport) Head() ReportHead { return p.head }

func (p *batchReport) loadRuns() error {
	batches, err := p.r.Batches(p.ctx)
	p.ran = map[calendar.Month]bool{}
	for _, x := range batches {
		if x.Kind == Regular && x.State.Committed() && x.Horizon < p.head.Batch.Horizon {
			p.ran[x.ID.Month()] = true
		}
	}
	return err
}

func (p *batchReport) loadRoster() error {
	return p.r.Settlements(p.ctx, p.head.Batch.ID, func(s Settlement) error {
		p.people[s.Person] = &reportPerson{settlement: s}
		p.order = append(p.order, s.Person)
		return nil
	})
}

func (p *batchReport) loadPeople() error {
	batch := p.head.Batch
	who := map[int64]*facts.Profile{}
	for _, no := range p.order {
		who[no] = nil
	}
	if err := profiles(p.ctx, p.r, batch, who); err != nil {
		return err
	}
	for no, f := range who {
		if f != nil {
			p.people[no].id = f.ID.String()
		}
	}
	if err := p.loadBalances(); err != nil {
		return err
	}
	return p.r.Payments(p.ctx, batch.ID, func(x Payment) error {
		if who := p.people[x.Person]; who != nil {
			if x.Target == "" || who.card == "" {
				who.bank, who.card = identity.BankName(x.Bank), x.Card.String()
			}
			if x.Target != "" {
				who.others = append(who.others, x.Fen.String()+" 元付"+x.Holder+"（"+x.TargetChinese()+"）")
			}
		}
		return nil
	})
}

// loadChecking takes in what was found at submission; a draft has nothing yet.
func (p *batchReport) loadChecking() (err error) {
	if p.head.Batch.State != Draft {
		p.head.Checking, err = fixedChecking(p.ctx, p.r, p.head.Batch)
	}
	return err
}

func (p *batchReport) loadSentBack() error {
	list, err := sentBacks(p.ctx, p.r, 0)
	for _, x := range list {
		if x.Answered == 0 && p.people[x.Person] != nil {
			p.head.SentBack = append(p.head.SentBack, x)
		}
	}
	return err
}

func (p *batchReport) loadShares() (err error) {
	p.head.Shares, err = sharesOf(p.ctx, p.r, p.head.Batch.ID)
	return err
}

// sharesOf is what a batch does to each fund, by code.
func sharesOf(ctx context.Context, r Reader, id BatchID) (list []ReportShare, err error) {
	county, err := countyOf(ctx, r, Meta{})
	if err != nil {
		return nil, err
	}
	at := map[string]*ReportShare{}
	err = r.Portions(ctx, id, func(x Portion) error {
		s := at[x.Fund]
		if s == nil {
			s = &ReportShare{ReportFund: ReportFund{x.Fund, county.FundName(x.Fund)}}
			at[x.Fund] = s
		}
		s.Gross, s.Deduction, s.Moved, s.Held = s.Gross+x.Gross, s.Deduction+x.Deduction, s.Moved+x.Moved, s.Held+x.Held
		s.Owed, s.Reissued, s.Pay = s.Owed+x.Owed, s.Reissued+x.Reissued, s.Pay+x.Pay
		return nil
	})
	for _, code := range sortedKeys(at) {
		list = append(list, *at[code])
	}
	return list, err
}

// loadBalances adds up what is held after the batch: by it and by those of its channel
// that were committed before it was computed.
func (p *batchReport) loadBalances() error {
	batches, err := p.r.Batches(p.ctx)
	if err != nil || len(p.order) == 0 {
		return err
	}
	ids := []BatchID{p.head.Batch.ID}
	for _, x := range batches {
		if x.Channel == p.head.Batch.Channel && x.State.Committed() && x.Horizon < p.head.Batch.Horizon {
			ids = append(ids, x.ID)
		}
	}
	return p.r.Balances(p.ctx, ids, p.order[0], p.order[len(p.order)-1], func(b Balance) error {
		if who := p.people[b.Person]; who != nil {
			who.balance = b.Held
		}
		return nil
	})
}

// countyOf is the settings in force, or what papers need while there are none.
func countyOf(ctx context.Context, r Reader, meta Meta) (*County, error) {
	county, err := settingsAt(ctx, r, 0)
	if message.Code(err) == "settings.none" {
		return &County{Unit: meta.Name + "财政局", Checks: checks.Defaults()}, nil
	}
	return county, err
}

// loadSkipped finds the earlier months that nobody had run and that the batch pays along.
func (p *batchReport) loadSkipped() error {
	month := p.head.Batch.ID.Month()
	err := p.r.Lines(p.ctx, LineQuery{Batch: p.head.Batch.ID, Cause: causeMonth, Before: month}, func(l Line) error {
		if !p.ran[l.Month] && !slices.Contains(p.head.Skipped, l.Month) {
			p.head.Skipped = append(p.head.Skipped, l.Month)
		}
		return nil
	})
	slices.Sort(p.head.Skipped)
	return err
}

// loadLines takes from the lines which places, funds and documents the batch is about.
func (p *batchReport) loadLines() error {
	places, funds, items, used := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[int64]bool{}
	err := p.r.Lines(p.ctx, LineQuery{Batch: p.head.Batch.ID}, func(l Line) error {
		places[l.Place], funds[l.Fund], items[l.Item], used[l.Policy] = true, true, true, true
		return nil
	})
	return errors.Join(err, p.loadHead(places, funds), p.loadDocuments(used, items))
}

func (p *batchReport) loadHead(places, funds map[string]bool) error {
	meta, err := p.r.Meta(p.ctx)
	if err != nil {
		return err
	}
	p.head.County = meta.Name
	county, err := countyOf(p.ctx, p.r, meta)
	if err != nil {
		return err
	}
	p.head.Unit, p.head.Phone, p.head.Departments = county.Unit, county.Phone, county.departments()
	world, err := loadWorld(p.ctx, p.r, meta, p.head.Batch.Horizon)
	if err != nil {
		return err
	}
	townships, villages := map[string]bool{}, map[string]bool{}
	note := func(code string) {
		townships[facts.Township(code)] = true
		if len(code) == 12 {
			villages[code] = true
		}
	}
	for _, who := range p.people {
		note(who.settlement.Place)
	}
	for code := range places {
		note(code)
	}
	name := func(code string) string {
		if v := world.Places[code]; len(v) > 0 {
			return v[len(v)-1].Name
		}
		return code
	}
	for _, code := range sortedKeys(townships) {
		p.head.Townships = append(p.head.Townships, ReportPlace{code, name(code), code})
	}
	for _, code := range sortedKeys(villages) {
		p.head.Villages = append(p.head.Villages, ReportPlace{code, name(code), facts.Township(code)})
	}
	for _, code := range sortedKeys(funds) {
		p.head.Funds = append(p.head.Funds, ReportFund{code, county.FundName(code)})
	}
	return nil
}

func (p *batchReport) loadPolicies() error {
	all, err := p.r.AllPolicies(p.ctx)
	if err != nil {
		return err
	}
	granted, err := readGranted(all)
	if err != nil {
		return err
	}
	p.policies, p.names = all, itemNames(granted)
	for _, a := range all {
		p.documents[a.Position] = a.Document
	}
	return nil
}

func (p *batchReport) loadDocuments(used map[int64]bool, items map[string]bool) error {
	type ordered struct {
		ReportItem
		order int
	}
	found := map[string]ordered{}
	for _, a := range p.policies {
		if !used[a.Position] {
			continue
		}
		pol, err := policy.Read(a.Document, []byte(a.Text))
		if err != nil {
			return err
		}
		p.head.Documents = append(p.head.Documents, ReportDocument{Number: a.Document, Title: a.Title, Issuer: pol.Document.Issuer,
			From: pol.Document.From.First(), Digest: a.Digest})
		if u := pol.Document.Until; u != 0 {
			p.head.Documents[len(p.head.Documents)-1].Until = u.Last()
		}
		for _, it := range pol.Items {
			if items[it.Code] {
				found[it.Code] = ordered{ReportItem{it.Code, it.Name, it.Deduction, it.Institution}, it.Order}
			}
		}
	}
	list := make([]ordered, 0, len(found))
	for _, it := range found {
		list = append(list, it)
	}
	sort.Slice(list, func(i, j int) bool {
		return list[i].order < list[j].order || list[i].order == list[j].order && list[i].Code < list[j].Code
	})
	for _, it := range list {
		p.head.Items = append(p.head.Items, it.ReportItem)
	}
	return nil
}

func (p *batchReport) loadEvents() error {
	head, err := p.r.Head(p.ctx)
	if err != nil {
		return err
	}
	id := p.head.Batch.ID.String()
	return p.r.Events(p.ctx, p.head.Batch.Horizon, head.Position, func(e journal.Event) error {
		pairs, err := journal.ParsePayload(e.Payload)
		if err != nil || !strings.HasPrefix(e.Kind, "batch.") {
			return err
		}
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] == "batch" && pairs[i+1] == id {
				if e.Kind == EventBatchApproved {
					p.head.SealSum = valueOf(pairs, "seal")
				}
				p.head.Events = append(p.head.Events, ReportEvent{e.Position, e.Time, e.Actor, e.Kind, EventChinese(e.Kind) + "：" + e.Actor})
				break
			}
		}
		return nil
	})
}

// findPrevious finds what the batch is held against: of a regular one the month before of
// the channel, of a correction the month as it stood.
func (p *batchReport) findPrevious() error {
	b := p.head.Batch
	if p.head.MonthNet = b.Net; b.Kind == BackPay || b.Kind == Reissue {
		return nil
	}
	batches, err := p.r.Batches(p.ctx)
	if err != nil {
		return err
	}
	for _, x := range batches {
		if x.Channel != b.Channel || !x.State.Committed() || x.Horizon >= b.Horizon {
			continue
		}
		p.earlier = append(p.earlier, x)
		switch {
		case b.Kind == Correction && x.settled(b.ID.Month()) && x.ID.Month() >= b.ID.Month():
			p.previous = x
		case b.Kind == Regular && (x.Kind == Regular || x.Kind == Correction) && x.ID.Month() < b.ID.Month():
			later := x.ID.Month() > p.previous.ID.Month()
			if later || x.ID.Month() == p.previous.ID.Month() && (x.Kind == Regular || p.previous.Kind == Correction) { // a month whose run was voided may have been paid by a correction
				p.previous = x
			}
		}
	}
	if p.previous.ID == 0 {
		return nil
	}
	p.head.Previous = p.previous.ID.String()
	if b.Kind == Regular { // a month may have been run several times
		for _, x := range p.earlier {
			switch {
			case p.ofPrevious(x):
				p.head.PreviousNet += x.Net
			case p.ofMonth(x):
				p.head.MonthNet += x.Net
			}
		}
	}
	return nil
}

// loadBrought words what came in at each position of the journal: who, what, when.
func (p *batchReport) loadBrought() error {
	imports, err := p.r.Imports(p.ctx)
	if err != nil {
		return err
	}
	for _, x := range p.policies {
		p.brought[x.Position], p.kinds[x.Position] = "采用"+x.Document, VarianceStandard
		if x.Withdrawn != 0 {
			p.brought[x.Withdrawn], p.kinds[x.Withdrawn] = "撤回"+x.Document, VarianceStandard
			p.withdrawn[x.Withdrawn] = true
		}
	}
	for _, x := range imports {
		p.brought[x.Position] = "导入“" + x.File + "”"
		switch x.Kind {
		case "places", "references", "calendar":
			p.kinds[x.Position] = VariancePlace
		}
	}
	return p.r.Events(p.ctx, 1, p.head.Batch.Horizon, func(e journal.Event) error {
		if e.Kind == EventImported || e.Kind == EventProposalAccepted {
			p.brought[e.Position] += "（" + e.Actor + " " + calendar.DateIn(e.Time, zone).String() + "，日志第" + num(e.Position) + "条）"
		}
		return nil
	})
}

// cause words the cause of a line.
func (p *batchReport) cause(cause string, month calendar.Month) (string, error) {
	switch cause {
	case causeMonth:
		switch {
		case month == p.head.Batch.ID.Month():
			return "当月发放", nil
		case p.ran[month]:
			return "该月计算时没有应发的，本次补发", nil
		}
		return "该月没有算过，本次一并发放", nil
	case causeLater:
		return "按文件到期一起发放", nil
	case causeShort:
		return "以前应发不足，本次补扣", nil
	case causeProgram:
		return "没有事实或文件能解释这一差额", nil
	}
	if text, ok := p.causes[cause]; ok {
		return text, nil
	}
	var parts []string
	for _, s := range strings.Split(cause, ",") {
		at, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return "", err
		}
		parts = append(parts, p.brought[at])
	}
	p.causes[cause] = strings.Join(parts, "；")
	return p.causes[cause], nil
}

func (p *batchReport) Lines(fn func(ReportLine) error) error {
	done, total := int64(0), int64(p.head.Batch.Lines)
	return p.r.Lines(p.ctx, LineQuery{Batch: p.head.Batch.ID}, func(l Line) error {
		if done++; done%chunkSize == 0 {
			tell(p.ctx, "progress.lines", done, total)
		}
		x, err := p.line(l)
		if err != nil {
			return err
		}
		return fn(x)
	})
}

// line puts names, cause and sentence to a line.
func (p *batchReport) line(l Line) (x ReportLine, err error) {
	cause, err := p.cause(l.Cause, l.Month)
	if err != nil {
		return x, err
	}
	who := p.people[l.Person]
	if who == nil || l.Text >= len(p.texts) {
		return x, message.Err("batch.tampered", p.head.Batch.ID)
	}
	x = ReportLine{Person: l.Person, Name: who.settlement.Name, IDMasked: who.id, Category: who.settlement.Category, Township: facts.Township(l.Place),
		Item: l.Item, Month: l.Month, Deduction: l.Side == Deduction, Fen: l.Fen, Due: l.Committed + l.Fen, Committed: l.Committed,
		Document: p.documents[l.Policy], Fund: l.Fund, Cause: cause, Sentence: p.texts[l.Text]}
	if len(l.Place) == 12 {
		x.Village = l.Place
	}
	return x, nil
}

func (p *batchReport) People(fn func(ReportPerson) error) error {
	for _, no := range p.order {
		who := p.people[no]
		s := &who.settlement
		x := ReportPerson{Person: no, Name: s.Name, IDMasked: who.id, Category: s.Category, Township: facts.Township(s.Place), Status: s.Status,
			Reason: strings.Join(append(nonEmpty(reasonText(s)), who.others...), "；"), Code: s.Reason.Code, Gross: s.Gross, Deduction: s.Deduction, Held: s.Held, Balance: who.balance, Owed: s.Owed, Reissued: s.Reissued, Pay: s.Pay, Bank: who.bank, CardMasked: who.card, Others: who.others}
		if len(s.Place) == 12 {
			x.Village = s.Place
		}
		if err := fn(x); err != nil {
			return err
		}
	}
	return nil
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// reasonText words why a person ends as they do, refused items included.
func reasonText(s *Settlement) string {
	text := s.Reason.Text(message.Chinese)
	for _, r := range s.Items {
		if s.Status != Refused {
			text = strings.TrimPrefix(text+"；", "；") + r.Item + " " + r.Month.String() + "：" + r.Problem.Text(message.Chinese)
		}
	}
	if s.Answer != "" {
		text += "（答复：" + s.Answer + "）"
	}
	return text
}

// refusedIn is what a batch did to somebody whom it refused, wholly or in part; nil when it did not.
func (p *batchReport) refusedIn(id BatchID, person int64) *Settlement {
	if p.refused == nil {
		p.refused = map[int64]*Settlement{}
		err := p.r.Settlements(p.ctx, id, func(s Settlement) error {
			if len(s.Items) > 0 {
				p.refused[s.Person] = &s
			}
			return nil
		})
		if err != nil {
			return nil // then the change stays unexplained
		}
	}
	return p.refused[person]
}

// Explain computes one month of one person again, as known now, with every step. What rests on everybody is observed once for a month and a state of the book.
func (b *Book) Explain(ctx context.Context, person int64, month calendar.Month, item string) (list []rules.Explanation, err error) {
	head, err := b.Head(ctx)
	if err != nil {
		return nil, err
	}
	c, err := b.observed.get(ctx, observedKey{head.Digest, month}, func() (*calc, error) { return b.observedFor(ctx, head.Position, month) })
	if err != nil {
		return nil, err
	}
	return list, b.view(ctx, func(r Reader) error {
		people, _, err := loadPersons(ctx, r, c.horizon, person, person)
		if err != nil {
			return err
		}
		if len(people) != 1 {
			return message.Err("person.missing", person)
		}
		list = c.eval.Explain(&people[0], month, item)
		return nameFiles(ctx, r, list)
	})
}

// observedFor is a computation of one month as known at a position, of which everybody was observed: by its run, or now.
func (b *Book) observedFor(ctx context.Context, horizon int64, month calendar.Month) (*calc, error) {
	c := &calc{month: month, kind: Regular, from: month, horizon: horizon}
	known := false
	err := b.view(ctx, func(r Reader) (err error) {
		if c.meta, err = r.Meta(ctx); err != nil {
			return err
		}
		batches, err := r.Batches(ctx)
		if err != nil {
			return err
		}
		if start := cutover(c.meta, batches); month < start {
			return message.Err("run.before_cutover", month, start)
		}
		for _, x := range batches {
			if x.State.Committed() && x.Kind == Regular {
				c.ran = max(c.ran, x.ID.Month())
			}
		}
		if err := c.readRules(ctx, r); err != nil {
			return err
		}
		if err := c.evaluate(); err != nil {
			return err
		}
		known, err = observedByRun(ctx, r, c, batches)
		return err
	})
	if err != nil || known {
		return c, err
	}
	return c, b.observe(ctx, c)
}

// nameFiles puts the name of the file before the cell that a fact came from.
func nameFiles(ctx context.Context, r Reader, list []rules.Explanation) error {
	imports, err := r.Imports(ctx)
	if err != nil {
		return err
	}
	files := map[int64]string{}
	for _, x := range imports {
		files[x.Position] = x.File
	}
	for i := range list {
		for j := range list[i].Steps {
			s := &list[i].Steps[j].Source
			if file := files[s.Position]; file != "" && !strings.HasPrefix(s.Where, file) {
				s.Where = strings.TrimSpace(file + " " + s.Where)
			}
		}
	}
	return nil
}

// Found is a person that a search came up with.
type Found struct {
	Person int64
	Name   string
	ID     identity.ResidentID
	Place  string
}

// Find looks persons up by number, by full ID number, or by exact name.
func (b *Book) Find(ctx context.Context, text string) (list []Found, err error) {
	no, numeric := strconv.ParseInt(text, 10, 64)
	id, idErr := identity.ParseResidentID(text)
	err = b.view(ctx, func(r Reader) error {
		q := FactQuery{About: &About{Name: text}, Kinds: []facts.Kind{facts.KindPerson}}
		switch {
		case idErr == nil:
			q.About = &About{IDEnd: id.Full()[len(id.Full())-4:]}
		case numeric == nil:
			q.First, q.Last, q.About = no, no, nil
		}
		return r.Facts(ctx, q, func(f Fact) error {
			var p facts.Profile
			if err := decode(f, &p); err != nil {
				return err
			}
			if numeric == nil && idErr != nil || p.Name == text || idErr == nil && p.ID == id {
				if n := len(list); n > 0 && list[n-1].Person == f.Person {
					list = list[:n-1]
				}
				list = append(list, Found{f.Person, p.Name, p.ID, p.Place})
			}
			return nil
		})
	})
	return list, err
}
