package drawing

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"zhida/rules/money"
)

// parsed reads drawings as XML and gives their texts and the attributes of their bars.
func parsed(t *testing.T, draw func(put func(svg string))) (texts []string, bars []map[string]string) {
	t.Helper()
	draw(func(svg string) {
		a, b := parsedOne(t, svg)
		texts, bars = append(texts, a...), append(bars, b...)
	})
	return texts, bars
}

func parsedOne(t *testing.T, svg string) (texts []string, bars []map[string]string) {
	t.Helper()
	inText := false
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return texts, bars
		}
		if err != nil {
			t.Fatalf("no XML: %v", err)
		}
		switch x := token.(type) {
		case xml.StartElement:
			inText = x.Name.Local == "text"
			if x.Name.Local == "rect" {
				at := map[string]string{}
				for _, a := range x.Attr {
					at[a.Name.Local] = a.Value
				}
				bars = append(bars, at)
			}
		case xml.CharData:
			if inText {
				texts = append(texts, string(x))
			}
		case xml.EndElement:
			inText = false
		}
	}
}

// Every bar has its label and amount in words, and its length is its share of the range.
func TestWriteBars(t *testing.T) {
	texts, bars := parsed(t, func(put func(string)) {
		DrawBars("图", Bars{[]Bar{{Label: "甲<镇>&", Fen: 30000, Note: "3 人"}, {Label: "乙镇", Fen: -10000}}, false}, put)
	})
	if diff := cmp.Diff([]string{"甲<镇>&", "300.00　3 人", "乙镇", "-100.00"}, texts); diff != "" {
		t.Error(diff)
	}
	if len(bars) != 2 || bars[0]["width"] != "405.0" || bars[1]["width"] != "135.0" || bars[0]["x"] != "365.0" || bars[1]["x"] != "230.0" || bars[0]["fill"] == bars[1]["fill"] {
		t.Errorf("%v", bars)
	}
	if _, outlined := parsed(t, func(put func(string)) { DrawBars("图", Bars{[]Bar{{Label: "甲", Fen: 100, Before: 200}}, true}, put) }); len(outlined) != 2 || outlined[1]["fill"] != "#fff" || outlined[1]["width"] != "540.0" {
		t.Errorf("%v", outlined)
	}
}

// Long lists are several charts of one scale.
func TestManyBars(t *testing.T) {
	list := make([]Bar, 31)
	list[0].Fen, list[30].Fen = 200, 100
	var charts []string
	DrawBars("图", Bars{List: list}, func(svg string) { charts = append(charts, svg) })
	if len(charts) != 3 {
		t.Fatalf("%d charts", len(charts))
	}
	if _, bars := parsedOne(t, charts[2]); len(bars) != 1 || bars[0]["width"] != "270.0" {
		t.Errorf("the last chart has %v", bars)
	}
}

// A series of nothing and a chart of nothing are drawings too.
func TestNothing(t *testing.T) {
	parsed(t, func(put func(string)) { DrawBars("图", Bars{nil, true}, put) })
	parsed(t, func(put func(string)) { DrawColumns("图", nil, nil, 1, put) })
	if _, bars := parsed(t, func(put func(string)) {
		DrawColumns("图", []string{"2026-10"}, []Series{{"甲", []money.Fen{0}}}, 1, put)
	}); len(bars) != 1 || bars[0]["height"] != "0.5" {
		t.Errorf("%v", bars)
	}
}

func TestWriteColumns(t *testing.T) {
	labels := []string{"2026-07", "2026-08", "2026-09", "2026-10", "2026-11"}
	texts, bars := parsed(t, func(put func(string)) {
		DrawColumns("图", labels, []Series{{"应发", []money.Fen{100000000, 0, 0, 0, 50000000}}, {"扣款", []money.Fen{1, 1, 1, 1, -4999}}}, 2, put)
	})
	if diff := cmp.Diff([]string{"应发", "100.00", "2026-07", "50.00", "2026-11", "扣款", "0.00", "2026-07", "0.00", "2026-11"}, texts); diff != "" {
		t.Error(diff)
	}
	if len(bars) != 10 || bars[0]["height"] != "115.0" || bars[4]["height"] != "57.5" {
		t.Errorf("%v", bars)
	}
	if all, _ := parsed(t, func(put func(string)) { DrawColumns("图", labels, []Series{{"应发", make([]money.Fen, 5)}}, 1, put) }); strings.Join(all[1:], " ") != "0.00 2026-07 0.00 2026-08 0.00 2026-09 0.00 2026-10 0.00 2026-11" {
		t.Errorf("a wide panel labels every column: %v", all)
	}
}

func TestTenThousands(t *testing.T) {
	for fen, want := range map[money.Fen]string{0: "0.00", 4999: "0.00", 5000: "0.01", -5000: "-0.01", 123456789: "123.46", 123456789012: "123,456.79"} {
		if got := wan(fen); got != want {
			t.Errorf("%d: %s, want %s", fen, got, want)
		}
	}
}
