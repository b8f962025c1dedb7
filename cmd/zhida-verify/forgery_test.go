package main

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

// forgery is a change that somebody with some keys makes as well as they can, and the finding that must name it.
type forgery struct {
	name   string
	folder string
	keys   []string // whose keys the forger has; none for nobody's
	forge  func(f *forger)
	found  []string // "check file code", each must be among the findings
}

const (
	january  = "证据_2026-01-1"
	february = "证据_2026-02-2"

	// From after 钱乙, person 2, was erased by event 55: of the same batch, and of one that they were never in.
	erased = "after/证据_2026-02-2"
	april  = "after/证据_2026-04-1"
)

// raise pays person 2 a yuan more than is due, in every row where it shows.
func raise(f *forger) {
	f.edit("sealed/lines.tsv", "2\tbase\t2026-01\tgross\t70000\t70000", "2\tbase\t2026-01\tgross\t70100\t70100")
	f.edit("sealed/settlements.tsv", "\t70000\t5000\t0\t0\t65000", "\t70100\t5000\t0\t0\t65100")
	f.edit("sealed/payments.tsv", "2\t2\t65000", "2\t2\t65100")
	f.edit("sealed/portions.tsv", "2\tF03\t430725101200\t70000\t5000\t0\t0\t0\t0\t65000", "2\tF03\t430725101200\t70100\t5000\t0\t0\t0\t0\t65100")
	f.editLeaf("钱乙", "fen=70000", "fen=70100")
	f.editLeaf("钱乙", "gross_fen=70000", "gross_fen=70100")
	f.editLeaf("钱乙", "pay_fen=65000", "pay_fen=65100")
	f.editLeaf("钱乙", "\\nfen=70000\\ndue_fen=70000", "\\nfen=70100\\ndue_fen=70100")
	f.editLeaf("钱乙", "\\nfen=65000", "\\nfen=65100")
}

// editLeaf edits the leaf that names somebody.
func (f *forger) editLeaf(name, old, new string) {
	lines := strings.SplitAfter(f.memory["leaves.tsv"], "\n")
	for i, l := range lines {
		if strings.Contains(l, "name="+name) {
			lines[i] = strings.Replace(l, old, new, 1)
		}
	}
	f.memory["leaves.tsv"] = strings.Join(lines, "")
}

// repost makes the rest of a January folder agree with a raise: files and postings.
func repost(f *forger) {
	f.edit("files.tsv", "\t320000\t", "\t320100\t")
	exporting := f.last("batch.exporting")
	f.set(exporting, "total_fen", "320100")
	f.set(exporting, "rows.export", sum3([]byte(f.memory["files.tsv"])).String())
	for _, kind := range []string{"batch.approved", "batch.exported"} {
		at := position(int64(f.last(kind)))
		rows := strings.SplitAfter(f.memory["postings.tsv"], "\n")
		for i, row := range rows {
			if strings.HasPrefix(row, at+"\tF03\t430725101200\tavailable\treserved\t") {
				rows[i] = strings.Replace(row, "\t170000\t", "\t170100\t", 1)
			}
			if strings.HasPrefix(row, at+"\tF03\t430725101200\treserved\ttransit\t") {
				rows[i] = strings.Replace(row, "\t160000\t", "\t160100\t", 1)
			}
		}
		f.memory["postings.tsv"] = strings.Join(rows, "")
		f.bind(f.last(kind), "rows.posting", "postings.tsv")
	}
	returned := f.event("returns.imported", 1)
	f.edit("postings.tsv", "transit\treturned\t65000", "transit\treturned\t65100")
	f.bind(returned, "rows.posting", "postings.tsv")
}

// event is the position of the nth event of a kind.
func (f *forger) event(kind string, n int) int {
	for i, e := range f.events {
		if e[3] == kind {
			if n--; n == 0 {
				return i + 1
			}
		}
	}
	panic("no " + kind)
}

