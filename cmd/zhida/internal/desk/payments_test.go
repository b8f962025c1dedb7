package desk

import (
	"context"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/money"
)

// sent takes the first month up to its export, and gives the payments with the maker who made them.
func (o *office) sent() ([]payroll.PaidOut, *payroll.Session) {
	o.t.Helper()
	o.run("submit", "check", "approve")
	maker, err := o.book.Unlock(context.Background(), "张敏", []byte(passphrase))
	if err != nil {
		o.t.Fatal(err)
	}
	if _, err := o.book.Export(context.Background(), maker, first, o.t.TempDir(), ""); err != nil {
		o.t.Fatal(err)
	}
	list, err := o.book.PaymentList(context.Background(), payroll.PaymentQuery{Batch: first})
	if err != nil || len(list) < 2 {
		o.t.Fatal(len(list), err)
	}
	return list, maker
}

// The way of a payment that came back goes on to what pays it again, is drawn whole, and leads to where that is done while nothing does.
// What a search takes, a trace takes, and of several it asks which.
func TestTrace(t *testing.T) {
	o := open(t)
	sent, maker := o.sent()
	back, ctx := sent[0], context.Background()
	f := &payroll.ReturnFile{File: "回盘.txt", Digest: "回盘", Layout: "ccb-txt", Rows: payroll.RowList{
		{Line: 1, Account: back.Card.Full(), Holder: back.Holder, Fen: back.Fen, State: payroll.PaymentReturned, Cause: payroll.CauseClosed, Text: "销户"}}}
	if _, err := o.book.ImportReturns(ctx, maker, f, 0); err != nil {
		t.Fatal(err)
	}
	b := o.as("李复")
	trace := func(text string, words ...string) string {
		t.Helper()
		return b.answers("/trace", []string{"text", text}, words...)
	}
	trace(back.ID().String(), back.Name, back.Fen.Grouped(), "退票，还没有重发： 支付台账")
	_, at, _ := b.post("/trace", "text", back.ID().String()) // what is found has pages, as the ledger
	b.shows(at+"&page=1", back.Name, "1 / 1")
	if status, _ := b.get(at + "&page=2"); status != http.StatusNotFound {
		t.Errorf("a page after the last: %d", status)
	}
	b.shows("/payments?state=returned", back.Name, "销户", "2026-10-26", "1 / 1")

	draft, err := o.book.ReissueDraft(ctx, maker, nil, "银行证实账户已恢复")
	if err != nil || len(draft.Batches) != 1 {
		t.Fatalf("%+v %v", draft, err)
	}
	id := draft.Batches[0].ID
	again := payroll.PaymentID{Batch: id, Seq: 1}
	if page := trace(back.ID().String(), "退票 → "+again.String()); strings.Contains(page, "还没有重发") {
		t.Error("a draft pays it again")
	}
	for _, step := range []struct{ who, what string }{{"张敏", "submit"}, {"李复", "check"}, {"王审", "approve"}} {
		if status, text := o.as(step.who).step(batchPath(id), step.what); status != http.StatusOK {
			t.Fatalf("%s: %d %s", step.what, status, plain(text))
		}
	}
	for _, asked := range []payroll.PaymentID{back.ID(), again} { // from either end
		page := trace(asked.String(), "已重发 → "+again.String(), "已核定未付", "合计，不只是这一页，已重发的不再计 "+back.Fen.Grouped())
		if !strings.Contains(page, ">已核定未付　"+back.Fen.Grouped()+"<") {
			t.Errorf("%s is not drawn to where its money is", asked)
		}
	}
	b.shows("/payments?state=reissued", "重发为 "+again.String())

	card := back.Card.Full()
	trace(card[len(card)-4:], back.Name, back.ID().String())
	trace("盘塘镇", "盘塘镇", "合计")
	trace("镇", "追踪哪一个", "盘塘镇")
	trace("没有这样的", "没有找到这样的资金")
	defer func() { mostTold = mostRows }()
	mostTold = 0 // money of many people is added up, but for what came back
	page := trace("盘塘镇", "收款的人多", "在途")
	if other := sent[1]; strings.Contains(page, other.ID().String()) || !strings.Contains(page, ">在途　"+other.Fen.Grouped()+"<") {
		t.Errorf("%s is told, or not added up: %s", other.ID(), plain(page))
	}
	if m := regexp.MustCompile(`name="place" value="(430725102\d*)"`).FindStringSubmatch(page); m == nil {
		t.Errorf("no sum leads to the trace of its place: %s", page)
	}
	b.answers("/trace", []string{"place", back.Place}, back.Name, back.ID().String(), again.String())
	trace(sent[1].ID().String(), sent[1].Name) // who asks for a payment has it
	mostTold = mostRows
	if page := trace("盘塘镇", sent[1].Name); strings.Contains(page, "收款的人多") {
		t.Error("few people are added up")
	}
	for field, value := range map[string]string{"person": strconv.FormatInt(back.Person, 10), "place": back.Place} {
		b.answers("/trace", []string{field, value}, back.Name, back.ID().String())
	}
}

