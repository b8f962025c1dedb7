package payroll

import (
	"context"
	"slices"

	"zhida/payroll/journal"
	"zhida/rules/calendar"
	"zhida/rules/message"
)

// Headings is what a clerk said about headings that nobody can guess: for a kind of file
// and the shape of its headings, which column each of them means. It holds for every later
// file of that kind and shape until it is forgotten.
type Headings struct {
	Position int64         `json:"position"` // of the event that keeps it
	Actor    string        `json:"actor"`
	Date     calendar.Date `json:"date"`
	Kind     string        `json:"kind"`
	Shape    string        `json:"shape"`  // digest of all headings, in their order
	Fields   []string      `json:"fields"` // heading=column, sorted
}

// The events of headings.
const (
	EventHeadingsKept      = "headings.kept"
	EventHeadingsForgotten = "headings.forgotten"
)

// Headings lists what was said about headings and not forgotten, by position.
func (b *Book) Headings(ctx context.Context) (list []Headings, err error) {
	err = b.view(ctx, func(r Reader) error { list, err = keptHeadings(ctx, r); return err })
	return list, err
}

func keptHeadings(ctx context.Context, r Reader) (list []Headings, err error) {
	head, err := r.Head(ctx)
	if err != nil {
		return nil, err
	}
	return list, r.Events(ctx, 1, head.Position, func(e journal.Event) error {
		if e.Kind != EventHeadingsKept && e.Kind != EventHeadingsForgotten {
			return nil
		}
		pairs, err := journal.ParsePayload(e.Payload)
		h := Headings{Position: e.Position, Actor: e.Actor, Date: calendar.DateIn(e.Time, zone), Kind: valueOf(pairs, "kind"), Shape: valueOf(pairs, "shape")}
		list = slices.DeleteFunc(list, func(x Headings) bool { return x.Kind == h.Kind && x.Shape == h.Shape })
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] == "field" {
				h.Fields = append(h.Fields, pairs[i+1])
			}
		}
		if e.Kind == EventHeadingsKept {
			list = append(list, h)
		}
		return err
	})
}

// KeepHeadings records what was said about headings, unless the book says the same already.
// It gives the position, 0 when nothing is new.
func (b *Book) KeepHeadings(ctx context.Context, s *Session, h Headings) (position int64, err error) {
	if err := s.need(RoleMaker); err != nil {
		return 0, err
	}
	err = b.update(ctx, func(tx Tx) error {
		position = 0
		list, err := keptHeadings(ctx, tx)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(list, func(x Headings) bool {
			return x.Kind == h.Kind && x.Shape == h.Shape && slices.Equal(x.Fields, h.Fields)
		}) {
			return nil
		}
		pairs := []string{"kind", h.Kind, "shape", h.Shape}
		for _, f := range h.Fields {
			pairs = append(pairs, "field", f)
		}
		e, err := b.record(ctx, tx, s, EventHeadingsKept, pairs...)
		position = e.Position
		return err
	})
	return position, err
}

// ForgetHeadings takes back what was said at a position. Error: headings.missing.
func (b *Book) ForgetHeadings(ctx context.Context, s *Session, position int64) error {
	if err := s.need(RoleMaker); err != nil {
		return err
	}
	return b.update(ctx, func(tx Tx) error {
		list, err := keptHeadings(ctx, tx)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(list, func(x Headings) bool { return x.Position == position })
		if at < 0 {
			return message.Err("headings.missing", position)
		}
		_, err = b.record(ctx, tx, s, EventHeadingsForgotten, "kind", list[at].Kind, "shape", list[at].Shape)
		return err
	})
}
