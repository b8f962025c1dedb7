package payroll

import (
	"context"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"

	"zhida/payroll/journal"
	"zhida/rules/message"
	"zhida/rules/policy"
)

// Seal is what maker, checker and approver of a batch each sign: the digest of its rows,
// the position of the journal that it was computed at, the root of the tree over its people,
// and the digest of what the checks found with the answers.
type Seal struct {
	County   string // division code
	Batch    BatchID
	Digest   string // hex, of the rows
	Horizon  int64
	Rules    int // version
	Leaves   int
	Root     string // hex
	Findings string // hex, empty while a program makes none
}

// Text is the seal as it is signed (docs/evidence.en.md).
func (s Seal) Text() []byte {
	pairs := []string{"county", s.County, "batch", s.Batch.String(), "digest", s.Digest, "horizon", num(s.Horizon), "rules", strconv.Itoa(s.Rules),
		"leaves", strconv.Itoa(s.Leaves), "root", s.Root}
	if s.Findings != "" {
		pairs = append(pairs, "findings", s.Findings)
	}
	return append([]byte("zhida-seal 1\n"), journal.Payload(pairs...)...)
}

// Sum is the digest of the text.
func (s Seal) Sum() string { return journal.Digest(s.Text()) }

// LeafSalt hides a person's leaf: 32 random bytes in hex, empty once erased.
type LeafSalt struct {
	Person int64
	Salt   string

	PublicDigest, PrivateDigest string // of an erased leaf
}

// Leaf is what the seal of a batch says about one person, in two parts that are shown
// apart: what is put up in public, and what only the person sees.
type Leaf struct {
	Person          int64
	Public, Private []byte

	erased LeafSalt // what stays of it once its salt is gone
}

// Text is what enters the tree.
func (l Leaf) Text() []byte { return leafText(l.digests()) }

// digests are those of the two parts.
func (l Leaf) digests() (public, private string) {
	if l.Erased() {
		return l.erased.PublicDigest, l.erased.PrivateDigest
	}
	return journal.Digest(l.Public), journal.Digest(l.Private)
}

// Erased says that nothing but the digests of the parts is left.
func (l Leaf) Erased() bool { return l.erased.PublicDigest != "" }

func leafText(public, private string) []byte {
	return append([]byte("zhida-leaf 1\n"), journal.Payload("public", public, "private", private)...)
}

// leafLine is a line as leaves say it.
type leafLine struct {
	Line
	name, document string
}

// leavesOf gives the leaves of a batch by person. Every person of the roster has one. What it
// reads also goes to seal, while there is one: all lines, payments and texts of the batch,
// whether a leaf has them or not.
func leavesOf(ctx context.Context, r Reader, batch Batch, salts map[int64]LeafSalt, seal *sealer, fn func(Leaf) error) error {
	all, err := r.AllPolicies(ctx)
	if err != nil {
		return err
	}
	grants, err := byPosition(all)
	if err != nil {
		return err
	}
	texts, err := r.Texts(ctx, batch.ID)
	if err != nil {
		return err
	}
	if seal != nil {
		for _, t := range texts {
			seal.text(t)
		}
	}
	payments := map[int64][]Payment{}
	err = r.Payments(ctx, batch.ID, func(p Payment) error {
		if seal != nil {
			seal.payment(&p)
		}
		payments[p.Person] = append(payments[p.Person], p)
		return nil
	})
	if err != nil {
		return err
	}
	var roster []Settlement
	err = r.Settlements(ctx, batch.ID, func(s Settlement) error {
		if seal != nil {
			seal.settlement(&s)
		}
		roster = append(roster, s)
		return nil
	})
	if err != nil {
		return err
	}
	var lines []leafLine // of one person
	person := int64(0)
	total := len(roster)
	give := func(upto int64) error { // the leaves of those before
		for len(roster) > 0 && roster[0].Person < upto {
			if done := total - len(roster); done%chunkSize == 0 {
				tell(ctx, "progress.seal", int64(done), int64(total))
			}
			s := roster[0]
			roster = roster[1:]
			leaf := Leaf{Person: s.Person, erased: salts[s.Person]}
			if !leaf.Erased() {
				var own []leafLine
				if s.Person == person {
					own = lines
				}
				leaf = leafOf(batch, s, own, payments[s.Person], texts, salts[s.Person].Salt)
			}
			if err := fn(leaf); err != nil {
				return err
			}
		}
		return nil
	}
	type grant struct {
		policy int64
		item   string
	}
	known := map[grant][2]string{} // name and document
	err = r.Lines(ctx, LineQuery{Batch: batch.ID}, func(l Line) error {
		if seal != nil {
			seal.line(&l)
		}
		if l.Person != person {
			if err := give(l.Person); err != nil {
				return err
			}
			person, lines = l.Person, lines[:0]
		}
		g := grant{l.Policy, l.Item}
		words, there := known[g]
		if !there {
			words[0] = l.Item
			if p := grants[num(l.Policy)]; p != nil {
				words = [2]string{itemName(p, l.Item), p.Document.Number}
			}
			known[g] = words
		}
		lines = append(lines, leafLine{l, words[0], words[1]})
		return nil
	})
	if err != nil {
		return err
	}
	return give(math.MaxInt64)
}

