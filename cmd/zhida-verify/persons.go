package main

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
)

// maxRows bounds the rows of a table whose amounts are added up, so that no sum can leave an int64.
const maxRows = 9_000_000

// maxOfPerson bounds what is held of one person at a time.
const maxOfPerson = 1_000_000

// byPerson reads a table that is ordered by person, one row ahead.
type byPerson struct {
	*rows
	person int64
	more   bool
}

func (f *folder) byPerson(number int, name string, least, most int) *byPerson {
	b := &byPerson{rows: f.table(number, name, least, most), person: -1}
	b.advance()
	return b
}

// optionalByPerson is byPerson for a section that is left out where it has no rows.
func (f *folder) optionalByPerson(number int, name string, least, most int) *byPerson {
	if !f.has(name) {
		return &byPerson{rows: &rows{ended: true}}
	}
	return f.byPerson(number, name, least, most)
}

// advance goes to the next row.
func (b *byPerson) advance() {
	before := b.person
	if b.more = b.next(); !b.more {
		return
	}
	n, ok := b.integers(0)
	if b.more = ok; !ok {
		return
	}
	if b.person = n[0]; b.person < before {
		b.folder.fail(b.number, b.place(), "rows.order")
		b.broken, b.more = true, false
		b.close()
	}
}

// of visits the rows of one person. Rows of somebody before are passed over, and reported where stray is a code.
func (b *byPerson) of(person int64, stray string, visit func() bool) {
	for n := 0; b.more && b.person <= person; b.advance() {
		if b.person < person {
			if stray != "" {
				b.folder.fail(b.number, b.place(), stray, b.person)
			}
			continue
		}
		if n++; n > maxOfPerson || !visit() {
			b.broken, b.more = true, false
			b.close()
			return
		}
	}
}

// settlement is a row of sealed/settlements.tsv.
type settlement struct {
	person                                      int64
	status, name, category, place               string
	gross, deduction, held, owed, pay, reissued int64
	at                                          place
}

// line is a row of lines.tsv.
type line struct {
	cause               string
	item, month, side   string
	fen, due, committed int64
	policy, sentence    int64
	at                  place
}

// payment is a row of payments.tsv.
type payment struct {
	number, person, fen           int64
	bank, account, holder, target string
	replaces                      string
	at                            place
}

// obligation is what is settled of one person.
type obligation struct{ item, month string }

// portion is where money of the batch lies.
type portion struct{ fund, place string }

// totals is what checks 8 and 9 need of the batch.
type totals struct {
	payments map[int64]int64   // number: fen
	reserved map[portion]int64 // pay, and deduction where positive
	paid     map[portion]int64
	sum      int64
	whole    bool
}

// walk goes through the batch person by person: checks 4, 6 and 7.
type walk struct {
	*folder
	sentences                                     []string
	payments                                      map[int64][]payment // by person
	settlements, lines, entries, portions, leaves *byPerson
	facts                                         *byPerson
	salts                                         map[string]bool // of leaves so far
	earlier                                       []*byPerson     // lines of batches committed at the horizon
	tree                                          tree
	totals                                        *totals
	people, count                                 int
}

// checkPersons is checks 4, 6 and 7.
func (f *folder) checkPersons() {
	w := &walk{folder: f, payments: map[int64][]payment{}, salts: map[string]bool{}, totals: &totals{map[int64]int64{}, map[portion]int64{}, map[portion]int64{}, 0, false}}
	f.sealed.totals = w.totals
	whole := w.readPayments() && w.readSentences()
	w.lines = f.byPerson(7, "sealed/lines.tsv", 12, 12)
	w.entries = f.optionalByPerson(7, "sealed/entries.tsv", 8, 9)
	w.portions = f.optionalByPerson(7, "sealed/portions.tsv", 10, 10)
	w.leaves = f.byPerson(4, "leaves.tsv", 3, 5)
	w.facts = f.byPerson(7, "inputs/facts.tsv", 11, 13)
	for _, b := range f.inputs.batches {
		if b.committed {
			w.earlier = append(w.earlier, f.byPerson(7, b.folder+"lines.tsv", 12, 12))
		}
	}
	w.settlements = f.byPerson(7, "sealed/settlements.tsv", 13, 1_000_000)
	before := int64(-1)
	for ; w.settlements.more; w.settlements.advance() {
		s, ok := w.readSettlement()
		if !ok {
			break
		}
		if s.person == before {
			f.fail(7, s.at, "rows.order")
		}
		before = s.person
		w.one(s)
	}
	w.finish(whole)
}

