package main

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// entry is one entry of a zip.
type entry struct {
	name, text string
	mode       fs.FileMode
}

func zipped(t *testing.T, entries ...entry) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		if e.mode != 0 {
			h.SetMode(e.mode)
		}
		w, err := z.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, e.text); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "e.zip")
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func entriesOf(m memory) (list []entry) {
	for _, name := range slices.Sorted(maps.Keys(m)) {
		list = append(list, entry{"top/" + name, m[name], 0})
	}
	return list
}

// A zip with something wrong beside good files is found out, and nothing outside it is touched.
func TestHostileZips(t *testing.T) {
	m := load(t, filepath.Join(county(t), january))
	good := entriesOf(m)
	if code, out, stderr := command(zipped(t, good...)); code != exitGood {
		t.Fatalf("a good zip: exit %d\n%s%s", code, out, stderr)
	}
	for what, c := range map[string]struct {
		more entry
		want string
	}{
		"a path that leaves":  {entry{"top/../../etc/x", "x", 0}, "路径不能用"},
		"an absolute path":    {entry{"/etc/x", "x", 0}, "路径不能用"},
		"a path of Windows":   {entry{`top\x`, "x", 0}, "路径不能用"},
		"a second top":        {entry{"other/seal.txt", "x", 0}, "路径不能用"},
		"no folder":           {entry{"seal.txt", "x", 0}, "路径不能用"},
		"the same name twice": {entry{"top/seal.txt", m["seal.txt"], 0}, "出现两次"},
		"another content":     {entry{"top/seal.txt", "x", 0}, "出现两次"},
		"a symbolic link":     {entry{"top/link", "/etc/passwd", fs.ModeSymlink | 0o777}, "不是普通文件"},
		"an unlisted file":    {entry{"top/x", "x", 0}, "清单里没有这个文件"},
		"a name with escapes": {entry{"top/\x1b[2J\u202e", "x", 0}, `\u{1b}[2J\u{202e}`},
		"a very long name":    {entry{"top/" + strings.Repeat("x", 5000), "x", 0}, "路径不能用"},
		"a very deep path":    {entry{"top/" + strings.Repeat("x/", 400) + "y", "x", 0}, "清单里没有这个文件"},
	} {
		code, out, stderr := command(zipped(t, append(slices.Clone(good), c.more)...))
		if code != exitFailed || !strings.Contains(out, c.want) || strings.ContainsAny(out+stderr, "\x1b\u202e") {
			t.Errorf("%s: exit %d\n%s%s", what, code, out, stderr)
		}
	}
}

// A damaged zip is unreadable or fails; it never passes and never crashes.
func TestDamagedZips(t *testing.T) {
	name := zipped(t, entriesOf(load(t, filepath.Join(county(t), january)))...)
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(whole); i += 1 + len(whole)/(2*samples) {
		b := bytes.Clone(whole)
		b[i] ^= 0x55
		for _, text := range [][]byte{b, whole[:i]} {
			if err := os.WriteFile(name, text, 0o600); err != nil {
				t.Fatal(err)
			}
			code, out, _ := command(name)
			if code == exitGood && !bytes.Equal(contents(t, name), contents2(t, whole)) {
				t.Errorf("byte %d: exit %d\n%s", i, code, out)
			}
		}
	}
}

// contents is what a zip holds, name by name: fields of its own, such as times, are not evidence.
func contents(t *testing.T, name string) []byte {
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return contents2(t, b)
}

func contents2(t *testing.T, b []byte) []byte {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil
	}
	var all bytes.Buffer
	for _, f := range z.File {
		_, rest, _ := strings.Cut(f.Name, "/")
		all.WriteString(rest + "\x00")
		if r, err := f.Open(); err == nil {
			io.Copy(&all, r)
			r.Close()
		}
	}
	return all.Bytes()
}

// Links and pipes in a folder are named and never opened.
func TestHostileFolders(t *testing.T) {
	m := load(t, filepath.Join(county(t), january))
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(m["seal.txt"]), 0o600); err != nil {
		t.Fatal(err)
	}
	for what, spoil := range map[string]func(dir string) error{
		"a link out of the folder": func(dir string) error {
			return errors.Join(os.Remove(filepath.Join(dir, "seal.txt")), os.Symlink(secret, filepath.Join(dir, "seal.txt")))
		},
		"a link within": func(dir string) error { return os.Symlink("seal.txt", filepath.Join(dir, "again.txt")) },
		"a folder that is a link": func(dir string) error {
			return errors.Join(os.Rename(filepath.Join(dir, "keys"), filepath.Join(dir, "..", "keys")), os.Symlink("../keys", filepath.Join(dir, "keys")))
		},
		"a folder for a file": func(dir string) error {
			return errors.Join(os.Remove(filepath.Join(dir, "seal.txt")), os.Mkdir(filepath.Join(dir, "seal.txt"), 0o700))
		},
		"a name that is not UTF-8": func(dir string) error { return os.WriteFile(filepath.Join(dir, "\xff\xfe"), nil, 0o600) },
	} {
		dir := save(t, m)
		if err := spoil(dir); err != nil {
			t.Fatal(err)
		}
		if code, out, stderr := command(dir); code != exitFailed || strings.Contains(out, "✓  1") {
			t.Errorf("%s: exit %d\n%s%s", what, code, out, stderr)
		}
	}
}

// bomb is a folder whose files are as long as somebody says.
type bomb struct {
	memory
	size map[string]int64
}

