package returns

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"

	"zhida/importers/sheet"
	"zhida/payroll"
	"zhida/payroll/banklayout"
	"zhida/rules/message"
	"zhida/rules/money"
)

// deepest bounds how far elements of a pain.002 may nest; the standard needs half of it.
const deepest = 32

// report is a pain.002 on its way in. Values are looked up by their path below
// CstmrPmtStsRpt, in the versions that banks use.
type report struct {
	values map[string]string // of the group and of the instruction
	row    map[string]string // of the transaction at hand, nil outside of one
	rows   []map[string]string
}

const transaction = "OrgnlPmtInfAndSts/TxInfAndSts"

// wanted are the paths whose values are kept, of the whole and of a transaction; a
// hostile document has any number of others.
var wanted = map[string]bool{
	"OrgnlGrpInfAndSts/OrgnlMsgId": true, "OrgnlGrpInfAndSts/OrgnlNbOfTxs": true, "OrgnlGrpInfAndSts/OrgnlCtrlSum": true, "OrgnlGrpInfAndSts/GrpSts": true,
	"OrgnlGrpInfAndSts/StsRsnInf/Rsn/Cd": true, "OrgnlGrpInfAndSts/StsRsnInf/Rsn/Prtry": true, "OrgnlGrpInfAndSts/StsRsnInf/AddtlInf": true,
	"OrgnlPmtInfAndSts/PmtInfSts": true, "OrgnlPmtInfAndSts/StsRsnInf/Rsn/Cd": true, "OrgnlPmtInfAndSts/StsRsnInf/Rsn/Prtry": true, "OrgnlPmtInfAndSts/StsRsnInf/AddtlInf": true,

	"OrgnlEndToEndId": true, "TxSts": true, "StsRsnInf/Rsn/Cd": true, "StsRsnInf/Rsn/Prtry": true, "StsRsnInf/AddtlInf": true, "AccptncDtTm": true, "FctvIntrBkSttlmDt/Dt": true,
	"OrgnlTxRef/Amt/InstdAmt": true, "OrgnlTxRef/IntrBkSttlmAmt": true, "OrgnlTxRef/Cdtr/Pty/Nm": true, "OrgnlTxRef/Cdtr/Nm": true,
	"OrgnlTxRef/CdtrAcct/Id/Othr/Id": true, "OrgnlTxRef/CdtrAcct/Id/IBAN": true,
}

// readPain reads a pain.002. The standard library's decoder expands no entities of a
// document's own; a DTD is refused all the same, and so is what nests too deep.
func readPain(data []byte, r *banklayout.Return, f *payroll.ReturnFile) error {
	p := &report{values: map[string]string{}}
	if err := p.walk(data); err != nil {
		return message.Err("returns.xml", f.File).Because(err)
	}
	f.Reference = p.values["OrgnlGrpInfAndSts/OrgnlMsgId"]
	bad := message.Message{}
	if n := p.values["OrgnlGrpInfAndSts/OrgnlNbOfTxs"]; n != "" {
		if f.Count, bad = sequence(n); !bad.IsZero() {
			return message.Err("returns.xml", f.File).Because(errors.New("OrgnlNbOfTxs"))
		}
	}
	if n := p.values["OrgnlGrpInfAndSts/OrgnlCtrlSum"]; n != "" {
		if f.Total, bad = amount(sheet.Cell{Text: n}, ""); !bad.IsZero() {
			return message.Err("returns.xml", f.File).Because(errors.New("OrgnlCtrlSum"))
		}
	}
	rows := make(payroll.RowList, 0, len(p.rows))
	sum, whole := money.Fen(0), true
	for i, values := range p.rows {
		row := painRow(i+1, values, r)
		if whole = whole && row.Fen > 0; whole {
			s, err := money.Sum(sum, row.Fen)
			if err != nil {
				return err
			}
			sum = s
		}
		rows = append(rows, row)
	}
	if f.Count > 0 && (len(rows) > f.Count || len(rows) == f.Count && whole && f.Total > 0 && sum != f.Total) {
		return message.Err("returns.sums", f.Count, f.Total, len(rows), sum)
	}
	if len(rows) == 0 {
		row := p.group()
		if row.Text != refusedGroup { // the bank has taken the file, and pays or refuses later
			return message.Err("returns.group", shown(row.Text))
		}
		row.State, row.Cause = payroll.PaymentReturned, payroll.ReturnCause(r.Cause(row.Reason))
		f.Whole = &row
	}
	f.Rows = rows
	return nil
}

// refusedGroup is the status of a file of which nothing was executed.
const refusedGroup = "RJCT"

