package desk

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zhida/payroll"
	"zhida/testdata/chromium"
)

// Whoever has no mouse does a whole month's deed by Tab, Shift-Tab, Enter, Space and arrows: signs in, finds a person, brings a sheet
// in, opens the batch, submits it with the passphrase, and signs out.
func TestKeyboardInChromium(t *testing.T) {
	o := open(t)
	o.run()
	w := chromium.Start(t).Window(1280)
	p := &person{w, o, "张敏"}
	press := func(words, under, key string) {
		t.Helper()
		w.Reach(words, under, false, false)
		w.Strike(key)
	}

	w.Visit(o.URL)
	w.Type("张敏") // the field has the focus already
	w.Tab(false)
	w.Type("not-the-one")
	w.Tab(true)
	w.Tab(false) // a field that is come back to is chosen whole, and typing replaces it
	w.Type(passphrase)
	w.Strike("\r")
	p.sees("要办的事")

	w.Key("\t")
	if at := chromium.Ask[string](w, `document.activeElement.innerText`); at != "跳到正文" {
		t.Errorf("the first Tab leads to %q", at)
	}
	w.Key("\r")
	w.Key("\t")
	if !chromium.Ask[bool](w, `document.querySelector("main").contains(document.activeElement)`) {
		t.Error("the link to the main part does not lead there")
	}

	press("查找", "", "\r")
	w.Type("王丙")
	w.Strike("\r")
	press("王丙", "", "\r")
	p.sees("王丙", "439***********0010")
	w.Back()
	p.sees("王丙", "人员") // the answer is there again, and no question whether to send the form anew

	days := filepath.Join(t.TempDir(), "下村登记.csv")
	if err := os.WriteFile(days, []byte("身份证号,姓名,单位代码,日期,类型\n439901198503010017,张甲,430725101,2026-10-12,下村\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	press("导入表格", "", "\r")
	w.Reach("表的种类", "", true, false)
	for range 40 { // down the list, as its words are read out
		if strings.Contains(chromium.Ask[string](w, `document.activeElement.selectedOptions[0].text`), "下村") {
			break
		}
		w.Key("\u0301") // the arrow down
	}
	w.Reach("文件，可以一次选几个", "", true, false)
	w.ChooseByKey(" ", days)
	w.Reach("更多", "", false, false)
	w.Key(" ")
	w.Reach("只收没有问题的行，并记入日志", "", true, false)
	w.Key(" ")
	if !chromium.Ask[bool](w, `document.querySelector("[name=accept_good]").checked`) {
		t.Error("the space bar does not tick the box")
	}
	before := o.head()
	press("导入", "", " ")
	if after := o.head(); after != before+1 {
		t.Errorf("the journal went from %d to %d:\n%s", before, after, w.Text())
	}

	press("本月", "", "\r")
	press("计算本月", "", " ")
	press("本月", "", "\r")
	press("2026-10/1", "批次", "\r")
	w.Reach("口令", "提交", true, false)
	w.Type(passphrase)
	w.Strike("\r")
	if s := o.state(first); s != payroll.Submitted {
		t.Errorf("it is %s:\n%s", s, w.Text())
	}
	w.Reach("退出", "", false, true)
	w.Strike(" ")
	if !w.Has("口令", "") {
		t.Errorf("still signed in:\n%s", w.Text())
	}
	p.fair()
}
