package payroll

import (
	"cmp"
	"context"
	"slices"

	"zhida/payroll/checks"
	"zhida/payroll/journal"
	"zhida/payroll/ledger"
	"zhida/payroll/schedule"
	"zhida/rules/calendar"
	"zhida/rules/message"
	"zhida/rules/money"
)

// Standing is where a pay month stands and what is to be done next.
type Standing struct {
	Month   calendar.Month
	Today   calendar.Date
	Steps   []StepStanding // of the pay calendar; none where the county has none
	Batches []Batch        // of the month, and unfinished ones of other months
	Tasks   []Task         // by day, those without one last
	Lacking Lacking        // also among the tasks
	Closed  *Closed        // nil while the month's funds are open
}

// StepStanding is a step of the pay calendar and whether it is done.
type StepStanding struct {
	schedule.Due
	Done bool
}

// Task is one thing that somebody has to do next.
type Task struct {
	Roles  []Role          // any of them can do it
	Except []string        // actors who cannot, although they have the role: they made it
	What   message.Message // what is to be done
	By     calendar.Date   // by the pay calendar; 0 for no day
	Do     string          // the command

	Batch    BatchID // that it is about; 0 for none
	Proposal int64   // position of the proposal that it is about; 0 for none
	People   bool    // it is about who may act, and no month waits for it
}

// Standing says where a month stands; month 0 is the one under way. A batch is one task at a time: the next step of its life. Errors:
// those of reading settings; a county without a pay calendar or its working days has no steps.
func (b *Book) Standing(ctx context.Context, month calendar.Month) (s Standing, err error) {
	s.Today = b.today()
	proposals, err := b.ProposalList(ctx, true)
	if err != nil {
		return s, err
	}
	rows, err := b.OpenRows(ctx)
	if err != nil {
		return s, err
	}
	err = b.view(ctx, func(r Reader) error {
		all, err := r.Batches(ctx)
		if err != nil {
			return err
		}
		meta, err := r.Meta(ctx)
		if err != nil {
			return err
		}
		s.Month = cmp.Or(month, underWay(meta, all, s.Today.Month()))
		of := &todo{Standing: &s, ctx: ctx, r: r}
		if err := of.calendar(all); err != nil {
			return err
		}
		closed, err := closings(ctx, r)
		if err != nil {
			return err
		}
		for _, x := range all {
			if x.ID.Month() == s.Month || x.State.open() || x.State == Approved {
				s.Batches = append(s.Batches, x)
			}
			if len(closed) > 0 && x.ID.Month() <= closed[len(closed)-1].Month && x.State == Exported {
				continue // a month closes only when the stocks agree: what may be left of it came back, below
			}
			if err := of.batch(x); err != nil {
				return err
			}
		}
		if err := of.cameBack(all, closed); err != nil {
			return err
		}
		if err := of.toRun(all); err != nil {
			return err
		}
		if err := of.lacking(all); err != nil {
			return err
		}
		of.closing(closed)
		return nil
	})
	if err != nil {
		return s, err
	}
	for _, p := range proposals {
		except := []string{p.Actor}
		if p.Concerns != "" && p.Concerns != p.Actor {
			except = append(except, p.Concerns)
		}
		s.Tasks = append(s.Tasks, Task{Roles: p.Waits, Except: except, What: message.M("status.proposal", p.Position, p.Title, p.Actor), Do: "proposal accept " + num(p.Position), Proposal: p.Position, People: p.AboutPeople()})
	}
	if len(rows) > 0 {
		var sum money.Fen
		for _, x := range rows {
			sum += x.Fen
		}
		s.Tasks = append(s.Tasks, Task{Roles: []Role{RoleChecker, RoleApprover}, What: message.M("status.rows", len(rows), sum.Grouped()), Do: "returns list"})
	}
	slices.SortStableFunc(s.Tasks, func(x, y Task) int {
		return cmp.Compare(cmp.Or(x.By, calendar.Forever), cmp.Or(y.By, calendar.Forever))
	})
	return s, nil
}

// UnderWay is the pay month under way, as Standing has it, and the day of today.
func (b *Book) UnderWay(ctx context.Context) (month calendar.Month, today calendar.Date, err error) {
	today = b.today()
	err = b.view(ctx, func(r Reader) error {
		meta, err := r.Meta(ctx)
		if err != nil {
			return err
		}
		all, err := r.Batches(ctx)
		month = underWay(meta, all, today.Month())
		return err
	})
	return month, today, err
}

