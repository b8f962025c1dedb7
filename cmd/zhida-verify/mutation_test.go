package main

import (
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// long says whether every change is to be tried, and not a sample of them.
func long() bool { return os.Getenv("ZHIDA_LONG") != "" }

// changed is a copy of the folder with one file changed.
func (m memory) changed(name, text string) memory {
	c := maps.Clone(m)
	c[name] = text
	return c
}

// mustName fails unless check 1 names the file. What happens to the manifest shows in its signature.
func mustName(t *testing.T, m memory, known *signatures, what string, names ...string) {
	t.Helper()
	r := m.check(t, known)
	for _, name := range names {
		named := slices.ContainsFunc(r.checks[1].findings, func(f finding) bool {
			return f.File == name || name == "MANIFEST.tsv" && f.File == "MANIFEST.sig"
		})
		if !named {
			t.Errorf("%s: %s is not named; found %v", what, name, told(r.report))
		}
	}
}

// tried are the files of a folder that are changed; of one from after an erasure those that the erasure changes, and all of them
// only when every change is to be tried.
func tried(folder string, m memory) (names []string) {
	for _, name := range slices.Sorted(maps.Keys(m)) {
		switch path.Base(name) {
		case "erased.tsv", "remainders.tsv", "leaves.tsv", "facts.tsv", "settlements.tsv", "payments.tsv", "findings.tsv", "answers.tsv":
			names = append(names, name)
		default:
			if folder != erased || long() {
				names = append(names, name)
			}
		}
	}
	return names
}

// Any one byte changed in any file is found and the file is named.
func TestEveryByte(t *testing.T) {
	for _, folder := range []string{january, february, erased} {
		m := load(t, filepath.Join(county(t), folder))
		known := &verified
		count := 0
		for _, name := range tried(folder, m) {
			step := 1 + len(m[name])/samples
			if long() {
				step = 1
			}
			for i := 0; i < len(m[name]); i += step {
				for bit := range 8 {
					if !long() && bit != (i/step)%8 {
						continue
					}
					b := []byte(m[name])
					b[i] ^= 1 << bit
					mustName(t, m.changed(name, string(b)), known, fmt.Sprintf("bit %d of byte %d", bit, i), name)
					count++
				}
			}
		}
		t.Logf("%s: %d changes", folder, count)
	}
}

// Whatever is done to a whole file, or to its rows, is found and the file is named.
func TestFilesAndRows(t *testing.T) {
	m := load(t, filepath.Join(county(t), january))
	known := &verified
	names := slices.Sorted(maps.Keys(m))
	for i, name := range names {
		without := maps.Clone(m)
		delete(without, name)
		mustName(t, without, known, "removed", name)
		text := m[name]
		for what, changed := range map[string]string{
			"bytes after it": text + "x", "a newline after it": text + "\n", "a NUL after it": text + "\x00", "a BOM": "\ufeff" + text,
			"CRLF": strings.ReplaceAll(text, "\n", "\r\n"), "no last newline": strings.TrimSuffix(text, "\n"), "empty": "", "half": text[:len(text)/2],
		} {
			if changed != text {
				mustName(t, m.changed(name, changed), known, what, name)
			}
		}
		others := names[i+1:]
		if !long() {
			others = others[:min(len(others), samples/4)]
		}
		for _, other := range others {
			if m[other] != text {
				swapped := m.changed(name, m[other])
				swapped[other] = text
				mustName(t, swapped, known, "exchanged with "+other, name, other)
			}
		}
		if text == "" {
			continue // inputs/receivables.tsv of this county
		}
		rows := strings.SplitAfter(text, "\n")
		if last := len(rows) - 1; rows[last] == "" {
			rows = rows[:last]
		}
		for n, row := range rows {
			if !long() && n > samples/8 {
				break
			}
			mustName(t, m.changed(name, strings.Join(slices.Insert(slices.Clone(rows), n, row), "")), known, "a row twice", name)
			mustName(t, m.changed(name, strings.Join(slices.Delete(slices.Clone(rows), n, n+1), "")), known, "a row deleted", name)
			if n > 0 && rows[n-1] != row {
				exchanged := slices.Clone(rows)
				exchanged[n-1], exchanged[n] = row, rows[n-1]
				mustName(t, m.changed(name, strings.Join(exchanged, "")), known, "two rows exchanged", name)
			}
		}
	}
	for _, name := range []string{"x", "sealed/x.tsv", "inputs/batches/2026-01-9/lines.tsv", "keys/" + strings.Repeat("0", 32) + ".pem"} {
		mustName(t, m.changed(name, ""), known, "added", name)
	}
}

// unbound says of a file in which fields it may be changed unseen by whoever may sign a manifest, because nothing else binds
// them. docs/verify.en.md tells each of them; a way to bind one takes it off this list.
var unbound = map[string]func(fields []string, column int) bool{
	"README.txt": func([]string, int) bool { return true }, // words for people
}

// mayMove says the same of whole rows: that a payment was paid again shows only beside the folder of the batch that did it; and in
// which order two erased facts of a person and kind stand, which different events brought, nothing says any more.
func mayMove(name, what, row string) bool {
	return name == "payment_states.tsv" && what == "deleted" && strings.Contains(row, "\treissued\t") ||
		name == "inputs/facts.tsv" && what == "exchanged" && strings.Count(row, "\t") == 12
}

// behind makes a manifest that fits, as if somebody of the journal had signed it, and verifies.
func behind(t *testing.T, m memory, honest *folder, known *signatures) *folder {
	t.Helper()
	f := &forger{memory: m}
	f.list()
	id := signatureID(honest.journal.first().key, m["MANIFEST.tsv"], m["MANIFEST.sig"])
	known.known[id] = true
	defer delete(known.known, id)
	return m.check(t, known)
}

// Whoever may sign a manifest takes a file out, or exchanges its rows: checks 2 to 10 find that too.
func TestFilesBehindTheManifest(t *testing.T) {
	for _, folder := range []string{january, february, erased} {
		m := load(t, filepath.Join(county(t), folder))
		known := &verified
		honest := m.check(t, known)
		for _, name := range tried(folder, m) {
			if slices.Contains([]string{"MANIFEST.tsv", "MANIFEST.sig", "README.txt"}, name) {
				continue
			}
			without := maps.Clone(m)
			delete(without, name)
			if behind(t, without, honest, known).passed() {
				t.Errorf("%s taken out unseen", name)
			}
			rows := strings.SplitAfter(m[name], "\n")
			for n := range len(rows) - 1 {
				if !long() && n > samples/4 {
					break
				}
				changes := map[string][]string{"twice": slices.Insert(slices.Clone(rows), n, rows[n]), "deleted": slices.Delete(slices.Clone(rows), n, n+1)}
				if n > 0 && rows[n-1] != rows[n] {
					changes["exchanged"] = slices.Clone(rows)
					changes["exchanged"][n-1], changes["exchanged"][n] = rows[n], rows[n-1]
				}
				for what, changed := range changes {
					if behind(t, m.changed(name, strings.Join(changed, "")), honest, known).passed() && !mayMove(name, what, rows[n]) {
						t.Errorf("%s: row %d %s unseen: %q", name, n+1, what, rows[n])
					}
				}
			}
		}
	}
}

// Whoever may sign a manifest, and owns no other key, changes a byte and makes a new manifest: checks 2 to 10 find it, in all
// but the fields that are listed as unbound.
func TestEveryByteBehindTheManifest(t *testing.T) {
	for _, folder := range []string{january, february, erased} {
		m := load(t, filepath.Join(county(t), folder))
		known := &verified
		honest := m.check(t, known)
		if !honest.passed() {
			t.Fatal(told(honest.report))
		}
		count := 0
		for _, name := range tried(folder, m) {
			if name == "MANIFEST.tsv" || name == "MANIFEST.sig" {
				continue
			}
			step := 1 + len(m[name])/samples
			if long() {
				step = 1
			}
			for i := 0; i < len(m[name]); i += step {
				for bit := range 8 {
					if !long() && bit != (i/step)%8 {
						continue
					}
					b := []byte(m[name])
					b[i] ^= 1 << bit
					r := behind(t, m.changed(name, string(b)), honest, known)
					count++
					if r.passed() && !mayChange(name, m[name], i) {
						t.Errorf("%s: bit %d of byte %d (%q) changed unseen", name, bit, i, around(m[name], i))
					}
				}
			}
		}
		t.Logf("%s: %d changes", folder, count)
	}
}

// mayChange says whether a byte is in a field that is known to be unbound.
func mayChange(name, text string, i int) bool {
	may := unbound[name]
	if may == nil {
		return false
	}
	start := strings.LastIndexByte(text[:i], '\n') + 1
	line, _, _ := strings.Cut(text[start:], "\n")
	return may(strings.Split(line, "\t"), strings.Count(text[start:i], "\t"))
}

func around(text string, i int) string { return text[max(0, i-20):min(len(text), i+20)] }
