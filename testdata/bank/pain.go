package bank

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	painSpace = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
	painFor   = "pain.001.001.09"
)

// node is one element of a message.
type node struct {
	name     string
	line     int
	text     string
	currency string
	children []*node
}

// child describes an element that may stand below another; the order of a list is the order of the message.
type child struct {
	name        string
	least, most int
}

func one(name string) child      { return child{name, 1, 1} }
func maybe(name string) child    { return child{name, 0, 1} }
func any0(name string) child     { return child{name, 0, 1 << 20} }
func several(name string) child  { return child{name, 1, 1 << 20} }
func choice(names ...string) any { return names }

// sequences are the contents of the elements of pain.001.001.09, as far as a payroll needs
// them; what China's banks ask beyond the standard (count and sum per block, the number of
// the receiving bank, remittance text) is asked here too. An element that has no entry is
// a leaf, or, in opaque, not looked into.
var sequences = map[string]any{
	"Document":         []child{one("CstmrCdtTrfInitn")},
	"CstmrCdtTrfInitn": []child{one("GrpHdr"), several("PmtInf"), any0("SplmtryData")},
	"GrpHdr":           []child{one("MsgId"), one("CreDtTm"), any0("Authstn"), one("NbOfTxs"), one("CtrlSum"), one("InitgPty"), maybe("FwdgAgt"), maybe("InitnSrc")},
	"PmtInf": []child{
		one("PmtInfId"), one("PmtMtd"), maybe("ReqdAdvcTp"), maybe("BtchBookg"), one("NbOfTxs"), one("CtrlSum"), one("PmtTpInf"), one("ReqdExctnDt"), maybe("PoolgAdjstmntDt"),
		one("Dbtr"), one("DbtrAcct"), one("DbtrAgt"), maybe("DbtrAgtAcct"), maybe("InstrForDbtrAgt"), maybe("UltmtDbtr"), maybe("ChrgBr"), maybe("ChrgsAcct"), maybe("ChrgsAcctAgt"),
		several("CdtTrfTxInf"),
	},
	"PmtTpInf":    []child{maybe("InstrPrty"), any0("SvcLvl"), maybe("LclInstrm"), one("CtgyPurp")},
	"CtgyPurp":    choice("Cd", "Prtry"),
	"ReqdExctnDt": choice("Dt", "DtTm"),
	"CdtTrfTxInf": []child{
		one("PmtId"), maybe("PmtTpInf"), one("Amt"), maybe("XchgRateInf"), maybe("ChrgBr"), maybe("ChqInstr"), maybe("UltmtDbtr"), maybe("IntrmyAgt1"), maybe("IntrmyAgt1Acct"),
		maybe("IntrmyAgt2"), maybe("IntrmyAgt2Acct"), maybe("IntrmyAgt3"), maybe("IntrmyAgt3Acct"), one("CdtrAgt"), maybe("CdtrAgtAcct"), one("Cdtr"), one("CdtrAcct"), maybe("UltmtCdtr"),
		any0("InstrForCdtrAgt"), maybe("InstrForDbtrAgt"), maybe("Purp"), any0("RgltryRptg"), maybe("Tax"), any0("RltdRmtInf"), one("RmtInf"), any0("SplmtryData"),
	},
	"PmtId":       []child{maybe("InstrId"), one("EndToEndId"), maybe("UETR")},
	"Amt":         choice("InstdAmt"),
	"DbtrAgt":     []child{one("FinInstnId"), maybe("BrnchId")},
	"CdtrAgt":     []child{one("FinInstnId"), maybe("BrnchId")},
	"FinInstnId":  []child{maybe("BICFI"), maybe("ClrSysMmbId"), maybe("LEI"), maybe("Nm"), maybe("PstlAdr"), maybe("Othr")},
	"ClrSysMmbId": []child{maybe("ClrSysId"), one("MmbId")},
	"ClrSysId":    choice("Cd", "Prtry"),
	"InitgPty":    party,
	"Dbtr":        party,
	"Cdtr":        party,
	"DbtrAcct":    paymentAccount,
	"CdtrAcct":    paymentAccount,
	"RmtInf":      []child{several("Ustrd"), any0("Strd")},
	"Othr":        []child{one("Id"), maybe("SchmeNm"), maybe("Issr")},
}

