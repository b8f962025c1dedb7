package importers

import (
	"regexp"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"zhida/importers/sheet"
	"zhida/rules/calendar"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
)

// value reads a cell as its column wants it and gives the canonical text, or an
// error whose message is the problem. An empty cell is "" without an error.
func (c *column) value(cell sheet.Cell) (string, error) {
	switch {
	case cell.Kind == sheet.Formula:
		return "", message.Err("value.formula")
	case cell.Text == "":
		return "", nil
	case cell.Kind == sheet.Number && (c.kind == personID || c.kind == card):
		return "", message.Err("value.number_as_id", c.title)
	case c.kind == text && (scientific.MatchString(cell.Text) || cell.Kind == sheet.Number && len(strings.Trim(cell.Text, "-.")) > 15):
		return "", message.Err("value.number_as_id", c.title) // the number of a voucher, of which a spreadsheet kept the beginning
	}
	if c.kind == place {
		cell.Text, _ = codeAndName(cell.Text)
	}
	switch {
	case c.kind == text || c.kind == bank || !hasFullWidth(cell.Text):
	case c.kind == personID || c.kind == card:
		if fullWidthDigit.MatchString(cell.Text) {
			return "", message.Err("value.full_width_number", cell.Text, c.title)
		}
	default:
		return "", message.Err("value.full_width", cell.Text)
	}
	s, err := parsers[c.kind](cell)
	if c.kind == text && slices.Contains(ofPerson, c.code) {
		s = together(s)
	}
	if err == nil && (c.least > anyNumber && s[0] == '-' || c.least == positive && strings.Trim(s, "0.") == "") {
		return "", message.Err("value.too_small", cell.Text, c.title, map[least]string{notNegative: "不小于零", positive: "大于零"}[c.least])
	}
	if err != nil || c.choices == nil {
		return s, err
	}
	if stored, ok := c.choices[s]; ok {
		return stored, nil
	}
	return "", message.Err("value.choice", s, c.title, strings.Join(words(c.choices), "、"))
}

// scientific is how a spreadsheet shows a long number, 2.0261E+09, and all that a text file keeps of it.
var scientific = regexp.MustCompile(`^[0-9](\.[0-9]+)?[Ee]\+[0-9]+$`)

// codeAndName divides what the drop-down of a place puts into a cell: 430725101 陬市镇.
func codeAndName(s string) (code, name string) {
	code, name, _ = strings.Cut(s, " ")
	if name = strings.TrimSpace(name); name == "" || strings.Trim(code, "0123456789") != "" {
		return s, ""
	}
	return code, name
}