// group is what an answer that says nothing of single payments says of the file, such as the
// refusal of one whose control sum is wrong.
func (p *report) group() payroll.ReturnRow {
	row := payroll.ReturnRow{Line: 1}
	for _, part := range []string{"OrgnlPmtInfAndSts/PmtInfSts", "OrgnlGrpInfAndSts/GrpSts"} {
		if s := p.values[part]; s != "" {
			row.Text, row.Reason = s, reasonIn(p.values, strings.TrimSuffix(strings.TrimSuffix(part, "PmtInfSts"), "GrpSts"))
		}
	}
	return row
}

func reasonIn(values map[string]string, below string) string {
	for _, name := range []string{"StsRsnInf/Rsn/Cd", "StsRsnInf/Rsn/Prtry", "StsRsnInf/AddtlInf"} {
		if v := values[below+name]; v != "" {
			return v
		}
	}
	return ""
}

func painRow(n int, values map[string]string, r *banklayout.Return) payroll.ReturnRow {
	out := payroll.ReturnRow{Line: n, Text: values["TxSts"], Reason: reasonIn(values, "")}
	first := func(paths ...string) string {
		for _, p := range paths {
			if v := values[p]; v != "" {
				return v
			}
		}
		return ""
	}
	var problems []string
	wrong := func(m message.Message) {
		if !m.IsZero() {
			problems = append(problems, worded(m))
		}
	}
	m := message.Message{}
	out.Seq, m = sequence(values["OrgnlEndToEndId"])
	wrong(m)
	if v := first("OrgnlTxRef/CdtrAcct/Id/Othr/Id", "OrgnlTxRef/CdtrAcct/Id/IBAN"); v != "" {
		out.Account, m = account(sheet.Cell{Kind: sheet.Text, Text: v})
		wrong(m)
	}
	out.Holder = first("OrgnlTxRef/Cdtr/Pty/Nm", "OrgnlTxRef/Cdtr/Nm")
	if v := first("OrgnlTxRef/Amt/InstdAmt", "OrgnlTxRef/IntrBkSttlmAmt"); v != "" {
		out.Fen, m = amount(sheet.Cell{Text: v}, "")
		wrong(m)
	}
	out.Date, m = day(first("FctvIntrBkSttlmDt/Dt", "AccptncDtTm"))
	wrong(m)
	for _, v := range values {
		if hidden(v) {
			wrong(message.M("returns.characters"))
			break
		}
	}
	conclude(&out, r, r.State(out.Text), problems)
	return out
}

// walk goes through the document and keeps the texts of its leaves; of a value that
// stands twice the first counts.
func (p *report) walk(data []byte) error {
	d := xml.NewDecoder(bytes.NewReader(data))
	d.CharsetReader = func(name string, in io.Reader) (io.Reader, error) {
		switch strings.ToLower(name) {
		case "gbk", "gb2312", "gb18030":
			return transform.NewReader(in, simplifiedchinese.GB18030.NewDecoder()), nil
		}
		return nil, errors.New("encoding " + name)
	}
	var within []string
	text, begun := "", false
	for {
		t, err := d.Token()
		if err == io.EOF && begun {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.Directive:
			return errors.New("DTD")
		case xml.StartElement:
			within, text = append(within, t.Name.Local), ""
			switch {
			case len(within) > deepest:
				return errors.New("too deep")
			case len(within) == 2 && (within[0] != "Document" || within[1] != "CstmrPmtStsRpt"):
				return errors.New("not a pain.002")
			case len(within) == 2:
				begun = true
			case p.path(within) == transaction:
				p.row = map[string]string{}
			}
			if len(p.rows) > mostRows {
				return errors.New("too many transactions")
			}
		case xml.CharData:
			if len(text)+len(t) > mostLine {
				return errors.New("too long a text")
			}
			text += string(t)
		case xml.EndElement:
			p.keep(p.path(within), strings.TrimSpace(text))
			within, text = within[:len(within)-1], ""
		}
	}
}

func (p *report) path(within []string) string {
	if len(within) < 3 {
		return ""
	}
	return strings.Join(within[2:], "/")
}

func (p *report) keep(path, text string) {
	below, inRow := strings.CutPrefix(path, transaction+"/")
	switch {
	case path == transaction:
		p.rows, p.row = append(p.rows, p.row), nil
	case text == "":
	case inRow && p.row != nil && wanted[below]:
		if _, twice := p.row[below]; !twice {
			p.row[below] = text
		}
	case !inRow && wanted[path]:
		if _, twice := p.values[path]; !twice {
			p.values[path] = text
		}
	}
}