var forgeries = []forgery{
	// Without a key.
	{"a row edited, the manifest rewritten", january, nil, func(f *forger) {
		raise(f)
		f.list()
	}, []string{"1 MANIFEST.sig files.manifest_signature", "3 sealed/lines.tsv values.differ"}},
	{"signed by a stranger", january, nil, func(f *forger) {
		raise(f)
		f.list()
		f.memory["MANIFEST.sig"] = string(newSigner("stranger").sign([]byte(f.memory["MANIFEST.tsv"])))
	}, []string{"1 MANIFEST.sig files.manifest_signature"}},
	{"signed by a stranger whose key is put into keys/", january, nil, func(f *forger) {
		f.addKey("stranger")
		f.list()
		f.memory["MANIFEST.sig"] = string(newSigner("stranger").sign([]byte(f.memory["MANIFEST.tsv"])))
	}, []string{"1 MANIFEST.sig files.manifest_signature", "2 keys/" + newSigner("stranger").public.id() + ".pem keys.not_named"}},
	{"everything computed again and nothing signed", january, []string{"nobody"}, func(f *forger) {
		raise(f)
		f.reseal()
		repost(f)
		f.chain(1)
		f.list()
	}, []string{"1 MANIFEST.sig files.manifest_signature", "2 journal.tsv journal.signature", "3 seal.maker.sig seal.signature", "3 seal.checker.sig seal.signature", "3 seal.approver.sig seal.signature"}},

	// With the key of whoever signs the manifest.
	{"a section edited", january, []string{"张敏"}, func(f *forger) {
		f.edit("sealed/payments.tsv", "6228480000000000018", "6228480000000000019")
		f.manifest("张敏")
	}, []string{"3 sealed/payments.tsv values.differ", "4 leaves.tsv tree.differs"}},
	{"and its digest in batch.tsv", january, []string{"张敏"}, func(f *forger) {
		old := sum3([]byte(f.memory["sealed/payments.tsv"])).String()
		f.edit("sealed/payments.tsv", "6228480000000000018", "6228480000000000019")
		f.edit("sealed/batch.tsv", old, sum3([]byte(f.memory["sealed/payments.tsv"])).String())
		f.manifest("张敏")
	}, []string{"3 sealed/batch.tsv values.differ"}},
	{"and the seal, with the maker's signature", january, []string{"张敏"}, func(f *forger) {
		raise(f)
		f.reseal()
		repost(f)
		f.chain(1)
		f.manifest("张敏")
	}, []string{"2 journal.tsv journal.signature", "3 seal.checker.sig seal.signature", "3 seal.approver.sig seal.signature"}},
	{"maker and checker together", january, []string{"张敏", "李复"}, func(f *forger) {
		raise(f)
		f.reseal()
		repost(f)
		f.chain(1)
		f.manifest("张敏")
	}, []string{"2 journal.tsv journal.signature", "3 seal.approver.sig seal.signature"}},
	{"the seal alone, with the old signatures", january, []string{"张敏"}, func(f *forger) {
		f.setPair("seal.txt", "rules", "9")
		f.setPair("about.txt", "rules", "9")
		f.setPair("about.txt", "seal", sum3([]byte(f.memory["seal.txt"])).String())
		f.manifest("张敏")
	}, []string{"3 journal.tsv values.differ", "3 seal.maker.sig seal.signature", "3 sealed/batch.tsv values.differ"}},
	{"a leaf about somebody else's pay", january, []string{"张敏"}, func(f *forger) {
		f.editLeaf("钱乙", "pay_fen=65000", "pay_fen=66000")
		f.manifest("张敏")
	}, []string{"4 leaves.tsv values.differ", "4 leaves.tsv tree.differs"}},
	{"a leaf taken out", january, []string{"张敏"}, func(f *forger) {
		f.cutRows("leaves.tsv", func(fields []string) bool { return fields[0] == "3" })
		f.manifest("张敏")
	}, []string{"4 leaves.tsv values.differ", "4 sealed/settlements.tsv tree.no_leaf"}},
	{"a fact edited", february, []string{"张敏"}, func(f *forger) {
		f.edit("inputs/facts.tsv", `"书记"`, `"委员"`)
		f.manifest("张敏")
	}, []string{"5 inputs/facts.tsv bound.differs"}},
	{"a fact with its salt", february, []string{"张敏"}, func(f *forger) {
		row := strings.SplitAfter(f.memory["inputs/facts.tsv"], "\n")[0]
		f.edit("inputs/facts.tsv", row, strings.Replace(row, strings.Split(row, "\t")[8], strings.Repeat("0", 64), 1))
		f.manifest("张敏")
	}, []string{"5 inputs/facts.tsv bound.differs"}},
	{"a fact's end taken back", february, []string{"张敏"}, func(f *forger) {
		f.edit("inputs/facts.tsv", "\t30\t{", "\t0\t{")
		f.manifest("张敏")
	}, []string{"5 inputs/facts.tsv bound.missing"}},
	{"an earlier batch left out", february, []string{"张敏"}, func(f *forger) {
		f.cutRows("inputs/batches.tsv", func(fields []string) bool { return fields[0] == "2026-01/1" })
		for name := range f.memory {
			if strings.HasPrefix(name, "inputs/batches/2026-01-1/") {
				delete(f.memory, name)
			}
		}
		f.manifest("张敏")
	}, []string{"5 inputs/batches.tsv batches.left_out", "7 sealed/lines.tsv amounts.committed"}},
	{"an earlier batch said not to be committed", february, []string{"张敏"}, func(f *forger) {
		f.edit("inputs/batches.tsv", "\tyes\n", "\tno\n")
		f.manifest("张敏")
	}, []string{"5 inputs/batches.tsv values.differ"}},
	{"an earlier batch edited", february, []string{"张敏"}, func(f *forger) {
		f.edit("inputs/batches/2026-01-1/lines.tsv", "1\tbase\t2026-01\tgross\t100000\t100000", "1\tbase\t2026-01\tgross\t70000\t70000")
		f.manifest("张敏")
	}, []string{"5 inputs/batches/2026-01-1/lines.tsv values.differ", "7 sealed/lines.tsv amounts.committed"}},
	{"a document edited", january, []string{"张敏"}, func(f *forger) {
		f.edit("inputs/policies/9.yaml", "1000", "2000")
		f.manifest("张敏")
	}, []string{"5 inputs/policies/9.yaml values.differ"}},
	{"the settings edited", january, []string{"张敏"}, func(f *forger) {
		f.edit("inputs/settings/8.yaml", "0736", "0737")
		f.manifest("张敏")
	}, []string{"5 inputs/settings/8.yaml values.differ"}},
	{"an answer of the bank left out", january, []string{"张敏"}, func(f *forger) {
		f.cutRows("payment_states.tsv", func(fields []string) bool { return fields[0] == "21" })
		f.manifest("张敏")
	}, []string{"10 payment_states.tsv states.postings"}},
	{"a returned payment said to be credited", january, []string{"张敏"}, func(f *forger) {
		f.edit("payment_states.tsv", "returned\tCLOSED", "credited\t")
		f.manifest("张敏")
	}, []string{"10 payment_states.tsv bound.differs", "10 payment_states.tsv states.postings"}},
	{"a posting edited", january, []string{"张敏"}, func(f *forger) {
		f.edit("postings.tsv", "available\t900000", "available\t800000")
		f.manifest("张敏")
	}, []string{"9 postings.tsv bound.differs"}},
	{"a bank file's digest exchanged", january, []string{"张敏"}, func(f *forger) {
		f.edit("files.tsv", f.payload(f.last("batch.exporting")).get("sm3"), strings.Repeat("0", 64))
		f.manifest("张敏")
	}, []string{"8 files.tsv values.differ", "8 journal.tsv values.differ"}},
	{"a payment put into no file", january, []string{"张敏"}, func(f *forger) {
		f.cutRows("payment_files.tsv", func(fields []string) bool { return fields[0] == "2026-01/1#3" })
		f.manifest("张敏")
	}, []string{"8 payment_files.tsv bank.left_out", "8 journal.tsv values.differ", "8 files.tsv values.differ"}},
	{"a file that no format knows", january, []string{"张敏"}, func(f *forger) {
		f.memory["sealed/note.txt"] = "all is well"
		f.manifest("张敏")
	}, []string{"1 sealed/note.txt files.unknown"}},
	{"a section that was not sealed", january, []string{"张敏"}, func(f *forger) {
		f.memory["sealed/entries.tsv"] = "1\t\tbase\t2026-01\tcharged\tF03\t0\t\n"
		f.manifest("张敏")
	}, []string{"3 sealed/entries.tsv seal.not_sealed"}},
	{"another first administrator said", january, []string{"张敏"}, func(f *forger) {
		f.setPair("about.txt", "county", "430726")
		f.manifest("张敏")
	}, []string{"2 about.txt values.differ", "3 about.txt values.differ"}},

	// With the keys of administrators.
	{"an actor added by somebody who is no administrator", january, []string{"张敏"}, func(f *forger) {
		f.addKey("冒名")
		f.insert(5, f.events[4][1], "张敏", "actor.added", pair{"name", "冒名"}, pair{"roles", "approver"}, pair{"natural", strings.Repeat("1", 64)},
			pair{"public_key", fmtKey(f, "冒名")})
		f.chain(1)
		f.manifest("张敏")
	}, []string{"2 journal.tsv journal.not_admin"}},
	{"a second identity of the approver, of the same person", january, nil, func(f *forger) {
		f.owned = nil
		secondIdentity(f, f.payload(5).get("natural"))
	}, []string{"2 journal.tsv journal.one_person"}},
	{"the maker approves under a second name", january, nil, func(f *forger) {
		f.owned = nil
		secondIdentity(f, f.payload(3).get("natural"))
		f.events[f.last("batch.approved")-1][2] = "王审二"
		f.setPair("about.txt", "approver", "王审二")
		f.signSeal()
		f.chain(1)
		f.manifest("周正")
	}, []string{"2 journal.tsv journal.one_person", "3 journal.tsv seal.one_person"}},
	{"the approver's role is not theirs", january, nil, func(f *forger) {
		f.owned = nil
		f.set(5, "roles", "checker")
		f.chain(1)
		f.manifest("周正")
	}, []string{"3 journal.tsv seal.no_role"}},
	{"two signatures of one person", january, nil, func(f *forger) {
		f.owned = nil
		f.events[f.last("batch.checked")-1][2] = "王审"
		f.set(5, "roles", "checker,approver")
		f.setPair("about.txt", "checker", "王审")
		f.signSeal()
		f.chain(1)
		f.manifest("周正")
	}, []string{"3 journal.tsv seal.one_person"}},
	{"somebody accepts what they proposed", january, nil, func(f *forger) {
		f.owned = nil
		f.events[8][2] = "张敏"
		f.chain(1)
		f.manifest("周正")
	}, []string{"2 journal.tsv journal.own_proposal"}},
	{"an event taken out, the chain computed again by all", january, nil, func(f *forger) {
		f.owned = nil
		f.events = slices.Delete(f.events, 12, 13) // an import
		f.chain(1)
		f.manifest("周正")
	}, []string{"5 inputs/facts.tsv bound.unbound", "9 postings.tsv bound.unbound"}},
	{"an answer to a finding edited", february, []string{"张敏"}, func(f *forger) {
		f.edit("answers.tsv", "已当面核对", "已电话核对")
		f.manifest("张敏")
	}, []string{"3 answers.tsv values.differ"}},
	{"a finding edited", february, []string{"张敏"}, func(f *forger) {
		f.edit("findings.tsv", "card_changed\tyes\t1", "card_changed\tyes\t0")
		f.manifest("张敏")
	}, []string{"3 findings.tsv values.differ"}},
	{"approved with a finding that nobody answered", february, nil, func(f *forger) {
		f.owned = nil
		f.set(f.last("batch.approved"), "open_stop", "1")
		f.chain(1)
		f.manifest("周正")
	}, []string{"3 journal.tsv values.differ"}},
	{"a new key that its proposer confirms", january, nil, func(f *forger) {
		f.owned = nil
		f.events[f.event("actor.rekeyed", 1)-1][2] = "周正"
		f.chain(1)
		f.manifest("周正")
	}, []string{"2 journal.tsv journal.may_not_confirm", "2 journal.tsv journal.own_proposal"}},
	{"a key ended by the one who had it", january, nil, func(f *forger) {
		f.owned = nil
		f.set(f.event("actor.removed", 1), "name", "李复")
		f.set(f.event("actor.removed", 1)-1, "name", "李复")
		f.chain(1)
		f.manifest("周正")
	}, []string{"2 journal.tsv journal.own_proposal"}},
	{"a new key without a proposal", january, nil, func(f *forger) {
		f.owned = nil
		e := f.events[f.event("actor.rekeyed", 1)-1]
		e[2], e[4] = "周正", strings.NewReplacer("proposal=", "was=", "rows.decision", "rows.gone").Replace(e[4])
		f.chain(1)
		f.manifest("周正")
	}, []string{"2 journal.tsv journal.alone"}},
	{"another role confirmed than proposed", january, nil, func(f *forger) {
		f.owned = nil
		f.set(f.event("actor.rekeyed", 1)-1, "roles", "maker,checker")
		f.chain(1)
		f.manifest("周正")
	}, []string{"2 journal.tsv values.differ"}},
	{"a key replaced that nobody ended", january, nil, func(f *forger) {
		f.owned = nil
		f.set(f.event("actor.removed", 1), "name", "王审")
		f.chain(1)
		f.manifest("周正")
	}, []string{"2 journal.tsv journal.still_active"}},
	{"with the new key comes another role", january, nil, func(f *forger) {
		f.owned = nil
		f.set(f.event("actor.rekeyed", 1), "roles", "maker,approver")
		f.chain(1)
		f.manifest("周正")
	}, []string{"2 journal.tsv journal.rekeyed_other"}},
	{"the old key signs on", january, nil, func(f *forger) {
		f.owned = nil
		f.keys["张敏2"] = f.keys["张敏"]
		f.chain(1)
		f.manifest("周正")
	}, []string{"2 journal.tsv journal.wrong_key"}},
	{"an earlier batch that only one has signed", february, nil, func(f *forger) {
		f.owned = nil
		for _, who := range signers {
			f.events[f.event(who.kind, 1)-1][2] = "张敏"
		}
		f.signEarlier()
		f.chain(1)
		f.manifest("周正")
	}, []string{"5 journal.tsv seal.one_person", "5 journal.tsv seal.no_role"}},
	{"a second identity of nobody in particular", january, nil, func(f *forger) {
		f.owned = nil
		secondIdentity(f, "")
	}, []string{"2 journal.tsv journal.no_natural"}},
	{"a manifest signed with a key that was ended", january, nil, func(f *forger) {
		f.owned = nil
		f.memory["MANIFEST.sig"] = string(f.keys["张敏"].sign([]byte(f.memory["MANIFEST.tsv"])))
	}, []string{"1 MANIFEST.sig files.manifest_signature"}},
	{"a batch sent twice", january, nil, func(f *forger) {
		f.owned = nil
		again := f.payload(f.last("batch.exporting"))
		f.insert(len(f.events), f.events[len(f.events)-1][1], "张敏", "batch.exporting", again...)
		f.set(len(f.events), "rows.export", strings.Repeat("1", 64))
		f.memory["postings.tsv"] += rowOf(position(int64(len(f.events))), "F03", "430725101200", "reserved", "transit", "1", "2026-01/1")
		f.bind(len(f.events), "rows.posting", "postings.tsv")
		f.chain(1)
		f.manifest("周正")
	}, []string{"8 journal.tsv values.differ", "9 postings.tsv postings.export"}},
	{"an approved batch voided by one person", february, nil, func(f *forger) {
		f.owned = nil
		at := f.event("batch.cancelled", 1)
		f.events[at-1][4] = strings.Replace(f.events[at-1][4], "proposal="+f.payload(at).get("proposal")+"\n", "", 1)
		f.chain(1)
		f.manifest("周正")
	}, []string{"2 journal.tsv journal.no_proposal"}},
	{"a document accepted by who proposed it, without the row", january, nil, func(f *forger) {
		f.owned = nil
		f.events[8][2] = "张敏"
		f.events[8][4] = strings.Replace(f.events[8][4], "rows.decision", "rows.of", 1)
		f.chain(1)
		f.manifest("周正")
	}, []string{"2 journal.tsv journal.own_proposal"}},
	{"the clock turned back", january, nil, func(f *forger) {
		f.owned = nil
		f.events[9][1] = "2020-01-01T00:00:00Z"
		f.chain(1)
		f.manifest("周正")
	}, []string{"2 journal.tsv journal.time"}},

	// With every key of the bureau: what remains is arithmetic.
	{"all sign a payment that nothing grants", january, nil, func(f *forger) {
		f.owned = nil
		f.edit("sealed/payments.tsv", "2\t2\t65000", "2\t2\t65100")
		f.editLeaf("钱乙", "\\nfen=65000", "\\nfen=65100")
		f.reseal()
		f.chain(1)
		f.manifest("周正")
	}, []string{"7 sealed/settlements.tsv amounts.pay", "8 files.tsv values.differ"}},
	{"all sign a line whose document does not grant it", january, nil, func(f *forger) {
		f.owned = nil
		f.cutRows("inputs/documents.tsv", func(fields []string) bool { return fields[5] == "insurance" })
		f.manifest("周正")
	}, []string{"6 sealed/lines.tsv documents.not_granted"}},
	{"all sign an obligation that is paid again", february, nil, func(f *forger) {
		f.owned = nil
		f.edit("sealed/lines.tsv", "1\tbase\t2026-01\tgross\t-30000\t70000\t100000", "1\tbase\t2026-01\tgross\t70000\t70000\t0")
		f.reseal()
		f.chain(1)
		f.manifest("周正")
	}, []string{"7 sealed/lines.tsv amounts.committed", "7 sealed/settlements.tsv amounts.gross"}},
	{"all sign a payment to an account that nobody recorded", january, nil, func(f *forger) {
		f.owned = nil
		f.edit("sealed/payments.tsv", "6228480000000000026", "6228480000000000999")
		f.editLeaf("钱乙", "0026", "0999")
		f.reseal()
		f.chain(1)
		f.manifest("周正")
	}, []string{"7 sealed/payments.tsv amounts.other_account"}},
	{"all sign pay for somebody of another name", january, nil, func(f *forger) {
		f.owned = nil
		f.edit("sealed/settlements.tsv", "钱乙", "钱某")
		f.editLeaf("钱乙", "name=钱乙", "name=钱某")
		f.reseal()
		f.chain(1)
		f.manifest("周正")
	}, []string{"7 sealed/settlements.tsv amounts.other_name"}},
	{"all sign a cause that came later", february, nil, func(f *forger) {
		f.owned = nil
		f.edit("sealed/lines.tsv", "\tF03\t30\t", "\tF03\t43\t")
		f.reseal()
		f.chain(1)
		f.manifest("周正")
	}, []string{"7 sealed/lines.tsv amounts.cause"}},
	{"one salt for two leaves", january, nil, func(f *forger) {
		f.owned = nil
		one, two := saltOf.FindStringSubmatch(f.leaf(0)), saltOf.FindStringSubmatch(f.leaf(1))
		f.edit("leaves.tsv", two[1], one[1])
		f.reseal()
		f.chain(1)
		f.manifest("周正")
	}, []string{"4 leaves.tsv tree.salt_twice"}},
	{"payments before the book taken in by one person", january, nil, func(f *forger) {
		f.owned = nil
		row := "1\tpaid\tbase|2025-12\t2025-12-01\t9999-12-31\t11\t0\t{\"item\":\"base\",\"month\":\"2025-12\",\"fen\":-100}\t" + strings.Repeat("1", 64) + "\t\t\n"
		rows := strings.SplitAfter(f.memory["inputs/facts.tsv"], "\n")
		at := slices.IndexFunc(rows, func(r string) bool { return strings.HasPrefix(r, "1\tperson\t") })
		f.memory["inputs/facts.tsv"] = strings.Join(slices.Insert(rows, at, row), "")
		f.chain(1)
		f.manifest("周正")
	}, []string{"5 inputs/facts.tsv facts.one_person", "5 inputs/facts.tsv bound.differs"}},
	{"all sign a line twice", january, nil, func(f *forger) {
		f.owned = nil
		row := strings.SplitAfter(f.memory["sealed/lines.tsv"], "\n")[0]
		f.edit("sealed/lines.tsv", row, row+row)
		f.reseal()
		f.chain(1)
		f.manifest("周正")
	}, []string{"7 sealed/lines.tsv amounts.obligation_twice", "7 sealed/settlements.tsv amounts.gross"}},
}

