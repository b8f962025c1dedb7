package payroll

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"zhida/payroll/journal"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
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
	Point     string // the public key, hex
	Signature string // hex, DER
}

// Text is the receipt for a machine (docs/evidence.en.md).
func (r Receipt) Text() []byte {
	pairs := []string{"seal", string(r.Seal.Text())}
	for _, s := range r.Signers {
		pairs = append(pairs, "step", s.Step, "actor", s.Actor, "key", s.KeyID, "point", s.Point, "signature", s.Signature)
	}
	pairs = append(pairs, "public", string(r.Leaf.Public), "private", string(r.Leaf.Private), "number", strconv.Itoa(r.Number))
	for _, p := range r.Path {
		pairs = append(pairs, "path", p)
	}
	return append([]byte("zhida-receipt 1\n"), journal.Payload(pairs...)...)
}

// Receipt makes the receipt of a person in a committed batch. Errors: evidence.not_approved,
// batch.no_seal, batch.tampered, receipt.nobody, receipt.erased.
func (b *Book) Receipt(ctx context.Context, id BatchID, person int64) (Receipt, error) {
	var found Receipt
	err := b.view(ctx, func(r Reader) (err error) { found, err = receiptOf(ctx, r, id, person); return err })
	return found, err
}

func receiptOf(ctx context.Context, r Reader, id BatchID, person int64) (Receipt, error) {
	batch, err := batchOf(ctx, r, id)
	if err != nil {
		return Receipt{}, err
	}
	if !batch.State.Committed() {
		return Receipt{}, message.Err("evidence.not_approved", id, batch.State.Chinese())
	}
	seal, err := sealOf(ctx, r, batch, nil)
	if err != nil {
		return Receipt{}, err
	}
	if err := sameSeal(ctx, r, batch, seal); err != nil {
		return Receipt{}, err
	}
	signers, err := signersOf(ctx, r, batch)
	if err != nil {
		return Receipt{}, err
	}
	salts, err := saltsOf(ctx, r, id)
	if err != nil {
		return Receipt{}, err
	}
	found := Receipt{Seal: seal, Signers: signers, Number: -1}
	tree := journal.NewTree()
	err = leavesOf(ctx, r, batch, salts, nil, func(l Leaf) error {
		if n := tree.Add(l.Text()); l.Person == person {
			found.Leaf, found.Number = l, n
		}
		return nil
	})
	switch {
	case err == nil && found.Number < 0:
		err = message.Err("receipt.nobody", id, person)
	case err == nil && found.Leaf.Erased():
		err = message.Err("receipt.erased", person)
	}
	if err == nil {
		found.Path = tree.Path(found.Number)
	}
	return found, err
}

// signersOf are those who signed the seal that counts.
func signersOf(ctx context.Context, r Reader, batch Batch) ([]Signer, error) {
	head, err := r.Head(ctx)
	if err != nil {
		return nil, err
	}
	latest, points := map[string]Signer{}, map[string]string{}
	err = r.Events(ctx, 1, head.Position, func(e journal.Event) error {
		step := sealSteps[e.Kind]
		if step == "" && e.Kind != EventActorAdded && e.Kind != EventActorRekeyed {
			return nil
		}
		pairs, err := journal.ParsePayload(e.Payload)
		if err != nil {
			return err
		}
		if public := valueOf(pairs, "public_key"); public != "" {
			point, err := unhex(public)
			points[journal.KeyID(point)] = public
			return err
		}
		if valueOf(pairs, "batch") == batch.ID.String() {
			latest[step] = Signer{step, e.Actor, e.KeyID, points[e.KeyID], valueOf(pairs, "signature")}
		}
		return nil
	})
	return []Signer{latest["maker"], latest["checker"], latest["approver"]}, err
}

// ReceiptShown is what a receipt says, for people. It is read from the leaf itself.
type ReceiptShown struct {
	Name, Place string
	Lines       []ReceiptLine
	Held        money.Fen // kept back, negative when released
	Owed        money.Fen // owed to the county from now on, negative when recovered
	Reissued    money.Fen // paid again from what had come back
	Pay         money.Fen
	Payments    []string // in words, accounts masked
}

// ReceiptLine is one line of it.
type ReceiptLine struct {
	Item, Month string
	Deduction   bool
	Fen         money.Fen
	Document    string
	Sentence    string
}

// Shown reads the two parts of the leaf.
func (r Receipt) Shown() (s ReceiptShown, err error) {
	public, err := partOf(r.Leaf.Public, "zhida-public 1\n")
	if err != nil {
		return s, err
	}
	private, err := partOf(r.Leaf.Private, "zhida-private 1\n")
	if err != nil {
		return s, err
	}
	fen := func(name string) money.Fen { return money.Fen(parseNum(valueOf(private, name))) }
	s.Name, s.Place = valueOf(public, "name"), valueOf(public, "place")
	s.Held, s.Owed, s.Reissued, s.Pay = fen("held_fen"), fen("owed_fen"), fen("reissued_fen"), fen("pay_fen")
	for i := 0; i+1 < len(private); i += 2 {
		name, value := private[i], private[i+1]
		last := len(s.Lines) - 1
		switch {
		case name == "line":
			s.Lines = append(s.Lines, ReceiptLine{Item: value})
		case name == "payment":
			rest := private[i:]
			s.Payments = append(s.Payments, identity.BankName(valueOf(rest, "bank"))+" "+valueOf(rest, "account")+" "+money.Fen(parseNum(valueOf(rest, "fen"))).Grouped()+" 元")
		case last < 0 || len(s.Payments) > 0:
		case name == "month":
			s.Lines[last].Month = value
		case name == "side":
			s.Lines[last].Deduction = value == string(Deduction)
		case name == "fen":
			s.Lines[last].Fen = money.Fen(parseNum(value))
		case name == "document":
			s.Lines[last].Document = value
		case name == "sentence":
			s.Lines[last].Sentence = value
		}
	}
	return s, nil
}

func partOf(text []byte, head string) ([]string, error) {
	rest, ok := strings.CutPrefix(string(text), head)
	if !ok {
		return nil, errors.New("payroll: a part of a leaf does not begin with " + head)
	}
	return journal.ParsePayload([]byte(rest))
}
