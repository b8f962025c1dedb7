package main

import (
	"encoding/json"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The verifier is worth something only if it shares nothing with what it verifies.
func TestOnlyTheStandardLibrary(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range parsed.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			first, _, _ := strings.Cut(path, "/")
			test := strings.HasSuffix(name, "_test.go")
			if first == "zhida" || strings.Contains(first, ".") && !test {
				t.Errorf("%s imports %s", name, path)
			}
		}
	}
}

// What the program makes is good: folders, zips, alone and together, with the key that the county would publish.
func TestHonestFolders(t *testing.T) {
	dir := county(t)
	names := []string{"证据_2026-01-1", "证据_2026-01-2.zip", "证据_2026-02-2", "early/证据_2026-01-1"}
	args := []string{}
	for _, n := range names {
		args = append(args, filepath.Join(dir, filepath.FromSlash(n)))
	}
	code, out, stderr := command(args...)
	if code != exitGood || stderr != "" || strings.Contains(out, "✗") {
		t.Fatalf("exit %d\n%s%s", code, out, stderr)
	}
	for _, want := range []string{"入账 2 笔，退回 1 笔，还没有答复 1 笔", "共 5 把密钥", "清单由 李复 签名", "信任：没有建立", "演练账本", "4 个文件夹的日志是同一条链，3 个批次"} {
		if !strings.Contains(out, want) {
			t.Errorf("the output does not say %q:\n%s", want, out)
		}
	}
	code, out, _ = command("--lang", "en", args[0], filepath.Join(dir, erased), filepath.Join(dir, april))
	if code != exitGood || strings.Contains(out, "✗") {
		t.Errorf("with folders of after an erasure: exit %d\n%s", code, out)
	}
	for _, want := range []string{"event 55 erased the data of 1 people (桃档〔2099〕1号), proposed by 张敏 and accepted by 王审", "Of 4 erased facts only digests are left", "Among the people of this batch 1 were erased", "2 parts that erasures left were held against a folder from before"} {
		if !strings.Contains(out, want) {
			t.Errorf("the output does not say %q:\n%s", want, out)
		}
	}
	f := load(t, args[0]).check(t, nil)
	pin := f.journal.first().key.id()
	code, out, _ = command("--json", "--lang", "en", "--pin", pin, "--files", filepath.Join(dir, "bank"), args[0])
	var result struct {
		Passed  bool
		Folders []folderResult
	}
	if err := json.Unmarshal([]byte(out), &result); err != nil {
		t.Fatal(err)
	}
	if code != exitGood || !result.Passed || !result.Folders[0].Trust.Pinned || len(result.Folders[0].Trust.Signers) != 3 {
		t.Errorf("exit %d: %s", code, out)
	}
	if !strings.Contains(out, "were compared too") {
		t.Errorf("the bank files were not compared:\n%s", out)
	}
	if code, out, _ := command("--pin", strings.Repeat("0", 32), args[0]); code != exitFailed || !strings.Contains(out, "不是 --pin 给的") || !strings.Contains(out, "信任：没有建立") {
		t.Errorf("a wrong pin: exit %d\n%s", code, out)
	}
}

// A bank file that is not what left, is gone, or is no file, is found by --files.
func TestBankFiles(t *testing.T) {
	dir := county(t)
	name := ""
	for file := range strings.Lines(load(t, filepath.Join(dir, january))["files.tsv"]) {
		name = strings.Split(file, "\t")[1]
	}
	text, err := os.ReadFile(filepath.Join(dir, "bank", name))
	if err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(file string) error{
		"✓  8":      func(file string) error { return os.WriteFile(file, text, 0o600) },
		"与导出时的摘要不同": func(file string) error { return os.WriteFile(file, append(slices.Clone(text), ' '), 0o600) },
		"没有这个银行文件":  func(string) error { return nil },
		"不是普通文件":    func(file string) error { return os.Mkdir(file, 0o700) },
	} {
		bank := t.TempDir()
		if err := spoil(filepath.Join(bank, name)); err != nil {
			t.Fatal(err)
		}
		if code, out, _ := command("--files", bank, filepath.Join(dir, january)); !strings.Contains(out, want) || (code == exitGood) != (want == "✓  8") {
			t.Errorf("exit %d, not said: %s\n%s", code, want, out)
		}
	}
}

