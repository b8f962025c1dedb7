package identity

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"zhida/rules/calendar"
	"zhida/rules/message"
)

func TestResidentID(t *testing.T) {
	for _, c := range []struct {
		in, out, code string
		male          bool
		birth         calendar.Date
	}{
		{"11010519491231002X", "11010519491231002X", "", false, 19491231},
		{"11010519491231002x", "11010519491231002X", "", false, 19491231},
		{"11010519491231002Ｘ", "11010519491231002X", "", false, 19491231},
		{"440524188001010014", "440524188001010014", "", true, 18800101},
		{"110105491231002", "11010519491231002X", "", false, 19491231},
		{"110105194912310021", "", "id.check", false, 0},
		{"110105194902310022", "", "id.birth", false, 0},
		{"1101051949123100", "", "id.length", false, 0},
		{"1101051949123100２X", "", "id.digits", false, 0},
		{"11010519491231002Х", "", "id.digits", false, 0}, // Cyrillic
		{"11010519491231A02X", "", "id.digits", false, 0},
	} {
		id, err := ParseResidentID(c.in)
		if id.Full() != c.out || message.Code(err) != c.code {
			t.Errorf("%s: %q %v, want %q %s", c.in, id.Full(), err, c.out, c.code)
		}
		if err == nil && (id.Male() != c.male || id.Birth() != c.birth) {
			t.Errorf("%s: male %v, birth %v", c.in, id.Male(), id.Birth())
		}
	}
}

func TestCards(t *testing.T) {
	if !Luhn("79927398713") || Luhn("79927398710") || Luhn("") {
		t.Error("Luhn does not hold the published vector")
	}
	body := "622848" + "000000" + "123456"
	good := body + string(LuhnDigit(body))
	if c, err := ParseCard(good); err != nil || c.Bank() != "ABC" {
		t.Errorf("%v is of bank %q, %v", c, c.Bank(), err)
	}
	for _, other := range []string{good[:18], good + "0"} { // a digit dropped, or typed twice
		if bank, length := Card(other).OtherLength(); bank != "中国农业银行" || length != 19 {
			t.Errorf("a card of %d digits is held for one of %q with %d", len(other), bank, length)
		}
	}
	for _, fine := range []string{good, "18600000000000002", good + "000"} { // the card itself, and what begins otherwise or is too long for any
		if bank, _ := Card(fine).OtherLength(); bank != "" {
			t.Errorf("%d digits are held for a wrong card of %q", len(fine), bank)
		}
	}
	wrong := body + string('0'+(LuhnDigit(body)-'0'+1)%10)
	if _, err := ParseCard(wrong); message.Code(err) != "card.check" {
		t.Errorf("a wrong digit under a known BIN: %v", err)
	} else if strings.Contains(err.Error(), wrong) {
		t.Error("the error shows the whole card")
	}
	for in, code := range map[string]string{"6.22848E+18": "card.digits", "123": "card.length", "４３２１４３２１": "card.digits", "43070012345678": ""} {
		if _, err := ParseCard(in); message.Code(err) != code {
			t.Errorf("%s: %v, want %q", in, err, code)
		}
	}
	for n, want := range map[string]bool{"313651027012": true, "402651020006": true, "313651027013": false, "31365102701": false} {
		if CNAPS(n) != want {
			t.Errorf("CNAPS(%s) = %v", n, !want)
		}
	}
}

func TestMasking(t *testing.T) {
	v := struct {
		ID   ResidentID
		Card Card
	}{"11010519491231002X", "6228480000001234561"}
	text, err := json.Marshal(v)
	if err != nil || strings.Contains(string(text), "19491231") || strings.Contains(string(text), "622848") {
		t.Errorf("JSON shows the numbers: %s %v", text, err)
	}
	if v.ID.String() != "110***********002X" || v.Card.String() != "***************4561" {
		t.Errorf("%s %s", v.ID, v.Card)
	}
}

func TestNames(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"买买提·艾力", "买买提・艾力", true}, {"张 三", "张三", true}, {"ＡＢ", "AB", true}, {"张三", "张叁", false}, {"赵喆", "赵哲", false},
	} {
		if SameName(c.a, c.b) != c.same {
			t.Errorf("SameName(%s, %s) = %v", c.a, c.b, !c.same)
		}
	}
}

// What no name has is found, and what names of minorities, rare characters and foreigners have is not.
func TestNotInName(t *testing.T) {
	for name, want := range map[string]string{
		"罗莉（女）": "（", "罗莉(女)": "(", "张三1": "1", "张三２": "２", "张*三": "*", "=HYPERLINK(\"x\")": "=", "张A三": "A", "李四-王五": "-", "张三/李四": "/", "张三、李四": "、", "\ufe0f☆": "☆",
		"": "", "张三": "", "张 三": "", "买买提·艾力": "", "买买提•艾力": "", "次仁.卓玛": "", "李〇": "", "𬭚𫖯": "", "㛃": "", "Anna-Maria O'Neill": "", "José": "", "བསོད་ནམས": "་",
	} {
		if got := NotInName(name); got != want {
			t.Errorf("NotInName(%q) = %q, want %q", name, got, want)
		}
	}
}