// erasing erased 钱乙, on the proposal 54.
const erasing = 55

// bindRemains has a changed section of a batch be what an erasure left, and the event bind that.
func (f *forger) bindRemains(batch, name, file string) {
	var b strings.Builder
	h := newSM3()
	for l := range strings.Lines(f.memory["remainders.tsv"]) {
		fields := strings.Split(strings.TrimSuffix(l, "\n"), "\t")
		if fields[1] == batch && fields[2] == name {
			fields[4] = sum3([]byte(f.memory[file])).String()
		}
		h.WriteString(rowOf(fields[1:]...))
		b.WriteString(rowOf(fields...))
	}
	f.memory["remainders.tsv"] = b.String()
	f.set(erasing, "rows.remainder", h.digest().String())
}

// reduce takes somebody out of the rows of a folder as an erasure does; remaining says nothing of the journal.
func reduce(f *forger, person string) {
	each := func(file string, change func(fields []string) []string) {
		var b strings.Builder
		r := newTable(strings.NewReader(f.memory[file]))
		for r.next() == nil {
			b.WriteString(rowOf(change(r.fields)...))
		}
		f.memory[file] = b.String()
	}
	each("inputs/facts.tsv", func(x []string) []string {
		if x[0] != person {
			return x
		}
		commitment, binding := committed(x)
		return []string{x[0], x[1], "", "", "", x[5], x[6], "", "", "", "", commitment, binding}
	})
	each("leaves.tsv", func(x []string) []string {
		if x[0] != person {
			return x
		}
		return []string{x[0], "", "", sum3([]byte(x[1])).String(), sum3([]byte(x[2])).String()}
	})
	each("sealed/settlements.tsv", func(x []string) []string {
		if x[0] != person {
			return x
		}
		return remainingSettlement(x)
	})
	each("sealed/payments.tsv", func(x []string) []string {
		if x[1] != person {
			return x
		}
		return remainingPayment(x)
	})
}

