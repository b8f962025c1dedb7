package bank

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// textForm is a form of lines with delimiters.
type textForm struct {
	name      func(file string) *Refusal // nil: any
	delimiter string                     // empty: the first line decides between | and ,
	trailing  bool                       // the delimiter stands at the line end too
	lf        bool                       // LF only; elsewhere LF or CRLF, but not both
	wide      bool                       // GB18030 is taken too
	head      func(r *reading, lines []textLine) ([]textLine, *Refusal)
	fields    []field
}

type textLine struct {
	n    int // from 1
	text string
}

var textForms = map[string]textForm{
	"icbc-bpt": {name: bptName, delimiter: "|", trailing: true, head: bptHead, fields: []field{
		literal("币种", "RMB"), anything, literal("明细标志", "2"), sequence, anything, matching("付款账号", `^[0-9]{5,32}$`, "not 5 to 32 digits"), matching("付款账号名称", `.`, "empty"), anything,
		anything, anything, matching("收款地区码", `^[0-9]{4}$`, "not four digits"), account5, holder, fenField, remark, anything, literal("汇款方式", "1"),
		matching("短信手机", `^([0-9]{11})?$`, "not eleven digits"), own,
	}},
	"abc-txt":  {name: minuteName, delimiter: ",", lf: true, fields: []field{sequence, account5, holder, yuanField, remark}},
	"ccb-txt":  {delimiter: "|", trailing: true, fields: []field{numbered(7), account5, holder, yuanField, remark, anything}},
	"ccb-min":  {delimiter: "|", trailing: true, lf: true, fields: []field{account5, holder, yuanField}},
	"boc-txt":  {delimiter: "|", lf: true, head: bocHead, fields: bocFields(yuanField)},
	"psbc-txt": {delimiter: "|", trailing: true, fields: []field{account5, literal("空", ""), holder, literal("空", ""), yuanField, remark, endsInComma}},
	"psbc-cross": {delimiter: "|", trailing: true, fields: []field{
		account5, holder, cnapsField, matching("开户行", `.`, "empty"), yuanField, remark, endsInComma,
	}},
	"bocom-txt":   {fields: []field{account5, holder, yuanField, own, matching("卡折标志", `^[0-9]$`, "not one digit")}},
	"lanzhou-txt": {delimiter: "|", trailing: true, fields: []field{sequence, holderNoSpace, account5, yuanField, resident}},
	"jinzhong-txt": {delimiter: "|", head: jinzhongHead, fields: []field{
		own, holder, yuanField, account5, anything, anything, anything, matching("当日代理次数", `^[0-9]+$`, "not a number"),
	}},
	"rural-txt": {delimiter: "|", trailing: true, wide: true, head: ruralHead, fields: []field{sequence, holderNoSpace, account5, yuanField, remark}},
	// One variant of BOC has yuan in the header and fen in the detail.
	"boc-txt-fen": {delimiter: "|", lf: true, head: bocHead, fields: bocFields(fenField)},
}

func bocFields(amount field) []field {
	return []field{
		receivingBank, anything, literal("币种", "CNY"), amount, account5, holder,
		matching("证件类型", `^[0-9]*$`, "not digits"), anything, remark,
	}
}

var receivingBank = field{"收款行编号", func(row *Row, s string) *Refusal {
	if s != "" && !digits.MatchString(s) {
		return refuse(0, BadBank, "not digits")
	}
	row.Bank = s
	return nil
}}

var endsInComma = matching("附言", `^[^,]*,$`, "does not end in one comma")

