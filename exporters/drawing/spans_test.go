package drawing

import (
	"slices"
	"strconv"
	"testing"
)

// A span is as long as its share of the years, has its words beside it, and one that runs ends at the last day.
func TestDrawSpans(t *testing.T) {
	texts, rects := parsed(t, func(put func(string)) {
		DrawSpans("任职经历", []Span{{"甲<村> 书记", 20000101, 20091231}, {"甲村 主任", 20100101, 0}}, 20191231, put)
	})
	for _, want := range []string{"甲<村> 书记", "2000-01-01—2009-12-31", "2010-01-01—", "2000", "2018"} {
		if !slices.Contains(texts, want) {
			t.Errorf("%q is not there: %q", want, texts)
		}
	}
	at := func(i int, name string) float64 {
		v, err := strconv.ParseFloat(rects[i][name], 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if len(rects) != 2 {
		t.Fatalf("%d spans are drawn", len(rects))
	}
	whole := float64(chartWidth-barLeft-barRight) / 10
	for i, start := range []float64{230, 230 + whole/2} {
		if x, width := at(i, "x"), at(i, "width"); x < start-1 || x > start+1 || width < whole/2-1 || width > whole/2+1 {
			t.Errorf("span %d from %.1f, %.1f wide", i, x, width)
		}
	}
	DrawSpans("", nil, 20200101, func(string) { t.Error("no span is drawn") })
}

// Long lists break into several drawings that share their years.
func TestDrawManySpans(t *testing.T) {
	var spans []Span
	for i := range 2*barsInChart + 1 {
		spans = append(spans, Span{"村 " + strconv.Itoa(i), 20000101, 20010101})
	}
	n := 0
	DrawSpans("任职经历", spans, 20200101, func(string) { n++ })
	if n != 3 {
		t.Errorf("%d drawings", n)
	}
}