var parsers = map[valueKind]func(sheet.Cell) (string, error){
	text: func(c sheet.Cell) (string, error) {
		if len([]rune(c.Text)) > 200 {
			return "", message.Err("value.long", 200)
		}
		return c.Text, nil
	},
	personID: func(c sheet.Cell) (string, error) {
		switch {
		case powerOfTen.MatchString(c.Text):
			return "", message.Err("value.number_as_id", idColumn.title)
		case !strings.ContainsAny(c.Text, "0123456789"):
			return "", message.Err("id.digits") // words: how many they are says nothing
		}
		id, err := identity.ParseResidentID(digitsOf(c.Text))
		return id.Full(), err
	},
	card: func(c sheet.Cell) (string, error) {
		n, err := identity.ParseCard(digitsOf(c.Text))
		return n.Full(), err
	},
	bank: func(c sheet.Cell) (string, error) {
		code, ok := identity.BankCode(c.Text)
		if name := identity.BankCalled(c.Text); !ok && name != "" {
			return "", message.Err("value.bank_short", c.Text, name)
		}
		if !ok {
			return "", message.Err("value.bank", c.Text)
		}
		return code, nil
	},
	amount: fen,
	whole:  wholeNumber,
	year: func(c sheet.Cell) (string, error) {
		s := strings.TrimSuffix(c.Text, "年")
		if len(s) != 4 || strings.Trim(s, "0123456789") != "" || s < "1949" {
			return "", message.Err("value.year", c.Text)
		}
		return s, nil
	},
	decimalNumber: plainDecimal,
	percent:       percentage,
	day:           date,
	month:         monthOf,
	yes: func(c sheet.Cell) (string, error) {
		switch c.Text {
		case "是", "已认定", "yes", "1", "√", "true", "TRUE":
			return "true", nil
		case "否", "未认定", "no", "0", "false", "FALSE":
			return "false", nil
		}
		return "", message.Err("value.yes", c.Text)
	},
	place: func(c sheet.Cell) (string, error) {
		if (len(c.Text) != 9 && len(c.Text) != 12) || strings.Trim(c.Text, "0123456789") != "" {
			return "", message.Err("value.place", c.Text)
		}
		return c.Text, nil
	},
	birth: func(c sheet.Cell) (string, error) {
		d, err := date(c)
		if code := message.Code(err); code != "value.date" && (code != "value.date_number" || !strings.Contains(c.Text, ".")) {
			return d, err
		}
		m, err := monthOf(c) // 1990-01, or a number 1990.01
		if message.Code(err) == "value.month" {
			err = message.Err("value.date", c.Text)
		}
		return m, err
	},
	period: func(c sheet.Cell) (string, error) {
		s := strings.TrimSuffix(c.Text, "年")
		if len(s) == 4 && strings.Trim(s, "0123456789") == "" {
			return s, nil
		}
		return monthOf(c)
	},
}

// powerOfTen is what a text file keeps of a long number that a spreadsheet took for one: 4.39901E+17.
var powerOfTen = regexp.MustCompile(`^[0-9](\.[0-9]+)?[Ee]\+?[0-9]+$`)

// digitsOf is an ID or card without the spaces between its groups and the apostrophe by
// which a spreadsheet keeps it as text. Its check digit proves that it is still the same.
func digitsOf(s string) string {
	s = strings.TrimLeft(s, "'‘’")
	return strings.NewReplacer(" ", "", "\u00a0", "", "\t", "").Replace(s)
}

// apart are spaces between two Chinese characters.
var apart = regexp.MustCompile(`(\p{Han})[\s\x{3000}\x{00a0}]+(\p{Han})`)

// together closes up a name that was drawn apart to be as wide as the others: 张　三. No
// Chinese name has a space in it; others keep theirs.
func together(s string) string {
	for apart.MatchString(s) { // 张 小 满 takes two rounds
		s = apart.ReplaceAllString(s, "$1$2")
	}
	return s
}

// ofPerson are the columns of names of people.
var ofPerson = []string{"name", "holder", "recipient"}

var fullWidthDigit = regexp.MustCompile(`[０-９Ｘｘ]`)

func hasFullWidth(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r >= 0xff01 && r <= 0xff5e || r == 0x3000 })
}

// thousands is an amount with a comma before every three digits.
var thousands = regexp.MustCompile(`^-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$`)

// fen reads an amount in yuan, with ¥ before it, 元 behind it and commas by threes or
// without. A numeric cell holds binary noise past 15 digits: what has more than two
// decimals after that is refused, not rounded.
func fen(c sheet.Cell) (string, error) {
	s := strings.TrimSpace(strings.TrimSuffix(strings.TrimLeft(c.Text, "¥￥"), "元"))
	if strings.ContainsAny(s, ",，") {
		if !thousands.MatchString(s) {
			return "", message.Err("value.separators", c.Text)
		}
		s = strings.ReplaceAll(s, ",", "")
	}
	shown := c.Text
	if c.Kind == sheet.Number {
		if d, err := boundedDecimal(s); err == nil {
			shown = d.Round(9).String() // as the cell shows it, without the noise
			if d.Round(2).Equal(d.Round(9)) {
				s = d.Round(2).StringFixed(2)
			}
		}
	}
	if whole, _, _ := strings.Cut(s, "."); len(whole) > 11 && strings.Trim(s, "-.0123456789") == "" {
		return "", message.Err("value.amount_long", len(strings.TrimPrefix(whole, "-")))
	}
	f, err := money.ParseYuan(s)
	if err != nil {
		return "", message.Err("money.format", shown)
	}
	return decimal.New(int64(f), 0).String(), nil
}

