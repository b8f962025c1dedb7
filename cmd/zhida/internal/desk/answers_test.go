package desk

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"zhida/payroll"
)

// Rows of a bank's answer that fit no payment: the month says how many, how much and where, and
// several are settled at once, by whoever may.
func TestSettleRows(t *testing.T) {
	o := open(t)
	ctx := context.Background()
	o.run("submit", "check", "approve")
	maker, err := o.book.Unlock(ctx, "张敏", []byte(passphrase))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.book.Export(ctx, maker, first, t.TempDir(), ""); err != nil {
		t.Fatal(err)
	}
	sent, err := o.book.PaymentList(ctx, payroll.PaymentQuery{Batch: first})
	if err != nil || len(sent) < 2 {
		t.Fatal(len(sent), err)
	}
	f := &payroll.ReturnFile{File: "回盘.txt", Digest: "回盘", Layout: "ccb-txt"}
	var rows payroll.RowList
	for i, p := range sent[:2] {
		rows = append(rows, payroll.ReturnRow{Line: i + 1, Account: p.Card.Full(), Holder: p.Holder, Fen: 100, State: payroll.PaymentCredited, Text: "成功"})
	}
	rows = append(rows, payroll.ReturnRow{Line: 3, Account: sent[0].Card.Full(), Holder: sent[0].Holder, Fen: sent[0].Fen, State: payroll.PaymentCredited, Text: "成功"})
	f.Rows = rows
	if r, err := o.book.ImportReturns(ctx, maker, f, 0); err != nil || len(r.Kept) != 2 {
		t.Fatalf("%+v %v", r, err)
	}
	checker := o.as("李复")
	if _, text := checker.get("/month"); !strings.Contains(text, "银行回盘里 2 行、2.00 元没有对上") || !strings.Contains(text, `<a href="/payments">`) {
		t.Errorf("the month does not say what is open:\n%s", text)
	}
	open, err := o.book.OpenRows(ctx)
	if err != nil {
		t.Fatal(err)
	}
	press := func(b *browser, more ...string) (status int, to, text string) {
		form := url.Values{"passphrase": {passphrase}, "reason": {"银行回函"}, "row": more}
		for i, pairs := 0, b.form("/payments", "/returns/resolve"); i < len(pairs); i += 2 {
			form.Set(pairs[i], pairs[i+1])
		}
		r, err := b.PostForm(o.URL+"/returns/resolve", form)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		all, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		if to = r.Header.Get("Location"); strings.HasPrefix(to, "/refused/") {
			status, text = b.get(to)
			return status, "", text
		}
		return r.StatusCode, to, string(all)
	}
	var names []string
	for _, x := range open {
		names = append(names, strconv.FormatInt(x.Position, 10)+"."+strconv.Itoa(x.Line))
	}
	for code, wrong := range map[string][]string{"returns.choose": nil, "returns.no_row": {names[0], "1.9"}, "desk.form_broken": {"x"}} {
		before := o.head()
		if status, _, text := press(checker, wrong...); status == http.StatusSeeOther || o.head() != before || !strings.Contains(text, code) {
			t.Errorf("%v is taken: %d %s", wrong, status, text)
		}
	}
	if status, to, _ := press(checker, names...); status != http.StatusSeeOther || to != "/payments" {
		t.Errorf("%d %s", status, to)
	}
	if _, text := checker.get("/payments"); !strings.Contains(text, "2 行已落实：银行回函") || strings.Contains(text, "没有对上的行") {
		t.Errorf("they are still there:\n%s", text)
	}
	if left, err := o.book.OpenRows(ctx); err != nil || len(left) != 0 {
		t.Errorf("%+v %v", left, err)
	}
	if _, text := o.as("张敏").get("/payments"); strings.Contains(text, "/returns/resolve") {
		t.Error("a maker has the form")
	}
}