// Short names of banks are those of banks in the table, and none of them is taken for a bank.
func TestBankCalled(t *testing.T) {
	for short, code := range shortBanks {
		if _, is := BankCode(short); is || BankCalled(short) == "" {
			t.Errorf("%s is taken for a bank (%v), or %s is none", short, is, code)
		}
	}
}

// One changed digit is always found, which is what the check digit is for.
func TestOneWrongDigitIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, _ := calendar.NewMonth(rapid.IntRange(1930, 2005).Draw(t, "year"), rapid.IntRange(1, 12).Draw(t, "month"))
		id := MakeResidentID("439901", m.First().AddDays(rapid.IntRange(0, m.Days()-1).Draw(t, "day")), rapid.IntRange(1, 999).Draw(t, "seq"))
		if back, err := ParseResidentID(id.Full()); err != nil || back != id {
			t.Fatalf("%s: %v", id.Full(), err)
		}
		at := rapid.IntRange(0, 16).Draw(t, "at")
		b := []byte(id.Full())
		b[at] = '0' + (b[at]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "by")))%10
		if _, err := ParseResidentID(string(b)); err == nil {
			t.Fatalf("%s with digit %d changed to %s passes", id.Full(), at, b)
		}
	})
}

func TestNumbersInTexts(t *testing.T) {
	digest := "5bc3fd8a439901198503010017a1ce107766c7f0f462eeedd9d1f2d46bdc10e4"
	for _, c := range []struct{ text, hidden, named string }{
		{"", "", ""},
		{"没有找到“439901198503010017”", "没有找到“**************0017”", "439***********0017"},
		{"439901198503010017.pdf", "**************0017.pdf", "439***********0017"},
		{"花名册_439901198503010017_6228480000000000018", "花名册_**************0017_***************0018", "439***********0017"},
		{"卡号6228480000000000018，已核实", "卡号***************0018，已核实", "***************0018"},
		{"x 6228480000000000018", "x ***************0018", "***************0018"},
		{"439901198503010016", "**************0016", ""},   // mistyped
		{"43990119850301001X", "**************001X", ""},   // mistyped
		{"凭证号 123456789012345", "凭证号 ***********2345", ""}, // a voucher
		{"12345678901234", "12345678901234", ""},
		{"62284800000000000180", "62284800000000000180", ""},
		{digest, digest, ""},
		{"４３９９０１１９８５０３０１００１７", "**************0017", "439***********0017"},
		{"卡６２２８４８0000000000018", "卡***************0018", "***************0018"},
		{"6228 4800 0000 0000 018", "6228 4800 0000 0000 018", "***************0018"},
		{"439901 19850301 0017 张甲", "439901 19850301 0017 张甲", "439***********0017"},
		{"439901-19850301-0017", "439901-19850301-0017", ""}, // a serial number can be so
		{"2026 10 439901 19850301 0017", "2026 10 439901 19850301 0017", "439***********0017"},
		{"439901  19850301  0017", "439901  19850301  0017", ""}, // columns
	} {
		if got := Hide(c.text); got != c.hidden {
			t.Errorf("%s is hidden as %s", c.text, got)
		}
		if got := Named(c.text); got != c.named {
			t.Errorf("%s names %q", c.text, got)
		}
	}
}

// In the name of a file a number is found however it is written; dates and serial numbers stay.
func TestNumbersInNamesOfFiles(t *testing.T) {
	for name, want := range map[string]string{
		"439901198503010017.csv":                    "**************0017.csv",
		"ID439901198503010017a.csv":                 "ID**************0017a.csv",
		"４３９９０１１９８５０３０１００１Ｘ.csv":                    "**************001X.csv",
		"4399011985030100176228480000000000018.csv": "*********************************0018.csv",
		"439901 19850301 0017.csv":                  "**************0017.csv",
		"6228-4800-0000-0000-018.csv":               "*",
		"卡 6228　4800_0000.0000·018 换.csv":           "*",
		"2026-10-26_2026-11-30.csv":                 "2026-10-26_2026-11-30.csv",
		"ccb_2026-10-1_1.txt":                       "ccb_2026-10-1_1.txt",
		"07-考勤/2026-11":                             "07-考勤/2026-11",
		"":                                          "",
	} {
		got := HideName(name)
		if want == "*" {
			if strings.Contains(got, "6228") || strings.Contains(got, "4800") || !strings.Contains(got, "***0018") {
				t.Errorf("%s is called %s", name, got)
			}
		} else if got != want {
			t.Errorf("%s is called %s", name, got)
		}
	}
}