var decimalGrammar = regexp.MustCompile(`^-?[0-9]{1,12}(\.[0-9]{1,15})?$`)

// boundedDecimal parses a plain number of bounded length, without exponent.
func boundedDecimal(s string) (decimal.Decimal, error) {
	if !decimalGrammar.MatchString(s) {
		return decimal.Decimal{}, message.Err("value.number", s)
	}
	return decimal.NewFromString(s)
}

func plainDecimal(c sheet.Cell) (string, error) {
	d, err := boundedDecimal(c.Text)
	if err == nil && c.Kind == sheet.Number {
		d = d.Round(9)
	}
	return d.String(), err
}

// percentage reads 30 or 30%. What is less than one percent needs the sign: a cell that
// Excel shows as 30% holds 0.3.
func percentage(c sheet.Cell) (string, error) {
	text, signed := strings.CutSuffix(c.Text, "%")
	c.Text = text
	s, err := plainDecimal(c)
	if err != nil {
		return "", err
	}
	d, err := boundedDecimal(s)
	if err == nil && (d.GreaterThan(decimal.New(100, 0)) || !signed && d.IsPositive() && (d.LessThan(decimal.New(1, 0)) || c.Kind == sheet.Number && d.Equal(decimal.New(1, 0)))) { // 1 is what a cell holds that shows 100%

		return "", message.Err("value.percent", text)
	}
	return s, err
}

func wholeNumber(c sheet.Cell) (string, error) {
	d, err := boundedDecimal(strings.TrimSuffix(c.Text, "年"))
	if err != nil || !d.IsInteger() || d.IsNegative() {
		return "", message.Err("value.whole", c.Text)
	}
	return d.StringFixed(0), nil
}

var dateForms = []*regexp.Regexp{
	regexp.MustCompile(`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T]0{1,2}:00(?::00)?)?$`),
	regexp.MustCompile(`^(\d{4})年(\d{1,2})月(\d{1,2})日?$`),
	regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})$`),
}

func date(c sheet.Cell) (string, error) {
	if c.Kind == sheet.Number && len(c.Text) != 8 {
		return "", message.Err("value.date_number", c.Text)
	}
	for _, f := range dateForms {
		if m := f.FindStringSubmatch(c.Text); m != nil {
			d, err := calendar.ParseDate(m[1] + "-" + two(m[2]) + "-" + two(m[3]))
			if err != nil {
				return "", message.Err("value.no_such_day", c.Text)
			}
			return d.String(), nil
		}
	}
	if timed.MatchString(c.Text) {
		return "", message.Err("value.date_time", c.Text)
	}
	return "", message.Err("value.date", c.Text)
}

// timed is a date with a time of day behind it that is not midnight.
var timed = regexp.MustCompile(`^\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?[ T]*\d{1,2}[:：时点]`)

var monthForm = regexp.MustCompile(`^(\d{4})(?:[-/.年])(\d{1,2})月?$|^(\d{4})(\d{2})$`)

// numberMonth is what a numeric cell keeps of 2026.10, and of 2026.1; a text file may have
// been written from such cells.
var numberMonth = regexp.MustCompile(`^\d{4}\.1$`)

func monthOf(c sheet.Cell) (string, error) {
	if numberMonth.MatchString(c.Text) {
		return "", message.Err("value.month_unsure", c.Text)
	}
	if m := monthForm.FindStringSubmatch(c.Text); m != nil {
		v, err := calendar.ParseMonth(m[1] + m[3] + "-" + two(m[2]+m[4]))
		if err == nil {
			return v.String(), nil
		}
	}
	if d, err := date(c); err == nil && c.Kind != sheet.Number {
		return d[:7], nil
	}
	return "", message.Err("value.month", c.Text)
}

func two(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}