func (b bomb) files() ([]string, []oddity, error) {
	names, _, _ := b.memory.files()
	for n := range b.size {
		if _, ok := b.memory[n]; !ok {
			names = append(names, n)
		}
	}
	return names, nil, nil
}

func (b bomb) open(name string) (io.ReadCloser, error) {
	if n, ok := b.size[name]; ok {
		return io.NopCloser(io.LimitReader(zeros{}, n)), nil
	}
	return b.memory.open(name)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// Files that are longer than the manifest says are read no further than that, and a manifest cannot ask for the moon.
func TestBombs(t *testing.T) {
	m := load(t, filepath.Join(county(t), january))
	for what, b := range map[string]bomb{
		"a file without end":          {m, map[string]int64{"sealed/lines.tsv": 1 << 50}},
		"an unlisted one without end": {m, map[string]int64{"x": 1 << 50}},
		"a manifest without end":      {m, map[string]int64{"MANIFEST.tsv": 1 << 50}},
		"a signature without end":     {m, map[string]int64{"MANIFEST.sig": 1 << 50}},
		"a manifest of petabytes": {m.changed("MANIFEST.tsv", m["MANIFEST.tsv"]+rowOf("x", strconv.Itoa(1<<60), strings.Repeat("0", 64), strings.Repeat("0", 64))+
			rowOf("y", strconv.Itoa(1<<62), strings.Repeat("0", 64), strings.Repeat("0", 64))), map[string]int64{"x": 1 << 60}},
	} {
		start := time.Now()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f, err := verify("bomb", b, &signatures{known: map[digest]bool{}}, options{})
		runtime.ReadMemStats(&after)
		if err != nil {
			t.Fatal(err)
		}
		if f.passed() || f.checks[1].ok() {
			t.Errorf("%s passes", what)
		}
		if took, held := time.Since(start), after.TotalAlloc-before.TotalAlloc; took > time.Minute || held > 1<<30 {
			t.Errorf("%s: %v, %d MB", what, took, held>>20)
		}
	}
}

// Whatever a table holds, reading it ends with rows or with one finding, and never with a panic.
func FuzzFolder(f *testing.F) {
	f.Add("journal.tsv", "1\t2026-01-01T00:00:00Z\t\tbook.founded\tcounty=1\\n\t\t\t\t\n")
	f.Add("sealed/settlements.tsv", "1\tpaid\ta\tb\tc\t1\t0\t0\t0\t1\t\t\t\n")
	f.Add("sealed/batch.tsv", "zhida-batch\t1\t2026-01/1\tregular\ta\t3\napart\n")
	f.Add("leaves.tsv", "1\tzhida-public 1\\nsalt=\\n\tzhida-private 1\\n\n")
	f.Add("inputs/facts.tsv", "1\tpaid\ta|2026-01\t2026-01-01\t9999-12-31\t1\t0\t{}\t\t\t\n")
	f.Add("seal.txt", "zhida-seal 1\ncounty=1\nbatch=2026-01/1\ndigest=\nhorizon=1\nrules=1\nleaves=1\nroot=\n")
	f.Fuzz(func(t *testing.T, name, text string) {
		g := &forger{memory: memory{"about.txt": "format=zhida-evidence 1\n", name: text}}
		for _, empty := range []string{"journal.tsv", "leaves.tsv", "seal.txt", "sealed/batch.tsv", "sealed/lines.tsv", "sealed/settlements.tsv", "sealed/payments.tsv", "sealed/sentences.tsv",
			"inputs/facts.tsv", "inputs/policies.tsv", "inputs/documents.tsv", "inputs/receivables.tsv", "inputs/batches.tsv", "files.tsv", "payment_files.tsv", "payment_states.tsv", "postings.tsv"} {
			if _, ok := g.memory[empty]; !ok {
				g.memory[empty] = ""
			}
		}
		g.memory["seal.txt"] = "zhida-seal 1\ncounty=1\nbatch=2026-01/1\ndigest=\nhorizon=9\nrules=1\nleaves=1\nroot=\n"
		if name == "seal.txt" {
			g.memory[name] = text
		}
		g.list()
		r, err := verify("fuzz", g.memory, &signatures{known: map[digest]bool{}}, options{})
		if err != nil {
			t.Fatal(err)
		}
		if r.passed() {
			t.Error("an unsigned folder passes")
		}
		var out bytes.Buffer
		newPrinter(options{lang: "zh"}, &out).folder(r)
		if strings.ContainsAny(out.String(), "\x1b\x00\r") {
			t.Errorf("control characters in %q", out.String())
		}
	})
}

// Texts have one spelling: what is read and written again is the same, and what is not is refused.
func FuzzText(f *testing.F) {
	f.Add("a\\tb\tc\n")
	f.Add("name=a\\nb\nname=\\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		var again strings.Builder
		r := newTable(strings.NewReader(text))
		for err := r.next(); !errors.Is(err, io.EOF); err = r.next() {
			if err != nil {
				again.Reset()
				break
			}
			again.WriteString(rowOf(r.fields...))
		}
		if again.Len() > 0 && again.String() != text {
			t.Errorf("table %q is written again as %q", text, again.String())
		}
		if list, bad := parsePairs(text); bad == 0 {
			var b []byte
			for _, p := range list {
				b = appendPair(b, p.name, p.value)
			}
			if string(b) != text {
				t.Errorf("pairs %q are written again as %q", text, b)
			}
		}
	})
}