// erasureForgeries are about people whose data was erased, or is said to be.
var erasureForgeries = []forgery{
	{"a row that remains edited", erased, []string{"王审"}, func(f *forger) {
		f.edit("sealed/settlements.tsv", "赵甲", "赵某")
		f.manifest("王审")
	}, []string{"3 sealed/settlements.tsv values.differ", "7 sealed/settlements.tsv amounts.other_name"}},
	{"a row that remains in an earlier batch edited", april, []string{"王审"}, func(f *forger) {
		f.edit("inputs/batches/2026-01-1/settlements.tsv", "赵甲", "赵某")
		f.manifest("王审")
	}, []string{"5 inputs/batches/2026-01-1/settlements.tsv values.differ"}},
	{"and the digest of what remains", erased, []string{"王审"}, func(f *forger) {
		f.edit("sealed/payments.tsv", "6228480000000000034", "6228480000000000035")
		said := f.payload(erasing).get("rows.remainder")
		f.bindRemains("2026-02/2", "payments", "sealed/payments.tsv")
		f.set(erasing, "rows.remainder", said)
		f.manifest("王审")
	}, []string{"5 remainders.tsv bound.differs", "7 sealed/payments.tsv amounts.other_account"}},
	{"and the event, by the approver alone", erased, []string{"王审"}, func(f *forger) {
		f.edit("sealed/payments.tsv", "6228480000000000034", "6228480000000000035")
		f.bindRemains("2026-02/2", "payments", "sealed/payments.tsv")
		f.chain(erasing)
		f.manifest("王审")
	}, []string{"2 journal.tsv journal.signature", "4 leaves.tsv tree.differs"}},
	{"another digest said to have been sealed", erased, []string{"王审"}, func(f *forger) {
		row := strings.SplitAfter(f.memory["remainders.tsv"], "\n")[0]
		f.edit("remainders.tsv", row, strings.Replace(row, strings.Split(row, "\t")[3], strings.Repeat("0", 64), 1))
		f.manifest("王审")
	}, []string{"5 remainders.tsv bound.differs"}},
	{"an erasure that never was", february, []string{"李复"}, func(f *forger) {
		reduce(f, "2")
		f.memory["erased.tsv"] = "48\t2\n"
		for _, name := range []string{"payments", "settlements"} {
			was := sum3([]byte(bases[february].memory["sealed/"+name+".tsv"])).String()
			f.memory["remainders.tsv"] += rowOf("48", "2026-02/2", name, was, sum3([]byte(f.memory["sealed/"+name+".tsv"])).String())
		}
		f.manifest("李复")
	}, []string{"5 erased.tsv bound.unbound", "5 remainders.tsv bound.unbound", "5 journal.tsv erasure.not_decided"}},
	{"somebody reduced whom no event erased", erased, []string{"王审"}, func(f *forger) {
		reduce(f, "3")
		f.manifest("王审")
	}, []string{"5 inputs/facts.tsv erasure.nobody", "4 leaves.tsv erasure.nobody", "3 sealed/settlements.tsv values.differ"}},
	{"one more erased than was", erased, []string{"王审"}, func(f *forger) {
		reduce(f, "3")
		f.memory["erased.tsv"] += strconv.Itoa(erasing) + "\t3\n"
		f.manifest("王审")
	}, []string{"5 erased.tsv bound.differs", "5 journal.tsv values.differ", "3 sealed/settlements.tsv values.differ"}},
	{"one more erased than was proposed, signed by all", erased, nil, func(f *forger) {
		f.owned = nil
		reduce(f, "3")
		f.memory["erased.tsv"] += strconv.Itoa(erasing) + "\t3\n"
		f.bind(erasing, "rows.erased", "erased.tsv")
		f.set(erasing, "erased", "2")
		f.bindRemains("2026-02/2", "settlements", "sealed/settlements.tsv")
		f.bindRemains("2026-02/2", "payments", "sealed/payments.tsv")
		f.chain(1)
		f.manifest("周正")
	}, []string{"5 journal.tsv values.differ"}},
	{"the files about the erasure left out", erased, []string{"王审"}, func(f *forger) {
		delete(f.memory, "erased.tsv")
		delete(f.memory, "remainders.tsv")
		f.manifest("王审")
	}, []string{"5 erased.tsv bound.missing", "5 remainders.tsv bound.missing", "5 inputs/facts.tsv erasure.nobody", "4 leaves.tsv erasure.nobody"}},
	{"and what the event says of it, signed by all", erased, nil, func(f *forger) {
		f.owned = nil
		delete(f.memory, "erased.tsv")
		delete(f.memory, "remainders.tsv")
		f.events[erasing-1][4] = strings.NewReplacer("rows.erased", "rows.gone", "rows.remainder", "rows.left").Replace(f.events[erasing-1][4])
		f.chain(1)
		f.manifest("周正")
	}, []string{"5 inputs/facts.tsv erasure.nobody", "4 leaves.tsv erasure.nobody", "3 sealed/settlements.tsv values.differ"}},
	{"the event taken out, signed by all", erased, nil, func(f *forger) {
		f.owned = nil
		f.events = slices.Delete(f.events, erasing-1, erasing)
		f.chain(1)
		f.manifest("周正")
	}, []string{"5 erased.tsv bound.unbound", "5 remainders.tsv bound.unbound"}},
	{"erased by who proposed it", erased, nil, func(f *forger) {
		f.owned = nil
		f.events[erasing-1][2] = "张敏"
		f.chain(1)
		f.manifest("周正")
	}, []string{"2 journal.tsv journal.own_proposal", "5 journal.tsv erasure.not_decided"}},
	{"erased by a checker", erased, nil, func(f *forger) {
		f.owned = nil
		f.events[erasing-1][2] = "李复"
		f.chain(1)
		f.manifest("周正")
	}, []string{"5 journal.tsv erasure.not_decided"}},
	{"erased on a proposal of something else", erased, nil, func(f *forger) {
		f.owned = nil
		f.set(erasing-1, "proposal", "import.roster")
		f.set(erasing-1, "rows.proposal", sum3([]byte(rowOf("import.roster", f.events[erasing-2][2], f.payload(erasing-1).get("title"), f.payload(erasing-1).get("digest")))).String())
		f.chain(1)
		f.manifest("周正")
	}, []string{"5 journal.tsv erasure.not_decided"}},
	{"erased before the term is over", erased, nil, func(f *forger) {
		f.owned = nil
		for i := erasing - 2; i < len(f.events); i++ {
			f.events[i][1] = strings.Replace(f.events[i][1], "2099-", f.events[0][1][:3]+"9-", 1)
		}
		f.chain(1)
		f.manifest("周正")
	}, []string{"5 inputs/facts.tsv erasure.too_early", "7 sealed/settlements.tsv erasure.too_early"}},
	{"all sign that another name remains", erased, nil, func(f *forger) {
		f.owned = nil
		f.edit("sealed/settlements.tsv", "孙丙", "孙某")
		f.bindRemains("2026-02/2", "settlements", "sealed/settlements.tsv")
		f.chain(1)
		f.manifest("周正")
	}, []string{"4 leaves.tsv tree.differs", "7 sealed/settlements.tsv amounts.other_name"}},
	{"all sign an amount of somebody erased", erased, nil, func(f *forger) {
		f.owned = nil
		f.edit("sealed/settlements.tsv", "\t70000\t5000\t0\t0\t65000", "\t70100\t5000\t0\t0\t65100")
		f.edit("sealed/payments.tsv", "2\t2\t65000", "2\t2\t65100")
		f.bindRemains("2026-02/2", "settlements", "sealed/settlements.tsv")
		f.bindRemains("2026-02/2", "payments", "sealed/payments.tsv")
		f.chain(1)
		f.manifest("周正")
	}, []string{"7 sealed/settlements.tsv amounts.gross", "7 sealed/settlements.tsv amounts.portions", "8 files.tsv values.differ"}},
	{"an account of somebody erased given again", erased, nil, func(f *forger) {
		f.owned = nil
		f.edit("sealed/payments.tsv", "2\t2\t65000\tABC\t\t", "2\t2\t65000\tABC\t6228480000000000026\t")
		f.bindRemains("2026-02/2", "payments", "sealed/payments.tsv")
		f.chain(1)
		f.manifest("周正")
	}, []string{"7 sealed/payments.tsv erasure.not_gone"}},
	{"a name of somebody erased given again", erased, nil, func(f *forger) {
		f.owned = nil
		f.edit("sealed/settlements.tsv", "2\tpaid\t\t", "2\tpaid\t钱乙\t")
		f.bindRemains("2026-02/2", "settlements", "sealed/settlements.tsv")
		f.chain(1)
		f.manifest("周正")
	}, []string{"7 sealed/settlements.tsv erasure.not_gone"}},
	{"a leaf of somebody erased exchanged", erased, []string{"王审"}, func(f *forger) {
		rows := strings.SplitAfter(f.memory["leaves.tsv"], "\n")
		fields := strings.Split(rows[1], "\t")
		f.edit("leaves.tsv", fields[3], strings.Repeat("0", 64))
		f.manifest("王审")
	}, []string{"4 leaves.tsv values.differ"}},
	{"payments of an earlier batch left out", april, []string{"王审"}, func(f *forger) {
		delete(f.memory, "inputs/batches/2026-03-1/payments.tsv")
		f.manifest("王审")
	}, []string{"5 inputs/batches/2026-03-1/payments.tsv files.needed"}},
	{"payments of an earlier batch that nobody needs", april, []string{"王审"}, func(f *forger) {
		f.memory["inputs/batches/2026-02-2/payments.tsv"] = bases[erased].memory["sealed/payments.tsv"]
		f.manifest("王审")
	}, []string{"5 inputs/batches/2026-02-2/payments.tsv files.nothing_names_it"}},
	{"more people than anything is known of", january, []string{"张敏"}, func(f *forger) {
		f.setPair("about.txt", "persons", "5")
		f.manifest("周正")
	}, []string{"5 about.txt values.differ"}},
}

