package banklayout

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"zhida/rules/message"
)

// Return describes the file in which a bank says what became of the payments.
type Return struct {
	// Form is table (default: a text file or a workbook, whichever comes) or pain002, whose
	// columns the standard fixes.
	Form      string `yaml:"form"`
	Encoding  string `yaml:"encoding"`  // of a text file: GBK, GB18030 or UTF-8
	Delimiter string `yaml:"delimiter"` // of a text file
	Sheet     string `yaml:"sheet"`     // of a workbook; empty: the first
	Skip      int    `yaml:"skip"`      // lines before the first payment, where no column goes by its title
	// Columns says where a value stands: a number from 1, or the title over it. The row
	// that has all titles is the title row, and payments begin below it.
	Columns map[string]string `yaml:"columns"`
	Unit    string            `yaml:"unit"`    // of the amount: yuan (default) or fen
	Status  map[string]string `yaml:"status"`  // the bank's word to one of States
	Else    string            `yaml:"else"`    // state of words that are not in the map: pending (default) or returned
	Reasons map[string]string `yaml:"reasons"` // the bank's reason to one of Causes, beside those that all banks share
	Lists   string            `yaml:"lists"`   // all (default) or failures
}

// Pending is the state of a payment of which the bank has said nothing final. It is
// the state of every word that no map knows: 未成功 and 部分成功 contain 成功.
const Pending = "pending"

// States a bank's word can stand for.
var States = []string{"credited", "returned", Pending, "not_credited", "recalled"}

// Causes a bank's reason can stand for.
var Causes = []string{"NAME_MISMATCH", "NO_ACCOUNT", "CLOSED", "FROZEN", "DORMANT", "NOT_SETTLEMENT", "LOST", "ID_MISMATCH", "LIMIT",
	"DUPLICATE", "BANK_UNSUPPORTED", "RECALLED", "RECEIVED_NOT_CREDITED", "OTHER"}

// Columns an answer can have.
var columns = []string{"seq", "account", "holder", "amount", "status", "reason", "date"}

// reasons that mean the same at every bank, by their exact text. A cause decides
// nothing about money: it tells the clerk what to correct.
var reasons = map[string]string{
	"户名不符": "NAME_MISMATCH", "账号户名不符": "NAME_MISMATCH", "户名与账号不符": "NAME_MISMATCH", "姓名不符": "NAME_MISMATCH",
	"账号不存在": "NO_ACCOUNT", "账户不存在": "NO_ACCOUNT", "账号有误": "NO_ACCOUNT", "账号错误": "NO_ACCOUNT",
	"已销户": "CLOSED", "账户已销户": "CLOSED", "账号已销户": "CLOSED", "销户": "CLOSED",
	"冻结": "FROZEN", "账户冻结": "FROZEN", "账户已冻结": "FROZEN", "账户止付": "FROZEN",
	"睡眠户": "DORMANT", "不动户": "DORMANT", "长期不动户": "DORMANT", "久悬户": "DORMANT",
	"非结算账户": "NOT_SETTLEMENT", "非结算户": "NOT_SETTLEMENT",
	"挂失": "LOST", "已挂失": "LOST", "账户已挂失": "LOST", "卡已挂失": "LOST",
	"证件号不符": "ID_MISMATCH", "证件号码不符": "ID_MISMATCH", "身份证号不符": "ID_MISMATCH",
	"超限额": "LIMIT", "超过限额": "LIMIT", "超过账户限额": "LIMIT",
	"重复": "DUPLICATE", "重复交易": "DUPLICATE", "重复记录": "DUPLICATE",
	"不支持该银行": "BANK_UNSUPPORTED", "行号不存在": "BANK_UNSUPPORTED",
}

// State is what a bank's word means, by the exact text; an empty one is pending.
func (r *Return) State(word string) string {
	if s, ok := r.Status[word]; ok {
		return s
	}
	if word != "" && r.Else != "" {
		return r.Else
	}
	return Pending
}

// Knows says whether a bank's word is one that says what became of a payment.
func (r *Return) Knows(word string) bool {
	_, ok := r.Status[word]
	return ok || word != "" && r.Else == "returned"
}

