package payroll

import (
	"context"
	"slices"

	"zhida/payroll/checks"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
)

// Lacking is what a month still lacks, told while there are days left to get it and not when somebody is about to approve.
type Lacking struct {
	Money []BatchLack       // by batch
	Days  []message.Message // townships that have not reported days that an item of the month is worked out from
}

// BatchLack is money that a fund does not have for an open batch: until it is there, the batch cannot be approved.
type BatchLack struct {
	Batch   BatchID
	Message message.Message
}

// Lacking says what a month lacks, and for which of the open batches, of whatever month, there is no money.
func (b *Book) Lacking(ctx context.Context, month calendar.Month) (x Lacking, err error) {
	err = b.view(ctx, func(r Reader) error {
		batches, err := r.Batches(ctx)
		if err != nil {
			return err
		}
		if x.Money, err = moneyLacking(ctx, r, batches); err != nil {
			return err
		}
		x.Days, err = daysLacking(ctx, r, month, batches)
		return err
	})
	return x, err
}

// InTheWay is what keeps an open batch from being approved, or may: inputs that came in since it was computed, findings of the submission
// that nobody has answered, and money that is not there.
func (b *Book) InTheWay(ctx context.Context, id BatchID) (list []message.Message, err error) {
	err = b.view(ctx, func(r Reader) error {
		x, err := batchOf(ctx, r, id)
		if err != nil || !x.State.open() {
			return err
		}
		inputs, err := moved(ctx, r, x)
		if err != nil {
			return err
		}
		if len(inputs) > 0 {
			names, err := inputNames(ctx, r, inputs)
			if err != nil {
				return err
			}
			code := "status.moved"
			if x.State == Draft {
				code = "status.again"
			}
			list = append(list, message.M(code, id, len(inputs), names))
		}
		c, err := fixedChecking(ctx, r, x)
		if err != nil {
			return err
		}
		if x.State == Draft { // what a draft that was sent back keeps is looked at anew
			c = Checking{}
		}
		if _, open := c.Count(checks.Stop); open > 0 {
			list = append(list, message.M("status.stops", id, open))
		}
		if _, open := c.Count(checks.Review); open > 0 {
			list = append(list, message.M("status.reviews", id, open))
		}
		batches, err := r.Batches(ctx)
		if err != nil {
			return err
		}
		lacks, err := moneyLacking(ctx, r, batches)
		for _, l := range lacks {
			if l.Batch == id {
				list = append(list, l.Message)
			}
		}
		return err
	})
	return list, err
}

// moneyLacking approves the open batches on paper, one after the other as they would be, so that two of them do not count on the same money.
func moneyLacking(ctx context.Context, r Reader, batches []Batch) (list []BatchLack, err error) {
	open := slices.DeleteFunc(slices.Clone(batches), func(x Batch) bool { return !x.State.open() })
	if len(open) == 0 {
		return nil, nil
	}
	p, err := newPoster(ctx, r, "")
	if err != nil {
		return nil, err
	}
	for i := range open {
		clear(p.short)
		purses, err := keptPurses(ctx, r, open[i])
		if err != nil {
			return nil, err
		}
		county, err := p.approve(ctx, r, &open[i], purses)
		if err != nil {
			return nil, err
		}
		for _, code := range sortedKeys(p.short) {
			list = append(list, BatchLack{open[i].ID, message.M("status.short", open[i].ID, code, county.FundName(code), p.short[code].Grouped())})
		}
	}
	return list, nil
}

// daysLacking names the townships that have reported no days of a month of which an item is worked out from days. Once every batch of
// the month is approved there is nothing to be told: what comes in then is a difference of its own.
func daysLacking(ctx context.Context, r Reader, month calendar.Month, batches []Batch) ([]message.Message, error) {
	ofMonth := slices.DeleteFunc(slices.Clone(batches), func(x Batch) bool { return x.ID.Month() != month || x.Kind != Regular || x.State == Cancelled })
	if len(ofMonth) > 0 && !slices.ContainsFunc(ofMonth, func(x Batch) bool { return x.State.open() }) {
		return nil, nil
	}
	program, err := programNow(ctx, r)
	if err != nil || !program.Reads(month, facts.KindDay) {
		return nil, err
	}
	towns, err := townshipsBefore(ctx, r, month, batches)
	if err != nil {
		return nil, err
	}
	reported, err := daysReported(ctx, r, month)
	if err != nil {
		return nil, err
	}
	var missing []string
	for _, code := range sortedKeys(towns) {
		if !slices.ContainsFunc(reported, func(x ReportedDays) bool { return x.Township == code }) {
			missing = append(missing, towns[code])
		}
	}
	switch len(missing) {
	case 0:
		return nil, nil
	case len(towns):
		return []message.Message{message.M("status.no_days", month, len(towns))}, nil
	}
	return []message.Message{message.M("status.some_days", month, len(missing), namesOf(missing))}, nil
}

// townshipsBefore are the townships with people in the latest regular batches up to a month, drafts too, by code with their names; before
// the first batch, all that the book knows.
func townshipsBefore(ctx context.Context, r Reader, month calendar.Month, batches []Batch) (map[string]string, error) {
	world, err := worldNow(ctx, r)
	if err != nil {
		return nil, err
	}
	towns, latest := map[string]string{}, calendar.Month(0)
	for _, x := range slices.Backward(batches) { // by id
		if m := x.ID.Month(); x.Kind != Regular || x.State == Cancelled || m > month || latest != 0 && m != latest {
			continue
		}
		latest = x.ID.Month()
		err := r.StatusCounts(ctx, x.ID, func(c StatusCount) error {
			if code := facts.Township(c.Place); len(code) == 9 {
				towns[code] = placeName(world, code)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if latest == 0 {
		for code := range world.Places {
			if len(code) == 9 {
				towns[code] = placeName(world, code)
			}
		}
	}
	return towns, nil
}
