package desk

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"zhida/testdata/chromium"
)

// A township reports its days from what its own pages give it, mends the one wrong row in the workbook that comes back, and prints its
// notice once the bureau has accepted and paid.
func TestTownshipInChromium(t *testing.T) {
	o := chained(t)
	b := chromium.Start(t)
	print := tool(t, "pdftotext")
	town := o.sit(b, "陈镇")
	town.sees("没有报 在册乡镇干部 1", "没有退票")
	town.Press("去报", "")
	town.sees("陬市镇", "张甲", "这个月还没有报考勤")
	if sheet := unzipped(t, read(t, town.Download("下载填好本单位人员的考勤表", ""))); !strings.Contains(sheet, "439901198503010017") || strings.Contains(sheet, "439901198804120017") {
		t.Error("the sheet does not hold the township's own people and nobody else")
	}

	days := filepath.Join(t.TempDir(), "陬市镇下村登记.csv")
	if err := os.WriteFile(days, []byte("身份证号,姓名,单位代码,日期,类型,所到村\n439901198503010017,张甲,430725101,2026-10-12,下村,高湾村\n439901198503010017,张甲,430725101,2026-10-32,下村,高湾村\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	before := o.head()
	town.Choose("填好的考勤表", "", days)
	town.Press("报送", "")
	town.sees("没有 2026-10-32 这一天")
	if o.head() != before {
		t.Error("a sheet with a wrong row came in")
	}
	marked := town.Download("下载标好问题的工作簿", "")
	town.Visit(o.URL + "/place/430725101/attendance/2026-10")
	town.Choose("填好的考勤表", "", mended(t, marked, ">2026-10-32<", ">2026-10-13<"))
	town.Press("报送", "")
	if o.head() != before+1 {
		t.Errorf("the mended sheet did not come in:\n%s", town.Text())
	}

	town.Press("待办", "")
	town.sees("您报的，还没有定", "陬市镇下村登记_问题.xlsx")

	checker := o.sit(b, "李复")
	checker.Press("待确认的事项", "")
	checker.Press("陬市镇下村登记_问题.xlsx", "")
	checker.sees("张甲", "2026-10-13")
	checker.Fill("口令", passphrase, "确认")
	checker.Press("确认", "确认")
	if list, err := o.book.ProposalList(context.Background(), true); err != nil || len(list) != 0 {
		t.Fatalf("%v %v", list, err)
	}
	town.Press("待办", "")
	town.sees("已报")

	o.run("submit", "check", "approve")
	town.Press("公示表", "")
	town.sees("陬市镇")
	z, err := zip.OpenReader(town.Download("下载打印", ""))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	notice := ""
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, ".html") {
			in, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(in)
			if err != nil {
				t.Fatal(err)
			}
			notice = filepath.Join(t.TempDir(), "notice.html")
			if err := os.WriteFile(notice, text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	town.fair()
	checker.fair()
	town.Visit("file://" + notice)
	pdf := filepath.Join(t.TempDir(), "notice.pdf")
	if err := os.WriteFile(pdf, town.Print(), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(print, "-layout", pdf, "-").Output()
	if text := string(out); err != nil || !strings.Contains(text, "张甲") || !strings.Contains(text, "下村") || strings.Contains(text, "李乙") || strings.Contains(text, "439901") {
		t.Errorf("the notice: %s %v", text, err)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// mended is a workbook with one text in the place of another, as a clerk types over a cell.
func mended(t *testing.T, file, old, fresh string) string {
	t.Helper()
	z, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	to := filepath.Join(t.TempDir(), filepath.Base(file))
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	changed := 0
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		changed += bytes.Count(text, []byte(old))
		text = bytes.ReplaceAll(text, []byte(old), []byte(fresh))
		part, err := w.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if changed != 1 {
		t.Fatalf("%s stands there %d times", old, changed)
	}
	if err := os.WriteFile(to, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return to
}
