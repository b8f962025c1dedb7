package bank

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"path"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// File is what the bank hands out.
type File struct {
	Name string
	Data []byte
}

// Options say what is odd about an answer. The zero value is a complete answer in the order sent.
type Options struct {
	OnlyFailures bool           // rows that were credited are left out
	Part         []int          // only these sequence numbers; nil: all
	Shuffle      uint64         // another order by this seed; 0: the order sent
	Twice        []int          // these sequence numbers stand twice
	Late         map[int]string // sequence number to a status word instead of the true one; see [LateStatuses]
	Extra        []Row          // rows that nobody sent, answered as credited
	Edit         func(l *Line)  // a last change to every line, such as another amount
	Variant      string         // see [Bank.Variants]; empty: the first of them
	Date         string         // of the answer (2006-01-02); empty: the day of the debit
}

// Line is a row as it is answered.
type Line struct {
	Row
	Outcome
	Said   string // status in the bank's words
	Reason string // in the bank's words; empty when credited
}

// variant writes an answer; the words of its statuses may be others than those of the bank.
type variant struct {
	name  string
	ext   string
	said  *said
	write func(b *Bank, i *Instruction, lines []Line, o Options) ([]byte, error)
}

var localTitles = []string{"序号", "姓名", "账号", "金额", "处理结果", "失败原因"}

func localCells(l Line) []string {
	return []string{fmt.Sprint(l.Seq), l.Holder, l.Account, yuan(l.Fen), l.Said, l.Reason}
}

// localForms are not published anywhere: small banks answer with about these columns.
var localForms = []variant{
	{name: "text", ext: ".txt", write: lines("|", localTitles, localCells)},
	{name: "xlsx", ext: ".xlsx", write: sheetOf([][]string{localTitles}, localCells)},
}

// variants are the forms of answers by bank, the usual one first.
var variants = map[string][]variant{
	ICBC: {
		{name: "text", ext: ".txt", write: icbcText([]string{"付款账号", "付款单位", "收款账号", "收款户名"})},
		{name: "payee-first", ext: ".txt", write: icbcText([]string{"收款账号", "收款户名", "付款账号", "付款单位"})},
		{name: "xlsx", ext: ".xlsx", said: &said{"全部成功", "失败", ""}, write: sheetOf(
			[][]string{{"姓名", "卡号", "应处理金额", "备注", "实处理金额", "处理标志"}},
			func(l Line) []string {
				paid := "0.00"
				switch l.Status {
				case Credited:
					paid = yuan(l.Fen)
				case Waiting, Parked:
					paid = ""
				}
				return []string{l.Holder, l.Account, yuan(l.Fen), l.Remark, paid, strings.TrimSuffix(l.Said+":"+l.Reason, ":")}
			})},
	},
	ABC: {
		{name: "direct", ext: ".txt", write: lines("|", nil, func(l Line) []string {
			return []string{fmt.Sprint(l.Seq), l.Said, l.Account, l.Holder, yuan(l.Fen), l.Reason}
		})},
		{name: "xls", ext: ".xlsx", said: &said{"6", "7", "4"}, write: sheetOf(
			[][]string{{"序号", "批次号", "币种", "付款账号", "付款户名", "收款账号", "收款户名", "收款行", "用途", "附言", "金额", "手续费", "失败原因", "状态"}},
			func(l Line) []string {
				return []string{fmt.Sprint(l.Seq), "", "CNY", "", "", l.Account, l.Holder, "", "", l.Remark, yuan(l.Fen), "0.00", l.Reason, l.Said}
			})},
	},
	CCB: {
		{name: "text", ext: ".txt", write: lines("|", ccbTitles, ccbCells)},
		{name: "xlsx", ext: ".xlsx", write: sheetOf([][]string{ccbTitles}, ccbCells)},
	},
	BOC: {{name: "xls", ext: ".xlsx", write: sheetOf(
		[][]string{
			{"快捷代发结果"}, {"查询条件"}, {"全部"}, {"币种", "CNY"}, {"单位"}, {"类型", "代发"}, {"渠道", "网银"}, {"说明"}, {"以下为明细"},
			{"序号", "收款行编号", "行名", "币种", "金额", "账号", "户名", "用途", "手续费", "状态", "原因"},
		},
		func(l Line) []string {
			return []string{fmt.Sprint(l.Seq), l.Bank, "", "CNY", commas(l.Fen), l.Account, l.Holder, l.Remark, "0.00", l.Said, l.Reason}
		})}},
	PSBC: {{name: "xls", ext: ".xlsx", write: func(_ *Bank, i *Instruction, list []Line, o Options) ([]byte, error) {
		return sheetOf(
			[][]string{{"代发结果明细"}, {"账号", "户名", "金额", "手续费", "汇划费", "用途", "附言", "交易时间", "处理结果", "失败原因"}},
			func(l Line) []string {
				return []string{l.Account, l.Holder, yuan(l.Fen), "0.00", "0.00", l.Remark, "", o.Date + " 09:00:00", l.Said, l.Reason}
			})(nil, i, list, o)
	}}},
	BOCOM: {
		{name: "text", ext: ".txt", write: lines("|", bocomTitles, bocomCells)},
		{name: "xlsx", ext: ".xlsx", write: sheetOf([][]string{bocomTitles}, bocomCells)},
	},
	CMB: {{name: "xlsx", ext: ".xlsx", write: sheetOf(
		[][]string{{"帐号", "户名", "金额", "处理结果", "失败原因"}},
		func(l Line) []string { return []string{l.Account, l.Holder, yuan(l.Fen), l.Said, l.Reason} },
	)}},
	City:  localForms,
	Rural: localForms,
}

