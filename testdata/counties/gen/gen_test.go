package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zhida/importers"
	"zhida/rules/identity"
)

// The committed samples are what the generator makes, byte for byte.
func TestCommittedFilesAreGenerated(t *testing.T) {
	for _, c := range []struct {
		name  string
		write func(string) error
		files int
	}{{"taoyuan", build().write, 80}, {"practice", build().writePractice, 60}} {
		dir := t.TempDir()
		if err := c.write(dir); err != nil {
			t.Fatal(err)
		}
		if n := compareTrees(t, dir, filepath.Join("..", c.name)); n < c.files {
			t.Errorf("only %d files in %s", n, c.name)
		}
	}
}

// compareTrees looks for every file of dir, with the same bytes, in another folder, and counts them.
func compareTrees(t *testing.T, dir, beside string) (files int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		files++
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		made, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		committed, err := os.ReadFile(filepath.Join(beside, rel))
		if err != nil {
			return err
		}
		if !bytes.Equal(made, committed) {
			t.Errorf("%s differs: run go run ./testdata/counties/gen", rel)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// Every honest file is understood by its form without a single problem, and nobody
// in it can be a real person.
func TestHonestFilesAreUnderstood(t *testing.T) {
	kinds := map[string]string{"行政区划": "places", "参考数据": "references", "工作日历": "calendar", "花名册": "roster", "去世": "roster", "任职": "tenure", "任免": "tenure", "账户": "accounts",
		"考核": "assessments", "基本工资": "amounts", "下村": "days", "缺勤": "absences", "补偿2026": "paid", "转移支付": "transfers", "预算指标": "authority", "类别调整": "places"}
	items := map[string]string{"基本工资": "base_salary", "住房公积金": "housing_fund", "社会保险费": "social_insurance", "个人所得税": "income_tax", "离任村干部补偿": "former_compensation"}
	read := 0
	for _, pattern := range []string{"0*/*", "0*/*/*"} {
		list, err := filepath.Glob(filepath.Join("..", "taoyuan", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range list {
			if info, err := os.Stat(name); err != nil || info.IsDir() {
				continue
			}
			kind := ""
			for word, k := range kinds {
				if strings.Contains(filepath.Base(name), word) {
					kind = k
				}
			}
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			in, err := importers.Read(kind, filepath.Base(name), data, importers.Options{Items: items})
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if len(in.Problems) > 0 || len(in.Rows) == 0 {
				t.Errorf("%s: %d rows, %v", name, len(in.Rows), in.Problems)
			}
			for _, r := range in.Rows {
				if r.PersonID != "" && !strings.HasPrefix(r.PersonID, "439901") {
					t.Fatalf("%s: an ID outside the invented division", name)
				}
			}
			read++
		}
	}
	if read < 80 {
		t.Errorf("only %d files read", read)
	}
	for _, p := range build().former {
		if !strings.HasPrefix(p.card[6:], "000000") || !identity.Luhn(p.card) {
			t.Fatalf("a card whose body does not begin 000000, or without a Luhn digit")
		}
	}
}
