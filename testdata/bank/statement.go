package bank

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// Statement writes the payer's account from one day to another (both 2006-01-02, both in)
// as a workbook of text cells and as CSV in GB18030 with CRLF. Amounts are yuan; the side
// without an amount is empty. Entries are in the order of their dates, and the balance
// runs through all of them, also those before.
func (b *Bank) Statement(from, to string) (xlsx, text File, err error) {
	for _, date := range []string{from, to} {
		if err := checkDate(date); err != nil {
			return File{}, File{}, err
		}
	}
	rows := [][]string{{"交易日期", "摘要", "对方户名", "对方账号", "借方金额", "贷方金额", "余额", "流水号"}}
	ledger := slices.Clone(b.ledger)
	slices.SortStableFunc(ledger, func(x, y entry) int { return strings.Compare(x.date, y.date) })
	var balance int64
	for _, e := range ledger {
		balance += e.credit - e.debit
		if e.date < from || e.date > to {
			continue
		}
		rows = append(rows, []string{e.date, e.summary, e.party, e.account, side(e.debit), side(e.credit), yuan(balance), e.serial})
	}

	name := fmt.Sprintf("对账单_%s_%s", compact(from), compact(to))
	data, err := book(rows)
	if err != nil {
		return File{}, File{}, fmt.Errorf("bank: statement: %w", err)
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.UseCRLF = true
	if err := w.WriteAll(rows); err != nil {
		return File{}, File{}, fmt.Errorf("bank: statement: %w", err)
	}
	wide, err := simplifiedchinese.GB18030.NewEncoder().Bytes(out.Bytes())
	if err != nil {
		return File{}, File{}, fmt.Errorf("bank: statement: %w", err)
	}
	return File{name + ".xlsx", data}, File{name + ".csv", wide}, nil
}

func side(fen int64) string {
	if fen == 0 {
		return ""
	}
	return yuan(fen)
}