// finish reads what nobody of the settlements accounts for, and the root.
func (w *walk) finish(whole bool) {
	const last = 1<<63 - 1
	for b, code := range map[*byPerson]string{w.lines: "amounts.no_settlement", w.entries: "amounts.no_settlement", w.portions: "amounts.no_settlement", w.leaves: "tree.stray"} {
		b.of(last, code, func() bool { return true })
	}
	for _, p := range sortedKeys(w.payments) {
		w.fail(7, place{File: "sealed/payments.tsv"}, "amounts.paid_nobody", w.payments[p][0].number, p)
	}
	for _, b := range append(w.earlier, w.facts) {
		b.close()
	}
	whole = whole && !w.settlements.broken && !w.lines.broken && !w.entries.broken && !w.portions.broken && !w.facts.broken
	for _, b := range w.earlier {
		whole = whole && !b.broken
	}
	if w.seal == nil {
		return
	}
	w.expect(4, place{File: "leaves.tsv"}, "root", w.tree.root().String(), w.seal.get("root"))
	w.expect(4, place{File: "leaves.tsv"}, "leaves", position(w.tree.leaves), w.seal.get("leaves"))
	if !w.leaves.broken && whole {
		w.established(4, w.tree.leaves, w.seal.get("root"))
	}
	if w.totals.whole = whole; whole {
		w.established(6, w.count, len(w.inputs.documents))
		w.established(7, w.people, w.count, yuan(w.totals.sum))
	}
}

// readPayments reads sealed/payments.tsv.
func (w *walk) readPayments() bool {
	r := w.table(7, "sealed/payments.tsv", 9, 12)
	var before int64
	for r.next() {
		n, ok := r.integers(0, 1)
		if !ok {
			break
		}
		fen, ok := r.amounts(2)
		if !ok {
			break
		}
		if n[0] <= before {
			w.fail(7, r.place(), "rows.order")
		}
		before = n[0]
		if fen[0] <= 0 {
			w.fail(7, r.place(), "amounts.not_positive", n[0])
		}
		if w.erasures.persons[n[1]] != nil {
			w.expectGone(7, r.place(), n[1], r.fields, remainingPayment(r.fields))
		}
		p := payment{number: n[0], person: n[1], fen: fen[0], bank: r.fields[3], account: r.fields[4], holder: r.fields[7], at: r.place()}
		rest := r.fields[9:]
		if len(rest) == 1 || len(rest) == 3 {
			p.target, rest = rest[0], rest[1:]
		}
		if len(rest) == 2 {
			if p.replaces = rest[1]; rest[0] != "replaces" {
				r.malformed(len(r.fields) - 2)
				break
			}
		}
		w.payments[p.person] = append(w.payments[p.person], p)
		w.totals.payments[p.number] = p.fen
		w.totals.sum += p.fen
		w.sealed.payments = append(w.sealed.payments, p)
	}
	return !r.broken
}

// readSentences reads sealed/sentences.tsv.
func (w *walk) readSentences() bool {
	r := w.table(4, "sealed/sentences.tsv", 1, 1)
	for r.next() {
		w.sentences = append(w.sentences, r.fields[0])
	}
	return !r.broken
}

func (w *walk) readSettlement() (s settlement, ok bool) {
	r := w.settlements.rows
	n, ok := r.amounts(5, 6, 7, 8, 9)
	if !ok {
		return s, false
	}
	s = settlement{person: w.settlements.person, status: r.fields[1], name: r.fields[2], category: r.fields[3], place: r.fields[4],
		gross: n[0], deduction: n[1], held: n[2], owed: n[3], pay: n[4], at: r.place()}
	rest := r.fields[13:]
	if len(rest)%4 == 2 && rest[len(rest)-2] == "reissued" {
		n, ok := r.amounts(len(r.fields) - 1)
		if !ok {
			return s, false
		}
		s.reissued, rest = n[0], rest[:len(rest)-2]
	}
	if len(rest)%4 != 0 {
		r.malformed(13)
		return s, false
	}
	return s, true
}

// one checks one person.
func (w *walk) one(s settlement) {
	w.people++
	gone := w.erasures.persons[s.person] != nil
	record := w.recordOf(s.person)
	lines := w.linesOf(s.person)
	var gross, deduction, owed int64
	for _, l := range lines {
		if l.side == "deduction" {
			deduction += l.fen
		} else {
			gross += l.fen
		}
		w.checkLine(l, record)
	}
	w.checkDocuments(lines)
	w.entries.of(s.person, "amounts.no_settlement", func() bool {
		n, ok := w.entries.amounts(6)
		if ok && w.entries.fields[4] != "reinstated" {
			owed += n[0]
		}
		return ok
	})
	payments := w.payments[s.person]
	delete(w.payments, s.person)
	var pay int64
	for _, p := range payments {
		pay += p.fen
	}
	w.equal(s.at, "gross", s.gross, gross)
	w.equal(s.at, "deduction", s.deduction, deduction)
	w.equal(s.at, "owed", s.owed, owed)
	w.equal(s.at, "pay", s.pay, pay)
	w.equal(s.at, "balance", s.gross-s.deduction+s.reissued, s.pay+s.held-s.owed)
	w.checkPortions(s)
	if gone {
		w.checkGone(s, record, len(lines))
	} else {
		w.checkAccounts(s, payments, record)
	}
	w.checkLeaf(s, lines, payments)
}

