package bank

import (
	"encoding/xml"
	"errors"
	"fmt"
	"strings"
)

// element writes <name>…</name>; content is written already.
func element(name string, content ...string) string {
	return "<" + name + ">" + strings.Join(content, "") + "</" + name + ">"
}

// leaf writes an element with a text, and nothing when the text is empty.
func leaf(name, text string) string {
	if text == "" {
		return ""
	}
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a Builder takes everything
	return element(name, b.String())
}

// tally counts the rows of an instruction or of a block by status.
type tally struct {
	all   totals
	parts map[string]*totals
}

func (t *tally) add(status string, fen int64) {
	if t.parts == nil {
		t.parts = map[string]*totals{}
	}
	if t.parts[status] == nil {
		t.parts[status] = &totals{}
	}
	for _, p := range []*totals{&t.all, t.parts[status]} {
		p.count++
		p.fen += fen
	}
}

// status of the whole: one word when all agree, PART otherwise.
func (t *tally) status() string {
	if len(t.parts) == 1 {
		for status := range t.parts {
			return status
		}
	}
	return "PART"
}

// pain002 writes a pain.002.001.10 about the whole message: rows that the answer leaves
// out count in the totals as they are, or as pending where only a part is answered.
func pain002(b *Bank, i *Instruction, list []Line, o Options) ([]byte, error) {
	if o.Date == "" {
		return nil, errors.New("no date")
	}
	var group tally
	blocks := make([]tally, len(i.blocks))
	part := map[int]bool{}
	for _, seq := range o.Part {
		part[seq] = true
	}
	for _, row := range i.Rows {
		status := b.line(i, row, o, painWords).Said
		if o.Part != nil && !part[row.Seq] {
			status = painWords.said.waiting
		}
		group.add(status, row.Fen)
		blocks[row.block].add(status, row.Fen)
	}

	var counts, bodies []string
	for _, status := range []string{"ACSC", "RJCT", "PDNG"} {
		if p := group.parts[status]; p != nil {
			counts = append(counts, element("NbOfTxsPerSts", leaf("DtldNbOfTxs", fmt.Sprint(p.count)), leaf("DtldSts", status), leaf("DtldCtrlSum", yuan(p.fen))))
		}
	}
	for n, bl := range i.blocks {
		var rows []string
		for _, l := range list {
			if l.block == n {
				rows = append(rows, transaction(l))
			}
		}
		bodies = append(bodies, element("OrgnlPmtInfAndSts",
			leaf("OrgnlPmtInfId", bl.id), leaf("OrgnlNbOfTxs", fmt.Sprint(bl.count)), leaf("OrgnlCtrlSum", yuan(bl.fen)), leaf("PmtInfSts", blocks[n].status()), strings.Join(rows, "\n")))
	}
	return report(b, o.Date, element("OrgnlGrpInfAndSts",
		leaf("OrgnlMsgId", i.MessageID), leaf("OrgnlMsgNmId", painFor), leaf("OrgnlNbOfTxs", fmt.Sprint(i.Count)), leaf("OrgnlCtrlSum", yuan(i.Total)),
		leaf("GrpSts", group.status()), strings.Join(counts, "")), bodies...), nil
}

func transaction(l Line) string {
	reason := ""
	if l.Cause != "" {
		reason = element("StsRsnInf", element("Rsn", leaf("Cd", reasons[l.Cause])), leaf("AddtlInf", l.Reason))
	} else if l.Reason != "" {
		reason = element("StsRsnInf", leaf("AddtlInf", l.Reason))
	}
	return element("TxInfAndSts", leaf("OrgnlEndToEndId", l.ID), leaf("TxSts", l.Said), reason,
		element("OrgnlTxRef",
			element("Amt", `<InstdAmt Ccy="CNY">`+yuan(l.Fen)+`</InstdAmt>`),
			element("Cdtr", element("Pty", leaf("Nm", l.Holder))),
			element("CdtrAcct", element("Id", element("Othr", leaf("Id", l.Account))))))
}

func report(b *Bank, date, group string, blocks ...string) []byte {
	number := b.code + compact(date)
	return []byte(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10">` +
		element("CstmrPmtStsRpt", element("GrpHdr", leaf("MsgId", number), leaf("CreDtTm", date+"T09:00:00+08:00")), "\n"+group+"\n"+strings.Join(blocks, "\n")+"\n") +
		"</Document>\n")
}

// Reject answers a pain.001 that [Bank.Load] refused: the whole message, without rows. The
// reason is AM10 for a wrong sum, AM18 for a wrong count, AM05 for a repeat, RC01 for the number
// of a bank, NARR for the rest. It fails when the file has no MsgId to speak of.
func (b *Bank) Reject(fileName string, data []byte, why error, date string) (File, error) {
	var refusal *Refusal
	if !errors.As(why, &refusal) {
		return File{}, fmt.Errorf("bank: not a refusal: %w", why)
	}
	if err := checkDate(date); err != nil {
		return File{}, err
	}
	document, bad := parseXML(data)
	if bad != nil || len(document.children) == 0 {
		return File{}, fmt.Errorf("bank: %s is no message that can be answered", fileName)
	}
	head := document.children[0].get("GrpHdr")
	id := head.value("MsgId")
	if id == "" {
		return File{}, fmt.Errorf("bank: %s has no MsgId to answer to", fileName)
	}
	code, ok := map[Kind]string{BadTotal: "AM10", BadCount: "AM18", Duplicate: "AM05", Repeated: "AM05", BadBank: "RC01"}[refusal.Kind]
	if !ok {
		code = "NARR"
	}
	return File{
		Name: strings.TrimSuffix(fileName, ".xml") + "_结果.xml",
		Data: report(b, date, element("OrgnlGrpInfAndSts",
			leaf("OrgnlMsgId", id), leaf("OrgnlMsgNmId", painFor), leaf("OrgnlNbOfTxs", head.value("NbOfTxs")), leaf("OrgnlCtrlSum", head.value("CtrlSum")), leaf("GrpSts", "RJCT"),
			element("StsRsnInf", element("Rsn", leaf("Cd", code)), leaf("AddtlInf", string(refusal.Kind))))),
	}, nil
}
