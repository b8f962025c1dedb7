package bankfile

import (
	"errors"
	"io"

	"zhida/payroll/banklayout"
	"zhida/rules/message"
	"zhida/rules/money"
)

// Prove reads a written file back and compares everything it carries with what was
// to be written: every row in its place, account, name and amount, count and sum,
// and what the file says once. Errors: bank.differs naming line or row and field,
// bank.unreadable with the reader's error as its cause.
func Prove(r io.Reader, f *File) error {
	n, sum := 0, money.Fen(0)
	fields := carried(f.Layout)
	h, err := Scan(r, f.Layout, func(got *Row) error {
		if n == len(f.Rows) {
			return message.Err("bank.differs", f.Name, n+1, banklayout.Count)
		}
		want := &f.Rows[n]
		n++
		sum += got.Fen
		for _, x := range fields {
			if !x.same(got, want, f.Layout) {
				return message.Err("bank.differs", f.Name, n, x.label)
			}
		}
		return nil
	})
	var m *message.Error
	switch {
	case errors.As(err, &m) && m.Code == "bank.differs":
		return err
	case m != nil:
		return message.Err("bank.unreadable", f.Name, m.Text(message.Chinese)).Because(err)
	case err != nil:
		return err // of the device
	case n != len(f.Rows) || n != f.Header.Count:
		return message.Err("bank.differs", f.Name, n, banklayout.Count)
	case sum != f.Header.Total:
		return message.Err("bank.differs", f.Name, n, banklayout.Total)
	}
	return sameHeader(h, f)
}

// comparison holds one field of a payment against what was to be written.
type comparison struct {
	label string
	same  func(got, want *Row, l *banklayout.Layout) bool
}

// comparisons by source; texts are compared as the bank wants them spelled.
var comparisons = map[banklayout.Source]func(got, want *Row, l *banklayout.Layout) bool{
	banklayout.Payment:  func(got, want *Row, _ *banklayout.Layout) bool { return got.Payment == want.Payment },
	banklayout.Person:   func(got, want *Row, _ *banklayout.Layout) bool { return got.Person == want.Person },
	banklayout.OwnBank:  func(got, want *Row, _ *banklayout.Layout) bool { return got.Other == want.Other },
	banklayout.Account:  func(got, want *Row, _ *banklayout.Layout) bool { return got.Account == want.Account },
	banklayout.Amount:   func(got, want *Row, _ *banklayout.Layout) bool { return got.Fen == want.Fen },
	banklayout.Holder:   func(got, want *Row, l *banklayout.Layout) bool { return got.Holder == l.Spell(want.Holder) },
	banklayout.BankName: func(got, want *Row, l *banklayout.Layout) bool { return got.Bank == l.Spell(want.Bank) },
	banklayout.Branch:   func(got, want *Row, l *banklayout.Layout) bool { return got.Branch == l.Spell(want.Branch) },
	banklayout.CNAPS:    func(got, want *Row, _ *banklayout.Layout) bool { return got.CNAPS == want.CNAPS },
}

// carried lists what can be compared in each row of a layout.
func carried(l *banklayout.Layout) []comparison { return carriedBy(l.Detail.Fields) }

func carriedBy(fields []banklayout.Field) (list []comparison) {
	for i := range fields {
		f := &fields[i]
		if same, ok := comparisons[f.Source]; ok {
			list = append(list, comparison{f.Label(), same})
		}
		list = append(list, carriedBy(f.Parts)...)
	}
	return list
}

// sameHeader compares what the file states once, wherever it stands.
func sameHeader(got Header, f *File) error {
	want, l := &f.Header, f.Layout
	for _, x := range []struct {
		source banklayout.Source
		same   bool
	}{
		{banklayout.Count, got.Count == want.Count},
		{banklayout.Total, got.Total == want.Total},
		{banklayout.Date, got.Date == want.Date},
		{banklayout.Month, got.Month == want.Month},
		{banklayout.FileSeq, got.Seq == want.Seq},
		{banklayout.Batch, got.Batch == want.Batch},
		{banklayout.PayerName, got.PayerName == l.Spell(want.PayerName)},
		{banklayout.PayerAccount, got.PayerAccount == want.PayerAccount},
		{banklayout.PayerBranch, got.PayerBranch == l.Spell(want.PayerBranch)},
		{banklayout.Unit, got.Unit == l.Spell(want.Unit)},
		{banklayout.Purpose, got.Purpose == l.Spell(want.Purpose)},
	} {
		if !x.same && l.Carries(x.source) {
			return message.Err("bank.differs", f.Name, 0, x.source)
		}
	}
	for k, v := range got.Extra {
		if v != l.Spell(want.Extra[k]) {
			return message.Err("bank.differs", f.Name, 0, k)
		}
	}
	return nil
}