var (
	party          = []child{maybe("Nm"), maybe("PstlAdr"), maybe("Id"), maybe("CtryOfRes"), maybe("CtctDtls")}
	paymentAccount = []child{one("Id"), maybe("Tp"), maybe("Ccy"), maybe("Nm"), maybe("Prxy")}
)

// opaque elements are allowed and not looked into.
var opaque = []string{
	"Authstn", "FwdgAgt", "SplmtryData", "DbtrAgtAcct", "UltmtDbtr", "ChrgsAcct", "ChrgsAcctAgt", "SvcLvl", "LclInstrm", "XchgRateInf", "ChqInstr", "IntrmyAgt1", "IntrmyAgt1Acct", "IntrmyAgt2",
	"IntrmyAgt2Acct", "IntrmyAgt3", "IntrmyAgt3Acct", "CdtrAgtAcct", "UltmtCdtr", "InstrForCdtrAgt", "InstrForDbtrAgt", "Purp", "RgltryRptg", "Tax", "RltdRmtInf", "Strd", "BrnchId",
	"PstlAdr", "CtctDtls", "SchmeNm", "Tp", "Prxy", "ReqdAdvcTp",
}

// lengths are the most characters of texts.
var lengths = map[string]int{"MsgId": 35, "PmtInfId": 35, "InstrId": 35, "EndToEndId": 35, "Nm": 140, "Ustrd": 140, "MmbId": 35}

// pain reads a message; messages are the MsgId that the bank has taken.
func (r *reading) pain(data []byte, messages map[string]bool) *Refusal {
	document, refusal := parseXML(data)
	if refusal != nil {
		return refusal
	}
	if document.name != "Document" {
		return refuse(document.line, BadForm, "the message is not a Document")
	}
	if refusal := document.check(""); refusal != nil {
		return refusal
	}
	message := document.children[0]
	head := message.get("GrpHdr")
	r.MessageID = head.value("MsgId")
	if messages[r.MessageID] {
		return refuse(head.get("MsgId").line, Repeated, "a message of this MsgId was taken already")
	}
	if !painTime(head.value("CreDtTm")) {
		return refuse(head.get("CreDtTm").line, BadDate, "CreDtTm is not a time of ISO 8601")
	}
	if len(head.get("InitgPty").children) == 0 {
		return refuse(head.get("InitgPty").line, BadForm, "InitgPty says nothing")
	}
	seen := map[string]bool{}
	for _, n := range message.children {
		if n.name != "PmtInf" {
			continue
		}
		if refusal := r.painBlock(n, seen); refusal != nil {
			return refusal
		}
	}
	n := head.get("CtrlSum")
	if refusal := r.say(head.get("NbOfTxs").line, head.value("NbOfTxs"), n.text, 2); refusal != nil {
		return refusal
	}
	var sum totals
	for _, row := range r.Rows {
		sum.count++
		sum.fen += row.Fen
	}
	return holds(head, *r.said, sum)
}

// holds compares NbOfTxs and CtrlSum with what is below them.
func holds(n *node, said, found totals) *Refusal {
	switch {
	case said.count != found.count:
		return refuse(n.get("NbOfTxs").line, BadCount, "%s: NbOfTxs %d, there are %d", n.name, said.count, found.count)
	case said.fen != found.fen:
		return refuse(n.get("CtrlSum").line, BadTotal, "%s: CtrlSum %s, the payments add up to %s", n.name, yuan(said.fen), yuan(found.fen))
	}
	return nil
}

