package main

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// scaled makes a folder in which every person of the February folder stands n times, so that it can be measured how the
// verifier does with as many payees as a province has.
func (f *forger) scaled(n int) {
	const people = 4
	old := map[string]string{}
	for _, batch := range []string{"sealed/", "inputs/batches/2026-01-1/"} {
		old[batch] = sum3([]byte(f.memory[batch+"batch.tsv"])).String()
		for _, section := range []string{"lines", "settlements", "entries", "portions"} {
			f.repeat(batch+section+".tsv", n, people, nil)
		}
		f.repeat(batch+"payments.tsv", n, people, func(fields []string, i int) {
			person, _ := integer(fields[1])
			fields[1] = position(person + int64(i)*people)
		})
	}
	f.repeat("payment_files.tsv", n, 0, func(fields []string, i int) {
		batch, number, _ := strings.Cut(fields[0], "#")
		m, _ := integer(number)
		fields[0] = batch + "#" + position(m+int64(i)*people)
	})
	f.repeat("leaves.tsv", n, people, func(fields []string, i int) { scaleLeaf(fields, i*people) })
	f.repeat("inputs/facts.tsv", n, people, nil)
	rows := strings.Split(strings.TrimSuffix(f.memory["inputs/facts.tsv"], "\n"), "\n")
	last, _, _ := strings.Cut(rows[len(rows)-1], "\t")
	f.memory["about.txt"] = persons.ReplaceAllString(f.memory["about.txt"], "\npersons="+last+"\n")
	f.multiply("files.tsv", int64(n), 4, 5)
	f.multiply("postings.tsv", int64(n), 5)
	f.reseal()
	f.resealEarlier(old["inputs/batches/2026-01-1/"])
	f.signEarlier()
	f.rebind()
	f.chain(1)
	f.manifest("周正")
}

// repeat writes the rows of a table n times, each time with other persons; facts of the world, person 0, once.
func (f *forger) repeat(name string, n, people int, change func(fields []string, i int)) {
	text, ok := f.memory[name]
	if !ok {
		return
	}
	rows := strings.SplitAfter(text, "\n")
	rows = rows[:len(rows)-1]
	var b strings.Builder
	b.Grow(len(text) * n)
	for i := range n {
		for _, row := range rows {
			fields := strings.Split(strings.TrimSuffix(row, "\n"), "\t")
			if fields[0] == "0" {
				if i == 0 {
					b.WriteString(row)
				}
				continue
			}
			if people > 0 {
				person, _ := integer(fields[0])
				fields[0] = position(person + int64(i*people))
			}
			if change != nil {
				change(fields, i)
			}
			b.WriteString(strings.Join(fields, "\t"))
			b.WriteByte('\n')
		}
	}
	f.memory[name] = b.String()
}

var (
	persons     = regexp.MustCompile(`\npersons=\d+\n`)
	leafSalt    = regexp.MustCompile(`salt=[0-9a-f]{8}`)
	leafPerson  = regexp.MustCompile(`\\nperson=\d+`)
	leafPayment = regexp.MustCompile(`\\npayment=([0-9/-]+)#(\d+)`)
)

func scaleLeaf(fields []string, by int) {
	fields[1] = leafSalt.ReplaceAllString(fields[1], "salt="+strconv.FormatInt(int64(0x10000000+by), 16))
	fields[2] = leafSalt.ReplaceAllString(fields[2], "salt="+strconv.FormatInt(int64(0x20000000+by), 16))
	fields[2] = leafPerson.ReplaceAllString(fields[2], `\nperson=`+fields[0])
	fields[2] = leafPayment.ReplaceAllStringFunc(fields[2], func(s string) string {
		m := leafPayment.FindStringSubmatch(s)
		n, _ := strconv.Atoi(m[2])
		return `\npayment=` + m[1] + "#" + strconv.Itoa(n+by)
	})
}

// multiply multiplies columns of a table.
func (f *forger) multiply(name string, n int64, columns ...int) {
	var b strings.Builder
	for row := range strings.Lines(f.memory[name]) {
		fields := strings.Split(strings.TrimSuffix(row, "\n"), "\t")
		for _, c := range columns {
			v, _ := integer(fields[c])
			fields[c] = position(v * n)
		}
		b.WriteString(strings.Join(fields, "\t") + "\n")
	}
	f.memory[name] = b.String()
}

