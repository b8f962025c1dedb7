package payroll

import (
	"context"
	"strconv"

	"zhida/payroll/journal"
	"zhida/rules/message"
)

// Receipt proves that a person is under the seal of a batch, and shows that person's own
// data and nobody else's.
type Receipt struct {
	Seal    Seal
	Signers []Signer // maker, checker, approver
	Leaf    Leaf
	Number  int      // of the leaf, from 0
	Path    []string // hex hashes beside the way from the leaf to the root
}

// Signer is somebody who signed a seal.
type Signer struct {
	Step      string // maker, checker, approver
	Actor     string
	KeyID     string
	Signature string // hex, DER
}

// Text is the receipt for a machine (docs/evidence.md).
func (r Receipt) Text() []byte {
	pairs := []string{"seal", string(r.Seal.Text())}
	for _, s := range r.Signers {
		pairs = append(pairs, "step", s.Step, "actor", s.Actor, "key", s.KeyID, "signature", s.Signature)
	}
	pairs = append(pairs, "public", string(r.Leaf.Public), "private", string(r.Leaf.Private), "number", strconv.Itoa(r.Number))
	for _, p := range r.Path {
		pairs = append(pairs, "path", p)
	}
	return append([]byte("zhida-receipt 1\n"), journal.Payload(pairs...)...)
}

// Receipt makes the receipt of a person in a committed batch. Errors: evidence.not_approved,
// batch.no_seal, batch.tampered, receipt.nobody.
func (b *Book) Receipt(ctx context.Context, id BatchID, person int64) (Receipt, error) {
	var found Receipt
	err := b.proofs(ctx, id, func(s Settlement) bool { return s.Person == person }, func(r Receipt) error { found = r; return nil })
	if err == nil && len(found.Leaf.Public) == 0 {
		err = message.Err("receipt.nobody", id, person)
	}
	return found, err
}

// NoticeProof gives what binds the rows of a public notice to the seal: of everybody of a
// place with a line that is no deduction, the public part of the leaf, and of the private
// part only its digest. place is a village or township, "" for all.
func (b *Book) NoticeProof(ctx context.Context, id BatchID, place string, fn func(Receipt) error) error {
	return b.proofs(ctx, id, func(s Settlement) bool { return place == "" || s.Place == place }, fn)
}

// proofs gives receipts of the persons wanted, in the order of the leaves.
func (b *Book) proofs(ctx context.Context, id BatchID, want func(Settlement) bool, fn func(Receipt) error) error {
	return b.view(ctx, func(r Reader) error {
		batch, err := batchOf(ctx, r, id)
		if err != nil {
			return err
		}
		if !batch.State.Committed() {
			return message.Err("evidence.not_approved", id, batch.State.Chinese())
		}
		seal, err := sameSeal(ctx, r, batch)
		if err != nil {
			return err
		}
		signers, err := signersOf(ctx, r, batch)
		if err != nil {
			return err
		}
		wanted := map[int64]bool{}
		if err := r.Settlements(ctx, id, func(s Settlement) error { wanted[s.Person] = want(s); return nil }); err != nil {
			return err
		}
		salts, err := saltsOf(ctx, r, id)
		if err != nil {
			return err
		}
		tree := journal.NewTree()
		var list []Receipt
		err = leavesOf(ctx, r, batch, salts, func(l Leaf) error {
			if n := tree.Add(l.Text()); wanted[l.Person] {
				list = append(list, Receipt{Seal: seal, Signers: signers, Leaf: l, Number: n})
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, x := range list {
			x.Path = tree.Path(x.Number)
			if err := fn(x); err != nil {
				return err
			}
		}
		return nil
	})
}

// signersOf are those who signed the seal that counts.
func signersOf(ctx context.Context, r Reader, batch Batch) ([]Signer, error) {
	head, err := r.Head(ctx)
	if err != nil {
		return nil, err
	}
	latest := map[string]Signer{}
	err = r.Events(ctx, batch.Horizon, head.Position, func(e journal.Event) error {
		step := sealSteps[e.Kind]
		if step == "" {
			return nil
		}
		pairs, err := journal.ParsePayload(e.Payload)
		if valueOf(pairs, "batch") == batch.ID.String() {
			latest[step] = Signer{step, e.Actor, e.KeyID, valueOf(pairs, "signature")}
		}
		return err
	})
	return []Signer{latest["maker"], latest["checker"], latest["approver"]}, err
}
