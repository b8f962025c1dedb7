package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// writing are the commands that write into the book or into files. A script has to run each of
// them with --dry-run and without an error; what such a run leaves behind, the canary finds.
var writing = strings.Fields(`
actor_add actor_rekey actor_remove archive audit-data backup batch_answer batch_approve batch_attach batch_cancel batch_check batch_lines batch_reject batch_submit
census deaths dossier erase_propose evidence export fund_match fund_reopen fund_close fund_send-up fund_trace fund_unmatch headings_forget import layout_try move notice notice_record order
owed_notice owed_repay owed_write-off paysheet payslip policy_adopt policy_try policy_withdraw proposal_accept proposal_reject receipt reissue report rerun restore returns_resolve roster run
sendback_add sendback_keep settings_set template workbook`)

// untried are those that say that they cannot be tried, which a script shows.
var untried = strings.Fields(`init demo upgrade serve desk`)

// elsewhere are those whose trial takes more than a script has, and the test of cmd/zhida/internal/app that has it.
var elsewhere = map[string]string{"fund_close-year": "TestYearEnd", "returns_rest": "TestRestOfFailuresOnly"}

// reading are the commands that write nothing but what they print.
var reading = strings.Fields(`
actor_list batch_diff batch_findings batch_list batch_recompute batch_show budget calendar checks checks_list completion doctor election erase_list explain fsck fund_show fund_statement
headings_list layout_check layout_list layout_show owed_list owed_show payments policy_check policy_diff policy_list policy_show policy_test proposal_list proposal_show returns_list sendback_list settings_show status`)

// Every command that writes can be tried first, and a script shows that trying it changes nothing.
func TestEveryWriteIsTried(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(scripts, "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		commands, _, _ := strings.Cut(string(text), "\n-- ")
		lines = append(lines, strings.Split(commands, "\n")...)
	}
	shown := func(verb, name string) bool {
		form := regexp.MustCompile(`^` + verb + ` (sh -c ')?zhida (--(now|book) \S+ )*` + strings.ReplaceAll(name, "_", " ") + `( |$)`)
		return slices.ContainsFunc(lines, func(l string) bool { return form.MatchString(l) && strings.Contains(l, "--dry-run") })
	}
	seen := map[string]bool{}
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
		name := strings.ReplaceAll(strings.TrimPrefix(strings.TrimPrefix(cmd.CommandPath(), "zhida"), " "), " ", "_")
		if !cmd.IsAvailableCommand() || cmd.HasSubCommands() && !slices.Contains(writing, name) && !slices.Contains(reading, name) {
			return
		}
		if cmd.Flag("dry-run") == nil && cmd.InheritedFlags().Lookup("dry-run") == nil {
			t.Errorf("zhida %s has no --dry-run", name)
		}
		seen[name] = true
		kinds := 0
		for _, list := range [][]string{writing, untried, reading} {
			if slices.Contains(list, name) {
				kinds++
			}
		}
		if elsewhere[name] != "" {
			kinds++
		}
		switch {
		case kinds != 1:
			t.Errorf("zhida %s is in %d lists of this test: say whether it writes", name, kinds)
		case slices.Contains(writing, name) && !shown("exec", name):
			t.Errorf("no script runs exec zhida %s … --dry-run", name)
		case slices.Contains(untried, name) && !shown("exits 2", name):
			t.Errorf("no script shows that zhida %s refuses --dry-run", name)
		}
	}
	walk((&cli{}).root())
	for _, name := range slices.Concat(writing, untried, reading) {
		if !seen[name] {
			t.Errorf("there is no command %s", name)
		}
	}
}
