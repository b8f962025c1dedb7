package bankfile

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"zhida/rules/money"
)

// rule is one element of pain.001.001.09 as the standard (ISO 20022 Message Definition
// Report, Payments Initiation 2019) orders and bounds it. Elements a payroll never
// uses are named too, so that one in a wrong place is found.
type rule struct {
	name     string
	min, max int // occurrences; max 0: any number
	text     string
	children []rule
}

const (
	max34  = `^.{1,34}$`
	max35  = `^.{1,35}$`
	max140 = `^.{1,140}$`
	iso    = `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$`
	day    = `^\d{4}-\d\d-\d\d$`
	yuan   = `^\d{1,16}\.\d{2}$` // at most 18 digits
	number = `^\d{1,15}$`
	code4  = `^[A-Z]{4}$`
	code5  = `^[A-Z]{1,5}$`
	unused = `^$.` // matches nothing
)

func one(name, text string, children ...rule) rule  { return rule{name, 1, 1, text, children} }
func opt(name, text string, children ...rule) rule  { return rule{name, 0, 1, text, children} }
func many(name, text string, children ...rule) rule { return rule{name, 0, 0, text, children} }

func agent(name string, min int) rule {
	return rule{name, min, 1, "", []rule{one("FinInstnId", "", opt("BICFI", unused),
		opt("ClrSysMmbId", "", opt("ClrSysId", "", one("Cd", code5)), one("MmbId", max35)), opt("LEI", unused), opt("Nm", max140), opt("PstlAdr", unused), opt("Othr", unused)),
		opt("BrnchId", unused)}}
}

func account(name string, min int) rule {
	return rule{name, min, 1, "", []rule{one("Id", "", one("Othr", "", one("Id", max34), opt("SchmeNm", unused), opt("Issr", max35))), opt("Tp", unused), opt("Ccy", unused), opt("Nm", max140)}}
}

func party(name string, min int) rule {
	return rule{name, min, 1, "", []rule{opt("Nm", max140), opt("PstlAdr", unused), opt("Id", unused), opt("CtryOfRes", unused), opt("CtctDtls", unused)}}
}

var pain001 = one("Document", "", one("CstmrCdtTrfInitn", "",
	one("GrpHdr", "", one("MsgId", max35), one("CreDtTm", iso), many("Authstn", unused), one("NbOfTxs", number), opt("CtrlSum", yuan), party("InitgPty", 1), opt("FwdgAgt", unused), opt("InitnSrc", unused)),
	rule{"PmtInf", 1, 0, "", []rule{
		one("PmtInfId", max35), one("PmtMtd", "^(TRF|CHK|TRA)$"), opt("ReqdAdvcTp", unused), opt("BtchBookg", unused), opt("NbOfTxs", number), opt("CtrlSum", yuan),
		opt("PmtTpInf", "", opt("InstrPrty", unused), many("SvcLvl", unused), opt("LclInstrm", unused), opt("CtgyPurp", "", one("Cd", code4))),
		one("ReqdExctnDt", "", one("Dt", day)), opt("PoolgAdjstmntDt", unused), party("Dbtr", 1), account("DbtrAcct", 1), agent("DbtrAgt", 1), opt("DbtrAgtAcct", unused),
		opt("InstrForDbtrAgt", unused), opt("UltmtDbtr", unused), opt("ChrgBr", unused), opt("ChrgsAcct", unused), opt("ChrgsAcctAgt", unused),
		{"CdtTrfTxInf", 1, 0, "", []rule{
			one("PmtId", "", opt("InstrId", max35), one("EndToEndId", max35), opt("UETR", unused)), opt("PmtTpInf", unused), one("Amt", "", one("InstdAmt", yuan)),
			opt("XchgRateInf", unused), opt("ChrgBr", unused), opt("MndtRltdInf", unused), opt("ChqInstr", unused), opt("UltmtDbtr", unused),
			opt("IntrmyAgt1", unused), opt("IntrmyAgt1Acct", unused), opt("IntrmyAgt2", unused), opt("IntrmyAgt2Acct", unused), opt("IntrmyAgt3", unused), opt("IntrmyAgt3Acct", unused),
			agent("CdtrAgt", 0), opt("CdtrAgtAcct", unused), party("Cdtr", 0), account("CdtrAcct", 0), opt("UltmtCdtr", unused), many("InstrForCdtrAgt", unused), opt("InstrForDbtrAgt", unused),
			opt("Purp", unused), many("RgltryRptg", unused), opt("Tax", unused), many("RltdRmtInf", unused), opt("RmtInf", "", many("Ustrd", max140), many("Strd", unused)), many("SplmtryData", unused),
		}},
	}}, many("SplmtryData", unused)))

// element is a parsed document, namespaces checked on the way.
type parsed struct {
	name, text string
	attributes []xml.Attr
	children   []parsed
}

