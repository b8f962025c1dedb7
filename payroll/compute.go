package payroll

import (
	"context"
	"errors"
	"slices"
	"sync"

	"zhida/rules/facts"
	"zhida/rules/money"
)

// chunkSize is the number of persons a worker reads, computes and hands on at a time.
const chunkSize = 2000

// compute goes over the roster on all workers: groups are observed first where an
// item needs them, then every person is settled. sink gets the
// results in person order, whatever the number of workers.
func (b *Book) compute(ctx context.Context, c *calc, sink func(context.Context, []personResult) error) error {
	if err := b.observe(ctx, c); err != nil {
		return err
	}
	settle := func(first, last int64) ([]personResult, error) {
		people, err := b.loadChunk(ctx, c, first, last)
		if err != nil {
			return nil, err
		}
		results := make([]personResult, len(people))
		for i := range people {
			if results[i], err = b.settlePerson(ctx, c, &people[i]); err != nil {
				return nil, err
			}
		}
		return results, nil
	}
	return inOrder(ctx, b.workers, c.last, settle, func(chunk []personResult) error { return sink(ctx, chunk) })
}

// observe runs the passes before anybody is computed: everybody is added to the
// groups that others ask about.
func (b *Book) observe(ctx context.Context, c *calc) error {
	for pass := 1; pass <= c.eval.Passes(); pass++ {
		work := func(first, last int64) (struct{}, error) {
			return struct{}{}, b.view(ctx, func(r Reader) error {
				list, _, err := loadPersons(ctx, r, c.horizon, first, last)
				if err == nil {
					c.eval.Observe(pass, list)
				}
				return err
			})
		}
		if err := inOrder(ctx, b.workers, c.last, work, func(struct{}) error { return nil }); err != nil {
			return err
		}
	}
	return nil
}

// loadChunk reads the persons first..last with what is committed for them and what their accounts hold.
func (b *Book) loadChunk(ctx context.Context, c *calc, first, last int64) (people []personData, err error) {
	err = b.view(ctx, func(r Reader) error {
		list, standings, err := loadPersons(ctx, r, c.horizon, first, last)
		if err != nil {
			return err
		}
		people = make([]personData, len(list))
		index := make(map[int64]*personData, len(list))
		for i := range list {
			people[i] = personData{Person: list[i], standing: *standings[list[i].No], balances: map[string]Balance{}, held: map[string]map[Purse]money.Fen{}, receivables: map[string][]Entry{}, forgiven: map[string][]Entry{},
				courts: courtPayments{map[string]money.Fen{}, map[string]money.Fen{}}}
			index[list[i].No] = &people[i]
		}
		if err := readHad(ctx, r, c, index, first, last); err != nil {
			return err
		}
		if err := readCommitted(ctx, r, c, people, index); err != nil {
			return err
		}
		for _, channel := range c.channels {
			if err != nil {
				break
			}
			err = r.Balances(ctx, c.byChannel[channel], first, last, func(x Balance) error {
				if p := index[x.Person]; p != nil {
					p.balances[channel] = x
				}
				return nil
			})
			if err != nil {
				break
			}
			err = r.HeldIn(ctx, c.byChannel[channel], first, last, func(person int64, k Purse, fen money.Fen) error {
				if p := index[person]; p != nil {
					if p.held[channel] == nil {
						p.held[channel] = map[Purse]money.Fen{}
					}
					p.held[channel][k] = fen
				}
				return nil
			})
		}
		if err != nil {
			return err
		}
		entries := map[*personData]map[string][]Entry{}
		err = r.Entries(ctx, EntryQuery{Batches: c.counted, Horizon: c.horizon, First: first, Last: last}, func(e Entry) error {
			if p := index[e.Person]; p != nil {
				if entries[p] == nil {
					entries[p] = map[string][]Entry{}
				}
				channel := c.channelOf[e.Origin]
				if e.fromBefore() {
					channel = c.items[e.Item].Channel
				}
				if e.Way == Collected && e.Batch.Month() == c.month {
					p.collected -= e.Fen
				}
				entries[p][channel] = append(entries[p][channel], e)
			}
			return nil
		})
		if err != nil {
			return err
		}
		for p, channels := range entries {
			for channel, list := range channels {
				p.receivables[channel], p.forgiven[channel] = settledParts(list)
			}
		}
		paid := func(into func(*personData) map[string]money.Fen) func(int64, string, money.Fen) error {
			return func(person int64, target string, fen money.Fen) error {
				if p := index[person]; p != nil {
					into(p)[target] += fen
				}
				return nil
			}
		}
		return errors.Join(
			r.PaidTo(ctx, c.counted, first, last, paid(func(p *personData) map[string]money.Fen { return p.courts.total })),
			r.PaidTo(ctx, c.sameMonth, first, last, paid(func(p *personData) map[string]money.Fen { return p.courts.month })))
	})
	return people, err
}

