package importers

import (
	"archive/zip"
	"bufio"
	"bytes"
	"fmt"
	"io"
	"maps"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"zhida/importers/sheet"
)

// largeID makes resident IDs that are nobody's, one for each number.
func largeID(n int) string {
	const last = "10X98765432"
	id := fmt.Sprintf("439901%04d%02d%02d%03d", 1950+n/999/336, 1+n/999/28%12, 1+n/999%28, 1+n%999)
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += w * int(id[i]-'0')
	}
	return id + last[sum%11:sum%11+1]
}

// largeRoster writes a roster of people, each with a note of so many characters that no
// other row has, as a workbook or as text.
func largeRoster(t testing.TB, file string, people, note int) {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	dice := rand.New(rand.NewSource(1))
	row := func(n int) []string {
		text := make([]rune, note)
		for i := range text {
			text[i] = rune(0x4e00 + dice.Intn(0x5000))
		}
		return []string{largeID(n), fmt.Sprintf("张%c%c", rune(0x4e00+n%5000), rune(0x5e00+n/5000)), "村干部", fmt.Sprintf("430725101%03d", n%200), "2008-07-01", "本县", "2026-10-01", string(text)}
	}
	headings := []string{"身份证号", "姓名", "人员类别", "单位代码", "参加工作日期", "户籍", "生效日期", "备注标记"}
	if strings.HasSuffix(file, ".csv") {
		w := bufio.NewWriter(f)
		fmt.Fprintln(w, strings.Join(headings, ","))
		for n := range people {
			fmt.Fprintln(w, strings.Join(row(n), ","))
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		return
	}
	z := zip.NewWriter(f)
	part := func(name, text string) io.Writer {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, text)
		return w
	}
	part("[Content_Types].xml", `<Types/>`)
	part("xl/workbook.xml", `<workbook xmlns:r="r"><sheets><sheet name="全县" sheetId="1" r:id="rId1"/></sheets></workbook>`)
	part("xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>`)
	w := bufio.NewWriter(part("xl/worksheets/sheet1.xml", `<worksheet><sheetData>`))
	for n := -1; n < people; n++ {
		cells := headings
		if n >= 0 {
			cells = row(n)
		}
		fmt.Fprintf(w, `<row r="%d">`, n+2)
		for c, s := range cells {
			fmt.Fprintf(w, `<c r="%s" t="inlineStr"><is><t>%s</t></is></c>`, sheet.Address(c+1, n+2), s)
		}
		io.WriteString(w, `</row>`)
	}
	io.WriteString(w, `</sheetData></worksheet>`)
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
}

// A file up to 20 MB costs at most 256 MiB and 10 s, whatever is in it. Each is read by a
// process of its own, with the program's settings for garbage.
func TestCostOfLargeFiles(t *testing.T) {
	if file := os.Getenv("ZHIDA_READ"); file != "" {
		debug.SetGCPercent(300)
		debug.SetMemoryLimit(Memory)
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		defer memory(t)
		in, err := Read("roster", filepath.Base(file), data, Options{})
		if err != nil {
			fmt.Printf("read: %v in %v\n", err, time.Since(begun).Round(time.Millisecond))
			return
		}
		fmt.Printf("read: %d rows, %d problems in %v\n", len(in.Rows), len(in.Problems), time.Since(begun).Round(time.Millisecond))
		return
	}
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("this system does not say how much memory a process has held")
	}
	dir := t.TempDir()
	for name, c := range map[string]struct{ people, note int }{
		"roster.xlsx": {150_000, 12}, "notes.xlsx": {110_000, 60}, "roster.csv": {170_000, 12},
	} {
		if testing.Short() || os.Getenv("ZHIDA_LONG") == "" && name != "roster.xlsx" {
			continue
		}
		file := filepath.Join(dir, name)
		largeRoster(t, file, c.people, c.note)
		measure(t, file)
	}
	const most = 20<<20 - 4096
	row := strings.Repeat(",", 255) + "\n"
	wrong := "身份证号,姓名,人员类别,单位代码\n"
	for name, data := range map[string][]byte{
		"commas.csv":   []byte(strings.Repeat(row, most/len(row))),
		"wrong.csv":    []byte(wrong + strings.Repeat("9,2,3,4\n", 190_000)),
		"quote.csv":    []byte(`"` + strings.Repeat("张", most/3)),
		"gb18030.csv":  bytes.Repeat([]byte("\xd5\xc5,\xd5\xc5,\xd5\xc5\xd5\xc5\xd5\xc5\n"), most/13),
		"cells.xlsx":   parts(t, map[string]string{"xl/worksheets/sheet1.xml": "<worksheet><sheetData>" + strings.Repeat("<row>"+strings.Repeat("<c><v>1</v></c>", 200)+"</row>", 90<<20/3011) + "</sheetData></worksheet>"}),
		"strings.xlsx": parts(t, map[string]string{"xl/sharedStrings.xml": "<sst>" + strings.Repeat("<si><t>a</t></si>", 90<<20/17) + "</sst>"}),
		"merged.xlsx":  parts(t, map[string]string{"xl/worksheets/sheet1.xml": "<worksheet><sheetData/>" + strings.Repeat(`<mergeCell ref="A1:A200000"/>`, 90<<20/30) + "</worksheet>"}),
		"deep.xlsx":    parts(t, map[string]string{"xl/styles.xml": strings.Repeat("<a>", 90<<20/3)}),
		"names.xlsx":   parts(t, map[string]string{"xl/styles.xml": "<a " + strings.Repeat("b", 90<<20) + "='1'/>"}),
		"attrs.xlsx":   parts(t, map[string]string{"xl/styles.xml": "<a " + strings.Repeat("b='1' ", 90<<20/6) + "/>"}),
	} {
		if testing.Short() || os.Getenv("ZHIDA_LONG") == "" && !strings.HasPrefix(name, "wrong") && !strings.HasPrefix(name, "cells") {
			continue
		}
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		measure(t, file)
	}
}

// parts is a workbook with some of its parts written over.
func parts(t *testing.T, other map[string]string) []byte {
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

// memory prints the most that this process has held, which only its own status knows: what
// a parent is told counts its own memory from before the process was another program.
func memory(t *testing.T) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, most, _ := strings.Cut(string(status), "VmHWM:")
	fmt.Println("memory:", strings.Fields(most)[0])
}

func measure(t *testing.T, file string) {
	t.Helper()
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestCostOfLargeFiles$")
	cmd.Env = append(os.Environ(), "ZHIDA_READ="+file)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", file, err, out)
	}
	took := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime() // the machine may have other work
	most := 0
	if _, text, ok := strings.Cut(string(out), "memory: "); !ok {
		t.Fatalf("%s: %s", file, out)
	} else if _, err := fmt.Sscan(text, &most); err != nil {
		t.Fatal(err)
	}
	most >>= 10
	first, _, _ := strings.Cut(string(out), "\n")
	t.Logf("%s, %d kB: %d MiB, %v; %s", filepath.Base(file), info.Size()>>10, most, took.Round(time.Millisecond), first)
	if most > 256 || took > 10*time.Second {
		t.Errorf("%s costs %d MiB and %v", filepath.Base(file), most, took)
	}
}