// resealEarlier brings the earlier batch's digests up to date wherever they stand.
func (f *forger) resealEarlier(old string) {
	const dir = "inputs/batches/2026-01-1/"
	lines := strings.Split(f.memory[dir+"batch.tsv"], "\n")
	n := 0
	for i, l := range lines {
		switch {
		case digestForm.MatchString(l):
			if text, ok := f.memory[dir+sectionOrder[n]+".tsv"]; ok {
				lines[i] = sum3([]byte(text)).String()
			}
			n++
		case strings.HasPrefix(l, "portions\t"):
			lines[i] = "portions\t" + sum3([]byte(f.memory[dir+"portions.tsv"])).String()
		}
	}
	f.memory[dir+"batch.tsv"] = strings.Join(lines, "\n")
	sum := sum3([]byte(f.memory[dir+"batch.tsv"])).String()
	f.memory["inputs/batches.tsv"] = strings.ReplaceAll(f.memory["inputs/batches.tsv"], old, sum)
	for _, e := range f.events {
		e[4] = strings.ReplaceAll(e[4], old, sum)
	}
}

// rebind writes the digests of facts, postings and files into their events again.
func (f *forger) rebind() {
	made, ended, commitments := bound{}, bound{}, bound{}
	r := newTable(strings.NewReader(f.memory["inputs/facts.tsv"]))
	for r.next() == nil {
		from, _ := integer(r.fields[5])
		to, _ := integer(r.fields[6])
		c, binding := committed(r.fields)
		commitments.at(from).WriteString(c)
		made.at(from).WriteString(strings.Join([]string{r.raw[0], r.raw[1], binding}, "\t") + "\n")
		if to != 0 {
			ended.at(to).WriteString(binding + "\n")
		}
	}
	for i := range f.events {
		p := f.payload(i + 1)
		at := int64(i + 1)
		for name, b := range map[string]bound{"rows.fact": made, "rows.fact_end": ended, "facts": commitments} {
			if _, ok := p.lookup(name); ok && b[at] != nil {
				f.set(i+1, name, b[at].digest().String())
			}
		}
		if _, ok := p.lookup("rows.posting"); ok {
			f.bind(i+1, "rows.posting", "postings.tsv")
		}
	}
	e := f.last("batch.exporting")
	fields := strings.Split(strings.TrimSuffix(f.memory["files.tsv"], "\n"), "\t")
	f.set(e, "count", fields[4])
	f.set(e, "total_fen", fields[5])
	f.set(e, "rows.export", sum3([]byte(f.memory["files.tsv"])).String())
	f.set(e, "rows.payment_file", sum3([]byte(f.memory["payment_files.tsv"])).String())
}

func scaledFolder(tb testing.TB, dir string, n int) memory {
	tb.Helper()
	f := rekeyed(load(tb, filepath.Join(dir, february)))
	f.scaled(n)
	return f.memory
}

// A folder of many people is good too, and one fen among them is found.
func TestManyPeople(t *testing.T) {
	m := scaledFolder(t, county(t), 250)
	if r := m.check(t, nil); !r.passed() || r.sealed.totals.sum != 250*290_000 {
		t.Fatalf("%d fen: %v", r.sealed.totals.sum, told(r.report)[:min(20, len(told(r.report)))])
	}
	text := m["sealed/settlements.tsv"]
	i := strings.LastIndex(text, "\t95000\t")
	r := m.changed("sealed/settlements.tsv", text[:i]+"\t95001\t"+text[i+7:]).check(t, nil)
	if !slices.Contains(told(r.report), "7 sealed/settlements.tsv amounts.pay") {
		t.Errorf("found %v", told(r.report))
	}
}

// BenchmarkFolder verifies a folder on disk; ZHIDA_PAYEES says of how many people, 100,000 if nothing does.
func BenchmarkFolder(b *testing.B) {
	payees := 100_000
	if n, err := strconv.Atoi(os.Getenv("ZHIDA_PAYEES")); err == nil {
		payees = n
	}
	m := scaledFolder(b, county(b), payees/4)
	dir := save(b, m)
	size := 0
	for _, text := range m {
		size += len(text)
	}
	m = nil
	runtime.GC()
	b.SetBytes(int64(size))
	for b.Loop() {
		src, err := openSource(dir)
		if err != nil {
			b.Fatal(err)
		}
		f, err := verify(dir, src, &signatures{known: map[digest]bool{}}, options{})
		if err != nil || !f.passed() {
			b.Fatal(err, told(f.report)[:min(5, len(told(f.report)))])
		}
		src.Close()
	}
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	b.ReportMetric(float64(now.HeapSys>>20), "heap-MB")
}