// readCommitted gives every person what is committed for the months to be worked out.
// Where months are left out, only the batches after them need be read.
func readCommitted(ctx context.Context, r Reader, c *calc, people []personData, index map[int64]*personData) error {
	if len(people) == 0 {
		return nil
	}
	whole := map[int64]bool{}
	for i := range people {
		p := &people[i]
		from := c.unchanged.from(&p.Person, c.from)
		if whole[p.No] = from == c.from; !whole[p.No] {
			p.paid = slices.DeleteFunc(p.paid, func(s CommittedSum) bool { return s.Month < from })
		}
	}
	take := func(want bool) func(CommittedSum) error {
		return func(s CommittedSum) error {
			if p := index[s.Person]; p != nil && whole[s.Person] == want && (want || s.Month > c.unchanged.through) {
				p.committed = append(p.committed, s)
			}
			return nil
		}
	}
	first, last := people[0].No, people[len(people)-1].No
	if c.unchanged.all {
		return r.Committed(ctx, c.counted, first, last, take(true))
	}
	if err := r.Committed(ctx, c.recent, first, last, take(false)); err != nil {
		return err
	}
	for i := range people {
		if no := people[i].No; whole[no] {
			if err := r.Committed(ctx, c.counted, no, no, take(true)); err != nil {
				return err
			}
		}
	}
	return nil
}

// fresh gives the averages that an approval would freeze: computed, not yet frozen ones.
func (c *calc) fresh() []facts.Average {
	var list []facts.Average
	for _, a := range c.eval.Averages() {
		if a.Position == 0 {
			list = append(list, a)
		}
	}
	return list
}

// inOrder cuts 1..last into chunks, works on them with n workers, and hands the
// results to sink in the order of the chunks. The first error ends it.
func inOrder[T any](ctx context.Context, n int, last int64, work func(first, last int64) (T, error), sink func(T) error) error {
	type result struct {
		value T
		err   error
	}
	type job struct {
		first, last int64
		out         chan result
	}
	ctx, stop := context.WithCancel(ctx)
	var all sync.WaitGroup
	defer all.Wait()
	defer stop()

	jobs, order := make(chan job), make(chan job, n)
	all.Add(1)
	go func() {
		defer all.Done()
		defer close(order)
		defer close(jobs)
		for first := int64(1); first <= last; first += chunkSize {
			j := job{first, min(first+chunkSize-1, last), make(chan result, 1)}
			select {
			case order <- j:
			case <-ctx.Done():
				return
			}
			select {
			case jobs <- j:
			case <-ctx.Done():
				return
			}
		}
	}()
	for range n {
		all.Add(1)
		go func() {
			defer all.Done()
			for j := range jobs {
				v, err := work(j.first, j.last)
				j.out <- result{v, err}
			}
		}()
	}
	for j := range order {
		select {
		case r := <-j.out:
			if r.err != nil {
				return r.err
			}
			if err := sink(r.value); err != nil {
				return err
			}
			tell(ctx, "progress.people", j.last, last)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return ctx.Err()
}