// Of somebody erased who was paid before the book, nobody knows any more what was: the lines say so, and of nobody else's.
func TestErasedPaid(t *testing.T) {
	f := base(t, erased).clone()
	const at = 9 // a decision of two people
	one, two := strings.Repeat("1", 64), strings.Repeat("2", 64)
	rows := strings.SplitAfter(f.memory["inputs/facts.tsv"], "\n")
	i := slices.IndexFunc(rows, func(r string) bool { return strings.HasPrefix(r, "2\tperson\t") })
	f.memory["inputs/facts.tsv"] = strings.Join(slices.Insert(rows, i, rowOf("2", "paid", "", "", "", position(at), "0", "", "", "", "", one, two)), "")
	f.set(at, "rows.fact", sum3([]byte(rowOf("2", "paid", two))).String())
	f.set(at, "facts", sum3([]byte(one)).String())
	f.chain(1)
	f.manifest("周正")
	r := f.check(t, nil)
	if !r.passed() || r.erasures.here.unknown != 2 {
		t.Fatalf("%d lines unknown; found: %v", r.erasures.here.unknown, told(r.report))
	}
	for _, unknown := range []bool{false, true} {
		w := &walk{folder: &folder{report: newReport("")}, sentences: []string{""}}
		w.checkLine(line{item: "base", month: "2026-02", fen: 70000, due: 70100, committed: 100, cause: "month"}, record{unknown: unknown})
		if found := len(told(w.report)) > 0; found == unknown {
			t.Errorf("unknown %v: found %v", unknown, told(w.report))
		}
	}
}