func itemName(p *policy.Policy, code string) string {
	for _, it := range p.Items {
		if it.Code == code {
			return it.Name
		}
	}
	return code
}

func leafOf(batch Batch, s Settlement, lines []leafLine, payments []Payment, texts []string, salt string) Leaf {
	public := []string{"salt", partSalt("public", salt), "batch", batch.ID.String(), "place", s.Place, "name", s.Name, "category", string(s.Category)}
	private := []string{"salt", partSalt("private", salt), "batch", batch.ID.String(), "person", num(s.Person), "status", string(s.Status),
		"gross_fen", num(int64(s.Gross)), "deduction_fen", num(int64(s.Deduction)), "held_fen", num(int64(s.Held)), "owed_fen", num(int64(s.Owed)),
		"reissued_fen", num(int64(s.Reissued)), "pay_fen", num(int64(s.Pay))}
	for _, l := range lines {
		if l.Side == Gross {
			public = append(public, "item", l.name, "month", l.Month.String(), "fen", num(int64(l.Fen)), "document", l.document)
		}
		private = append(private, "line", l.name, "month", l.Month.String(), "side", string(l.Side), "fen", num(int64(l.Fen)), "due_fen", num(int64(l.Due)),
			"committed_fen", num(int64(l.Committed)), "document", l.document, "sentence", textAt(texts, l.Text))
	}
	for _, p := range payments {
		private = append(private, "payment", p.ID().String(), "fen", num(int64(p.Fen)), "bank", p.Bank, "account", p.Card.String(), "holder", p.Holder)
	}
	return Leaf{Person: s.Person, Public: append([]byte("zhida-public 1\n"), journal.Payload(public...)...), Private: append([]byte("zhida-private 1\n"), journal.Payload(private...)...)}
}

func textAt(texts []string, n int) string {
	if n < 0 || n >= len(texts) {
		return ""
	}
	return texts[n]
}

// partSalt hides one part of a leaf: showing it reveals neither the salt nor the other part.
func partSalt(part, salt string) string { return journal.Digest([]byte(part + "\n" + salt)) }

// newSeal draws a salt for every person of a batch and seals it. Error: batch.tampered.
func (b *Book) newSeal(ctx context.Context, tx Tx, batch Batch) (Seal, error) {
	var list []LeafSalt
	if err := tx.Settlements(ctx, batch.ID, func(s Settlement) error { list = append(list, LeafSalt{Person: s.Person}); return nil }); err != nil {
		return Seal{}, err
	}
	random := make([]byte, 32*len(list))
	if _, err := io.ReadFull(b.random, random); err != nil {
		return Seal{}, err
	}
	for i := range list {
		list[i].Salt = hexOf(random[32*i : 32*i+32])
	}
	if err := tx.PutSalts(ctx, batch.ID, list); err != nil {
		return Seal{}, err
	}
	return intactSeal(ctx, tx, batch)
}

