package workbook

import (
	"bytes"
	"strings"
	"testing"

	"zhida/payroll"
)

// textsOf are all texts of a workbook, one a line.
func textsOf(t *testing.T, data []byte) string {
	t.Helper()
	f := opened(t, data)
	var all []string
	for _, name := range f.GetSheetList() {
		rows, err := f.GetRows(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			all = append(all, strings.Join(r, " "))
		}
	}
	return strings.Join(all, "\n")
}

// A notice speaks to who can do something about it: from pay that goes on it is kept back,
// who has no pay any more is asked for it, and of the dead the family is.
func TestNoticeWords(t *testing.T) {
	for name, c := range map[string]struct {
		debtor    payroll.Debtor
		has, lack string
	}{
		"in pay":      {payroll.Debtor{}, "从以后各月的应发中扣回", "家属"},
		"without pay": {payroll.Debtor{Ended: true}, "您目前没有应发的款项可以扣回", "同意扣回"},
		"dead":        {payroll.Debtor{Died: 20260105, Ended: true}, "2026-01-05 去世）的家属", "您"},
	} {
		c.debtor.Name, c.debtor.Person, c.debtor.Owed = "卫丙丙", 12, 33050
		var b bytes.Buffer
		err := WriteNotice(&b, Notice{Unit: "桃源县财政局", Number: "桃财扣通〔2026〕5号", Date: 20260510, Debtor: c.debtor,
			Rows: []NoticeRow{{Item: "离任补贴", Month: 202602, Batch: payroll.NewBatchID(202603, 1), Fen: 33050}}})
		if err != nil {
			t.Fatal(err)
		}
		text := textsOf(t, b.Bytes())
		if !strings.Contains(text, c.has) || strings.Contains(text, c.lack) || !strings.Contains(text, "叁佰叁拾元伍角") || strings.Contains(text, "发给你") {
			t.Errorf("%s:\n%s", name, text)
		}
	}
}

// The cover of a reissue says what it pays: what had come back.
func TestReissueCover(t *testing.T) {
	r := newFake(20)
	if strings.Contains(textsOf(t, written(t, r, partRows)), "重发退票") {
		t.Error("a month's batch speaks of reissues")
	}
	r = fakeOf(&fakeReport{people: 20, kind: payroll.Reissue})
	if text := textsOf(t, written(t, r, partRows)); !strings.Contains(text, "重发退票") || !strings.Contains(text, "重发批次（退票重发）") {
		t.Error("the cover of a reissue does not say so")
	}
}