// Cause is what a bank's reason means, by the exact text: the layout's map first,
// then what all banks share, else OTHER; empty for none.
func (r *Return) Cause(reason string) string {
	if c, ok := r.Reasons[reason]; ok {
		return c
	}
	if c, ok := reasons[reason]; ok {
		return c
	}
	if reason == "" {
		return ""
	}
	return "OTHER"
}

// Column gives the number of a column from 1, or its title; 0 and "" without one.
func (r *Return) Column(key string) (number int, title string) {
	v := r.Columns[key]
	if n, err := strconv.Atoi(v); err == nil {
		return n, ""
	}
	return 0, v
}

// Titles lists the titles that the title row must have, none when columns go by number.
func (r *Return) Titles() (list []string) {
	for _, key := range slices.Sorted(maps.Keys(r.Columns)) {
		if _, title := r.Column(key); title != "" {
			list = append(list, title)
		}
	}
	return list
}

func (c *checker) answer() {
	r := c.layout.Return
	if r == nil {
		return
	}
	c.oneOf("return.form", r.Form, []string{"", "table", "pain002"})
	c.oneOf("return.unit", r.Unit, []string{"", "yuan", "fen"})
	c.oneOf("return.else", r.Else, []string{"", Pending, "returned"})
	c.oneOf("return.lists", r.Lists, []string{"", "all", "failures"})
	for _, word := range slices.Sorted(maps.Keys(r.Status)) {
		c.oneOf("return.status."+word, r.Status[word], States)
	}
	for _, word := range slices.Sorted(maps.Keys(r.Reasons)) {
		c.oneOf("return.reasons."+word, r.Reasons[word], Causes)
	}
	if len(r.Status) == 0 && r.Lists != "failures" {
		c.add("return", message.M("layout.required", c.layout.Code, "return.status"))
	}
	if len(r.Status) > 0 && r.Lists == "failures" && !slices.Contains(slices.Collect(maps.Values(r.Status)), "returned") {
		c.add("return", message.M("layout.required", c.layout.Code, "return.status returned"))
	}
	if r.Form == "pain002" {
		c.givenWith("return.form", map[string]bool{"return.encoding": r.Encoding != "", "return.delimiter": r.Delimiter != "", "return.sheet": r.Sheet != "",
			"return.skip": r.Skip != 0, "return.columns": len(r.Columns) > 0, "return.unit": r.Unit != ""})
		return
	}
	c.oneOf("return.encoding", r.Encoding, []string{"", "GBK", "GB18030", "UTF-8"})
	if (r.Encoding == "") != (r.Delimiter == "") {
		c.conflict("return.encoding", "return.delimiter")
	}
	if r.Delimiter != "" && strings.ContainsFunc(r.Delimiter, func(x rune) bool {
		return unicode.IsLetter(x) || unicode.IsDigit(x) || x == '"' || x == '\n' || x == '\r'
	}) {
		c.add("return.delimiter", message.M("layout.value", c.layout.Code, "return.delimiter", strconv.Quote(r.Delimiter), `"|" "," "\t"`))
	}
	c.answerColumns(r)
}

func (c *checker) answerColumns(r *Return) {
	taken := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(r.Columns)) {
		if other := taken[r.Columns[key]]; other != "" {
			c.conflict("return.columns."+other, "return.columns."+key)
		}
		taken[r.Columns[key]] = key
	}
	for _, key := range slices.Sorted(maps.Keys(r.Columns)) {
		c.oneOf("return.columns."+key, key, columns)
		if n, title := r.Column(key); title == "" && (n < 1 || n > 256) {
			c.add("return.columns."+key, message.M("layout.value", c.layout.Code, "return.columns."+key, r.Columns[key], "1 … 256"))
		}
	}
	if r.Columns["account"] == "" && r.Columns["seq"] == "" {
		c.add("return", message.M("layout.required", c.layout.Code, "return.columns account"))
	}
	if r.Columns["status"] == "" && r.Lists != "failures" {
		c.add("return", message.M("layout.required", c.layout.Code, "return.columns status"))
	}
	if r.Skip < 0 || r.Skip > 0 && len(r.Titles()) > 0 {
		c.conflict("return.skip", "return.columns")
	}
}

// givenWith reports keys that say nothing beside another.
func (c *checker) givenWith(other string, given map[string]bool) {
	for _, key := range slices.Sorted(maps.Keys(given)) {
		if given[key] {
			c.conflict(key, other)
		}
	}
}
