package main

import (
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"zhida/rules/message"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"zhida": func() { os.Exit(runWatched(os.Args[1:])) }})
}

const scripts = "../../testdata/script"

// The behaviour of the command line as text files; -update writes what differs.
func TestScripts(t *testing.T) {
	county, err := filepath.Abs("../../testdata/counties/taoyuan")
	if err != nil {
		t.Fatal(err)
	}
	problems, err := filepath.Abs("../../testdata/problems")
	if err != nil {
		t.Fatal(err)
	}
	notes := t.TempDir()
	t.Cleanup(func() { holdExamples(t, notes) })
	testscript.Run(t, testscript.Params{
		Dir:                 scripts,
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("COUNTY", county)
			e.Setenv("PROBLEMS", problems)
			e.Setenv("ZHIDA_LANG", "zh")
			note := filepath.Join(notes, strings.TrimPrefix(filepath.Base(e.WorkDir), "script-"))
			e.Setenv(notesVariable, note)
			if err := os.WriteFile(note, nil, 0o600); err != nil { // it ran, even if it prints no error
				return err
			}
			e.Setenv("ZHIDA_PASSPHRASE_FILE", filepath.Join(e.WorkDir, "pass"))
			if err := os.Chmod(filepath.Join(e.WorkDir, "pass"), 0o600); !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			return nil
		},
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			// sql BOOK STATEMENT edits a book behind the program's back.
			"sql": func(ts *testscript.TestScript, _ bool, args []string) {
				db, err := sql.Open("sqlite3", ts.MkAbs(args[0]))
				ts.Check(err)
				defer db.Close()
				r, err := db.Exec(args[1])
				ts.Check(err)
				if n, err := r.RowsAffected(); err != nil || n == 0 {
					ts.Fatalf("no row was edited: %v", err)
				}
			},
			// fails CODE zhida … checks that it fails with this error and its exit code.
			"fails": func(ts *testscript.TestScript, _ bool, args []string) {
				err := ts.Exec(args[1], args[2:]...)
				var exit *exec.ExitError
				if want := message.M(args[0]).Exit(); !errors.As(err, &exit) || exit.ExitCode() != want {
					ts.Fatalf("%v instead of exit status %d", err, want)
				}
				if printed := ts.ReadFile("stderr"); !strings.Contains(printed, "（"+args[0]+"）") {
					ts.Fatalf("it does not say %s", args[0])
				}
			},
			// exit N checks the exit code of zhida: exit 3 zhida import …
			"exits": func(ts *testscript.TestScript, _ bool, args []string) {
				err := ts.Exec(args[1], args[2:]...)
				code := "0"
				if err != nil {
					code = err.Error()[len("exit status "):]
				}
				if code != args[0] {
					ts.Fatalf("exit code %s instead of %s", code, args[0])
				}
			},
		},
	})
}

// The guide's commands are those that its script runs, in both languages.
func TestGuideIsRun(t *testing.T) {
	script, err := os.ReadFile("../../testdata/script/layouts.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range []string{"layouts.md", "layouts.en.md"} {
		guide, err := os.ReadFile("../../docs/" + page)
		if err != nil {
			t.Fatal(err)
		}
		commands := regexp.MustCompile(`zhida (?:layout|settings set) [^`+"`"+`\n>]*`).FindAllString(string(guide), -1)
		if len(commands) < 8 {
			t.Errorf("%s has %d commands", page, len(commands))
		}
		for _, c := range commands {
			if !strings.Contains(string(script), "exec "+strings.TrimSpace(c)) {
				t.Errorf("no script runs %q of %s", c, page)
			}
		}
	}
}