func parse(t *testing.T, b []byte) parsed {
	t.Helper()
	d, open := xml.NewDecoder(bytes.NewReader(b)), []parsed{{}}
	for {
		token, err := d.Token()
		if err == io.EOF {
			return open[0].children[0]
		}
		if err != nil {
			t.Fatal(err)
		}
		last := len(open) - 1
		switch x := token.(type) {
		case xml.StartElement:
			if x.Name.Space != "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09" {
				t.Fatalf("%s is in the namespace %q", x.Name.Local, x.Name.Space)
			}
			open = append(open, parsed{name: x.Name.Local, attributes: x.Attr})
		case xml.CharData:
			open[last].text += string(x)
		case xml.EndElement:
			open[last-1].children = append(open[last-1].children, open[last])
			open = open[:last]
		}
	}
}

// conforms holds an element against its rule: order, number and form.
func conforms(e parsed, r rule) error {
	if len(r.children) == 0 {
		if len(e.children) > 0 || !regexp.MustCompile(r.text).MatchString(e.text) {
			return fmt.Errorf("%s is %q", e.name, e.text)
		}
		return nil
	}
	if strings.TrimSpace(e.text) != "" {
		return fmt.Errorf("%s has text between its elements", e.name)
	}
	rest := e.children
	for _, c := range r.children {
		n := 0
		for len(rest) > 0 && rest[0].name == c.name && (c.max == 0 || n < c.max) {
			if err := conforms(rest[0], c); err != nil {
				return fmt.Errorf("%s: %w", e.name, err)
			}
			rest, n = rest[1:], n+1
		}
		if n < c.min {
			return fmt.Errorf("%s lacks %s", e.name, c.name)
		}
	}
	if len(rest) > 0 {
		return fmt.Errorf("%s: %s stands in the wrong place", e.name, rest[0].name)
	}
	return nil
}

func (e parsed) at(path ...string) (list []parsed) {
	if len(path) == 0 {
		return []parsed{e}
	}
	for _, c := range e.children {
		if c.name == path[0] {
			list = append(list, c.at(path[1:]...)...)
		}
	}
	return list
}

func TestPain001IsTheStandards(t *testing.T) {
	f := sample(t, "pain001")
	f.Rows[1].Holder = strings.Repeat("长", 140)
	document := parse(t, write(t, f))
	if err := conforms(document, pain001); err != nil {
		t.Fatal(err)
	}
	amounts := document.at("CstmrCdtTrfInitn", "PmtInf", "CdtTrfTxInf", "Amt", "InstdAmt")
	sum := money.Fen(0)
	for _, a := range amounts {
		fen, err := money.ParseYuan(a.text)
		if err != nil || len(a.attributes) != 1 || a.attributes[0].Name.Local != "Ccy" || a.attributes[0].Value != "CNY" {
			t.Errorf("amount %v", a)
		}
		sum += fen
	}
	for _, part := range []string{"GrpHdr", "PmtInf"} {
		for name, want := range map[string]string{"NbOfTxs": fmt.Sprint(len(f.Rows)), "CtrlSum": f.Header.Total.String()} {
			if got := document.at("CstmrCdtTrfInitn", part, name); len(got) != 1 || got[0].text != want {
				t.Errorf("%s/%s is %v, want %s", part, name, got, want)
			}
		}
	}
	ids := map[string]bool{}
	for _, id := range document.at("CstmrCdtTrfInitn", "PmtInf", "CdtTrfTxInf", "PmtId", "EndToEndId") {
		ids[id.text] = true
	}
	if sum != f.Header.Total || len(amounts) != len(f.Rows) || len(ids) != len(f.Rows) {
		t.Errorf("%d amounts of %s under %d ids", len(amounts), sum, len(ids))
	}
	if purpose := document.at("CstmrCdtTrfInitn", "PmtInf", "PmtTpInf", "CtgyPurp", "Cd"); len(purpose) != 1 || purpose[0].text != "SALA" {
		t.Error(purpose)
	}
	f.Rows[1].Holder = strings.Repeat("长", 141)
	if m := refusal(t, f); m.Code != "bank.width" || utf8.RuneCountInString(f.Rows[1].Holder) != 141 {
		t.Error(m)
	}
}

// The checker itself finds what is wrong.
func TestCheckerOfPain001(t *testing.T) {
	good := string(write(t, sample(t, "pain001")))
	for name, edit := range map[string][2]string{
		"an element out of order": {"<PmtMtd>TRF</PmtMtd>\n<NbOfTxs>4</NbOfTxs>", "<NbOfTxs>4</NbOfTxs>\n<PmtMtd>TRF</PmtMtd>"},
		"an element missing":      {"<CreDtTm>2026-11-25T00:00:00</CreDtTm>\n", ""},
		"an element twice":        {"<MsgId>20261125-1</MsgId>", "<MsgId>1</MsgId><MsgId>1</MsgId>"},
		"one decimal":             {">1234.50<", ">1234.5<"},
		"another method":          {"TRF", "ABC"},
	} {
		bad := strings.Replace(good, edit[0], edit[1], 1)
		if bad == good || conforms(parse(t, []byte(bad)), pain001) == nil {
			t.Errorf("%s goes unnoticed", name)
		}
	}
}