var (
	ccbTitles   = []string{"序号", "账号", "姓名", "金额", "摘要", "交易结果", "失败原因", "备注一", "备注二"}
	bocomTitles = []string{"序号", "户名", "工号", "卡号", "金额", "入账状态", "失败原因", "流水号"}
)

// ccbCells writes amounts below a yuan as CCB does, without the zero.
func ccbCells(l Line) []string {
	amount := yuan(l.Fen)
	if rest, ok := strings.CutPrefix(amount, "0."); ok {
		amount = "." + rest
	}
	return []string{fmt.Sprintf("%07d", l.Seq), l.Account, l.Holder, amount, l.Remark, l.Said, l.Reason, "", ""}
}

func bocomCells(l Line) []string {
	return []string{fmt.Sprint(l.Seq), l.Holder, l.ID, l.Account, yuan(l.Fen), l.Said, l.Reason, l.Serial}
}

// painWords are a variant without its writer, which needs the words.
var (
	painWords   = variant{name: "pain002", ext: ".xml", said: &said{"ACSC", "RJCT", "PDNG"}}
	painVariant = variant{name: painWords.name, ext: painWords.ext, said: painWords.said, write: pain002}
)

// Variants lists the forms in which the bank can answer the instruction; the first is what
// it does when not asked. A message is answered by a message.
func (b *Bank) Variants(i *Instruction) []string {
	var names []string
	for _, v := range b.variants(i) {
		names = append(names, v.name)
	}
	return names
}

func (b *Bank) variants(i *Instruction) []variant {
	list := slices.Clone(variants[b.code])
	switch i.Layout {
	case "pain001":
		return []variant{painVariant}
	case "icbc-xls":
		slices.Reverse(list) // the sheet itself comes back
	}
	return list
}

// Answer writes what the bank says about an instruction, as it stands now: after a bounce
// it says otherwise than before. The same state and options give the same bytes.
func (b *Bank) Answer(i *Instruction, o Options) (File, error) {
	if i.bank != b {
		return File{}, fmt.Errorf("bank: %s was not loaded by this bank", i.File)
	}
	list := b.variants(i)
	n := slices.IndexFunc(list, func(v variant) bool { return o.Variant == "" || v.name == o.Variant })
	if n < 0 {
		return File{}, fmt.Errorf("bank: %s does not answer %s in the form %q, only in %q", b.code, i.Layout, o.Variant, b.Variants(i))
	}
	v := list[n]
	if o.Date == "" {
		o.Date = i.settled
	}
	if o.Date == "" {
		o.Date = i.Date
	}
	data, err := v.write(b, i, b.answered(i, o, v), o)
	if err != nil {
		return File{}, fmt.Errorf("bank: answer to %s: %w", i.File, err)
	}
	return File{Name: strings.TrimSuffix(i.File, path.Ext(i.File)) + "_结果" + v.ext, Data: data}, nil
}

// answered gives the lines of an answer in their order.
func (b *Bank) answered(i *Instruction, o Options, v variant) (list []Line) {
	for _, row := range i.Rows {
		if o.Part != nil && !slices.Contains(o.Part, row.Seq) {
			continue
		}
		l := b.line(i, row, o, v)
		if o.OnlyFailures && l.Status == Credited {
			continue
		}
		list = append(list, l)
		if slices.Contains(o.Twice, row.Seq) {
			list = append(list, l)
		}
	}
	for _, row := range o.Extra {
		l := Line{Row: row, Outcome: Outcome{Status: Credited}, Said: b.says(v).ok}
		list = append(list, l)
	}
	if o.Shuffle != 0 {
		r := rand.New(rand.NewPCG(o.Shuffle, 0))
		r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	}
	if o.Edit != nil {
		for n := range list {
			o.Edit(&list[n])
		}
	}
	return list
}

