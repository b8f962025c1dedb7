package workbook

import (
	"bytes"
	"testing"
)

func TestSameReportSameBytes(t *testing.T) {
	r := newFake(700)
	first := written(t, r, partRows)
	for range 10 {
		if !bytes.Equal(first, written(t, r, partRows)) {
			t.Fatal("the same report gave other bytes")
		}
	}
}

// written is the workbook of a report.
func written(t testing.TB, r *fakeReport, limit int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := writeAudit(&b, r, limit); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