// leaf is the public part of a leaf.
func (f *forger) leaf(n int) string {
	r := newTable(strings.NewReader(f.memory["leaves.tsv"]))
	for range n + 1 {
		if err := r.next(); err != nil {
			panic(err)
		}
	}
	return r.fields[1]
}

func fmtKey(f *forger, name string) string {
	b := f.keys[name].public.bytes
	const digits = "0123456789abcdef"
	var s strings.Builder
	for _, c := range b {
		s.WriteByte(digits[c>>4])
		s.WriteByte(digits[c&15])
	}
	return s.String()
}

// secondIdentity has the administrator enter a second name, 王审二, as an approver.
func secondIdentity(f *forger, natural string) {
	f.addKey("王审二")
	at := f.last("batch.submitted") - 1
	f.insert(at, f.events[at-1][1], "周正", "actor.added", pair{"name", "王审二"}, pair{"roles", "approver"}, pair{"natural", natural}, pair{"public_key", fmtKey(f, "王审二")})
	f.shift(at)
	f.chain(1)
	f.manifest("周正")
}

// shift moves everything that names a position after one that was inserted.
func (f *forger) shift(after int) {
	later := func(s string) string {
		if n, ok := integer(s); ok && n > int64(after) {
			return position(n + 1)
		}
		return s
	}
	for file, columns := range map[string][]int{"postings.tsv": {0}, "payment_states.tsv": {0}, "inputs/batches.tsv": {5}} {
		var b strings.Builder
		r := newTable(strings.NewReader(f.memory[file]))
		for r.next() == nil {
			for _, c := range columns {
				r.fields[c] = later(r.fields[c])
			}
			b.WriteString(rowOf(r.fields...))
		}
		f.memory[file] = b.String()
	}
	for i := after; i < len(f.events); i++ {
		for _, name := range []string{"horizon", "proposal"} {
			v := f.payload(i + 1).get(name)
			if v == "" || later(v) == v {
				continue
			}
			f.set(i+1, name, later(v))
			if name == "proposal" {
				f.set(i+1, "rows.decision", sum3([]byte(rowOf(later(v), "yes"))).String())
			}
		}
	}
}