func (r *reading) painBlock(n *node, seen map[string]bool) *Refusal {
	if n.value("PmtMtd") != "TRF" {
		return refuse(n.get("PmtMtd").line, BadForm, "PmtMtd is not TRF")
	}
	if purpose := n.get("PmtTpInf").get("CtgyPurp"); !slices.Contains([]string{"SALA", "GOVT"}, purpose.value("Cd")) {
		return refuse(purpose.line, BadForm, "CtgyPurp is not SALA or GOVT")
	}
	day := n.get("ReqdExctnDt")
	if checkDate(day.value("Dt")) != nil {
		return refuse(day.line, BadDate, "ReqdExctnDt is not a date")
	}
	debtor, err := accountOf(n.get("DbtrAcct"))
	switch {
	case err != nil:
		return err
	case r.Payer != "" && r.Payer != debtor:
		return refuse(n.get("DbtrAcct").line, BadPayer, "another account than in the first block")
	case n.get("Dbtr").value("Nm") == "":
		return refuse(n.get("Dbtr").line, BadForm, "the payer has no name")
	}
	r.Payer, r.payerLine, r.Date = debtor, n.get("DbtrAcct").line, day.value("Dt")
	b := block{id: n.value("PmtInfId")}
	if slices.ContainsFunc(r.blocks, func(other block) bool { return other.id == b.id }) {
		return refuse(n.get("PmtInfId").line, BadForm, "PmtInfId stands twice")
	}
	for _, t := range n.children {
		if t.name != "CdtTrfTxInf" {
			continue
		}
		row, refusal := painRow(t)
		if refusal != nil {
			return refusal
		}
		if seen[row.ID] {
			return refuse(row.Line, Duplicate, "EndToEndId stands twice")
		}
		seen[row.ID] = true
		row.block = len(r.blocks)
		b.count++
		b.fen += row.Fen
		r.add(row)
	}
	r.blocks = append(r.blocks, b)
	if refusal := r.say(n.get("NbOfTxs").line, n.value("NbOfTxs"), n.value("CtrlSum"), 2); refusal != nil {
		return refusal
	}
	return holds(n, *r.said, totals{b.count, b.fen})
}

func painRow(t *node) (Row, *Refusal) {
	row := Row{Line: t.line, ID: t.get("PmtId").value("EndToEndId"), Remark: t.get("RmtInf").value("Ustrd")}
	amount := t.get("Amt").get("InstdAmt")
	if amount.currency != "CNY" {
		return row, refuse(amount.line, BadAmount, "InstdAmt is not CNY")
	}
	if refusal := yuanField.at(amount.line, &row, amount.text); refusal != nil {
		return row, refusal
	}
	agent := t.get("CdtrAgt")
	if refusal := cnapsField.at(agent.line, &row, agent.get("FinInstnId").get("ClrSysMmbId").value("MmbId")); refusal != nil {
		return row, refusal
	}
	if refusal := holder.at(t.get("Cdtr").line, &row, t.get("Cdtr").value("Nm")); refusal != nil {
		return row, refusal
	}
	var refusal *Refusal
	row.Account, refusal = accountOf(t.get("CdtrAcct"))
	return row, refusal
}

func accountOf(n *node) (string, *Refusal) {
	var row Row
	refusal := account5.at(n.line, &row, n.get("Id").get("Othr").value("Id"))
	return row.Account, refusal
}

func painTime(s string) bool {
	for _, form := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04:05.999", time.RFC3339, time.RFC3339Nano} {
		if _, err := time.Parse(form, s); err == nil {
			return true
		}
	}
	return false
}

// get gives the first child of a name, or an empty node, so that paths need no checks.
func (n *node) get(name string) *node {
	for _, c := range n.children {
		if c.name == name {
			return c
		}
	}
	return &node{name: name, line: n.line}
}

func (n *node) value(name string) string { return n.get(name).text }

