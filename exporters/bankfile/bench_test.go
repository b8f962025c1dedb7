package bankfile

import (
	"bytes"
	"io"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"

	"zhida/payroll/banklayout"
)

// large is a file of 100,000 payments.
func large(b *testing.B, code string) *File {
	f := sample(b, code)
	four := f.Rows
	f.Rows = nil
	f.Header.Count, f.Header.Total = 0, 0
	for i := range 100_000 {
		r := four[i%4]
		r.Payment, r.Account = i+1, card(i)
		add(f, r)
	}
	return f
}

func perRow(b *testing.B) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/100_000, "ns/row")
}

func BenchmarkWrite(b *testing.B) {
	for _, code := range []string{"ccb-txt", "icbc-bpt"} {
		f := large(b, code)
		b.Run(code, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := Write(io.Discard, f); err != nil {
					b.Fatal(err)
				}
			}
			perRow(b)
		})
	}
}

// BenchmarkEncodingAlone is the floor for the writer: the same text, encoded and no more.
func BenchmarkEncodingAlone(b *testing.B) {
	for _, code := range []string{"ccb-txt", "icbc-bpt"} {
		f := large(b, code)
		var out bytes.Buffer
		if err := Write(&out, f); err != nil {
			b.Fatal(err)
		}
		text, err := simplifiedchinese.GBK.NewDecoder().Bytes(out.Bytes())
		if err != nil {
			b.Fatal(err)
		}
		b.Run(code, func(b *testing.B) {
			for b.Loop() {
				w := transform.NewWriter(io.Discard, simplifiedchinese.GBK.NewEncoder())
				if _, err := w.Write(text); err != nil {
					b.Fatal(err)
				}
				w.Close()
			}
			perRow(b)
		})
	}
}

func BenchmarkProve(b *testing.B) {
	for _, l := range []*banklayout.Layout{preset(b, "ccb-txt"), preset(b, "icbc-bpt")} {
		f := large(b, l.Code)
		var out bytes.Buffer
		if err := Write(&out, f); err != nil {
			b.Fatal(err)
		}
		b.Run(l.Code, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := Prove(bytes.NewReader(out.Bytes()), f); err != nil {
					b.Fatal(err)
				}
			}
			perRow(b)
		})
	}
}
