package exporters

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"zhida/payroll"
	"zhida/rules/message"
)

var update = flag.Bool("update", false, "write the golden files anew")

func says(text string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	}
}

// folder lists what is in a folder with its content.
func folder(t *testing.T, dir string) map[string]string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, e := range list {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		got[e.Name()] = string(b)
	}
	return got
}

func TestWriteFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "bank")
	d, err := WriteFile(dir, "a.txt", says("abc"))
	if err != nil {
		t.Fatal(err)
	}
	// The digests of "abc" that GB/T 32905 and FIPS 180-4 print.
	want := Digests{"66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}
	if d != want {
		t.Errorf("digests %v", d)
	}
	if again, err := DigestFile(filepath.Join(dir, "a.txt")); again != want || err != nil {
		t.Errorf("read again: %v %v", again, err)
	}
	if plan, err := Digest(says("abc")); plan != want || err != nil {
		t.Errorf("digested before: %v %v", plan, err)
	}
	if _, err := WriteFile(dir, "a.txt", says("new")); err != nil {
		t.Error(err)
	}
	if d := cmp.Diff(map[string]string{"a.txt": "new"}, folder(t, dir)); d != "" {
		t.Error(d)
	}
	for name, mode := range map[string]os.FileMode{"": 0o700, "a.txt": 0o600} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != mode {
			t.Errorf("%q has mode %v, %v", name, info.Mode().Perm(), err)
		}
	}
}

// Whatever fails while a file is written, what stood there still stands, alone.
func TestNothingIsHalfWritten(t *testing.T) {
	full := errors.New("no space left on device")
	refused := message.Err("bank.no_rows", "a.txt")
	persons := message.Problems{{File: "a.txt", Message: message.M("bank.holder", 7)}}
	for _, c := range []struct {
		name string
		err  error
		code string
	}{{"a full disk", full, "export.write"}, {"a refused file", refused, "bank.no_rows"}, {"refused persons", persons, ""}} {
		for _, write := range []func(string, string, func(io.Writer) error) (Digests, error){WriteFile, Release} {
			dir := t.TempDir()
			if _, err := write(dir, "a.txt", says("good")); err != nil {
				t.Fatal(err)
			}
			for room := range 4 {
				_, err := write(dir, "a.txt", func(w io.Writer) error {
					if _, err := w.Write([]byte("half")[:room]); err != nil {
						return err
					}
					return c.err
				})
				var list message.Problems
				if message.Code(err) != c.code || c.code == "" && !errors.As(err, &list) || c.code == "export.write" && !errors.Is(err, full) {
					t.Errorf("%s after %d bytes: %v", c.name, room, err)
				}
				if d := cmp.Diff(map[string]string{"a.txt": "good"}, folder(t, dir)); d != "" {
					t.Errorf("%s after %d bytes: %s", c.name, room, d)
				}
			}
		}
	}
}

// What has left is not replaced; the same bytes may be written again.
func TestRelease(t *testing.T) {
	dir := t.TempDir()
	first, err := Release(dir, "a.txt", says("sent"))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := Release(dir, "a.txt", says("sent")); err != nil || again != first {
		t.Errorf("the same bytes: %v", err)
	}
	if _, err := Release(dir, "a.txt", says("Sent")); message.Code(err) != "export.exists" {
		t.Errorf("other bytes: %v", err)
	}
	if d := cmp.Diff(map[string]string{"a.txt": "sent"}, folder(t, dir)); d != "" {
		t.Error(d)
	}
}

func TestNames(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"", ".", "..", "../a", "a/b", "/a"} {
		if _, err := WriteFile(dir, name, says("x")); message.Code(err) != "export.name" {
			t.Errorf("%q: %v", name, err)
		}
	}
	if len(folder(t, dir)) > 0 {
		t.Error("something was written")
	}
}

// A file in the way of the folder, and a folder in the way of the file.
func TestInTheWay(t *testing.T) {
	dir := t.TempDir()
	if _, err := WriteFile(dir, "a", says("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := WriteFile(filepath.Join(dir, "a"), "b", says("x")); message.Code(err) != "export.write" {
		t.Error(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "c", "d"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, write := range []func(string, string, func(io.Writer) error) (Digests, error){WriteFile, Release} {
		if _, err := write(dir, "c", says("x")); message.Code(err) != "export.write" {
			t.Error(err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".zhida-*")); left != nil {
		t.Errorf("left behind: %v", left)
	}
}

func TestManifest(t *testing.T) {
	m := NewManifest(payroll.Meta{County: "430725"}, payroll.Batch{ID: 202611001, Channel: "统发", Digest: strings.Repeat("5e", 32)}, "2026-11-25", []ManifestFile{
		{Name: "ccb_20261125_1.txt", Kind: "payment", Layout: "ccb-txt", Bank: "CCB", Count: 2, Total: 30050, Digests: Digests{"a1", "a2"}},
		{Name: "icbc_20261125_1_ds.bpt", Kind: "payment", Layout: "icbc-bpt", Bank: "ICBC", Count: 1, Total: 1, Digests: Digests{"b1", "b2"}},
		{Name: "代扣_<中心>.csv", Kind: "remittance", Count: 9, Total: 900, Digests: Digests{"c1", "c2"}},
	})
	if m.Count != 3 || m.Total != 30051 {
		t.Errorf("%d payments of %d fen", m.Count, m.Total)
	}
	var b bytes.Buffer
	if err := m.Write(&b); err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("..", "testdata", "layouts", "manifest.golden")
	if *update {
		if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), b.String()); d != "" {
		t.Error(d)
	}
}

// What a killed program has left is swept away by the next that writes there; what somebody
// is writing stays, and so does what is not ours.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, ".zhida-evidence-1", "inputs"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{".zhida-evidence-1/inputs/facts.tsv", ".zhida-2", ".other-3", "zhida-4"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("left"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(".other-3", filepath.Join(dir, ".zhida-5")); err != nil {
		t.Fatal(err)
	}
	working, hold, err := TemporaryDir(dir, "evidence")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := WriteFile(dir, "a.txt", func(w io.Writer) error {
		if _, err := WriteFile(dir, "b.txt", says("b")); err != nil { // while a.txt is on its way
			return err
		}
		return says("a")(w)
	}); err != nil {
		t.Fatal(err)
	}
	left := func() (names []string) {
		list, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range list {
			names = append(names, e.Name())
		}
		return names
	}
	want := []string{".other-3", ".zhida-5", filepath.Base(working), "a.txt", "b.txt", "zhida-4"}
	if d := cmp.Diff(want, left()); d != "" {
		t.Error(d)
	}
	hold.Close()
	Sweep(dir)
	if d := cmp.Diff(slices.DeleteFunc(want, func(s string) bool { return s == filepath.Base(working) }), left()); d != "" {
		t.Error(d)
	}
}