// underWay is the earliest month with a regular batch that has not left, else the month after the
// last one, from the first that the book pays on and not beyond that of today.
func underWay(m Meta, all []Batch, today calendar.Month) calendar.Month {
	next := cutover(m, all)
	for _, x := range all { // by id
		if x.Kind != Regular || x.State == Cancelled {
			continue
		}
		if x.State != Exported {
			return x.ID.Month()
		}
		next = x.ID.Month().Add(1)
	}
	return min(cmp.Or(next, today), today)
}

// todo is a Standing being made.
type todo struct {
	*Standing
	ctx context.Context
	r   Reader
	due map[string]calendar.Date // step code to day, of the month
}

// calendar sets the steps of the month by the pay calendar.
func (s *todo) calendar(all []Batch) error {
	s.due = map[string]calendar.Date{}
	steps, days, err := payCalendar(s.ctx, s.r)
	if err == nil {
		var list []schedule.Due
		if list, err = schedule.Month(steps, s.Month, days); err == nil {
			for _, d := range list {
				s.due[d.Step.Code] = d.Date
			}
			for _, d := range list {
				done, err := s.done(d, all)
				if err != nil {
					return err
				}
				s.Steps = append(s.Steps, StepStanding{d, done})
			}
			return nil
		}
	}
	switch message.Code(err) {
	case "settings.none":
		s.Tasks = append(s.Tasks, Task{Roles: []Role{RoleAdmin}, What: message.M("status.settings"), Do: "settings set FILE"})
	case "schedule.none":
	case "schedule.no_calendar":
		s.Tasks = append(s.Tasks, Task{Roles: []Role{RoleMaker}, What: message.M("status.no_calendar", s.Month.Year()), Do: "import calendar FILE"})
	default:
		return err
	}
	return nil
}

// done says of a step whether what it asks for is done: the day of the cut-off is over, the month's
// batches are approved, have left, or are answered by the bank to the last payment.
func (s *todo) done(d schedule.Due, all []Batch) (bool, error) {
	if d.Step.Code == "cutoff" {
		return d.Date < s.Today, nil
	}
	any := false
	for _, x := range all {
		if x.Kind != Regular || x.ID.Month() != s.Month || x.State == Cancelled {
			continue
		}
		any = true
		switch {
		case !x.State.Committed(), d.Step.Code != "review" && x.State != Exported:
			return false, nil
		case d.Step.Code == "credit" || d.Step.Code == "answer":
			if waiting, _, err := s.answers(x); err != nil || waiting > 0 {
				return false, err
			}
		}
	}
	return any, nil
}

// answers counts the payments of a batch that have left and are not answered, and those that
// came back and were not paid again.
func (s *todo) answers(x Batch) (waiting, back int, err error) {
	last, heard, err := s.r.Heard(s.ctx, x.ID)
	if err != nil {
		return 0, 0, err
	}
	states := map[int]PaymentState{}
	err = s.r.OddEvents(s.ctx, x.ID, func(e PaymentEvent) error { states[e.Seq] = e.State; return nil }) // by position
	waiting = last - heard
	for _, state := range states {
		switch state {
		case PaymentSent, PaymentParked:
			waiting++
		case PaymentReturned, PaymentRecalled:
			back++
		}
	}
	return waiting, back, err
}

// task adds something to be done about a batch, by the day of a step where the batch is of the month.
func (s *todo) task(x Batch, by string, except []string, what message.Message, do string, roles ...Role) {
	t := Task{Roles: roles, Except: except, What: what, Do: do, Batch: x.ID}
	if x.ID.Month() == s.Month {
		t.By = s.due[by]
	}
	s.Tasks = append(s.Tasks, t)
}