func (r *reading) text(form textForm, data []byte) *Refusal {
	if form.name != nil {
		if refusal := form.name(r.File); refusal != nil {
			return refusal
		}
	}
	lines, refusal := r.lines(form, data)
	if refusal != nil {
		return refusal
	}
	if form.delimiter == "" {
		form.delimiter = ","
		if strings.Contains(lines[0].text, "|") {
			form.delimiter = "|"
			form.trailing = strings.HasSuffix(lines[0].text, "|")
		}
	}
	if form.head != nil {
		if lines, refusal = form.head(r, lines); refusal != nil {
			return refusal
		}
	}
	for _, l := range lines {
		parts, refusal := split(l, form.delimiter, form.trailing, len(form.fields))
		if refusal != nil {
			return refusal
		}
		row := Row{Line: l.n}
		for n, f := range form.fields {
			if refusal := f.at(l.n, &row, parts[n]); refusal != nil {
				return refusal
			}
		}
		if refusal := r.sameAsHead(l.n, parts); refusal != nil {
			return refusal
		}
		r.add(row)
	}
	return nil
}

// sameAsHead compares what a detail repeats of the header.
func (r *reading) sameAsHead(line int, parts []string) *Refusal {
	switch r.Layout {
	case "icbc-bpt":
		date, ok := dateOf(parts[1])
		switch {
		case !ok || date != r.Date:
			return refuse(line, BadDate, "日期: not the date of the header")
		case r.Payer == "":
			r.Payer, r.payerLine = parts[5], line
		case r.Payer != parts[5]:
			return refuse(line, BadPayer, "付款账号: another one than in the first row")
		}
	case "jinzhong-txt":
		if parts[4] != r.unit {
			return refuse(line, BadForm, "单位编号: not the one of the header")
		}
	}
	return nil
}

// lines decodes the file line by line, so that the line of a bad character is known. The
// last line may end or not; no line is empty.
func (r *reading) lines(form textForm, data []byte) ([]textLine, *Refusal) {
	if n := likeUTF8(data); n > 0 {
		return nil, refuse(n, BadEncoding, "UTF-8, the bank reads GBK")
	}
	raw := bytes.Split(data, []byte("\n"))
	if len(raw[len(raw)-1]) == 0 {
		raw = raw[:len(raw)-1]
	}
	var list []textLine
	crlf := bytes.HasSuffix(raw[0], []byte("\r"))
	if crlf && form.lf {
		return nil, refuse(1, BadForm, "the line ends in CRLF, the form wants LF")
	}
	for n, b := range raw {
		b, cr := bytes.CutSuffix(b, []byte("\r"))
		last := n == len(raw)-1 && data[len(data)-1] != '\n'
		if cr != crlf && (cr || !last) {
			return nil, refuse(n+1, BadForm, "some lines end in CRLF and some in LF")
		}
		text, refusal := decode(b, form.wide)
		switch {
		case refusal != nil:
			refusal.Line = n + 1
			return nil, refusal
		case text == "":
			return nil, refuse(n+1, BadForm, "an empty line")
		}
		r.wide = r.wide || form.wide && gbkBytes(text) < 0
		list = append(list, textLine{n + 1, text})
	}
	return list, nil
}

// decode reads GBK, or GB18030 too, and refuses what does not come back as it was: decoders
// answer U+FFFD without an error, and private characters are names that nobody can read.
func decode(b []byte, wide bool) (string, *Refusal) {
	var form encoding.Encoding = simplifiedchinese.GBK
	if wide {
		form = simplifiedchinese.GB18030
	}
	text, err := form.NewDecoder().Bytes(b)
	if err != nil {
		return "", refuse(0, BadEncoding, "not GBK: %v", err)
	}
	if refusal := readable(string(text)); refusal != nil {
		return "", refusal
	}
	back, err := form.NewEncoder().Bytes(text)
	if err != nil || !bytes.Equal(back, b) {
		return "", refuse(0, BadEncoding, "bytes that do not read back as they were")
	}
	return string(text), nil
}

// readable refuses characters that nobody can read.
func readable(s string) *Refusal {
	for _, c := range s {
		switch {
		case c == utf8.RuneError:
			return refuse(0, BadEncoding, "bytes that are no character")
		case unicode.Is(unicode.Co, c), c == '\ufeff':
			return refuse(0, BadEncoding, "the private character U+%04X", c)
		case unicode.IsControl(c):
			return refuse(0, BadEncoding, "the control character U+%04X", c)
		}
	}
	return nil
}

