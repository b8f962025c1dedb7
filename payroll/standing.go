package payroll

import (
	"cmp"
	"context"
	"slices"

	"zhida/payroll/checks"
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
			if len(closed) > 0 && x.ID.Month() <= closed[len(closed)-1].month && x.State == Exported {
				continue // a month closes only when everything in it is answered
			}
			if err := of.batch(x); err != nil {
				return err
			}
		}
		if !slices.ContainsFunc(s.Batches, func(x Batch) bool { return x.Kind == Regular && x.ID.Month() == s.Month && x.State != Cancelled }) {
			s.Tasks = append(s.Tasks, Task{Roles: []Role{RoleMaker}, What: message.M("status.run", s.Month), By: of.due["review"], Do: "run " + s.Month.String()})
		}
		of.closing(closed)
		return nil
	})
	if err != nil {
		return s, err
	}
	for _, p := range proposals {
		s.Tasks = append(s.Tasks, Task{Roles: p.Waits, Except: []string{p.Actor}, What: message.M("status.proposal", p.Position, p.Title, p.Actor), Do: "proposal accept " + num(p.Position), Proposal: p.Position})
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
	err = s.r.StateCounts(s.ctx, []BatchID{x.ID}, func(c StateCount) error {
		switch c.State {
		case PaymentSent, PaymentParked:
			waiting += c.Count
		case PaymentReturned, PaymentRecalled:
			back += c.Count
		}
		return nil
	})
	return waiting, back, err
}

// batch adds the next step of a batch.
func (s *todo) batch(x Batch) error {
	id := x.ID.String()
	task := func(by string, except []string, what message.Message, do string, roles ...Role) {
		t := Task{Roles: roles, Except: except, What: what, Do: do, Batch: x.ID}
		if x.ID.Month() == s.Month {
			t.By = s.due[by]
		}
		s.Tasks = append(s.Tasks, t)
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
		moved, err := s.moved(x)
		if err != nil {
			return err
		}
		if moved > 0 {
			task("review", nil, message.M("status.moved", id, moved), "batch show "+id, RoleMaker, RoleChecker, RoleApprover)
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
		if back > 0 {
			task("answer", nil, message.M("status.back", id, back), "reissue", RoleMaker)
		}
	}
	return nil
}

// moneyImports are the kinds of sheets that change what can be paid, and never what is due.
var moneyImports = []string{"transfers", "authority", "vouchers", "statement"}

// moved counts what has come into the book since a batch was computed and may change it. Whether it does is
// worked out when it is approved: for a page that somebody only looks at, that takes too long.
func (s *todo) moved(x Batch) (int, error) {
	if x.Kind == Reissue { // it rests on payments, which are looked at when it is approved
		return 0, nil
	}
	head, err := s.r.Head(s.ctx)
	if err != nil {
		return 0, err
	}
	n, err := inputsBetween(s.ctx, s.r, x.Horizon, head.Position, x.Channel)
	if err != nil || n == 0 {
		return 0, err
	}
	imports, err := s.r.Imports(s.ctx)
	for _, i := range imports {
		if i.Position > x.Horizon && slices.Contains(moneyImports, i.Kind) {
			n--
		}
	}
	return n, err
}

// closing asks for the closing of the month when it is over.
func (s *todo) closing(closed []closing) {
	if s.Month < s.Today.Month() && (len(closed) == 0 || closed[len(closed)-1].month < s.Month) {
		s.Tasks = append(s.Tasks, Task{Roles: []Role{RoleChecker, RoleApprover}, What: message.M("status.close", s.Month), Do: "fund close " + s.Month.String()})
	}
}