// batch adds the next step of a batch.
func (s *todo) batch(x Batch) error {
	id := x.ID.String()
	task := func(by string, except []string, what message.Message, do string, roles ...Role) {
		s.task(x, by, except, what, do, roles...)
	}
	switch x.State {
	case Draft:
		open, err := s.r.OpenRefusals(s.ctx, x.ID)
		switch {
		case err != nil:
			return err
		case len(open) > 0:
			task("review", nil, message.M("status.refused", id, len(open)), "batch answer "+id+" --person NUMBER --reason …", RoleMaker)
		default:
			back, err := rejections(s.ctx, s.r, x)
			if err != nil {
				return err
			}
			if len(back) > 0 {
				task("review", nil, message.M("status.rejected", id, back[len(back)-1].Actor), "batch show "+id, RoleMaker)
				return nil
			}
			since, names, err := s.moved(x)
			if err != nil {
				return err
			}
			if since > 0 {
				task("review", nil, message.M("status.again", id, since, names), x.again(), RoleMaker)
				return nil
			}
			task("review", nil, message.M("status.submit", id), "batch submit "+id, RoleMaker)
		}
	case Submitted, Checked:
		c, err := fixedChecking(s.ctx, s.r, x)
		if err != nil {
			return err
		}
		_, stops := c.Count(checks.Stop)
		_, reviews := c.Count(checks.Review)
		switch {
		case stops > 0:
			task("review", []string{x.Maker}, message.M("status.stops", id, stops), "batch findings "+id, RoleApprover)
		case x.State == Submitted && reviews > 0:
			task("review", []string{x.Maker}, message.M("status.check", id, reviews), "batch check "+id, RoleChecker)
		case x.State == Submitted:
			task("review", []string{x.Maker}, message.M("status.check_only", id), "batch check "+id, RoleChecker)
		case reviews > 0:
			task("review", nil, message.M("status.reviews", id, reviews), "batch findings "+id, RoleMaker, RoleChecker, RoleApprover)
		default:
			task("review", []string{x.Maker, x.Checker}, message.M("status.approve", id), "batch approve "+id, RoleApprover)
		}
		since, names, err := s.moved(x)
		if err != nil {
			return err
		}
		if since > 0 {
			task("review", nil, message.M("status.moved", id, since, names), "batch show "+id, RoleMaker, RoleChecker, RoleApprover)
		}
	case Approved:
		county, err := settingsAt(s.ctx, s.r, 0)
		if err != nil {
			return err
		}
		if message.Code(stamped(s.ctx, s.r, county, x)) == "export.not_stamped" {
			task("bank_list", nil, message.M("status.attach", id), "batch attach "+id+" FILE", RoleMaker)
			return nil
		}
		task("bank_list", nil, message.M("status.export", id), "export "+id+" --out DIR", RoleMaker)
	case Exported:
		waiting, back, err := s.answers(x)
		if err != nil {
			return err
		}
		if waiting > 0 {
			task("answer", nil, message.M("status.answer", id, waiting), "import returns FILE", RoleMaker)
		}
		s.back(x, back)
	}
	return nil
}

// moved counts what has come in since a batch was computed, and names it.
func (s *todo) moved(x Batch) (int, string, error) {
	list, err := moved(s.ctx, s.r, x)
	if err != nil {
		return 0, "", err
	}
	names, err := inputNames(s.ctx, s.r, list)
	return len(list), names, err
}

// moneyImports are the kinds of sheets that change what can be paid, and never what is due.
var moneyImports = []string{"transfers", "authority", "vouchers", "statement"}

// moved is what has come into the book since a batch was computed and may change it. Whether it does is
// worked out when somebody submits, checks or approves it: for a page that somebody only looks at, that takes too long.
func moved(ctx context.Context, r Reader, x Batch) (list []input, err error) {
	if x.Kind == Reissue { // it rests on payments, which are looked at at each step
		return nil, nil
	}
	head, err := r.Head(ctx)
	if err != nil {
		return nil, err
	}
	if list, err = inputsBetween(ctx, r, x.Horizon, head.Position, x.Channel); err != nil || len(list) == 0 {
		return nil, err
	}
	imports, err := r.Imports(ctx)
	return slices.DeleteFunc(list, func(i input) bool {
		return slices.ContainsFunc(imports, func(x ImportRecord) bool {
			return x.Position == i.event.Position && slices.Contains(moneyImports, x.Kind)
		})
	}), err
}