// likeUTF8 gives the first line with Chinese text in UTF-8, or 0. Short GBK names can be
// UTF-8 by accident, but then they read as letters of other scripts.
func likeUTF8(data []byte) (line int) {
	if bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) {
		return 1
	}
	if !utf8.Valid(data) {
		return 0
	}
	n := 1
	for _, c := range string(data) {
		switch {
		case c == '\n':
			n++
		case c < utf8.RuneSelf, c == '·':
		case c < 0x2000:
			return 0
		case line == 0:
			line = n
		}
	}
	return line
}

func split(l textLine, delimiter string, trailing bool, want int) ([]string, *Refusal) {
	text := l.text
	if trailing {
		cut, ok := strings.CutSuffix(text, delimiter)
		if !ok {
			return nil, refuse(l.n, BadForm, "the line does not end in %q", delimiter)
		}
		text = cut
	}
	parts := strings.Split(text, delimiter)
	if len(parts) != want {
		return nil, refuse(l.n, BadForm, "%d fields, the form has %d", len(parts), want)
	}
	return parts, nil
}

// say keeps what the file says of its own count and total.
func (r *reading) say(line int, count, total string, decimals int) *Refusal {
	n, err := strconv.Atoi(count)
	if err != nil || !digits.MatchString(count) {
		return refuse(line, BadCount, "not a number of payments")
	}
	pattern := upToTwo
	if decimals == 0 {
		pattern = wholeFen
	}
	if !pattern.MatchString(total) {
		return refuse(line, BadTotal, "not a total amount")
	}
	fen, refusal := fenOf(total, decimals)
	if refusal != nil {
		refusal.Line = line
		return refusal
	}
	r.said, r.saidLine = &totals{n, fen}, line
	return nil
}

var bptFile = regexp.MustCompile(`^icbc_([0-9]{8})_[0-9]+_ds\.bpt$`)

func bptName(file string) *Refusal {
	m := bptFile.FindStringSubmatch(file)
	if m == nil {
		return refuse(0, BadName, "not like icbc_yyyymmdd_x_ds.bpt")
	}
	if _, ok := dateOf(m[1]); !ok {
		return refuse(0, BadName, "no such date")
	}
	return nil
}

// bptHead reads the six lines before and the star behind.
func bptHead(r *reading, lines []textLine) ([]textLine, *Refusal) {
	if len(lines) < 8 {
		return nil, refuse(0, BadForm, "%d lines; six of header, a payment and the star are the least", len(lines))
	}
	for n, want := range []string{"#总计信息", "#注意：本文件中的金额均以分为单位！", "#币种|日期|总计标志|总金额|总笔数|", "", "#明细指令信息", ""} {
		if want != "" && lines[n].text != want {
			return nil, refuse(n+1, BadForm, "want %s", want)
		}
	}
	parts, refusal := split(lines[3], "|", true, 5)
	if refusal != nil {
		return nil, refusal
	}
	date, ok := dateOf(parts[1])
	switch {
	case parts[0] != "RMB" || parts[2] != "1":
		return nil, refuse(4, BadForm, "want RMB and 总计标志 1")
	case !ok || parts[1] != bptFile.FindStringSubmatch(r.File)[1]:
		return nil, refuse(4, BadDate, "not the date of the file name")
	}
	r.Date = date
	names := strings.Split(strings.TrimSuffix(lines[5].text, "|"), "|")
	if !strings.HasPrefix(lines[5].text, "#币种|") || len(names) != 19 {
		return nil, refuse(6, BadForm, "not # and the names of the columns")
	}
	last := lines[len(lines)-1]
	if last.text != "*" {
		return nil, refuse(last.n, BadForm, "the last line is not *")
	}
	return lines[6 : len(lines)-1], r.say(4, parts[4], parts[3], 0)
}

