package desk

import (
	"archive/zip"
	"html"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"zhida/payroll"
)

// No answer to GET has anybody's whole number, a card or the account of a fund: no page, drawing, paper or form, for whoever looks, after a month
// in which payments came back and were paid again. What has them is asked for by a form, and kept in the journal.
func TestNoWholeNumbersByGet(t *testing.T) {
	o := chained(t)
	ctx := t.Context()
	secrets := map[string]string{}
	for _, x := range everybody {
		secrets[x.id] = "the number of " + x.name
	}
	roster, err := o.book.Roster(ctx, "", "", 20261031, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range roster.Members {
		secrets[m.ID.Full()] = "the number of " + m.Name
	}
	county, err := o.book.County(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range county.Funds {
		if f.Account != "" {
			secrets[f.Account] = "the account of " + f.Name
		}
	}
	for _, x := range county.Banks {
		secrets[x.Account] = "the account at " + x.Branch
	}
	o.wholeMonth(func(string, string) {})
	draft, err := o.reissued()
	if err != nil {
		t.Fatal(err)
	}
	payments, err := o.book.PaymentList(ctx, payroll.PaymentQuery{})
	if err != nil || len(payments) < 3 {
		t.Fatal(len(payments), err)
	}
	for _, p := range payments {
		secrets[p.Card.Full()] = "the card of " + p.Name
	}
	if len(secrets) < 15 {
		t.Fatal(secrets)
	}
	said := map[string]bool{}
	holds := func(who, at, text string) {
		t.Helper()
		if strings.HasPrefix(text, "PK") {
			text = everyText(t, text)
		}
		for number, what := range secrets {
			if strings.HasPrefix(what, "the account") && (at == "/settings" || strings.HasSuffix(at, "/paper/order") || at == "/template/statement") {
				continue // the bureau's own, where it has to stand: in the document that is confirmed, on the order that a bank is given; and in an example
			}
			if strings.Contains(text, number) && !said[at+what] {
				said[at+what] = true
				t.Errorf("%s gets %s by %s", who, what, at)
			}
		}
		if strings.HasPrefix(at, "/template/") || !strings.HasPrefix(text, "<!doctype html>") { // examples of nobody, and marks within workbooks
			return
		}
		for _, m := range alone.FindAllStringSubmatch(document.ReplaceAllString(text, ""), -1) {
			if !said[m[1]] {
				said[m[1]] = true
				t.Errorf("%s gets a number of %d digits by %s: %s", who, len(m[1]), at, m[1])
			}
		}
	}
	asked := 0
	for _, x := range everybody {
		b := o.as(x.name)
		from := map[string]bool{"/": true}
		kinds := map[string]int{}
		next := []string{"/", batchPath(draft), batchPath(draft) + "/lines", batchPath(draft) + "/compare", "/refused/0", "/payments?state=returned", "/payments?state=reissued", "/payments?state=sent", "/template/accounts", "/template/roster"}
		if x.name != "周正" && x.name != "钱组" && x.name != "陈镇" && x.name != "何镇" {
			for _, text := range []string{"张甲", "盘塘镇", "0017", roster.Members[0].ID.Full(), payments[0].Card.Full(), "2026-10/1#1"} {
				for _, page := range []string{"/search", "/trace"} {
					_, to, _ := b.post(page, "text", text)
					_, page := b.get(to)
					holds(x.name, to+" "+text, strings.ReplaceAll(page, `value="`+text+`"`, "")) // what they typed themselves
				}
			}
		}
		for ; len(next) > 0; next = next[1:] {
			at := next[0]
			asked++
			status, text := b.get(at)
			if status == http.StatusOK && strings.Contains(text, `http-equiv="refresh"`) {
				_, text = b.wait(at)
			}
			holds(x.name, at, text)
			for _, m := range linkedOrDrawn.FindAllStringSubmatch(text, -1) {
				to, _, _ := strings.Cut(html.UnescapeString(m[1]), "#")
				kind := figure.ReplaceAllString(to, "#")
				if !from[to] && !far(to) && kinds[kind] < 2 && !strings.HasPrefix(to, "/static/") {
					kinds[kind]++
					from[to] = true
					next = append(next, to)
				}
			}
		}
	}
	if asked < 200 {
		t.Errorf("only %d pages were looked at", asked)
	}
	for number, what := range secrets {
		if strings.Contains(o.log.String(), number) {
			t.Errorf("the log has %s", what)
		}
	}
}

// document is the text of settings.
var document = regexp.MustCompile(`(?s)<pre class="document">.*?</pre>`)

// alone are digits that no letter, point or mark of a digest or token stands beside.
var alone = regexp.MustCompile(`(?:^|[^0-9A-Za-z_.+/=-])([0-9]{15,19}[Xx]?)(?:$|[^0-9A-Za-z_.+/=-])`)

// everyText is all text of a workbook, or of the workbooks in an archive.
func everyText(t *testing.T, data string) string {
	t.Helper()
	all := unzipped(t, data)
	z, err := zip.NewReader(strings.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, ".xlsx") || strings.HasSuffix(f.Name, ".docx") {
			in, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			if _, err := io.Copy(&b, in); err != nil {
				t.Fatal(err)
			}
			in.Close()
			all += unzipped(t, b.String())
		}
	}
	return all
}

// reissued pays again what came back, up to the file for the bank.
func (o *office) reissued() (payroll.BatchID, error) {
	maker, err := o.book.Unlock(o.t.Context(), "张敏", []byte(passphrase))
	if err != nil {
		return 0, err
	}
	draft, err := o.book.ReissueDraft(o.t.Context(), maker, nil, "银行证实账户已恢复")
	if err != nil || len(draft.Batches) == 0 {
		o.t.Fatalf("%+v %v", draft, err)
	}
	id := draft.Batches[0].ID
	for _, s := range []struct{ who, what string }{{"张敏", "submit"}, {"李复", "check"}, {"王审", "approve"}, {"张敏", "export"}} {
		if s.what == "approve" { // what a check asks about a card that came back
			page, b := batchPath(id)+"/findings", o.as("李复")
			form := b.form(page, batchPath(id)+"/answer")
			if status, _, text := b.post(batchPath(id)+"/answer", append(form, "reason", "已核实", "document", "桃财核〔2026〕11号", "passphrase", passphrase)...); status != http.StatusSeeOther {
				o.t.Fatalf("%d %s", status, plain(text))
			}
		}
		if status, text := o.as(s.who).step(batchPath(id), s.what); status != http.StatusOK {
			o.t.Fatalf("%s: %d %s", s.what, status, plain(text))
		}
	}
	return id, nil
}
