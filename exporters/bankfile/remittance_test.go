package bankfile

import (
	"bytes"
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"zhida/rules/message"
	"zhida/rules/money"
)

func deductions() []Remitted {
	return []Remitted{
		{Person: 1, Name: "张甲", ID: "439901198503010017", Item: "住房公积金", Month: 202611, Fen: 61200},
		{Person: 1, Name: "张甲", ID: "439901198503010017", Item: "住房公积金", Month: 202610, Fen: -1200},
		{Person: 2, Name: `=HYPERLINK("http://x","买买提·艾力")`, ID: "439901199002280021", Item: "住房公积金", Month: 202611, Fen: 5},
	}
}

func TestRemittance(t *testing.T) {
	var b bytes.Buffer
	if err := WriteRemittance(&b, "桃源县住房公积金管理中心", deductions()); err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("..", "..", "testdata", "layouts", "remittance.golden")
	if *update {
		if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), b.String()); d != "" {
		t.Error(d)
	}
}

func TestRemittanceRefuses(t *testing.T) {
	list := deductions()
	list[1].ID = ""
	if err := WriteRemittance(new(bytes.Buffer), "中心", list); message.Code(err) != "bank.no_id" || !strings.Contains(err.Error(), "张甲") {
		t.Error(err)
	}
	if err := WriteRemittance(&disk{room: 20}, "中心", deductions()); !errors.Is(err, errFull) {
		t.Errorf("a full disk: %v", err)
	}
}

// However people are called: the list reads as a table, no cell begins a formula,
// and the last line adds up.
func TestRemittanceIsATable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var list []Remitted
		sum := money.Fen(0)
		for range rapid.IntRange(0, 9).Draw(t, "rows") {
			r := deductions()[0]
			r.Name, r.Fen = rapid.OneOf(rapid.String(), rapid.StringOfN(rapid.RuneFrom([]rune("=+-@\t\r\n\",'＝\u202e张")), 0, 5, -1)).Draw(t, "name"), money.Fen(rapid.Int64Range(-1e9, 1e9).Draw(t, "fen"))
			list, sum = append(list, r), sum+r.Fen
		}
		var b bytes.Buffer
		if err := WriteRemittance(&b, rapid.String().Draw(t, "institution"), list); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b.Bytes(), []byte("\ufeff")))).ReadAll()
		if err != nil || len(rows) != len(list)+2 {
			t.Fatalf("%d lines, %v", len(rows), err)
		}
		for _, row := range rows {
			for i, cell := range row[:6] {
				if trimmed := strings.TrimSpace(cell); trimmed != "" && strings.ContainsRune("=+-@", rune(trimmed[0])) || strings.ContainsAny(cell, "\r\n") {
					t.Fatalf("cell %d is %q", i+1, cell)
				}
			}
		}
		if got := rows[len(rows)-1][6]; got != sum.String() {
			t.Fatalf("the list adds up to %s, its last line says %s", sum, got)
		}
	})
}