// minuteName wants yyyyMMddHHmm.txt.
func minuteName(file string) *Refusal {
	stamp, ok := strings.CutSuffix(file, ".txt")
	if _, err := time.Parse("200601021504", stamp); !ok || err != nil {
		return refuse(0, BadName, "not like yyyyMMddHHmm.txt")
	}
	return nil
}

func bocHead(r *reading, lines []textLine) ([]textLine, *Refusal) {
	last := lines[len(lines)-1]
	switch {
	case lines[0].text != "PAYOFFSTART":
		return nil, refuse(1, BadForm, "want PAYOFFSTART")
	case last.text != "PAYOFFEND":
		return nil, refuse(last.n, BadForm, "the last line is not PAYOFFEND")
	case len(lines) < 4:
		return nil, refuse(0, BadForm, "no payments")
	}
	parts, refusal := split(lines[1], "|", false, 11)
	if refusal != nil {
		return nil, refusal
	}
	for n, f := range []field{
		matching("客户业务编号", `.`, "empty"), matching("付款行联行号", `^[0-9]+$`, "not digits"), account5, literal("币种", "CNY"), anything, anything,
		literal("代发卡类型", "1", "4"), anything, matching("手续费账号", `^[0-9]*$`, "not digits"),
	} {
		if refusal := f.at(2, &Row{}, parts[n]); refusal != nil {
			return nil, refusal
		}
	}
	date, ok := dateOf(parts[9])
	if !ok {
		return nil, refuse(2, BadDate, "付款日期: not yyyymmdd")
	}
	r.Payer, r.payerLine, r.Date = parts[2], 2, date
	return lines[2 : len(lines)-1], r.say(2, parts[5], parts[4], 2)
}

func jinzhongHead(r *reading, lines []textLine) ([]textLine, *Refusal) {
	parts, refusal := split(lines[0], "|", false, 8)
	if refusal != nil {
		return nil, refusal
	}
	date, ok := dateOf(parts[2])
	switch {
	case !ok || r.today != "" && date != r.today:
		return nil, refuse(1, BadDate, "field 3 is not today")
	case parts[3] == "":
		return nil, refuse(1, BadForm, "field 4, the number of the unit, is empty")
	}
	r.Date, r.unit = date, parts[3]
	return lines[1:], r.say(1, parts[6], parts[7], 2)
}

func ruralHead(r *reading, lines []textLine) ([]textLine, *Refusal) {
	parts, refusal := split(lines[0], "|", true, 4)
	if refusal != nil {
		return nil, refusal
	}
	date, ok := dateOf(parts[1])
	switch {
	case parts[0] == "":
		return nil, refuse(1, BadForm, "单位编号: empty")
	case !ok:
		return nil, refuse(1, BadDate, "日期: not yyyymmdd")
	}
	r.Date = date
	return lines[1:], r.say(1, parts[2], parts[3], 2)
}

// fixed reads abc-fixed: fields of so many bytes, padded with spaces on the right. The
// totals travel outside ([Bank.Announce]).
func (r *reading) fixed(data []byte) *Refusal {
	lines, refusal := r.lines(textForm{}, data)
	if refusal != nil {
		return refusal
	}
	columns := []struct {
		bytes int
		field field
	}{{60, holder}, {30, account5}, {18, thousandth}, {30, remark}}
	for _, l := range lines {
		b, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(l.text))
		if err != nil || len(b) != 138 {
			return refuse(l.n, BadForm, "%d bytes, the form has 138", len(b))
		}
		row := Row{Line: l.n}
		for _, c := range columns {
			text, refusal := decode(b[:c.bytes], false)
			if refusal != nil {
				refusal.Line, refusal.Why = l.n, c.field.name+": a character crosses the end of the field"
				return refusal
			}
			if refusal := c.field.at(l.n, &row, strings.TrimRight(text, " ")); refusal != nil {
				return refusal
			}
			b = b[c.bytes:]
		}
		r.add(row)
	}
	return nil
}
