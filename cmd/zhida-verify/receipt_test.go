package main

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// receipted makes the receipt of person 1 in the county's February batch.
func receipted(t *testing.T) string {
	t.Helper()
	dir := county(t)
	c := exec.Command(filepath.Join(dir, "zhida"), "receipt", "1", "2026-02/2", "--out", t.TempDir(), "--json")
	c.Dir = dir
	c.Env = append(os.Environ(), "ZHIDA_BOOK=book.db", "ZHIDA_LANG=zh")
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v %s", err, out)
	}
	var made struct {
		Files []string `json:"files"`
	}
	if err := json.Unmarshal(out, &made); err != nil {
		t.Fatal(err)
	}
	text := slices.IndexFunc(made.Files, func(s string) bool { return strings.HasSuffix(s, ".txt") })
	b, err := os.ReadFile(made.Files[text])
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func verdict(t *testing.T, text string, args ...string) (int, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "r.txt")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := command(append([]string{"--receipt", file}, args...)...)
	return code, out + errs
}

// codes are the texts of a receipt's codes, as docs/evidence.en.md has them.
func codes(t *testing.T, text string, each int) []string {
	t.Helper()
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	z.Close()
	all := base64.RawURLEncoding.EncodeToString(packed.Bytes())
	n := (len(all) + each - 1) / each
	var list []string
	for i := range n {
		list = append(list, "ZHIDA1 "+position(int64(i+1))+"/"+position(int64(n))+" "+all[i*each:min((i+1)*each, len(all))])
	}
	return list
}

// An honest receipt proves its row, as a text or as its codes in any order, and any byte that is changed is found.
func TestReceipt(t *testing.T) {
	text := receipted(t)
	seal := checkReceipt(text, "", "zh").Seal
	if code, out := verdict(t, text, "--seal", seal); code != exitGood || !strings.Contains(out, "在封签之下") || !strings.Contains(out, "和县里公布的相同") {
		t.Fatalf("%d %s", code, out)
	}
	if code, out := verdict(t, text); code != exitGood || !strings.Contains(out, "另造") {
		t.Fatalf("%d %s", code, out)
	}
	if code, out := verdict(t, text, "--seal", strings.Repeat("0", 64)); code != exitFailed || !strings.Contains(out, "另一") && !strings.Contains(out, "不是同一批") {
		t.Fatalf("another seal: %d %s", code, out)
	}
	list := codes(t, text, 300)
	slices.Reverse(list)
	if code, out := verdict(t, strings.Join(list, "\n")+"\n"); code != exitGood {
		t.Fatalf("its codes: %d %s", code, out)
	}
	if code, _ := verdict(t, strings.Join(list[1:], "\n")+"\n"); code != exitUnreadable {
		t.Fatalf("a code is missing: %d", code)
	}
	step := 1
	if testing.Short() {
		step = 7
	}
	for i := 0; i < len(text); i += step {
		changed := text[:i] + string(text[i]^1) + text[i+1:]
		if r := checkReceipt(changed, seal, "zh"); len(r.Faults) == 0 && !strings.Contains(text[max(0, i-40):i], "step=") && !onlyName(text, i) {
			t.Errorf("byte %d changed unseen: %q", i, text[max(0, i-30):min(len(text), i+10)])
		}
	}
	for _, what := range []string{"", "zhida-receipt 1\n", "\x00", strings.Repeat("a=b\n", 100), strings.Replace(text, "number=", "number=9", 1), strings.Replace(text, "step=checker", "step=maker", 1)} {
		if r := checkReceipt(what, "", "zh"); len(r.Faults) == 0 {
			t.Errorf("%.40q proves something", what)
		}
	}
}

// onlyName says that a byte belongs to the name of a signer, which the signature does not cover: the key does.
func onlyName(text string, i int) bool {
	start := strings.LastIndex(text[:i+1], "\n") + 1
	return strings.HasPrefix(text[start:], "actor=") && i >= start+len("actor=")
}