func (b *Bank) says(v variant) said {
	if v.said != nil {
		return *v.said
	}
	return statuses[b.code]
}

// line says how a row ended. Parked money is not back with the payer, so its row is waiting,
// with the bank's words beside it.
func (b *Bank) line(i *Instruction, row Row, o Options, v variant) Line {
	s := b.says(v)
	l := Line{Row: row, Outcome: b.Outcome(i, row.Seq)}
	l.Reason = l.Words
	switch l.Status {
	case Credited:
		l.Said = s.ok
	case Failed, Bounced:
		l.Said = s.failed
	default:
		l.Said = s.waiting
	}
	if late, ok := o.Late[row.Seq]; ok {
		l.Said, l.Reason, l.Outcome = late, "", Outcome{}
		if v.name == painWords.name && !isoStatus(late) {
			l.Said, l.Reason = s.waiting, late
		}
	}
	return l
}

func isoStatus(s string) bool {
	return len(s) == 4 && strings.IndexFunc(s, func(c rune) bool { return c < 'A' || c > 'Z' }) < 0
}

// encode writes text as the bank does: GBK, or GB18030 where the file sent needed it.
func (i *Instruction) encode(text string) ([]byte, error) {
	var form encoding.Encoding = simplifiedchinese.GBK
	if i.wide {
		form = simplifiedchinese.GB18030
	}
	return form.NewEncoder().Bytes([]byte(text))
}

// lines writes text with a delimiter, CRLF, and titles unless nil.
func lines(delimiter string, titles []string, cells func(Line) []string) func(*Bank, *Instruction, []Line, Options) ([]byte, error) {
	return func(_ *Bank, i *Instruction, list []Line, _ Options) ([]byte, error) {
		var text strings.Builder
		if titles != nil {
			text.WriteString(strings.Join(titles, delimiter) + "\r\n")
		}
		for _, l := range list {
			text.WriteString(strings.Join(cells(l), delimiter) + "\r\n")
		}
		return i.encode(text.String())
	}
}

// icbcText writes four lines before the rows; the parties stand in one order or the other.
func icbcText(parties []string) func(*Bank, *Instruction, []Line, Options) ([]byte, error) {
	return func(b *Bank, i *Instruction, list []Line, o Options) ([]byte, error) {
		var text strings.Builder
		line := func(cells ...string) { text.WriteString(strings.Join(cells, "|") + "|\r\n") }
		line("#批量指令查询结果")
		line("#文件", i.File, "日期", compact(o.Date))
		line("#总笔数", fmt.Sprint(i.Count), "总金额", yuan(i.Total)+"元")
		line(slices.Concat([]string{"#序号", "币种"}, parties, []string{"金额", "用途", "状态", "反馈"})...)
		for _, l := range list {
			party := map[string]string{"付款账号": b.payer.account, "付款单位": b.payer.holder, "收款账号": l.Account, "收款户名": l.Holder}
			cells := []string{fmt.Sprint(l.Seq), "RMB"}
			for _, name := range parties {
				cells = append(cells, party[name])
			}
			line(append(cells, yuan(l.Fen)+"元", l.Remark, l.Said, l.Reason)...)
		}
		return i.encode(text.String())
	}
}

// sheetOf writes the rows of a head and one row per line, all text cells.
func sheetOf(head [][]string, cells func(Line) []string) func(*Bank, *Instruction, []Line, Options) ([]byte, error) {
	return func(_ *Bank, _ *Instruction, list []Line, _ Options) ([]byte, error) {
		rows := slices.Clone(head)
		for _, l := range list {
			rows = append(rows, cells(l))
		}
		return book(rows)
	}
}

// book writes a workbook of one sheet; empty cells are absent.
func book(rows [][]string) ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	for r, row := range rows {
		for c, value := range row {
			if value == "" {
				continue
			}
			name, err := excelize.CoordinatesToCellName(c+1, r+1)
			if err := errors.Join(err, f.SetCellStr("Sheet1", name, value)); err != nil {
				return nil, err
			}
		}
	}
	var out bytes.Buffer
	_, err := f.WriteTo(&out)
	return out.Bytes(), err
}