// The ledger has every payment on some page, in the order of the column that was chosen, and its sum is that of all.
func TestLedger(t *testing.T) {
	o := open(t)
	sent, _ := o.sent()
	b := o.as("李复")
	o.as("张敏").shows("/import?kind=returns", "银行还没有答完的文件", "2026-10/1 2026-10-26 "+strconv.Itoa(len(sent)))
	page := b.shows("/payments?state=sent", "共 "+strconv.Itoa(len(sent)), "合计，不只是这一页 笔数 "+strconv.Itoa(len(sent)))
	var sum money.Fen
	for _, p := range sent {
		sum += p.Fen
		if p.Since == 0 {
			t.Errorf("%s has no date", p.ID())
		}
	}
	if !strings.Contains(page, sum.Grouped()) || !strings.Contains(page, sent[0].Since.String()) || sent[0].Since.Month() != calendar.Month(202610) {
		t.Errorf("no sum %s, or no date: %s", sum.Grouped(), plain(page))
	}
	slices.SortStableFunc(sent, func(a, b payroll.PaidOut) int { return int(b.Fen - a.Fen) })
	page = plain(b.shows("/payments?state=sent&order=-fen", "金额（元） ↓"))
	at := -1
	for _, p := range sent {
		i := strings.Index(page, " "+p.ID().String()+" ")
		if i <= at {
			t.Errorf("%s stands at %d after %d", p.ID(), i, at)
		}
		at = i
	}
	for _, path := range []string{"/payments?state=sent&page=2", "/payments?state=sent&page=0", "/payments?state=sent&order=id", "/payments?state=lost"} {
		if status, _ := b.get(path); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
}

// Pages of a list follow one another without a row between them.
func TestTurning(t *testing.T) {
	address := func(page int) string { return "?page=" + strconv.Itoa(page) }
	for _, x := range []struct {
		page     string
		all      int
		want     turning
		from, to int
	}{
		{"", 0, turning{0, 1, 1, "", ""}, 0, 0},
		{"", 100, turning{100, 1, 1, "", ""}, 0, 100},
		{"", 101, turning{101, 1, 2, "", "?page=2"}, 0, 100},
		{"2", 101, turning{101, 2, 2, "?page=1", ""}, 100, 101},
		{"2", 250, turning{250, 2, 3, "?page=1", "?page=3"}, 100, 200},
	} {
		var got turning
		from, to, err := got.turn(&request{Request: httptest.NewRequest("GET", "/?page="+x.page, nil)}, x.all, address)
		if diff := cmp.Diff(x.want, got); diff != "" || from != x.from || to != x.to || err != nil {
			t.Errorf("page %q of %d: %d to %d, %v %s", x.page, x.all, from, to, err, diff)
		}
	}
}
