package main

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if made.dir != "" {
		os.RemoveAll(made.dir)
	}
	os.Exit(code)
}

// made is where the county of testdata/county.txtar lies, once a test has asked for it.
var made struct {
	sync.Once
	dir string
	err error
	out []byte
}

// county builds the program, plays testdata/county.txtar with it and gives the folder in which it did: three evidence folders
// with their zips, an earlier one in early/, and the bank files in bank/.
func county(t testing.TB) string {
	t.Helper()
	if testing.Short() {
		t.Skip("takes the program and half a minute")
	}
	made.Do(func() {
		if made.dir, made.err = os.MkdirTemp("", "zhida-verify-"); made.err == nil {
			made.out, made.err = play(made.dir)
		}
	})
	if made.err != nil {
		t.Fatalf("%v\n%s", made.err, made.out)
	}
	return made.dir
}

// play runs the lines "exec" and "env" of the script in a folder.
func play(dir string) ([]byte, error) {
	program := filepath.Join(dir, "zhida")
	if out, err := exec.Command("go", "build", "-o", program, "zhida/cmd/zhida").CombinedOutput(); err != nil {
		return out, err
	}
	script, err := txtar.ParseFile("testdata/county.txtar")
	if err != nil {
		return nil, err
	}
	for _, f := range script.Files {
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o600); err != nil {
			return nil, err
		}
	}
	env := append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "ZHIDA_LANG=zh", "ZHIDA_PASSPHRASE_FILE="+filepath.Join(dir, "pass"))
	for line := range strings.Lines(string(script.Comment)) {
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || words[0] == "#":
		case words[0] == "env":
			env = append(env, words[1])
		default: // exec
			c := exec.Command(words[1], words[2:]...)
			if words[1] == "zhida" {
				c.Path, c.Err = program, nil
			}
			c.Dir, c.Env = dir, env
			if out, err := c.CombinedOutput(); err != nil {
				return append([]byte(line), out...), err
			}
		}
	}
	return nil, nil
}

// load reads a folder into memory.
func load(t testing.TB, dir string) memory {
	t.Helper()
	m := memory{}
	root := os.DirFS(dir)
	err := fs.WalkDir(root, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := fs.ReadFile(root, name)
		m[name] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// verified remembers signatures over all tests: they depend on nothing but key, text and signature.
var verified = signatures{known: map[digest]bool{}}

// bases are the folders with new keys, made once.
var bases = map[string]*forger{}

// base is a folder of the county with keys that the test knows; clone it before forging.
func base(t testing.TB, folder string) *forger {
	t.Helper()
	if bases[folder] == nil {
		bases[folder] = rekeyed(load(t, filepath.Join(county(t), folder)))
	}
	return bases[folder]
}

// save writes a folder of memory to disk.
func save(t testing.TB, m memory) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "证据")
	for name, text := range m {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// command runs zhida-verify itself.
func command(args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	code = run(args, func(string) string { return "" }, &out, &err)
	return code, out.String(), err.String()
}

// check verifies a folder in memory.
func (m memory) check(t testing.TB, known *signatures) *folder {
	t.Helper()
	if known == nil {
		known = &verified
	}
	f, err := verify("folder", m, known, options{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// told lists the findings as "check file code".
func told(r *report) (list []string) {
	for n := range r.checks {
		for _, f := range r.checks[n].findings {
			list = append(list, strings.Join([]string{position(int64(n)), f.File, f.code}, " "))
		}
	}
	return list
}
