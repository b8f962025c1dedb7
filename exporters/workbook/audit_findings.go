package workbook

import (
	"fmt"
	"strings"

	"zhida/payroll"
	"zhida/payroll/checks"
	"zhida/rules/message"
)

// rowsShown is how many rows of a finding a cell quotes; `batch findings --json` has more.
const rowsShown = 20

// newFindings is the list of what the checks found, with the answers.
func (a *audit) newFindings() *table {
	rest := "没有审核事项"
	if a.head.Checking.Batch == 0 {
		rest = "还没有提交；审核事项在提交时查出并固定"
	}
	return a.book.newTable("审核事项", "审核事项和答复", rest, 0,
		colSerial, colBatch, shortColumn("轻重", 5), shortColumn("检查", 12), shortColumn("检查代码", 12), shortColumn("单位", 12), colPerson, colName, shortColumn("项目", 10), colMonth,
		column{head: "涉及金额", chars: 9, style: moneyStyle}, colDocument, textColumn("事项", 34), textColumn("所据的行", 36), textColumn("答复", 18), shortColumn("答复依据", 14), shortColumn("答复人", 7))
}

// newRuns is the list of all checks: which were run, on data of which date, and which could
// not be.
func (a *audit) newRuns() *table {
	return a.book.newTable("检查情况", "检查情况表", "还没有提交，没有检查", 0,
		colSerial, colBatch, shortColumn("检查代码", 15), shortColumn("检查", 18), shortColumn("轻重", 9), shortColumn("结果", 9), column{head: "事项", chars: 6, style: countStyle}, shortColumn("登记数据日期", 11), textColumn("没有查的原因", 30), textColumn("看什么", 46))
}

// findings fills both lists.
func (a *audit) findings() error {
	items, places := map[string]string{}, map[string]string{}
	for _, it := range a.head.Items {
		items[it.Code] = it.Name
	}
	for _, p := range append(append([]payroll.ReportPlace{}, a.head.Townships...), a.head.Villages...) {
		places[p.Code] = p.Name
	}
	for _, r := range a.survey.Reports {
		h := r.Head()
		for i := range h.Checking.Findings {
			f := &h.Checking.Findings[i]
			if err := a.found.add(findingCells(h.Batch.ID, f, items, places)); err != nil {
				return ofPerson(err, f.Person)
			}
		}
		for _, s := range h.Checking.States {
			if err := a.runs.add(runCells(h.Batch.ID, s)); err != nil {
				return err
			}
		}
	}
	return nil
}

func findingCells(id payroll.BatchID, f *payroll.CheckFinding, items, places map[string]string) []cell {
	check, _ := checks.Find(f.Check)
	at := cell{}
	if f.Month != 0 {
		at = month(f.Month)
	}
	person := cell{}
	if f.Person != 0 {
		person = number(f.Person)
	}
	answer := f.Answer
	if f.Open() {
		answer = "（未答复）"
	}
	return []cell{{}, text(id.String()), text(f.Severity.Chinese()), text(check.Name), text(f.Check), text(named(places, f.Place)), person, text(f.Name), text(named(items, f.Item)), at,
		fen(f.Fen), text(f.Document), text(f.Message.Text(message.Chinese)), text(quoted(f.Rows)), text(answer), text(f.Paper), text(f.AnsweredBy)}
}

func runCells(id payroll.BatchID, s checks.State) []cell {
	check, _ := checks.Find(s.Check)
	severity := check.Severity.Chinese()
	if check.Softer {
		severity += "或" + checks.Review.Chinese()
	}
	result, date := "已查", "—"
	var lacking []string
	if !s.Ran {
		result = "没有查"
		for _, l := range s.Lacking {
			lacking = append(lacking, "缺"+l.Chinese())
		}
	}
	if s.AsOf != 0 {
		date = s.AsOf.String()
	}
	return []cell{{}, text(id.String()), text(s.Check), text(check.Name), text(severity), text(result), number(int64(s.Found)), text(date), text(strings.Join(lacking, "，")), text(check.Looks)}
}

// named is a name by its code, or the code where there is none.
func named(names map[string]string, code string) string {
	if name := names[code]; name != "" {
		return name
	}
	return code
}

// quoted joins the first rows of a finding, and says how many there are.
func quoted(rows []string) string {
	if len(rows) > rowsShown {
		return strings.Join(rows[:rowsShown], "；") + fmt.Sprintf("；……共 %d 行", len(rows))
	}
	return strings.Join(rows, "；")
}
