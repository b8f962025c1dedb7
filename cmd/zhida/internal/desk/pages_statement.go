package desk

import (
	"cmp"
	"slices"
	"strings"

	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
)

// statementPage is the statement of the funds' accounts: of which account and month there is one, and what each row was matched to, the
// rows that nothing was matched to first.
type statementPage struct {
	Accounts           []statementAccount
	Any                bool // some statement was imported
	Open, Matched      []payroll.StatementRow
	OpenIn, OpenOut    money.Fen
	MoreOpen, MoreDone int
	Hand               []payroll.StatementRow // matched by somebody, which can be taken back
	Judge              bool
}

// statementAccount is what has been imported of one account's statements.
type statementAccount struct {
	Account     string // masked
	Funds       []string
	Rows, Open  int
	From, Until calendar.Date    // first and last day of its rows
	Missing     []calendar.Month // of the last twelve since the cut-over: those without a row
}

// statementAccounts are the accounts of the county's funds, and those that only a statement names.
func (r *request) statementAccounts(list []payroll.StatementRow) (accounts []statementAccount, err error) {
	county, err := r.desk.book.County(r.Context())
	if message.Code(err) == "settings.none" {
		county, err = &payroll.County{}, nil
	}
	if err != nil {
		return nil, err
	}
	_, _, today, err := r.desk.book.Letterhead(r.Context())
	if err != nil {
		return nil, err
	}
	at, months := map[string]*statementAccount{}, map[string]map[calendar.Month]bool{}
	var order []string
	account := func(number string) *statementAccount {
		if at[number] == nil {
			order = append(order, number)
			at[number], months[number] = &statementAccount{Account: maskedAccount(number)}, map[calendar.Month]bool{}
		}
		return at[number]
	}
	for _, f := range county.Funds {
		if f.Kind == payroll.FundAccount && f.Account != "" {
			x := account(f.Account)
			x.Funds = append(x.Funds, f.Name)
		}
	}
	for _, row := range list { // by account and day
		x := account(row.Account)
		x.Rows, x.From, x.Until = x.Rows+1, cmp.Or(x.From, row.Date), row.Date
		months[row.Account][row.Date.Month()] = true
		if row.By == "" {
			x.Open++
		}
	}
	for _, number := range order {
		for m := max(r.desk.cutover, today.Month().Add(-11)); m <= today.Month(); m = m.Add(1) {
			if !months[number][m] {
				at[number].Missing = append(at[number].Missing, m)
			}
		}
		accounts = append(accounts, *at[number])
	}
	return accounts, nil
}

func statementShow(r *request) error {
	list, err := r.desk.book.Statement(r.Context())
	if err != nil {
		return err
	}
	p := statementPage{Any: len(list) > 0, Judge: may(r.visit.actor, judges)}
	if p.Accounts, err = r.statementAccounts(list); err != nil {
		return err
	}
	for _, x := range slices.Backward(list) { // the latest first
		x.Account = maskedAccount(x.Account)
		switch {
		case x.By == "":
			p.OpenIn, p.OpenOut = p.OpenIn+x.Credit, p.OpenOut+x.Debit
			if len(p.Open) == mostRows {
				p.MoreOpen++
				continue
			}
			p.Open = append(p.Open, x)
		case len(p.Matched) == mostRows:
			p.MoreDone++
		default:
			p.Matched = append(p.Matched, x)
		}
		if x.By == payroll.MatchedByPerson && len(p.Hand) < mostRows {
			p.Hand = append(p.Hand, x)
		}
	}
	return r.page("statement", "对账单", p)
}

// maskedAccount is a fund's account as pages show it.
func maskedAccount(account string) string { return identity.Card(account).String() }

// matchedWords say how a row was matched.
var matchedWords = map[string]string{payroll.MatchedByReference: "摘要", payroll.MatchedByAmount: "金额和日期", payroll.MatchedByPerson: "人工"}

// rowMark names a row of a statement in a form: no whole account stands on a page.
func rowMark(x payroll.StatementRow) string {
	return strings.Join([]string{x.Account, x.Date.String(), x.Serial}, "|")
}

// statementRow finds the row that a form names.
func (r *request) statementRow() (account, serial string, on calendar.Date, err error) {
	list, err := r.desk.book.Statement(r.Context())
	if err != nil {
		return "", "", 0, err
	}
	var found []payroll.StatementRow
	for _, x := range list {
		masked := x
		if masked.Account = maskedAccount(x.Account); rowMark(masked) == r.PostFormValue("row") {
			found = append(found, x)
		}
	}
	if len(found) != 1 {
		return "", "", 0, message.Err("desk.form_broken")
	}
	return found[0].Account, found[0].Serial, found[0].Date, nil
}

// matchDo records what a row of a statement is, when neither its summary nor its amount tell.
func matchDo(r *request) (string, error) {
	account, serial, on, err := r.statementRow()
	if err != nil {
		return "", err
	}
	if err := r.desk.book.MatchRow(r.Context(), r.signer, account, serial, on, strings.TrimSpace(r.PostFormValue("to")), r.PostFormValue("reason")); err != nil {
		return "", err
	}
	r.say("statement.matched", maskedAccount(account), serial)
	return "/statement", nil
}

// unmatchDo takes back what somebody had said a row is.
func unmatchDo(r *request) (string, error) {
	account, serial, on, err := r.statementRow()
	if err != nil {
		return "", err
	}
	if err := r.desk.book.UnmatchRow(r.Context(), r.signer, account, serial, on, r.PostFormValue("reason")); err != nil {
		return "", err
	}
	r.say("statement.unmatched", maskedAccount(account), serial)
	return "/statement", nil
}