func TestForgeries(t *testing.T) {
	for _, folder := range []string{january, february, erased, april} {
		base(t, folder)
	}
	for _, c := range slices.Concat(forgeries, erasureForgeries) {
		t.Run(c.name, func(t *testing.T) {
			f := base(t, c.folder).clone(append([]string{"nobody"}, c.keys...)...)
			c.forge(f)
			r := f.check(t, nil)
			list := told(r.report)
			for _, want := range c.found {
				if !slices.Contains(list, want) {
					t.Errorf("not found: %s\nfound: %s", want, strings.Join(list, "\n       "))
				}
			}
			if r.passed() {
				t.Error("the folder passes")
			}
		})
	}
}

// What cannot be found, and why: the documents for auditors say each of these.
func TestWhatNoFolderShows(t *testing.T) {
	for _, c := range []struct {
		name  string
		forge func(f *forger)
	}{
		{"an administrator enters a second person under another ID number", func(f *forger) {
			secondIdentity(f, strings.Repeat("1", 64))
			f.events[f.last("batch.approved")-1][2] = "王审二"
			f.setPair("about.txt", "approver", "王审二")
			f.signSeal()
			f.chain(1)
		}},
		{"all who signed sign another history", func(f *forger) {
			raise(f)
			f.reseal()
			repost(f)
			f.chain(1)
		}},
		{"the journal's tail is cut off with what was written beside it", func(f *forger) {
			f.events = f.events[:len(f.events)-1] // an import after everything else
			f.chain(1)
		}},
		{"the explanation in README.txt says something else", func(f *forger) {
			f.memory["README.txt"] = "相信我们就好。\n"
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := base(t, january).clone()
			c.forge(f)
			f.manifest("周正")
			if r := f.check(t, nil); !r.passed() {
				t.Errorf("found after all, so say so in the documents: %v", told(r.report))
			}
		})
	}
}

