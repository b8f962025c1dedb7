package main

import (
	"crypto/sha256"
	"encoding/asn1"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// owner has a private key; only tests do. Keys and nonces come from the name, so that runs are the same.
type owner struct {
	secret *big.Int
	public *publicKey
}

func newSigner(name string) *owner {
	d := scalar("key of " + name)
	x, y := affine(twoProducts(d, new(big.Int), curveG))
	public, ok := newPublicKey(append(append([]byte{4}, x.FillBytes(make([]byte, 32))...), y.FillBytes(make([]byte, 32))...))
	if !ok {
		panic("not on the curve")
	}
	return &owner{d, public}
}

// scalar is a number from 1 below n.
func scalar(from string) *big.Int {
	d := sum3([]byte(from))
	n := new(big.Int).SetBytes(d[:])
	return n.Mod(n, new(big.Int).Sub(curveN, big.NewInt(2))).Add(n, big.NewInt(1))
}

func affine(p jacobian) (x, y *big.Int) {
	inverse := new(big.Int).ModInverse(p.z, curveP)
	square := times(inverse, inverse)
	return times(p.x, square), times(p.y, times(square, inverse))
}

// sign is the signature of GB/T 32918.2, in DER.
func (s *owner) sign(message []byte) []byte {
	hash := sum3(s.public.z[:], message)
	e := new(big.Int).SetBytes(hash[:])
	k := scalar(string(hash[:]) + s.secret.String())
	x, _ := affine(twoProducts(k, new(big.Int), curveG))
	r := e.Add(e, x)
	r.Mod(r, curveN)
	inverse := new(big.Int).ModInverse(new(big.Int).Add(s.secret, big.NewInt(1)), curveN)
	v := new(big.Int).Sub(k, new(big.Int).Mul(r, s.secret))
	v.Mul(v, inverse).Mod(v, curveN)
	return marshalSignature(r, v)
}

func marshalSignature(r, s *big.Int) []byte {
	b, err := asn1.Marshal(struct{ R, S *big.Int }{r, s})
	if err != nil {
		panic(err)
	}
	return b
}

func parseSignature(t *testing.T, b []byte) (r, s *big.Int) {
	var sig struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(b, &sig); err != nil {
		t.Fatal(err)
	}
	return sig.R, sig.S
}

func (s *owner) pem() []byte {
	info := subjectPublicKeyInfo{Point: asn1.BitString{Bytes: s.public.bytes[:], BitLength: 8 * 65}}
	info.Algorithm.Algorithm, info.Algorithm.Curve = oidEC, oidSM2
	b, err := asn1.Marshal(info)
	if err != nil {
		panic(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: b})
}

// memory is a folder in memory.
type memory map[string]string

func (m memory) files() ([]string, []oddity, error) { return slices.Sorted(maps.Keys(m)), nil, nil }

func (m memory) open(name string) (io.ReadCloser, error) {
	text, ok := m[name]
	if !ok {
		return nil, errMissing
	}
	return io.NopCloser(strings.NewReader(text)), nil
}

func (m memory) Close() error { return nil }

// forger holds a folder all of whose keys the test knows, and uses as many of them as a test lets it.
type forger struct {
	memory
	events [][]string // rows of journal.tsv, unescaped
	keys   map[string]*owner
	owned  map[string]bool // nil for every key
}

// rekeyed gives a real folder new keys: the same people, rows and events, signed by keys that the test knows.
func rekeyed(files memory) *forger {
	f := &forger{memory: maps.Clone(files), keys: map[string]*owner{}}
	table := newTable(strings.NewReader(files["journal.tsv"]))
	for table.next() == nil {
		f.events = append(f.events, slices.Clone(table.fields))
	}
	for name := range files {
		if strings.HasPrefix(name, "keys/") {
			delete(f.memory, name)
		}
	}
	for i := range f.events {
		if p := f.payload(i + 1); p.get("public_key") != "" && f.events[i][3] != "proposal.made" {
			name := f.keyName(p.get("name"), i+1)
			f.addKey(name)
			f.set(i+1, "public_key", hex.EncodeToString(f.keys[name].public.bytes[:]))
			if n, err := strconv.Atoi(p.get("proposal")); err == nil {
				f.set(n, "public_key", hex.EncodeToString(f.keys[name].public.bytes[:]))
			}
		}
	}
	f.signSeal()
	f.signEarlier()
	f.chain(1)
	f.manifest("周正")
	return f
}

// keyName is the name of the key that somebody has at a position: their own, and with a number after each exchange.
func (f *forger) keyName(name string, position int) string {
	n := 0
	for i := range position {
		if e := f.events[i]; e[3] == "actor.rekeyed" && f.payload(i+1).get("name") == name {
			n++
		}
	}
	if n == 0 {
		return name
	}
	return name + strconv.Itoa(n+1)
}

func (f *forger) addKey(name string) {
	f.keys[name] = newSigner(name)
	f.memory["keys/"+f.keys[name].public.id()+".pem"] = string(f.keys[name].pem())
}

// clone is the same folder, to be forged by somebody who owns only some keys; of("") owns none.
func (f *forger) clone(owned ...string) *forger {
	c := &forger{memory: maps.Clone(f.memory), keys: maps.Clone(f.keys)}
	for _, e := range f.events {
		c.events = append(c.events, slices.Clone(e))
	}
	if len(owned) > 0 {
		c.owned = map[string]bool{}
		for _, name := range owned {
			c.owned[name] = true
		}
	}
	return c
}

func (f *forger) owns(name string) bool {
	return f.keys[name] != nil && (f.owned == nil || f.owned[name])
}

func (f *forger) payload(position int) pairs {
	p, bad := parsePairs(f.events[position-1][4])
	if bad > 0 {
		panic("payload")
	}
	return p
}

// set changes the first pair of the name in an event.
func (f *forger) set(position int, name, value string) {
	var b []byte
	done := false
	for _, p := range f.payload(position) {
		if p.name == name && !done {
			p.value, done = value, true
		}
		b = appendPair(b, p.name, p.value)
	}
	if !done {
		b = appendPair(b, name, value)
	}
	f.events[position-1][4] = string(b)
}

// last is the position of the last event of a kind about the folder's batch.
func (f *forger) last(kind string) int {
	for i := len(f.events); i > 0; i-- {
		if f.events[i-1][3] == kind && f.payload(i).get("batch") == f.pair("about.txt", "batch") {
			return i
		}
	}
	panic("no " + kind)
}

// insert puts an event after a position.
func (f *forger) insert(after int, time, actor, kind string, payload ...pair) {
	var b []byte
	for _, p := range payload {
		b = appendPair(b, p.name, p.value)
	}
	f.events = slices.Insert(f.events, after, []string{"", time, actor, kind, string(b), "", "", "", ""})
}

// chain writes the journal again from a position on, signs what the forger can, and brings about.txt up to date.
func (f *forger) chain(from int) {
	prev := strings.Repeat("0", 64)
	var rows strings.Builder
	for i, e := range f.events {
		if i+1 >= from {
			f.seal(i+1, prev)
		}
		prev = e[8]
		rows.WriteString(rowOf(e...))
	}
	f.memory["journal.tsv"] = rows.String()
	f.setPair("about.txt", "head", strconv.Itoa(len(f.events)))
	f.setPair("about.txt", "head_digest", prev)
}

// seal computes an event again; without the actor's key the old signature stays.
func (f *forger) seal(position int, prev string) {
	e := f.events[position-1]
	e[0], e[5] = strconv.Itoa(position), prev
	key := f.keys[f.keyName(e[2], position)]
	if key != nil {
		e[6] = key.public.id()
	}
	b := []byte("zhida-event 1\n")
	for i, name := range []string{"position", "time", "actor", "kind"} {
		b = appendPair(b, name, e[i])
	}
	b = appendPair(b, "payload", sum3([]byte(e[4])).String())
	b = appendPair(b, "prev", prev)
	b = appendPair(b, "key", e[6])
	e[8] = sum3(b).String()
	if f.owns(e[2]) {
		e[7] = hex.EncodeToString(key.sign(b))
	}
}

// signSeal signs seal.txt with the keys that the forger has, and tells about.txt and the three events.
func (f *forger) signSeal() {
	text := f.memory["seal.txt"]
	sum := sum3([]byte(text)).String()
	f.setPair("about.txt", "seal", sum)
	for _, who := range signers {
		at := f.last(who.kind)
		for _, name := range []string{"digest", "root", "leaves"} {
			f.set(at, name, f.pair("seal.txt", name))
		}
		f.set(at, "seal", sum)
		if name := f.events[at-1][2]; f.owns(name) {
			sig := f.keys[f.keyName(name, at)].sign([]byte(text))
			f.memory["seal."+who.role+".sig"] = string(sig)
			f.set(at, "signature", hex.EncodeToString(sig))
		}
	}
}

// signEarlier signs the seals of earlier batches again, as far as the forger can.
func (f *forger) signEarlier() {
	r := newTable(strings.NewReader(f.memory["inputs/batches.tsv"]))
	for r.next() == nil {
		if r.fields[8] != "yes" {
			continue
		}
		for i, e := range f.events {
			p := f.payload(i + 1)
			if p.get("batch") != r.fields[0] || p.get("seal") == "" {
				continue
			}
			text := []byte("zhida-seal 1\n")
			for _, l := range []pair{{"county", f.pair("about.txt", "county")}, {"batch", r.fields[0]}, {"digest", r.fields[7]}, {"horizon", r.fields[5]}, {"rules", r.fields[6]},
				{"leaves", p.get("leaves")}, {"root", p.get("root")}} {
				text = appendPair(text, l.name, l.value)
			}
			if findings, ok := p.lookup("findings"); ok {
				text = appendPair(text, "findings", findings)
			}
			if f.owns(e[2]) {
				f.set(i+1, "seal", sum3(text).String())
				f.set(i+1, "signature", hex.EncodeToString(f.keys[f.keyName(e[2], i+1)].sign(text)))
			}
		}
	}
}

// reseal computes the batch's digests, its tree and its seal again after rows were changed, and signs what it can.
func (f *forger) reseal() {
	batch := f.memory["sealed/batch.tsv"]
	lines := strings.Split(batch, "\n")
	n := 0
	for i, l := range lines {
		section, _, named := strings.Cut(l, "\t")
		switch {
		case digestForm.MatchString(l):
			lines[i] = sum3([]byte(f.memory["sealed/"+sectionOrder[n]+".tsv"])).String()
			n++
		case named && (section == "entries" || section == "portions"):
			lines[i] = section + "\t" + sum3([]byte(f.memory["sealed/"+section+".tsv"])).String()
		}
	}
	f.memory["sealed/batch.tsv"] = strings.Join(lines, "\n")
	sum := sum3([]byte(f.memory["sealed/batch.tsv"])).String()
	tree := tree{}
	leaves := newTable(strings.NewReader(f.memory["leaves.tsv"]))
	for leaves.next() == nil {
		tree.add(sum3([]byte(leaves.fields[1])), sum3([]byte(leaves.fields[2])))
	}
	old := f.pair("seal.txt", "digest")
	f.setPair("seal.txt", "digest", sum)
	f.setPair("seal.txt", "root", tree.root().String())
	f.setPair("seal.txt", "leaves", position(tree.leaves))
	f.setPair("about.txt", "digest", sum)
	for i := range f.events {
		if f.events[i][3] == "batch.computed" || strings.HasPrefix(f.events[i][3], "batch.export") {
			f.events[i][4] = strings.Replace(f.events[i][4], old, sum, 1)
		}
	}
	f.signSeal()
}

// bind writes into an event the digest over the rows that a table now has for it.
func (f *forger) bind(position int, name, file string) {
	h := newSM3()
	r := newTable(strings.NewReader(f.memory[file]))
	for r.next() == nil {
		if r.fields[0] == strconv.Itoa(position) {
			h.WriteString(strings.Join(r.raw[1:], "\t") + "\n")
		}
	}
	f.set(position, name, h.digest().String())
}

// manifest writes the manifest again and signs it; a name that the forger does not own leaves the old signature.
func (f *forger) manifest(name string) {
	f.list()
	if f.owns(name) {
		f.memory["MANIFEST.sig"] = string(f.keys[f.keyName(name, len(f.events))].sign([]byte(f.memory["MANIFEST.tsv"])))
	}
}

// list writes MANIFEST.tsv again.
func (f *forger) list() {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(f.memory)) {
		if name != "MANIFEST.tsv" && name != "MANIFEST.sig" {
			text := f.memory[name]
			b.WriteString(rowOf(name, strconv.Itoa(len(text)), sum3([]byte(text)).String(), fmt.Sprintf("%x", sha256.Sum256([]byte(text)))))
		}
	}
	f.memory["MANIFEST.tsv"] = b.String()
}

// pair reads a value of a file of pairs.
func (f *forger) pair(file, name string) string {
	for l := range strings.Lines(f.memory[file]) {
		if v, ok := strings.CutPrefix(l, name+"="); ok {
			return strings.TrimSuffix(v, "\n")
		}
	}
	return ""
}

func (f *forger) setPair(file, name, value string) {
	var b strings.Builder
	for l := range strings.Lines(f.memory[file]) {
		if strings.HasPrefix(l, name+"=") {
			l = name + "=" + value + "\n"
		}
		b.WriteString(l)
	}
	f.memory[file] = b.String()
}

// edit replaces text that must be there, once.
func (f *forger) edit(file, old, new string) {
	if strings.Count(f.memory[file], old) < 1 {
		panic(fmt.Sprintf("%s has no %q", file, old))
	}
	f.memory[file] = strings.Replace(f.memory[file], old, new, 1)
}

// cutRows removes the rows of a table that a condition names.
func (f *forger) cutRows(file string, cut func(fields []string) bool) {
	var b strings.Builder
	for l := range strings.Lines(f.memory[file]) {
		if !cut(strings.Split(strings.TrimSuffix(l, "\n"), "\t")) {
			b.WriteString(l)
		}
	}
	f.memory[file] = b.String()
}