// equal reports two amounts, in fen, that must be one.
func (w *walk) equal(at place, what string, is, must int64) {
	if is != must {
		w.fail(7, at, "amounts."+what, yuan(is), yuan(must))
	}
}

// linesOf reads the lines of a person.
func (w *walk) linesOf(person int64) (list []line) {
	w.lines.of(person, "amounts.no_settlement", func() bool {
		l, ok := readLine(w.lines.rows)
		if !ok {
			return false
		}
		if n := len(list); n > 0 && (l.item < list[n-1].item || l.item == list[n-1].item && l.month <= list[n-1].month) {
			w.fail(7, l.at, "amounts.obligation_twice", l.item, l.month)
		}
		w.count++
		list = append(list, l)
		return true
	})
	return list
}

func readLine(r *rows) (l line, ok bool) {
	n, ok := r.amounts(4, 5, 6)
	if !ok {
		return l, false
	}
	m, ok := r.integers(8, 11)
	if !ok {
		return l, false
	}
	l = line{item: r.fields[1], month: r.fields[2], side: r.fields[3], fen: n[0], due: n[1], committed: n[2], policy: m[0], sentence: m[1], cause: r.fields[10], at: r.place()}
	switch {
	case l.month != "" && !monthForm.MatchString(l.month):
		r.malformed(2)
		return l, false
	case l.side != "gross" && l.side != "deduction":
		r.malformed(3)
		return l, false
	}
	return l, true
}

// record is what the facts in force at the horizon say of a person.
type record struct {
	committed map[obligation]int64 // imported payments, and the lines of batches committed at the horizon
	accounts  map[account]bool     // the person's own, and those of courts, heirs and guardians
	names     map[string]bool
	unknown   bool // what was paid before the book was erased with the person
}

type account struct{ card, bank, holder string }

// recordOf reads what the folder knows of a person besides the batch.
func (w *walk) recordOf(person int64) record {
	r := record{committed: map[obligation]int64{}, accounts: map[account]bool{}, names: map[string]bool{}}
	for _, b := range w.earlier {
		b.of(person, "", func() bool {
			n, ok := b.amounts(4)
			if ok {
				r.committed[obligation{b.fields[1], b.fields[2]}] += n[0]
			}
			return ok
		})
	}
	w.facts.of(person, "", func() bool {
		if len(w.facts.fields) == 13 {
			r.unknown = r.unknown || w.facts.fields[1] == "paid"
			return true
		}
		return w.facts.fields[6] != "0" || w.take(r)
	})
	return r
}

// body is what the verifier reads of the bodies of facts.
type body struct {
	Item, Month         string
	Fen                 int64
	Card, Bank, Holder  string
	Recipient, ID, Name string
}

// take reads one fact in force.
func (w *walk) take(r record) bool {
	kind := w.facts.fields[1]
	if !slices.Contains([]string{"paid", "account", "recipient", "order", "person"}, kind) {
		return true
	}
	var b body
	if err := json.Unmarshal([]byte(w.facts.fields[7]), &b); err != nil || b.Fen > maxFen || b.Fen < -maxFen {
		w.facts.malformed(7)
		return false
	}
	switch kind {
	case "paid":
		if b.Item+"|"+b.Month != w.facts.fields[2] {
			w.facts.malformed(2)
			return false
		}
		r.committed[obligation{b.Item, b.Month}] += b.Fen
	case "recipient":
		r.accounts[account{b.Card, b.Bank, b.Recipient}] = true
	case "person":
		r.names[b.Name] = true
		w.isSigner(b.ID)
	default:
		r.accounts[account{b.Card, b.Bank, b.Holder}] = true
	}
	return true
}

// isSigner notes that one of the three who signed is among the people of the batch: their natural is SM3 of the salt of the
// book, a newline and the ID number.
func (w *walk) isSigner(id string) {
	natural := sum3([]byte(w.about.get("salt") + "\n" + id)).String()
	for _, e := range []*event{w.sealed.submitted, w.sealed.checked, w.sealed.approved} {
		if e != nil && e.signer != nil && e.signer.natural == natural && !slices.Contains(w.sealed.ownPay, e.actor) {
			w.sealed.ownPay = append(w.sealed.ownPay, e.actor)
		}
	}
}