// check holds an element and what is below it against the sequences.
func (n *node) check(parent string) *Refusal {
	if slices.Contains(opaque, n.name) {
		return nil
	}
	kind := n.name
	switch {
	case kind == "Id" && (parent == "DbtrAcct" || parent == "CdtrAcct"):
		if len(n.children) != 1 || n.children[0].name != "Othr" {
			return refuse(n.line, BadForm, "the account is not in Id/Othr")
		}
		return n.children[0].check(kind)
	case kind == "Id" && parent != "Othr":
		return nil // of a party: any
	case kind == "Othr" && parent == "FinInstnId":
		return nil
	}
	var refusal *Refusal
	switch sequence := sequences[kind].(type) {
	case nil:
		return n.leaf()
	case []string:
		if len(n.children) != 1 || !slices.Contains(sequence, n.children[0].name) {
			return refuse(n.line, BadForm, "%s has not one of %s", n.name, strings.Join(sequence, ", "))
		}
	case []child:
		refusal = n.inOrder(sequence)
	}
	if refusal != nil {
		return refusal
	}
	if n.text != "" {
		return refuse(n.line, BadForm, "%s has text between its elements", n.name)
	}
	for _, c := range n.children {
		if refusal := c.check(n.name); refusal != nil {
			return refusal
		}
	}
	return nil
}

func (n *node) leaf() *Refusal {
	switch most := lengths[n.name]; {
	case len(n.children) > 0:
		return refuse(n.line, BadForm, "%s has elements below it", n.name)
	case n.text == "" || n.text != strings.TrimSpace(n.text):
		return refuse(n.line, BadForm, "%s is empty, or with spaces at its ends", n.name)
	case most > 0 && utf8.RuneCountInString(n.text) > most:
		return refuse(n.line, BadForm, "%s has more than %d characters", n.name, most)
	}
	return nil
}

func (n *node) inOrder(sequence []child) *Refusal {
	at := 0
	for _, want := range sequence {
		count := 0
		for at < len(n.children) && n.children[at].name == want.name {
			at++
			count++
		}
		if count < want.least && at < len(n.children) {
			return refuse(n.children[at].line, BadForm, "%s stands where %s wants %s", n.children[at].name, n.name, want.name)
		}
		if count < want.least || count > want.most {
			return refuse(n.line, BadForm, "%s has %d %s here", n.name, count, want.name)
		}
	}
	if at < len(n.children) {
		return refuse(n.children[at].line, BadForm, "%s does not stand here in %s", n.children[at].name, n.name)
	}
	return nil
}

// parseXML reads the whole message as elements with their lines.
func parseXML(data []byte) (*node, *Refusal) {
	switch {
	case !utf8.Valid(data):
		return nil, refuse(0, BadEncoding, "not UTF-8")
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return nil, refuse(1, BadEncoding, "a byte order mark")
	}
	if n := bytes.IndexRune(data, utf8.RuneError); n >= 0 {
		return nil, refuse(1+bytes.Count(data[:n], []byte("\n")), BadEncoding, "U+FFFD")
	}
	d := xml.NewDecoder(bytes.NewReader(data))
	d.CharsetReader = func(charset string, _ io.Reader) (io.Reader, error) {
		return nil, fmt.Errorf("the encoding is %s", charset)
	}
	root := &node{}
	stack := []*node{root}
	for {
		line, _ := d.InputPos()
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, refuse(line, BadForm, "%v", err)
		}
		top := stack[len(stack)-1]
		switch t := token.(type) {
		case xml.StartElement:
			if t.Name.Space != painSpace {
				return nil, refuse(line, BadForm, "%s is not of %s", t.Name.Local, painFor)
			}
			n := &node{name: t.Name.Local, line: line}
			for _, a := range t.Attr {
				if a.Name.Local == "Ccy" {
					n.currency = a.Value
				}
			}
			top.children = append(top.children, n)
			stack = append(stack, n)
		case xml.EndElement:
			if len(top.children) > 0 {
				top.text = strings.TrimSpace(top.text)
			}
			stack = stack[:len(stack)-1]
		case xml.CharData:
			for _, c := range string(t) {
				if unicode.Is(unicode.Co, c) {
					return nil, refuse(line, BadEncoding, "the private character U+%04X", c)
				}
			}
			top.text += string(t)
		case xml.Directive:
			return nil, refuse(line, BadForm, "a document type")
		}
	}
	if len(root.children) != 1 || strings.TrimSpace(root.text) != "" {
		return nil, refuse(0, BadForm, "not one message")
	}
	return root.children[0], nil
}