// Together, folders show what each of them alone does not.
func TestForgeriesTogether(t *testing.T) {
	honest := base(t, january).clone()
	for _, c := range []struct {
		name, folder string
		forge        func(f *forger)
		found        string
	}{
		{"another history, signed by all", january, func(f *forger) {
			raise(f)
			f.reseal()
			repost(f)
			f.chain(1)
		}, "together.chains"},
		{"another seal of the batch", january, func(f *forger) {
			f.editLeaf("钱乙", "category=", "category=x")
			f.reseal()
			f.chain(1)
		}, "together.batches"},
		{"an answer of the bank left out of a later folder", january, func(f *forger) {
			f.events[20][4] = strings.Replace(f.events[20][4], "moved=3", "moved=2", 1)
			f.chain(1)
		}, "together.chains"},
		{"one more event in the middle", february, func(f *forger) {
			f.insert(len(f.events)-1, f.events[len(f.events)-2][1], "张敏", "batch.nothing", pair{"month", "2026-02"})
			f.chain(1)
		}, "together.chains"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := base(t, c.folder).clone()
			c.forge(f)
			f.manifest("周正")
			known := &verified
			list := checkTogether([]*folder{honest.check(t, known), f.check(t, known)})
			if len(list) != 1 {
				t.Fatalf("%d books", len(list))
			}
			if !slices.ContainsFunc(told(list[0].report), func(s string) bool { return strings.HasSuffix(s, c.found) }) {
				t.Errorf("not found: %s; found: %v", c.found, told(list[0].report))
			}
		})
	}
	t.Run("two who erase exchange a row that remains in an earlier batch", func(t *testing.T) {
		known := &verified
		const rows = "inputs/batches/2026-02-2/settlements.tsv"
		f := base(t, april).clone()
		f.edit(rows, "孙丙", "孙某")
		f.bindRemains("2026-02/2", "settlements", rows)
		f.chain(1)
		f.manifest("周正")
		alone := f.check(t, known)
		if !alone.passed() {
			t.Errorf("found in the folder alone, so say so in the documents: %v", told(alone.report))
		}
		list := checkTogether([]*folder{base(t, february).clone().check(t, known), alone})
		if !slices.Contains(told(list[0].report), "11 folder: remainders.tsv together.erased") {
			t.Errorf("found: %v", told(list[0].report))
		}
	})
	for _, old := range []string{"已当面核对", "桃财〔2026〕3号"} {
		t.Run("two who erase exchange what was answered: "+old, func(t *testing.T) {
			known := &verified
			f := base(t, erased).clone()
			f.edit("answers.tsv", old, "无")
			f.bindRemains("2026-02/2", "answers", "answers.tsv")
			f.chain(1)
			f.manifest("周正")
			alone := f.check(t, known)
			if !alone.passed() {
				t.Errorf("found in the folder alone, so say so in the documents: %v", told(alone.report))
			}
			list := checkTogether([]*folder{base(t, february).clone().check(t, known), alone})
			if !slices.Contains(told(list[0].report), "11 folder: remainders.tsv together.erased") {
				t.Errorf("found: %v", told(list[0].report))
			}
		})
	}
	t.Run("that a payment was paid again is kept silent", func(t *testing.T) {
		known := &verified
		f := base(t, january).clone()
		f.cutRows("payment_states.tsv", func(fields []string) bool { return fields[2] == "reissued" })
		f.manifest("周正")
		silent := f.check(t, known)
		if silent.sealed.silent == honest.check(t, known).sealed.silent {
			t.Error("the folder does not note an event without rows")
		}
		list := checkTogether([]*folder{silent, base(t, "证据_2026-01-2").clone().check(t, known)})
		if !slices.Contains(told(list[0].report), "11 folder: payment_states.tsv together.not_reissued") {
			t.Errorf("found: %v", told(list[0].report))
		}
	})
	t.Run("a batch voided after its folder was made", func(t *testing.T) {
		known := &verified
		short, long := base(t, january).clone(), base(t, january).clone()
		long.insert(len(long.events), long.events[len(long.events)-1][1], "李复", "batch.cancelled", pair{"batch", "2026-01/1"})
		long.chain(1)
		long.manifest("周正")
		list := checkTogether([]*folder{short.check(t, known), long.check(t, known)})
		if !slices.Contains(told(list[0].report), "11 folder together.cancelled") {
			t.Errorf("found: %v", told(list[0].report))
		}
	})
}