// closing asks for the closing of the month when it is over, or says that it is closed.
func (s *todo) closing(closed []Closed) {
	if i := slices.IndexFunc(closed, func(c Closed) bool { return c.Month == s.Month }); i >= 0 {
		s.Closed = &closed[i]
	}
	if s.Month < s.Today.Month() && (len(closed) == 0 || closed[len(closed)-1].Month < s.Month) {
		s.Tasks = append(s.Tasks, Task{Roles: []Role{RoleChecker, RoleApprover}, What: message.M("status.close", s.Month), Do: "fund close " + s.Month.String()})
	}
}

// cameBack keeps what came back to batches of closed months on the list until it is paid again or sent up. The ledger says at once
// whether there is any.
func (s *todo) cameBack(all []Batch, closed []Closed) error {
	if len(closed) == 0 {
		return nil
	}
	head, err := s.r.Head(s.ctx)
	if err != nil {
		return err
	}
	book, err := ledgerAt(s.ctx, s.r, head.Position)
	if err != nil || !slices.ContainsFunc(book.Purses(), func(k Purse) bool { return book[k][ledger.Returned] != 0 }) {
		return err
	}
	for _, x := range all {
		if x.ID.Month() > closed[len(closed)-1].Month || x.State != Exported {
			continue
		}
		_, back, err := s.answers(x)
		if err != nil {
			return err
		}
		s.back(x, back)
	}
	return nil
}

// back asks to pay again what came back to a batch.
func (s *todo) back(x Batch, back int) {
	if back > 0 {
		s.task(x, "answer", nil, message.M("status.back", x.ID, back), "reissue", RoleMaker)
	}
}

// toRun asks to compute the month: as a whole, or for a channel whose batch was given up and that has had no run since.
func (s *todo) toRun(all []Batch) error {
	of := slices.DeleteFunc(slices.Clone(all), func(x Batch) bool { return x.Kind != Regular || x.ID.Month() < s.Month })
	if !slices.ContainsFunc(of, func(x Batch) bool { return x.ID.Month() == s.Month && x.State != Cancelled }) {
		s.run(message.M("status.run", s.Month))
		return nil
	}
	given := map[string]Batch{} // by channel, the last batch that was given up where nothing took its place
	for _, x := range of {
		if delete(given, x.Channel); x.State == Cancelled && x.ID.Month() == s.Month {
			given[x.Channel] = x
		}
	}
	if len(given) == 0 {
		return nil
	}
	head, err := s.r.Head(s.ctx)
	if err != nil {
		return err
	}
	gone := map[string]bool{} // batches given up since the month was run last
	err = s.r.Events(s.ctx, 1, head.Position, func(e journal.Event) error {
		if e.Kind != EventBatchCancelled && e.Kind != EventBatchComputed && e.Kind != EventBatchNothing {
			return nil
		}
		pairs, err := journal.ParsePayload(e.Payload)
		if err != nil {
			return err
		}
		if e.Kind == EventBatchCancelled {
			gone[valueOf(pairs, "batch")] = true
		} else if run, ok := runOf(pairs); ok && run.Kind == Regular && run.ID.Month() >= s.Month {
			clear(gone)
		}
		return nil
	})
	for _, channel := range sortedKeys(given) {
		if x := given[channel]; gone[x.ID.String()] {
			s.run(message.M("status.run_channel", s.Month, channel, x.ID, x.Payees, x.Net.Grouped()))
		}
	}
	return err
}

func (s *todo) run(what message.Message) {
	s.Tasks = append(s.Tasks, Task{Roles: []Role{RoleMaker}, What: what, By: s.due["review"], Do: "run " + s.Month.String()})
}

// lacking asks for the money and the days that the month lacks.
func (s *todo) lacking(all []Batch) (err error) {
	if s.Lacking.Money, err = moneyLacking(s.ctx, s.r, all); err != nil {
		return err
	}
	if s.Lacking.Days, err = daysLacking(s.ctx, s.r, s.Month, all); err != nil {
		return err
	}
	for _, x := range s.Lacking.Money {
		s.Tasks = append(s.Tasks, Task{Roles: []Role{RoleMaker}, What: x.Message, By: s.due["review"], Do: "import transfers FILE", Batch: x.Batch})
	}
	for _, m := range s.Lacking.Days {
		s.Tasks = append(s.Tasks, Task{Roles: []Role{RoleMaker}, What: m, By: s.due["cutoff"], Do: "import days FILE"})
	}
	return nil
}
