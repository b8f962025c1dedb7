package payroll

import (
	"errors"
	"strings"
	"testing"

	"zhida/rules/message"
)

const bankSettings = `unit: 桃源县财政局
funds: [{code: F01, name: 县级人员经费}]
banks:
  ICBC: {layout: icbc-bpt, payer: 桃源县财政局, account: 1908000000000000001, branch: 桃源支行, purpose: 代发, extra: {收款省份: 湖南, 收款地市: 常德, 收款地区码: 1908}}
  HNRCC: {layout: own-txt, payer: 桃源县财政局, account: "0801000000000000006", purpose: 代发}
layouts:
  - code: own-txt
    name: 桃源农商行
    container: text
    encoding: GBK
    newline: crlf
    last_line: ended
    delimiter: "|"
    file: own_{date}_{seq}.txt
    detail:
      fields:
        - {source: account}
        - {source: holder}
        - {source: amount}
`

func TestBankSettings(t *testing.T) {
	c, err := ReadSettings("settings", []byte(bankSettings))
	if err != nil {
		t.Fatal(err)
	}
	// Numbers written without quotes keep every digit.
	if b := c.Banks["ICBC"]; b.Account != "1908000000000000001" || b.Extra["收款地区码"] != "1908" {
		t.Errorf("%+v", b)
	}
	if b := c.Banks["HNRCC"]; b.Account != "0801000000000000006" {
		t.Errorf("%+v", b)
	}
	if l, err := c.Layout("own-txt"); err != nil || l.Name != "桃源农商行" {
		t.Errorf("the county's own layout: %v", err)
	}
	var located message.Problems
	_, err = ReadSettings("settings", []byte(strings.Replace(bankSettings, "newline: crlf", "newline: cr", 1)))
	if !errors.As(err, &located) || located[0].Cell != "11:14" || located[0].File != "settings" {
		t.Errorf("a mistake in the county's own layout: %v", err)
	}
	for _, x := range []struct{ name, old, new, code string }{
		{"an extra that the layout needs", ", 收款地区码: 1908", "", "bank.extra"},
		{"a layout nobody made", "layout: own-txt", "layout: other", "settings.layout"},
		{"no paying account", `account: "0801000000000000006", `, "", "settings.bank"},
		{"a layout with a key of later", "    detail:", "    quote: always\n    detail:", "layout.unsupported"},
		{"a layout with a key nobody knows", "    detail:", "    quotes: always\n    detail:", "yaml.syntax"},
	} {
		_, err := ReadSettings("settings", []byte(strings.Replace(bankSettings, x.old, x.new, 1)))
		var problems message.Problems
		if code := message.Code(err); code != x.code && !(errors.As(err, &problems) && problems[0].Code == x.code) {
			t.Errorf("%s: %v, want %s", x.name, err, x.code)
		}
	}
}
