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
		{"a value that payments lack", "{source: amount}", "{source: amount}\n        - {source: id_number}", "layout.no_data"},
		{"a template that was not put in", "container: text", "container: template\n    template: a.xlsx", "layout.conflict"},
		{"paid through nobody", "layouts:", "  ABC: {via: CCB}\nlayouts:", "settings.via"},
		{"paid through itself", "layouts:", "  ABC: {via: ABC}\nlayouts:", "settings.via"},
		{"paid through another and not", "layouts:", "  ABC: {via: ICBC, layout: abc-txt}\nlayouts:", "settings.via"},
		{"all others pay for themselves", "layouts:", "  \"*\": {layout: abc-txt}\nlayouts:", "settings.via"},
		{"a layout for other banks that nobody made", "layout: own-txt", "layout: own-txt, cross: other", "settings.layout"},
		{"payments by a layout of answers", "layout: own-txt", "layout: icbc-return", "settings.layout_use"},
		{"answers by a layout of payments", "layout: own-txt", "layout: own-txt, return: cmb-xlsx", "settings.layout_use"},
		{"a layout with a key nobody knows", "    detail:", "    quotes: always\n    detail:", "yaml.syntax"},
	} {
		_, err := ReadSettings("settings", []byte(strings.Replace(bankSettings, x.old, x.new, 1)))
		var problems message.Problems
		if code := message.Code(err); code != x.code && !(errors.As(err, &problems) && problems[0].Code == x.code) {
			t.Errorf("%s: %v, want %s", x.name, err, x.code)
		}
	}
}

func TestWhoPays(t *testing.T) {
	text := strings.Replace(bankSettings, "layouts:", "  ABC: {via: HNRCC}\n  \"*\": {via: ICBC}\nlayouts:", 1)
	c, err := ReadSettings("settings", []byte(strings.Replace(text, "layout: icbc-bpt", "layout: icbc-bpt, return: icbc-return", 1)))
	if err != nil {
		t.Fatal(err)
	}
	for bank, want := range map[string]string{"ICBC": "ICBC", "ABC": "HNRCC", "CCB": "ICBC", "": "ICBC"} {
		if via, ok := c.Pays(bank); via != want || !ok {
			t.Errorf("cards of %q are paid by %q, want %s", bank, via, want)
		}
	}
	if l, err := c.ReturnLayout("ICBC"); err != nil || l.Code != "icbc-return" {
		t.Error(l, err)
	}
	if l, err := c.ReturnLayout("HNRCC"); err != nil || l.Code != "own-txt" {
		t.Error(l, err)
	}
	plain, err := ReadSettings("settings", []byte(bankSettings))
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := plain.Pays("ABC"); ok {
		t.Error("a bank without a setting is paid")
	}
}