// With new keys that a test knows, the same folder is good too; otherwise the forgeries below would prove nothing.
func TestRekeyedFolderIsGood(t *testing.T) {
	for _, name := range []string{"证据_2026-01-1", "证据_2026-01-2", "证据_2026-02-2", april} {
		f := rekeyed(load(t, filepath.Join(county(t), name)))
		if r := f.check(t, nil); !r.passed() {
			t.Errorf("%s: %v", name, told(r.report))
		}
		f.reseal()
		f.chain(1)
		f.manifest("王审")
		if r := f.check(t, nil); !r.passed() {
			t.Errorf("%s sealed again: %v", name, told(r.report))
		}
	}
}

// Whatever the path is, the exit code says what happened.
func TestExitCodes(t *testing.T) {
	dir := t.TempDir()
	empty, noZip := filepath.Join(dir, "empty"), filepath.Join(dir, "no.zip")
	if err := os.Mkdir(empty, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(noZip, []byte("PK"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		want int
		args []string
	}{
		{exitUsage, nil}, {exitUsage, []string{"--nonsense"}}, {exitUsage, []string{"--pin", "12", empty}}, {exitUsage, []string{empty, "--pin", "12"}}, {exitGood, []string{"--help"}}, {exitUsage, []string{"--lang", "fr", empty}},
		{exitMissing, []string{filepath.Join(dir, "none")}}, {exitUnreadable, []string{noZip}}, {exitFailed, []string{empty}},
		{exitFailed, []string{noZip, empty}}, {exitUnreadable, []string{filepath.Join(dir, "none"), noZip}},
	} {
		if code, out, stderr := command(c.args...); code != c.want {
			t.Errorf("%v: exit %d instead of %d\n%s%s", c.args, code, c.want, out, stderr)
		}
	}
}

// Every code has Chinese and English with the same arguments, and every code is used.
func TestWords(t *testing.T) {
	used := map[string]bool{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	source := ""
	for _, name := range files {
		if name == "words.go" || strings.HasSuffix(name, "_test.go") {
			continue
		}
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		source += string(b)
	}
	for code, both := range sentences {
		// Codes of amounts are made of "amounts." and what differs.
		what, amounts := strings.CutPrefix(code, "amounts.")
		used[code] = strings.Contains(source, `"`+code+`"`) || amounts && strings.Contains(source, `"`+what+`"`)
		if !used[code] {
			t.Errorf("%s is used nowhere", code)
		}
		if both[0] == "" || both[1] == "" || strings.Count(both[0], "%") != strings.Count(both[1], "%") {
			t.Errorf("%s does not say the same in both languages", code)
		}
	}
	for n, w := range checksWords[1:] {
		if slices.Contains([]string{w.name[0], w.name[1], w.established[0], w.established[1], w.meaning[0], w.meaning[1]}, "") {
			t.Errorf("check %d lacks words", n+1)
		}
	}
}

// What comes from outside cannot move the cursor, turn the text or hide.
func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"张三": "张三", "\x1b[2J": `\u{1b}[2J`, "a\u202eb": `a\u{202e}b`, "\xff": `\u{fffd}`, "a\x00\nb": `a\u{0}\u{a}b`, "=HYPERLINK()": "=HYPERLINK()",
		"卡6228480000000000018。": "卡***************0018。", "430725101200": "430725101200", strings.Repeat("1", 64): strings.Repeat("1", 64),
	} {
		if got := clean(in); got != want {
			t.Errorf("%q prints as %q, want %q", in, got, want)
		}
	}
	if n := len([]rune(clean(strings.Repeat("长", 1000)))); n > 301 {
		t.Errorf("a long text prints %d characters", n)
	}
}
