package main

import (
	"slices"
	"strings"
)

// together is check 11 over the folders of one book.
type together struct {
	*report
	folders  []*folder
	compared map[sectionOf]bool // what an erasure left, held against the rows of a folder from before
}

// checkTogether compares folders that are of the same book, and says how many books there are.
func checkTogether(all []*folder) (list []*together) {
	for _, f := range all {
		if len(f.journal.events) == 0 {
			continue
		}
		i := slices.IndexFunc(list, func(t *together) bool {
			return t.folders[0].journal.events[0].digest == f.journal.events[0].digest
		})
		if i < 0 {
			list = append(list, &together{report: newReport(""), compared: map[sectionOf]bool{}})
			i = len(list) - 1
		}
		list[i].folders = append(list[i].folders, f)
	}
	for _, t := range list {
		t.run()
	}
	return list
}

func (t *together) run() {
	longest := t.folders[0]
	for _, f := range t.folders {
		if len(f.journal.events) > len(longest.journal.events) {
			longest = f
		}
	}
	for _, f := range t.folders {
		t.sameBeginning(f, longest)
		t.cancelledLater(f, longest)
		t.erasedSince(f)
	}
	t.sameBatches()
	own := t.distinct()
	t.replacements(own)
	obligations := t.obligations(own)
	t.established(11, len(t.folders), len(own), obligations)
}

// sameBeginning says whether a journal is the beginning of the longest.
func (t *together) sameBeginning(f, longest *folder) {
	for i, e := range f.journal.events {
		if e.digest != longest.journal.events[i].digest {
			t.fail(11, place{f.name + ": journal.tsv", i + 1, e.Byte}, "together.chains", e.position, longest.name)
			return
		}
	}
}

// cancelledLater finds a batch whose folder ends before the event that voids it.
func (t *together) cancelledLater(f, longest *folder) {
	for _, e := range longest.journal.events[min(len(f.journal.events), len(longest.journal.events)):] {
		if e.kind == "batch.cancelled" && e.payload.get("batch") == f.sealed.batch {
			t.fail(11, place{File: f.name}, "together.cancelled", f.sealed.batch, e.position, longest.name)
		}
	}
}

// sameBatches compares the digest that each folder gives a batch, its own or an earlier one.
func (t *together) sameBatches() {
	type told struct{ digest, folder string }
	first := map[string]told{}
	for _, f := range t.folders {
		for batch, digest := range f.digests() {
			if before, ok := first[batch]; !ok {
				first[batch] = told{digest, f.name}
			} else if before.digest != digest {
				t.fail(11, place{File: f.name}, "together.batches", batch, before.folder)
			}
		}
	}
}

// digests gives the digests of the batches whose rows are in the folder.
func (f *folder) digests() map[string]string {
	list := map[string]string{f.sealed.batch: f.sealed.digest + f.seal.get("root")}
	for _, b := range f.inputs.batches {
		if b.committed && b.approved != nil {
			list[b.id] = b.approved.payload.get("digest") + b.approved.payload.get("root")
		}
	}
	return list
}

// distinct gives one folder per batch, in the order of approval.
func (t *together) distinct() []*folder {
	var own []*folder
	for _, f := range t.folders {
		if f.sealed.approved == nil || f.sealed.totals == nil {
			continue
		}
		if !slices.ContainsFunc(own, func(o *folder) bool { return o.sealed.batch == f.sealed.batch }) {
			own = append(own, f)
		}
	}
	slices.SortFunc(own, func(a, b *folder) int { return int(a.sealed.approved.position - b.sealed.approved.position) })
	return own
}

// replacements finds a payment that is paid again by two batches, beyond its amount, or without having come back.
func (t *together) replacements(own []*folder) {
	amounts, again := map[string]int64{}, map[string]int64{}
	states, by := map[string]string{}, map[string]string{}
	for _, f := range own {
		for _, p := range f.sealed.payments {
			amounts[f.sealed.batch+"#"+position(p.number)] = p.fen
		}
		for id, state := range f.sealed.states {
			states[id] = state
		}
	}
	for _, f := range own {
		at := place{File: f.name + ": sealed/payments.tsv"}
		for _, p := range f.sealed.payments {
			if p.replaces == "" {
				continue
			}
			if other := by[p.replaces]; other != "" && other != f.sealed.batch {
				t.fail(11, at, "together.paid_again_twice", p.replaces, other, f.sealed.batch)
			}
			by[p.replaces] = f.sealed.batch
			again[p.replaces] += p.fen
			if fen, ok := amounts[p.replaces]; ok && fen < again[p.replaces] {
				t.fail(11, at, "together.paid_again_more", p.replaces, yuan(fen), yuan(again[p.replaces]))
			}
			if states[p.replaces] == "credited" {
				t.fail(11, at, "together.paid_again_credited", p.replaces, f.sealed.batch)
			}
			if o := t.of(own, p.replaces); o != nil && states[p.replaces] != "reissued" && int64(len(o.journal.events)) >= f.sealed.approved.position {
				t.fail(11, place{File: o.name + ": payment_states.tsv"}, "together.not_reissued", p.replaces, f.sealed.batch)
			}
		}
	}
}

// of is the folder of the batch that a payment belongs to, nil if it was not given.
func (t *together) of(own []*folder, payment string) *folder {
	batch, _, _ := strings.Cut(payment, "#")
	for _, f := range own {
		if f.sealed.batch == batch {
			return f
		}
	}
	return nil
}

// obligations walks the lines of all batches person by person and finds an obligation that one batch settles without having
// known that another had settled it: committed after its horizon and before its approval.
func (t *together) obligations(own []*folder) (count int) {
	var tables []*byPerson
	for _, f := range own {
		quiet := &folder{report: newReport(f.name), src: f.src, files: f.files}
		tables = append(tables, quiet.byPerson(7, "sealed/lines.tsv", 12, 12))
	}
	for {
		person, some := int64(0), false
		for _, b := range tables {
			if b.more && (!some || b.person < person) {
				person, some = b.person, true
			}
		}
		if !some {
			return count
		}
		settled := map[obligation][]int{}
		for i, b := range tables {
			b.of(person, "", func() bool {
				o := obligation{strings.Clone(b.fields[1]), strings.Clone(b.fields[2])}
				settled[o] = append(settled[o], i)
				return true
			})
		}
		count += len(settled)
		for o, list := range settled {
			t.twice(own, person, o, list)
		}
	}
}

// twice compares the batches that settle one obligation, in the order of their approval.
func (t *together) twice(own []*folder, person int64, o obligation, list []int) {
	for n, later := range list {
		for _, earlier := range list[:n] {
			a, b := own[earlier].sealed, own[later].sealed
			if a.approved.position > b.horizon {
				t.fail(11, place{File: own[later].name + ": sealed/lines.tsv"}, "together.settled_twice", person, o.item, o.month, a.batch, b.batch)
			}
		}
	}
}
