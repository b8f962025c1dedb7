package returns

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zhida/payroll"
	"zhida/rules/message"
)

const samples = "../../testdata/problems"

// What can be wrong with a bank's answer is shown by the files of testdata/problems whose names
// begin with returns: a file as a whole is refused with the code; a row that cannot be read is
// kept with its sentence and code, says nothing of its payment, and leaves the others as they are.
func TestProblems(t *testing.T) {
	layouts := map[string]string{"returns.account_number": "psbc-txt", "returns.date": "psbc-txt", "returns.formula": "psbc-txt",
		"returns.none": "rural-txt", "returns.table": "abc-txt", "returns.title": "psbc-txt", "returns.unit": "psbc-txt", "returns.web": "abc-txt",
		"returns.group": "pain001", "returns.above": "icbc-bpt", "returns.sums": "pain001", "returns.xml": "pain001"}
	files, err := filepath.Glob(filepath.Join(samples, "returns.*"))
	if err != nil || len(files) < 17 {
		t.Errorf("%d files: %v", len(files), err)
	}
	rows := 0
	for _, file := range files {
		code := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		layout := layouts[code]
		if layout == "" {
			layout = "ccb-txt"
		}
		m := message.M(code)
		if m.Exit() == message.ExitDone || m.Hint(message.Chinese) == "" || m.Hint(message.English) == "" {
			t.Errorf("%s does not say what to do next", code)
		}
		f, err := Read(filepath.Base(file), data, preset(t, layout))
		if err != nil {
			if message.Code(err) != code {
				t.Errorf("%s: %v", code, err)
			}
			continue
		}
		rows++
		for _, row := range rowsOf(f) {
			switch {
			case row.Line != 4 && (row.Problem != "" || row.State == payroll.PaymentSent):
				t.Errorf("%s: line %d is good: %+v", code, row.Line, row)
			case row.Line == 4 && (!strings.HasSuffix(row.Problem, "（"+code+"）") || strings.Contains(row.Problem, "；") || row.State != payroll.PaymentSent):
				t.Errorf("%s: %+v", code, row)
			}
		}
	}
	if rows != 10 {
		t.Errorf("%d files have a row that cannot be read", rows)
	}
}
