package app

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"zhida/exporters"
	"zhida/exporters/bankfile"
	"zhida/importers/returns"
	"zhida/payroll"
	"zhida/payroll/banklayout"
	"zhida/payroll/ledger"
	"zhida/rules/identity"
	"zhida/rules/money"
)

// BenchmarkReturn is a batch that has left as one file, and the bank's answer to all of
// it, one payment in a hundred returned: read by the layout, then matched with the book,
// states and money moved. The payments are put into the book as they are; only reading
// and matching are measured.
func BenchmarkReturn(b *testing.B) {
	n := payees(b)
	for b.Loop() {
		dir := b.TempDir()
		d := &Demo{dir: dir, book: filepath.Join(dir, "book.db"), by: map[string]*payroll.Session{}}
		d.at(2026, 10, 26)
		ctx := context.Background()
		if _, err := d.found(ctx); err != nil {
			b.Fatal(err)
		}
		name := "ccb_20261026_01.txt"
		sent(b, d, n, name)
		file := filepath.Join(dir, "回盘_"+name)
		if err := os.WriteFile(file, answerText(b, n), 0o600); err != nil {
			b.Fatal(err)
		}
		layout, err := banklayout.Preset("ccb-txt")
		if err != nil {
			b.Fatal(err)
		}
		var answer *payroll.ReturnFile
		measure(b, "read", n, func() error {
			data, err := os.ReadFile(file)
			if err == nil {
				answer, err = returns.Read(filepath.Base(file), data, layout)
			}
			return err
		})
		measure(b, "match", n, func() error {
			r, err := d.app.ImportReturns(ctx, d.by["张敏"], answer, 0)
			if err == nil && (r.Changed[payroll.PaymentCredited] != n-n/100 || r.Changed[payroll.PaymentReturned] != n/100) {
				err = fmt.Errorf("%+v", r.Changed)
			}
			return err
		})
		measure(b, "again", n, func() error {
			r, err := d.app.ImportReturns(ctx, d.by["张敏"], answer, 0)
			if err == nil && !r.Unchanged {
				err = fmt.Errorf("%+v", r)
			}
			return err
		})
		if err := d.close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLeave is what leaves for a batch: divided into files, written to the disk, read
// back and compared payment by payment.
func BenchmarkLeave(b *testing.B) {
	n := payees(b)
	county, err := payroll.ReadSettings("settings.yaml", []byte(fundSettings))
	if err != nil {
		b.Fatal(err)
	}
	payments := make([]payroll.Payment, n)
	for i := range payments {
		payments[i] = payroll.Payment{Seq: i + 1, Person: int64(i + 1), Fen: money.Fen(70000 + i%1000), Bank: "ABC", Card: identity.Card(benchCard(i)), Holder: "赵甲"}
	}
	for b.Loop() {
		dir := b.TempDir()
		var files []*bankfile.File
		measure(b, "divide", n, func() (err error) {
			files, err = bankfile.Plan(county, payroll.NewBatchID(202610, 1), 20261026, payments, nil)
			return err
		})
		each := func(step string, f func(f *bankfile.File) error) {
			measure(b, step, n, func() error {
				for _, x := range files {
					if err := f(x); err != nil {
						return err
					}
				}
				return nil
			})
		}
		each("write", func(f *bankfile.File) error {
			_, err := exporters.Release(dir, f.Name, func(w writer) error { return bankfile.Write(w, f) })
			return err
		})
		each("prove", func(f *bankfile.File) error { return prove(filepath.Join(dir, f.Name), f) })
		b.Log(len(files), " files")
	}
}

func benchCard(i int) string { return fmt.Sprintf("6217000000%09d", i) }

// sent puts a batch of n payments of 700 yuan from two funds into the book, as if it had left.
func sent(b testing.TB, d *Demo, n int, file string) {
	b.Helper()
	ctx := context.Background()
	id := payroll.NewBatchID(202610, 1)
	batch := payroll.Batch{ID: id, Kind: payroll.Regular, Channel: "一卡通", State: payroll.Staging, Payees: n, Net: money.Fen(n) * 70000}
	put := func(f func(tx payroll.Tx) error) {
		if err := d.app.Store().Update(ctx, f); err != nil {
			b.Fatal(err)
		}
	}
	put(func(tx payroll.Tx) error { return tx.CreateBatch(ctx, batch) })
	const chunk = 10000
	for from := 0; from < n; from += chunk {
		var payments []payroll.Payment
		var portions []payroll.Portion
		for i := from; i < min(from+chunk, n); i++ {
			village := fmt.Sprintf("430725101%03d", 200+i%100)
			payments = append(payments, payroll.Payment{Batch: id, Seq: i + 1, Person: int64(i + 1), Fen: 70000, Bank: "CCB", Card: identity.Card(benchCard(i)), Holder: "赵甲", Place: village, File: file})
			for _, fund := range []string{"F1", "F2"} {
				portions = append(portions, payroll.Portion{Batch: id, Person: int64(i + 1), Purse: ledger.Purse{Fund: fund, Place: village}, Gross: 35000, Pay: 35000})
			}
		}
		put(func(tx payroll.Tx) error { return tx.PutPayments(ctx, payments) })
		put(func(tx payroll.Tx) error { return tx.PutPortions(ctx, portions) })
	}
	put(func(tx payroll.Tx) error {
		batch.State = payroll.Exported
		return tx.SetBatch(ctx, batch, payroll.Staging)
	})
}

// answerText is what the bank says of all of them.
func answerText(b testing.TB, n int) []byte {
	var text bytes.Buffer
	for i := range n {
		said := "成功|"
		if i%100 == 99 {
			said = "失败|账户不存在"
		}
		fmt.Fprintf(&text, "%07d|%s|赵甲|700.00|补贴|%s|\r\n", i+1, benchCard(i), said)
	}
	coded, err := simplifiedchinese.GBK.NewEncoder().Bytes(text.Bytes())
	if err != nil {
		b.Fatal(err)
	}
	return coded
}

// An answer longer than a slice is matched as one: accounts that have the same twice in two
// files of the batch wait until it is known which file most of the answer is about. The
// other file accounts for more of it up to them, by payments to accounts of lower numbers.
func TestLongAnswer(t *testing.T) {
	const n, twice, others = 41000, 100, 50
	other := func(i int) string { return fmt.Sprintf("6214000000%09d", i) }
	dir := t.TempDir()
	d := &Demo{dir: dir, book: filepath.Join(dir, "book.db"), by: map[string]*payroll.Session{}}
	d.at(2026, 10, 26)
	ctx := context.Background()
	if _, err := d.found(ctx); err != nil {
		t.Fatal(err)
	}
	sent(t, d, n, "ccb_20261026_01.txt")
	if err := d.app.Store().Update(ctx, func(tx payroll.Tx) error {
		var again []payroll.Payment
		for i := range twice {
			again = append(again, payroll.Payment{Batch: payroll.NewBatchID(202610, 1), Seq: n + i + 1, Person: int64(i + 1), Fen: 70000, Bank: "CCB",
				Card: identity.Card(benchCard(i)), Holder: "赵甲", Place: fmt.Sprintf("430725101%03d", 200+i%100), File: "ccb_20261026_02.txt"})
		}
		for i := range others {
			p := again[i]
			p.Seq, p.Card = n+twice+i+1, identity.Card(other(i))
			again = append(again, p)
		}
		return tx.PutPayments(ctx, again)
	}); err != nil {
		t.Fatal(err)
	}
	layout, err := banklayout.Preset("ccb-txt")
	if err != nil {
		t.Fatal(err)
	}
	text := bytes.ReplaceAll(answerText(t, n), []byte("\r\n0"), []byte("\r\n9")) // numbers that are no places in either file
	for i := range others {
		text = append(text, strings.Replace(strings.Split(string(text), "\r\n")[0], benchCard(0), other(i), 1)+"\r\n"...)
	}
	answer, err := returns.Read("回盘.txt", text, layout)
	if err != nil {
		t.Fatal(err)
	}
	r, err := d.app.ImportReturns(ctx, d.by["张敏"], answer, 0)
	if err != nil || r.Rows != n+others || r.Changed[payroll.PaymentCredited] != n-n/100+others || r.Changed[payroll.PaymentReturned] != n/100 || len(r.Kept) != 0 {
		t.Fatalf("%+v %v", r, err)
	}
	list, err := d.app.PaymentList(ctx, payroll.PaymentQuery{State: payroll.PaymentSent})
	if err != nil || len(list) != twice {
		t.Fatalf("%d are still under way, %v", len(list), err)
	}
	for _, p := range list {
		if p.File != "ccb_20261026_02.txt" {
			t.Errorf("%s of the file that was not answered moved", p.ID())
		}
	}
	if err := d.close(); err != nil {
		t.Fatal(err)
	}
}
