package app

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"zhida/importers"
	"zhida/importers/returns"
	"zhida/payroll"
	"zhida/payroll/banklayout"
	"zhida/rules/message"
	"zhida/rules/policy"
)

// bookOfParts is a workbook with some of its parts written over.
func bookOfParts(t *testing.T, other map[string]string) []byte {
	t.Helper()
	all := map[string]string{"[Content_Types].xml": "<Types/>", "xl/workbook.xml": `<workbook xmlns:r="r"><sheets><sheet name="表" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>`, "xl/worksheets/sheet1.xml": "<worksheet/>"}
	maps.Copy(all, other)
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, all[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// hostile are small files that are damaged, cut off, or made to break whoever reads them, by
// their endings.
func hostile(t *testing.T) map[string][]byte {
	t.Helper()
	good, err := os.ReadFile("../../../../testdata/problems/import.extra_columns.xlsx") // well formed
	if err != nil {
		t.Fatal(err)
	}
	within := func(text string) []byte {
		return bookOfParts(t, map[string]string{"xl/worksheets/sheet1.xml": text})
	}
	return map[string][]byte{
		"empty.csv": {}, "nothing.xlsx": {}, "zeros.xlsx": make([]byte, 4096), "zeros.csv": make([]byte, 4096),
		"random.csv": []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xfe\xfd"), "quote.csv": []byte("\"身份证号,姓名\n" + strings.Repeat("甲,", 999)),
		"escape.csv": []byte("身份证号,姓名\n\x1b[2J\x1b]0;x\x07,\u202e甲\n"), "code.csv": []byte("=cmd|' /C calc'!A0,<script>alert(1)</script>\n"),
		"halves.csv": []byte("\xd5\xc5\xff,\xd5\n"), "utf16.csv": []byte("\xff\xfe1\x00\xd8\x00"), "html.xls": []byte("<html><body>回盘</body></html>"),
		"half.xlsx": good[:len(good)/2], "tail.xlsx": good[:len(good)-30], "head.xlsx": good[30:],
		"cut.xlsx": within("<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><v>1</v>"), "far.xlsx": within(`<worksheet><sheetData><row r="1"><c r="XFD1"><v>1</v></c></row></sheetData></worksheet>`),
		"twice.xlsx":   within(`<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row></sheetData></worksheet>`),
		"order.xlsx":   within(`<worksheet><sheetData><row r="2"/><row r="1"/></sheetData></worksheet>`),
		"entity.xlsx":  within(`<!DOCTYPE a [<!ENTITY b "` + strings.Repeat("b", 999) + `"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]><worksheet>&c;</worksheet>`),
		"outside.xlsx": bookOfParts(t, map[string]string{"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Target="../../../etc/passwd"/></Relationships>`}),
		"upwards.xlsx": bookOfParts(t, map[string]string{"../../etc/cron.d/x": "x"}),
		"bomb.xlsx":    within(strings.Repeat("\x00", 80<<20)), "strings.xlsx": bookOfParts(t, map[string]string{"xl/sharedStrings.xml": "<sst>" + strings.Repeat("<si><t>a</t></si>", 1<<20) + "</sst>"}),
		"deep.xml": []byte(strings.Repeat("<Document>", 50_000)), "entity.xml": []byte(`<!DOCTYPE a [<!ENTITY b "b">]><Document>&b;</Document>`), "cut.xml": []byte("<Document><CstmrPmtStsRpt><OrgnlGrp"),
		"alias.yaml": []byte("a: &a [1, 1]\nb: &b [*a, *a]\nc: [*b, *b]\n"), "deep.yaml": []byte(strings.Repeat("[", 100_000)), "tabs.yaml": []byte("\ta: 1\n"), "gbk.yaml": []byte("\xce\xc4: 1\n"),
		"tag.yaml": []byte("文件: !!binary \"x\"\n项目: !!python/object:os.system x\n"), "twice.yaml": []byte("文件: {文号: a}\n文件: {文号: b}\n"), "list.yaml": []byte("- 1\n"),
		"columns.yaml": []byte("表: {标准: {键: [职务], 值: [每月], 来自: ../../../../etc/passwd}}\n"), "template.yaml": []byte("code: own\ntemplate: ../../../../etc/passwd\n"),
	}
}

// readers are the ways in which a file of others comes in, beside the sheets of an import.
var readers = map[string]func(ctx context.Context, file string) error{
	"policy": func(_ context.Context, file string) error {
		text, err := PolicyText(file)
		if err == nil {
			_, err = policy.Read(file, text)
		}
		return err
	},
	"table": func(_ context.Context, file string) error {
		data, err := readFile(file)
		if err == nil {
			_, err = importers.PolicyTable(file, data, policy.Spreadsheet{Columns: []string{"职务", "每月"}})
		}
		return err
	},
	"layout": func(_ context.Context, file string) error {
		text, err := LayoutText(file)
		if err == nil {
			_, err = banklayout.Read(file, text)
		}
		return err
	},
	"template": func(_ context.Context, file string) error { // the workbook of a bank that a layout names
		preset, err := banklayout.Preset("jilin-xlsx")
		if err != nil {
			return err
		}
		l := *preset
		data, err := readFile(file)
		if err != nil {
			return err
		}
		l.Template = "base64:" + base64.StdEncoding.EncodeToString(data)
		_, err = TryLayout(&l, 20260101, 1)
		return err
	},
	"settings": func(_ context.Context, file string) error {
		text, err := LayoutText(file)
		if err == nil {
			_, err = payroll.ReadSettings(file, text)
		}
		return err
	},
}

// refusal is the code with which a file was refused, of the first problem where there are several.
func refusal(err error) string {
	var problems message.Problems
	if errors.As(err, &problems) && len(problems) > 0 {
		return problems[0].Code
	}
	return message.Code(err)
}

// Whatever comes in damaged, cut off or made to do harm is refused with a sentence and an exit code
// that is not that of a fault of the program, by every command that reads files; the book is as before.
func TestHostileFiles(t *testing.T) {
	b := newFundBook(t)
	b.fund()
	ctx := context.Background()
	dir := t.TempDir()
	head := func() int64 {
		h, err := b.app.Book.Head(ctx)
		b.must(err)
		return h.Position
	}
	before := head()
	tried := 0
	check := func(how, file string, err error) {
		tried++
		code := refusal(err)
		m := message.M(code)
		if err == nil || code == "" || m.Exit() == message.ExitDone || m.Exit() == message.ExitInternal || m.Hint(message.Chinese) == "" {
			t.Errorf("%s of %s: %q %v", how, filepath.Base(file), code, err)
		}
	}
	files := hostile(t)
	for i, name := range slices.Sorted(maps.Keys(files)) {
		file := filepath.Join(dir, name)
		b.must(os.WriteFile(file, files[name], 0o600))
		if !strings.HasSuffix(name, ".yaml") {
			kinds := importers.Kinds()
			if name == "bomb.xlsx" || name == "strings.xlsx" { // one gate reads for all of them, and these take it a second
				kinds = kinds[i%len(kinds):][:1]
			}
			for k, kind := range kinds {
				if os.Getenv("ZHIDA_LONG") == "" && len(kinds) > 1 && k%3 != i%3 { // each kind has a third of the files
					continue
				}
				check(kind, file, b.app.Import(ctx, b.by["张敏"], kind, []string{file}, ImportOptions{ImportOptions: payroll.ImportOptions{AcceptGood: true}}, func(Imported) error { return nil }, nil))
			}
			for _, layout := range []string{"ccb-txt", "psbc-txt", "icbc-xls", "pain001"} {
				_, err := b.app.Returns(ctx, b.by["张敏"], file, ReturnOptions{Layout: layout})
				check("returns "+layout, file, err)
			}
		}
		for _, how := range slices.Sorted(maps.Keys(readers)) {
			check(how, file, readers[how](ctx, file))
		}
	}
	if after := head(); after != before {
		t.Errorf("the journal went from %d to %d", before, after)
	}
	if tried < 400 {
		t.Errorf("%d files were tried", tried)
	}
}

// An evidence folder with one file that is none of ours is refused with a sentence, or is computed
// to the same digest where nothing rests on the file; the verifier finds it in any case.
func TestHostileEvidence(t *testing.T) {
	b := newFundBook(t)
	b.fund()
	ctx := context.Background()
	batch := b.run(202601)
	b.must(b.approve(batch.ID))
	folder, _, _, err := b.app.Evidence(ctx, b.by["张敏"], batch.ID, t.TempDir())
	b.must(err)
	good, err := RerunEvidence(ctx, folder)
	b.must(err)
	small := hostile(t)
	contents := [][]byte{{}, []byte("\t\t\t\n"), small["random.csv"], small["zeros.csv"], bytes.Repeat([]byte("9\t"), 2<<20), []byte("1\t2")}
	refused, n := 0, 0
	b.must(filepath.WalkDir(folder, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		was, err := os.ReadFile(name)
		b.must(err)
		b.must(os.WriteFile(name, contents[n%len(contents)], 0o600))
		n++
		r, err := RerunEvidence(ctx, folder)
		switch m := message.M(refusal(err)); {
		case err == nil && r.Digest != good.Digest:
			t.Errorf("%s: computed to %s", filepath.Base(name), r.Digest)
		case err != nil && (m.Code == "" || m.Exit() == message.ExitDone || m.Exit() == message.ExitInternal):
			t.Errorf("%s: %q %v", filepath.Base(name), m.Code, err)
		case err != nil:
			refused++
		}
		return os.WriteFile(name, was, 0o600)
	}))
	if n < 20 || refused < 12 {
		t.Errorf("%d files, %d of them refused", n, refused)
	}
}

// costly are large files that are cheap to write and dear to read, by name.
func costly(t *testing.T, name string) []byte {
	t.Helper()
	var keys strings.Builder
	for i := 0; name == "keys.yaml" && keys.Len() < 4<<20-64; i++ {
		fmt.Fprintf(&keys, "k%d: 1\n", i)
	}
	switch name {
	case "cells.xlsx":
		return bookOfParts(t, map[string]string{"xl/worksheets/sheet1.xml": "<worksheet><sheetData>" + strings.Repeat("<row>"+strings.Repeat("<c><v>1</v></c>", 200)+"</row>", 90<<20/3011) + "</sheetData></worksheet>"})
	case "strings.xlsx":
		return bookOfParts(t, map[string]string{"xl/sharedStrings.xml": "<sst>" + strings.Repeat("<si/>", 15<<20/5) + "</sst>"})
	case "rows.csv":
		return []byte("村代码,选举日期,交接日期,文号,结果,身份证号,姓名,变动类型,变动日期,账号,交易日期,借方金额,流水号\n" + strings.Repeat("1,2,3,4,5,6,7,8,9,10,11,12,13\n", 600_000))
	case "keys.yaml":
		return []byte(keys.String())
	case "fewer.yaml": // as many as are still taken apart
		return []byte("文件: [" + strings.Repeat("1,", 290_000) + "1]\n")
	case "line.yaml":
		return []byte("code: \"" + strings.Repeat("张", 4<<20/3-64))
	}
	return nil
}

// What costs most of each way in: at most 256 MiB and 10 s, in a process of its own with the
// program's settings for garbage. The sheets of an import are weighed in package importers.
func TestCostOfHostileFiles(t *testing.T) {
	if how := os.Getenv("ZHIDA_HOSTILE"); how != "" {
		debug.SetGCPercent(300)
		debug.SetMemoryLimit(importers.Memory)
		way, file, _ := strings.Cut(how, "|")
		var err error
		if read := readers[way]; read != nil {
			err = read(context.Background(), file)
		} else {
			data, err2 := readFile(file)
			if err = err2; err == nil {
				_, err = importers.Read(way, filepath.Base(file), data, importers.Options{})
			}
			if layout, preset := banklayout.Preset(way); preset == nil && err2 == nil {
				_, err = returns.Read(filepath.Base(file), data, layout)
			}
		}
		status, err2 := os.ReadFile("/proc/self/status")
		if err2 != nil {
			t.Fatal(err2)
		}
		_, most, _ := strings.Cut(string(status), "VmHWM:")
		fmt.Println("memory:", strings.Fields(most)[0], refusal(err))
		return
	}
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("this system does not say how much memory a process has held")
	}
	dir := t.TempDir()
	for _, x := range []struct{ way, file string }{
		{"settings", "keys.yaml"}, {"template", "strings.xlsx"}, {"policy", "fewer.yaml"}, // these always, the rest in a long run
		{"layout", "fewer.yaml"}, {"settings", "fewer.yaml"}, {"policy", "keys.yaml"}, {"layout", "line.yaml"}, {"table", "cells.xlsx"}, {"psbc-txt", "cells.xlsx"},
		{payroll.KindElection, "rows.csv"}, {payroll.KindChanges, "rows.csv"}, {"statement", "rows.csv"}, {"statement", "cells.xlsx"},
	} {
		if testing.Short() || os.Getenv("ZHIDA_LONG") == "" && (x.way == "layout" || x.way == "table" || x.file == "rows.csv" || x.file == "cells.xlsx") {
			continue
		}
		file := filepath.Join(dir, x.file)
		if err := os.WriteFile(file, costly(t, x.file), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(os.Args[0], "-test.run=^TestCostOfHostileFiles$")
		cmd.Env = append(os.Environ(), "ZHIDA_HOSTILE="+x.way+"|"+file)
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v\n%s", x.file, err, out)
		}
		took := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime() // the machine may have other work
		most, code := 0, ""
		if _, text, ok := strings.Cut(string(out), "memory: "); !ok {
			t.Fatalf("%s: %s", x.file, out)
		} else if _, err := fmt.Sscan(text, &most, &code); err != nil {
			t.Fatalf("%s of %s is not refused with a code: %s", x.way, x.file, out)
		}
		t.Logf("%s of %s: %d MiB, %v, %s", x.way, x.file, most>>10, took.Round(time.Millisecond), code)
		if most>>10 > 256 || took > 10*time.Second {
			t.Errorf("%s of %s costs %d MiB and %v", x.way, x.file, most>>10, took)
		}
	}
}
