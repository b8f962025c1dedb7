package main

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// tree computes the root of a tree of the shape of RFC 6962 while leaves come in, holding one hash per level.
type tree struct {
	leaves int64
	peaks  []digest // roots of full subtrees from the left, the largest first
}

// add adds a leaf: the two digests of its parts.
func (t *tree) add(public, private digest) {
	leaf := "zhida-leaf 1\npublic=" + public.String() + "\nprivate=" + private.String() + "\n"
	h := sum3([]byte{0}, []byte(leaf))
	for n := t.leaves; n&1 == 1; n >>= 1 {
		last := len(t.peaks) - 1
		h, t.peaks = node(t.peaks[last], h), t.peaks[:last]
	}
	t.peaks = append(t.peaks, h)
	t.leaves++
}

func node(left, right digest) digest { return sum3([]byte{1}, left[:], right[:]) }

// root is the hash over all leaves; of none it is that of nothing, as in RFC 6962.
func (t *tree) root() digest {
	if len(t.peaks) == 0 {
		return sum3()
	}
	h := t.peaks[len(t.peaks)-1]
	for i := len(t.peaks) - 2; i >= 0; i-- {
		h = node(t.peaks[i], h)
	}
	return h
}

// saltOf finds the salt that a part begins with.
var saltOf = regexp.MustCompile(`^zhida-(?:public|private) 1\nsalt=([0-9a-f]{64})\n`)

// checkLeaf is check 4 for a person: the leaf is what the sealed rows say, but for its salts.
func (w *walk) checkLeaf(s settlement, lines []line, payments []payment) {
	found := 0
	w.leaves.of(s.person, "tree.stray", func() bool {
		if found++; found > 1 {
			w.fail(4, w.leaves.place(), "tree.twice", s.person)
		}
		switch gone := w.erasures.persons[s.person] != nil; {
		case len(w.leaves.fields) == 5:
			return w.checkErasedLeaf(s.person)
		case len(w.leaves.fields) != 3:
			w.leaves.malformed(3)
			return false
		case gone:
			w.fail(4, w.leaves.place(), "erasure.not_gone", s.person)
		}
		public, private := w.leaves.fields[1], w.leaves.fields[2]
		w.tree.add(sum3([]byte(public)), sum3([]byte(private)))
		salts := [2][]string{saltOf.FindStringSubmatch(public), saltOf.FindStringSubmatch(private)}
		if salts[0] == nil || salts[1] == nil {
			w.fail(4, w.leaves.place(), "tree.no_salt", s.person)
			return true
		}
		for _, salt := range []string{salts[0][1], salts[1][1]} {
			if salt = strings.Clone(salt); w.salts[salt] {
				w.fail(4, w.leaves.place(), "tree.salt_twice", s.person)
			} else {
				w.salts[salt] = true
			}
		}
		if name, ok := firstDifference(public, w.publicPart(s, lines, salts[0][1])); !ok {
			w.fail(4, w.leaves.place(), "tree.differs", s.person, name)
		}
		if name, ok := firstDifference(private, w.privatePart(s, lines, payments, salts[1][1])); !ok {
			w.fail(4, w.leaves.place(), "tree.differs", s.person, name)
		}
		return true
	})
	if found == 0 {
		w.fail(4, s.at, "tree.no_leaf", s.person)
	}
}

// firstDifference names the first line in which two texts differ.
func firstDifference(is, must string) (string, bool) {
	if is == must {
		return "", true
	}
	a, b := strings.Split(is, "\n"), strings.Split(must, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return a[i] + " / " + b[i], false
		}
	}
	return position(int64(len(a))) + " / " + position(int64(len(b))), false
}

func (w *walk) grant(l line) grant { return w.inputs.documents[document{l.policy, l.item}] }

// publicPart is the public part of a leaf as the sealed rows make it.
func (w *walk) publicPart(s settlement, lines []line, salt string) string {
	b := []byte("zhida-public 1\n")
	b = appendPair(b, "salt", salt)
	b = appendPair(b, "batch", w.sealed.batch)
	b = appendPair(b, "place", s.place)
	b = appendPair(b, "name", s.name)
	b = appendPair(b, "category", s.category)
	for _, l := range lines {
		if l.side == "deduction" {
			continue
		}
		g := w.grant(l)
		b = appendPair(b, "item", g.printed)
		b = appendPair(b, "month", l.month)
		b = appendPair(b, "fen", position(l.fen))
		b = appendPair(b, "document", g.document)
	}
	return string(b)
}

// privatePart is the private part.
func (w *walk) privatePart(s settlement, lines []line, payments []payment, salt string) string {
	b := []byte("zhida-private 1\n")
	for _, p := range []pair{{"salt", salt}, {"batch", w.sealed.batch}, {"person", position(s.person)}, {"status", s.status},
		{"gross_fen", position(s.gross)}, {"deduction_fen", position(s.deduction)}, {"held_fen", position(s.held)},
		{"owed_fen", position(s.owed)}, {"reissued_fen", position(s.reissued)}, {"pay_fen", position(s.pay)}} {
		b = appendPair(b, p.name, p.value)
	}
	for _, l := range lines {
		g := w.grant(l)
		sentence := ""
		if l.sentence >= 0 && l.sentence < int64(len(w.sentences)) {
			sentence = w.sentences[l.sentence]
		}
		for _, p := range []pair{{"line", g.printed}, {"month", l.month}, {"side", l.side}, {"fen", position(l.fen)}, {"due_fen", position(l.due)},
			{"committed_fen", position(l.committed)}, {"document", g.document}, {"sentence", sentence}} {
			b = appendPair(b, p.name, p.value)
		}
	}
	for _, p := range payments {
		for _, e := range []pair{{"payment", w.sealed.batch + "#" + position(p.number)}, {"fen", position(p.fen)}, {"bank", p.bank},
			{"account", masked(p.account)}, {"holder", p.holder}} {
			b = appendPair(b, e.name, e.value)
		}
	}
	return string(b)
}

// masked keeps the last four characters of an account.
func masked(account string) string {
	n := utf8.RuneCountInString(account)
	if n <= 4 {
		return strings.Repeat("*", n)
	}
	return strings.Repeat("*", n-4) + string([]rune(account)[n-4:])
}