// checkAccounts holds every payment and the name against the facts in force: no payment goes to an account that no fact names.
func (w *walk) checkAccounts(s settlement, payments []payment, r record) {
	if !r.names[s.name] {
		w.fail(7, s.at, "amounts.other_name", s.name)
	}
	for _, p := range payments {
		if !r.accounts[account{p.account, p.bank, p.holder}] {
			w.fail(7, p.at, "amounts.other_account", p.number, masked(p.account))
		}
	}
}

// checkGone looks at somebody of the batch who was erased: the row says no more than an erasure leaves, and the batch is old
// enough where anything moved.
func (w *walk) checkGone(s settlement, r record, lines int) {
	w.expectGone(7, s.at, s.person, w.settlements.fields, remainingSettlement(w.settlements.fields))
	if year, err := strconv.Atoi(strings.SplitN(w.sealed.batch, "-", 2)[0]); err == nil && (s.gross != 0 || s.deduction != 0 || s.pay != 0 || s.held != 0 || s.owed != 0) {
		w.mayBeGone(7, s.at, s.person, year)
	}
	w.erasures.here.people++
	if r.unknown {
		w.erasures.here.unknown += lines
	}
}

// checkLine checks the amounts of a line.
func (w *walk) checkLine(l line, r record) {
	w.equal(l.at, "line", l.fen, l.due-l.committed)
	if !r.unknown {
		w.equal(l.at, "committed", l.committed, r.committed[obligation{l.item, l.month}])
	}
	if !w.causeKnown(l.cause) {
		w.fail(7, l.at, "amounts.cause", l.cause)
	}
	if l.sentence < 0 || l.sentence >= int64(len(w.sentences)) {
		w.fail(7, l.at, "amounts.no_sentence", l.sentence)
	}
}

// causeKnown says whether a cause is the month itself, or events up to the horizon in their order.
func (w *walk) causeKnown(cause string) bool {
	if cause == "month" {
		return true
	}
	var before int64
	for s := range strings.SplitSeq(cause, ",") {
		n, ok := integer(s)
		if !ok || n <= before || n > w.sealed.horizon {
			return false
		}
		before = n
	}
	return true
}

// checkDocuments is check 6 for the lines of a person.
func (w *walk) checkDocuments(lines []line) {
	for _, l := range lines {
		g, granted := w.inputs.documents[document{l.policy, l.item}]
		p, adopted := w.inputs.policies[l.policy]
		switch {
		case !adopted:
			w.fail(6, l.at, "documents.not_adopted", l.policy)
		case !granted:
			w.fail(6, l.at, "documents.not_granted", p.document, l.item)
		case g.side != l.side:
			w.fail(6, l.at, "documents.side", p.document, l.item, g.side, l.side)
		case g.channel != w.sealed.head.channel:
			w.fail(6, l.at, "documents.channel", p.document, l.item, g.channel, w.sealed.head.channel)
		case l.due == 0:
		case p.withdrawn != 0:
			w.fail(6, l.at, "documents.withdrawn", p.document, p.withdrawn)
		case l.month != "" && (l.month < g.first || g.last != "" && l.month > g.last):
			w.fail(6, l.at, "documents.month", p.document, l.month, g.first, g.last)
		}
	}
}

// checkPortions adds up how a person is shared among funds and places.
func (w *walk) checkPortions(s settlement) {
	var sum [7]int64
	w.portions.of(s.person, "amounts.no_settlement", func() bool {
		n, ok := w.portions.amounts(3, 4, 5, 6, 7, 8, 9)
		if !ok {
			return false
		}
		for i := range sum {
			sum[i] += n[i]
		}
		gross, deduction, moved, held, owed, reissued, pay := n[0], n[1], n[2], n[3], n[4], n[5], n[6]
		w.equal(w.portions.place(), "balance", gross-deduction+moved+reissued, pay+held-owed)
		at := portion{strings.Clone(w.portions.fields[1]), strings.Clone(w.portions.fields[2])}
		w.totals.reserved[at] += pay + max(deduction, 0)
		w.totals.paid[at] += pay
		return true
	})
	for i, must := range [7]int64{s.gross, s.deduction, 0, s.held, s.owed, s.reissued, s.pay} {
		if sum[i] != must {
			w.fail(7, s.at, "amounts.portions", []string{"gross", "deduction", "moved", "held", "owed", "reissued", "pay"}[i], yuan(sum[i]), yuan(must))
		}
	}
}

// yuan writes fen as yuan.
func yuan(fen int64) string {
	sign := ""
	if fen < 0 {
		sign, fen = "-", -fen
	}
	return sign + position(fen/100) + "." + string([]byte{byte('0' + fen%100/10), byte('0' + fen%10)})
}

var errTooManyRows = errors.New("more than nine million rows")
