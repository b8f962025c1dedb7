package drawing

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"zhida/rules/money"
)

func draw(t *testing.T, flows []Flow) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteFlow(&b, Captions{"资金流向", []string{"来源", "资金", "去向"}, "没有资金流动", "其他"}, flows); err != nil {
		t.Fatal(err)
	}
	d := xml.NewDecoder(strings.NewReader(b.String()))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return b.String()
		} else if err != nil {
			t.Fatalf("no XML: %v", err)
		}
	}
}

// Every amount stands in words, names cannot break out of the text, order changes
// nothing, and the same flow twice is one.
func TestWriteFlow(t *testing.T) {
	a, b := Flow{[]string{"文<1>&号", "村级转移支付", "已入账"}, 120050}, Flow{[]string{"文2号", "村级转移支付", "退票"}, 1}
	got := draw(t, []Flow{a, b})
	for _, want := range []string{"文&lt;1&gt;&amp;号　1,200.50", "退票　0.01", "村级转移支付　1,200.51", "已入账　1,200.50"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if draw(t, []Flow{b, a}) != got {
		t.Error("the order of the flows shows")
	}
	half := a
	half.Fen /= 2
	if draw(t, []Flow{half, b, half}) != got {
		t.Error("a flow in two halves is another drawing")
	}
	if !strings.Contains(draw(t, nil), "没有资金流动") {
		t.Error("nothing to draw is not said")
	}
}

// Of many stations the smallest are drawn as one; nothing is lost by that.
func TestManyStations(t *testing.T) {
	var flows []Flow
	var sum money.Fen
	for i := range 100 {
		f := Flow{[]string{fmt.Sprintf("文%d号", i), "资金", "已入账"}, money.Fen(100 + i)}
		flows = append(flows, f)
		sum += f.Fen
	}
	got := draw(t, flows)
	if n := strings.Count(got, "<rect x="); n != mostInOne+2 {
		t.Errorf("%d stations", n)
	}
	if !strings.Contains(got, "其他") || !strings.Contains(got, "已入账　"+sum.Grouped()) {
		t.Error("the smallest are lost")
	}
}
