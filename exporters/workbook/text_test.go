package workbook

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"zhida/rules/money"
)

func TestAppendYuan(t *testing.T) {
	for _, c := range []struct {
		fen  money.Fen
		want string
	}{{0, "0"}, {5, "0.05"}, {-5, "-0.05"}, {50, "0.5"}, {123450, "1234.5"}, {123456, "1234.56"}, {-100, "-1"}, {999_999_999_999, "9999999999.99"}} {
		if got := string(appendYuan(nil, c.fen)); got != c.want {
			t.Errorf("%d fen: %s, want %s", c.fen, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		f := money.Fen(rapid.Int64().Draw(t, "fen"))
		if got, want := string(appendYuan(nil, f)), f.Yuan().String(); got != want {
			t.Fatalf("%d fen: %s, want %s", f, got, want)
		}
	})
}

func TestAppendText(t *testing.T) {
	for _, c := range []struct{ in, want, why string }{
		{"张敏", "张敏", ""},
		{`<b>&"'`, `&lt;b&gt;&amp;"'`, ""},
		{"=1+1", "=1+1", ""},
		{"甲\n乙\t丙", "甲\n乙\t丙", ""},
		{"𠮷", "𠮷", ""},
		{"_x0041_", "_x005F_x0041_", ""},
		{"_x005F_x0041_", "_x005F_x005F_x005F_x0041_", ""},
		{"_x004_ _xyzuv_", "_x004_ _xyzuv_", ""},
		{"a\x1b[31m", "", "U+001B"},
		{"a\rb", "", "U+000D"},
		{"a\x00", "", "U+0000"},
		{"a\x7f", "", "U+007F"},
		{"a\u0085", "", "U+0085"},
		{"a\u202eb", "", "U+202E"},
		{"a\u200fb", "", "U+200F"},
		{"a\u2066b", "", "U+2066"},
		{"a\uffffb", "", "U+FFFF"},
		{"a\xff", "", "U+FFFD"},
		{strings.Repeat("字", longest), strings.Repeat("字", longest), ""},
		{strings.Repeat("字", longest+1), "", "32768"},
		{strings.Repeat("𠮷", longest/2+1), "", "32768"},
	} {
		got, err := appendText(nil, c.in)
		if c.why == "" && (err != nil || string(got) != c.want) {
			t.Errorf("%.20q: %.40q, %v; want %.40q", c.in, got, err, c.want)
		}
		if c.why != "" && (err == nil || !strings.Contains(err.Error(), c.why)) {
			t.Errorf("%.20q: %v, want %s", c.in, err, c.why)
		}
	}
}

func TestLines(t *testing.T) {
	for _, c := range []struct {
		in    string
		chars int
		want  int
	}{{"", 10, 1}, {"一二三四五", 10, 1}, {"一二三四五六", 10, 2}, {"1234567890a", 10, 2}, {"一\n二", 10, 2}, {"一二三四\n五六七", 10, 2}} {
		if got := lines(c.in, c.chars); got != c.want {
			t.Errorf("%q in %d: %d lines, want %d", c.in, c.chars, got, c.want)
		}
	}
}
