package rules

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Rate reads what sentences say of the standard, and nothing of why somebody has less.
func TestRate(t *testing.T) {
	const doc = "桃政发〔2026〕3号"
	for sentence, want := range map[string]string{
		"三类乡镇、副科级：" + doc + "附表1，每月680.00元":                               "每月680.00元",
		"基本工资的百分之十：" + doc + "，每月655.95元，封顶600.00元，计600.00元":              "每月655.95元",
		"委员：" + doc + "附表，每年20952.40元分12期，本期1746.03元，按30天中的20天，计1164.02元": "每年20952.40元分12期",
		"管理岗：" + doc + "，同组平均6045.24元，本人5478.80元，计566.44元":                "同组平均6045.24元",
		"副乡镇长：" + doc + "，每月150.00元，处分期间发50%，计75.00元":                     "每月150.00元",
		doc + "，一次性3000.00元": "一次性3000.00元",
		"2026年10月应为680.00元（正科级：" + doc + "附表1，每月680.00元），已发520.00元，补发160.00元": "每月680.00元",
		"（说明里写，每月9元，的）：" + doc + "，每月10.00元":                                  "每月10.00元",
		doc + "，10天每月300元，20天每月400元，计366.67元":                                 "",
		"没有文号，每月680.00元": "",
	} {
		if diff := cmp.Diff(want, Rate(sentence, doc)); diff != "" {
			t.Errorf("%s: %s", sentence, diff)
		}
	}
	if got := Rate("每月680.00元", ""); got != "" {
		t.Errorf("without a document: %q", got)
	}
}

// Over all documents of the collection, what a line is a share, a cap or some days of is
// read as it stands, and a line that is the full rate has that rate.
func TestRateOfDocuments(t *testing.T) {
	files, _ := filepath.Glob("../testdata/cases/*.yaml")
	more, _ := filepath.Glob("../testdata/counties/*/policies/*.yaml")
	whole := regexp.MustCompile(`^.*，(每月[0-9.]+元)$`)
	seen := 0
	for _, file := range append(files, more...) {
		p := ReadCaseFile(t, file)
		for _, c := range p.Cases {
			_, due, err := caseDue(p, c, nil)
			if err != nil {
				t.Fatalf("%s %s: %v", filepath.Base(file), c.Name, err)
			}
			for _, x := range due {
				m := whole.FindStringSubmatch(x.Sentence)
				if x.Outcome != Due || m == nil || !strings.Contains(x.Sentence, p.Document.Number) { // what a case gives has no document
					continue
				}
				seen++
				if got := Rate(x.Sentence, p.Document.Number); got != m[1] {
					t.Errorf("%s: %q has the rate %q", filepath.Base(file), x.Sentence, got)
				}
			}
		}
	}
	if seen < 50 {
		t.Errorf("only %d sentences", seen)
	}
}