// intactSeal is the seal of a batch as its rows stand. One reading of them proves both that
// they have the digest that the batch was given and what the tree says of each person.
// Error: batch.tampered of rows edited behind the program's back.
func intactSeal(ctx context.Context, r Reader, batch Batch) (Seal, error) {
	rows := newSealer()
	seal, err := sealOf(ctx, r, batch, rows)
	if err != nil {
		return seal, err
	}
	digest, err := rows.sumWith(ctx, r, batch.ID, batch)
	if err == nil && digest != batch.Digest {
		err = message.Err("batch.tampered", batch.ID)
	}
	return seal, err
}

// sealOf is the seal of a batch as its rows stand; rows may be nil, see leavesOf.
func sealOf(ctx context.Context, r Reader, batch Batch, rows *sealer) (Seal, error) {
	meta, err := r.Meta(ctx)
	if err != nil {
		return Seal{}, err
	}
	salts, err := saltsOf(ctx, r, batch.ID)
	if err != nil {
		return Seal{}, err
	}
	tree := journal.NewTree()
	if err := leavesOf(ctx, r, batch, salts, rows, func(l Leaf) error { tree.Add(l.Text()); return nil }); err != nil {
		return Seal{}, err
	}
	seal := Seal{County: meta.County, Batch: batch.ID, Digest: batch.Digest, Horizon: batch.Horizon, Rules: batch.RulesVersion, Leaves: tree.Size(), Root: tree.Root()}
	found, err := r.Checking(ctx, batch.ID)
	switch {
	case errors.Is(err, ErrNotFound): // submitted by a program that looked for nothing
		return seal, nil
	case err == nil:
		var left remainders
		left, err = remaindersOf(ctx, r, batch.ID)
		seal.Findings = left.sealed(sectionFindings, found.found())
	}
	return seal, err
}

func saltsOf(ctx context.Context, r Reader, id BatchID) (map[int64]LeafSalt, error) {
	salts := map[int64]LeafSalt{}
	return salts, r.Salts(ctx, id, func(x LeafSalt) error { salts[x.Person] = x; return nil })
}

// signed gives what the event of a step says of the seal: its digest, root, size, and the
// actor's own signature over its text; and what more the event says.
func (s *Session) signed(seal Seal, more ...string) ([]string, error) {
	signature, err := s.key.Sign(seal.Text())
	pairs := []string{"seal", seal.Sum(), "root", seal.Root, "leaves", strconv.Itoa(seal.Leaves)}
	if seal.Findings != "" {
		pairs = append(pairs, "findings", seal.Findings)
	}
	return slices.Concat(pairs, []string{"signature", hexOf(signature)}, more), err
}

// sameSeal holds the seal of a batch as its rows stand against the one that the maker
// signed; a batch whose rows give another was edited. Errors: batch.tampered; batch.no_seal
// of a batch that an earlier program submitted.
func sameSeal(ctx context.Context, r Reader, batch Batch, seal Seal) error {
	submitted := ""
	head, err := r.Head(ctx)
	if err != nil {
		return err
	}
	err = r.Events(ctx, batch.Horizon, head.Position, func(e journal.Event) error {
		if e.Kind != EventBatchSubmitted {
			return nil
		}
		pairs, err := journal.ParsePayload(e.Payload)
		if valueOf(pairs, "batch") == batch.ID.String() {
			submitted = valueOf(pairs, "seal")
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case submitted == "":
		return message.Err("batch.no_seal", batch.ID)
	case submitted != seal.Sum():
		return message.Err("batch.tampered", batch.ID)
	}
	return nil
}

// addendum names the seals of batches that an event adds to: an export, an answer, a closing.
// Batches of a program that made no seals have none to name.
func addendum(ctx context.Context, r Reader, ids ...BatchID) (pairs []string, err error) {
	for _, id := range ids {
		batch, err := r.Batch(ctx, id)
		if err != nil {
			return nil, err
		}
		head, err := r.Head(ctx)
		if err != nil {
			return nil, err
		}
		seal := ""
		err = r.Events(ctx, batch.Horizon, head.Position, func(e journal.Event) error {
			if e.Kind != EventBatchApproved {
				return nil
			}
			said, err := journal.ParsePayload(e.Payload)
			if valueOf(said, "batch") == id.String() {
				seal = valueOf(said, "seal")
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		if seal != "" {
			pairs = append(pairs, "adds_to", id.String()+" "+seal)
		}
	}
	return pairs, nil
}
