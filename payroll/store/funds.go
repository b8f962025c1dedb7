package store

import (
	"context"
	"strings"

	"github.com/jmoiron/sqlx"

	"zhida/payroll"
	"zhida/payroll/ledger"
	"zhida/rules/message"
	"zhida/rules/money"
)

const portionColumns = `batch, person, fund, place, gross, deduction, moved, held, owed, reissued, pay`

// purseSums are the columns of what a purse's portions come to.
const purseSums = "gross, deduction, moved, given, held, released, owed, reissued, pay, payees"

func (q *queries) PutPortions(ctx context.Context, list []payroll.Portion) error {
	sums := totals[payroll.Purse]{}
	for i := range list {
		p, payees := &list[i], money.Fen(0)
		if p.Pay > 0 {
			payees = 1
		}
		sums.add(p.Batch, p.Purse, p.Gross, p.Deduction, max(p.Moved, 0), max(-p.Moved, 0), max(p.Held, 0), max(-p.Held, 0), p.Owed, p.Reissued, p.Pay, payees)
	}
	if err := sums.put(ctx, q, "purse_total", "fund, place", purseSums, func(k payroll.Purse) []any { return []any{k.Fund, k.Place} }); err != nil {
		return err
	}
	return q.insert(ctx, "portion ("+portionColumns+")", 11, len(list), func(i int, a []any) {
		p := &list[i]
		a[0], a[1], a[2], a[3] = int64(p.Batch), p.Person, p.Fund, p.Place
		a[4], a[5], a[6], a[7] = int64(p.Gross), int64(p.Deduction), int64(p.Moved), int64(p.Held)
		a[8], a[9], a[10] = int64(p.Owed), int64(p.Reissued), int64(p.Pay)
	})
}

func (q *queries) Portions(ctx context.Context, id payroll.BatchID, fn func(payroll.Portion) error) error {
	return q.rows(ctx, `SELECT `+portionColumns+` FROM portion WHERE batch = ? ORDER BY person, fund, place`, []any{int64(id)}, 11, func(r *row) error {
		p := payroll.Portion{Batch: payroll.BatchID(r.int()), Person: r.int()}
		p.Fund, p.Place = r.text(), r.text()
		p.Gross, p.Deduction, p.Moved, p.Held = money.Fen(r.int()), money.Fen(r.int()), money.Fen(r.int()), money.Fen(r.int())
		p.Owed, p.Reissued, p.Pay = money.Fen(r.int()), money.Fen(r.int()), money.Fen(r.int())
		if r.err != nil {
			return r.err
		}
		return fn(p)
	})
}

func (q *queries) PurseTotals(ctx context.Context, id payroll.BatchID, fn func(payroll.PurseTotal) error) error {
	var sums []string
	for _, x := range []string{"gross", "deduction", "CASE WHEN moved > 0 THEN moved ELSE 0 END", "CASE WHEN moved < 0 THEN -moved ELSE 0 END", "CASE WHEN held > 0 THEN held ELSE 0 END",
		"CASE WHEN held < 0 THEN -held ELSE 0 END", "owed", "reissued", "pay", "CASE WHEN pay > 0 THEN 1 ELSE 0 END"} { // purseSums
		sums = append(sums, "CAST(SUM("+x+") AS BIGINT)")
	}
	return q.purses(ctx, `SELECT fund, place, `+strings.Join(sums, ", ")+` FROM portion WHERE batch = ? GROUP BY fund, place ORDER BY fund, place`, id, fn)
}

func (q *queries) KeptPurses(ctx context.Context, id payroll.BatchID, fn func(payroll.PurseTotal) error) error {
	return q.purses(ctx, `SELECT fund, place, `+purseSums+` FROM purse_total WHERE batch = ? ORDER BY fund, place`, id, fn)
}

func (q *queries) purses(ctx context.Context, query string, id payroll.BatchID, fn func(payroll.PurseTotal) error) error {
	return q.stream(ctx, query, []any{int64(id)}, func(r *sqlx.Rows) error {
		var x payroll.PurseTotal
		if err := r.Scan(&x.Fund, &x.Place, &x.Gross, &x.Deduction, &x.Moved, &x.Given, &x.Held, &x.Released, &x.Owed, &x.Reissued, &x.Pay, &x.Payees); err != nil {
			return err
		}
		return fn(x)
	})
}

func (q *queries) HeldIn(ctx context.Context, batches []payroll.BatchID, first, last int64, fn func(int64, payroll.Purse, money.Fen) error) error {
	list, args := in(batches)
	return q.stream(ctx, `SELECT person, fund, place, CAST(SUM(held) AS BIGINT) FROM portion WHERE held <> 0 AND batch IN `+list+` AND person BETWEEN ? AND ?
		GROUP BY person, fund, place HAVING SUM(held) <> 0 ORDER BY person, fund, place`, append(args, first, last), func(r *sqlx.Rows) error {
		var person, fen int64
		var k payroll.Purse
		if err := r.Scan(&person, &k.Fund, &k.Place, &fen); err != nil {
			return err
		}
		return fn(person, k, money.Fen(fen))
	})
}

func (q *queries) PutPostings(ctx context.Context, position int64, list []ledger.Posting) error {
	return q.insert(ctx, "posting (position, n, fund, place, source, target, fen, ref)", 8, len(list), func(i int, a []any) {
		p := &list[i]
		a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7] = position, i+1, p.Fund, p.Place, string(p.Source), string(p.Target), int64(p.Fen), p.Ref
	})
}

func (q *queries) Postings(ctx context.Context, after, upto int64, fn func(int64, ledger.Posting) error) error {
	last, rows := int64(0), 0 // of an event they are numbered from 1
	return q.stream(ctx, `SELECT position, n, fund, place, source, target, fen, ref FROM posting WHERE position > ? AND position <= ? ORDER BY position, n`, []any{after, upto}, func(r *sqlx.Rows) error {
		var position int64
		var n int
		var p ledger.Posting
		if err := r.Scan(&position, &n, &p.Fund, &p.Place, &p.Source, &p.Target, &p.Fen, &p.Ref); err != nil {
			return err
		}
		if position != last {
			last, rows = position, 0
		}
		if rows++; n != rows {
			return message.Err("store.gap", position)
		}
		return fn(position, p)
	})
}

func (q *queries) PutPaymentStates(ctx context.Context, list []payroll.PaymentEvent) error {
	return q.insert(ctx, "payment_state (batch, seq, position, state, cause, reason, date)", 7, len(list), func(i int, a []any) {
		p := &list[i]
		a[0], a[1], a[2], a[3], a[4], a[5], a[6] = int64(p.Batch), p.Seq, p.Position, string(p.State), string(p.Cause), p.Reason, int64(p.Date)
	})
}

func (q *queries) PaymentEvents(ctx context.Context, id payroll.BatchID, fn func(payroll.PaymentEvent) error) error {
	return q.paymentEvents(ctx, `batch = ?`, []any{int64(id)}, fn)
}

func (q *queries) paymentEvents(ctx context.Context, where string, args []any, fn func(payroll.PaymentEvent) error) error {
	return q.stream(ctx, `SELECT batch, seq, position, state, cause, reason, date FROM payment_state WHERE `+where+` ORDER BY seq, position`, args, func(r *sqlx.Rows) error {
		var p payroll.PaymentEvent
		if err := r.Scan(&p.Batch, &p.Seq, &p.Position, &p.State, &p.Cause, &p.Reason, &p.Date); err != nil {
			return err
		}
		return fn(p)
	})
}

func (q *queries) OddEvents(ctx context.Context, id payroll.BatchID, fn func(payroll.PaymentEvent) error) error {
	return q.paymentEvents(ctx, `batch = ? AND seq IN (SELECT seq FROM payment_state WHERE batch = ? AND state <> 'credited')`, []any{int64(id), int64(id)}, fn)
}

func (q *queries) Heard(ctx context.Context, id payroll.BatchID) (last, heard int, err error) {
	err = q.get(ctx, &last, `SELECT COALESCE(MAX(seq), 0) FROM payment WHERE batch = ?`, int64(id))
	if err != nil {
		return 0, 0, err
	}
	return last, heard, q.get(ctx, &heard, `SELECT COUNT(*) FROM (SELECT seq FROM payment_state WHERE batch = ? GROUP BY seq) heard`, int64(id))
}

// paid are the persons of a query, as the end of a condition.
func paid(x payroll.PartQuery) (where string, args []any) {
	var of []string
	if len(x.Seqs) > 0 {
		of, args = append(of, `SELECT person FROM payment WHERE batch = ? AND seq IN (?`+strings.Repeat(`,?`, len(x.Seqs)-1)+`)`), append(args, int64(x.Batch))
		for _, seq := range x.Seqs {
			args = append(args, seq)
		}
	}
	if len(x.Purses) > 0 {
		of, args = append(of, `SELECT person FROM portion WHERE batch = ? AND pay > 0 AND (fund, place) IN (VALUES (?,?)`+strings.Repeat(`,(?,?)`, len(x.Purses)-1)+`)`), append(args, int64(x.Batch))
		for _, k := range x.Purses {
			args = append(args, k.Fund, k.Place)
		}
	}
	if of == nil {
		return "", nil
	}
	return ` AND person IN (` + strings.Join(of, ` UNION `) + `)`, args
}

func (q *queries) PaidPersons(ctx context.Context, x payroll.PartQuery, fn func(payroll.Payment) error) error {
	where, args := paid(x)
	return q.rows(ctx, `SELECT seq, person, fen, replaces_batch, replaces_seq FROM payment WHERE batch = ?`+where+` ORDER BY seq`, append([]any{int64(x.Batch)}, args...), 5, func(r *row) error {
		p := payroll.Payment{Batch: x.Batch, Seq: int(r.int()), Person: r.int(), Fen: money.Fen(r.int())}
		p.Replaces.Batch, p.Replaces.Seq = payroll.BatchID(r.int()), int(r.int())
		if r.err != nil {
			return r.err
		}
		return fn(p)
	})
}

func (q *queries) PaidPurses(ctx context.Context, x payroll.PartQuery, fn func(payroll.Portion) error) error {
	where, args := paid(x)
	return q.rows(ctx, `SELECT person, fund, place, pay FROM portion WHERE batch = ? AND pay > 0`+where+` ORDER BY person, fund, place`, append([]any{int64(x.Batch)}, args...), 4, func(r *row) error {
		p := payroll.Portion{Batch: x.Batch, Person: r.int()}
		p.Fund, p.Place, p.Pay = r.text(), r.text(), money.Fen(r.int())
		if r.err != nil {
			return r.err
		}
		return fn(p)
	})
}

// latest joins the last state of each payment p; a payment of which nothing was heard is sent.
const latest = ` LEFT JOIN payment_state s ON s.batch = p.batch AND s.seq = p.seq AND s.position = (SELECT MAX(position) FROM payment_state WHERE batch = p.batch AND seq = p.seq)`

func (q *queries) Sent(ctx context.Context, x payroll.SentQuery, fn func(payroll.PaidOut) error) error {
	list, args := in(x.Batches)
	where := `p.batch IN ` + list
	if x.Person != 0 {
		where, args = where+` AND p.person = ?`, append(args, x.Person)
	}
	if x.State != "" {
		where, args = where+` AND COALESCE(s.state, 'sent') = ?`, append(args, string(x.State))
	}
	if x.Place != "" {
		persons, of := q.about(&payroll.About{Place: x.Place})
		where, args = where+` AND p.person IN (`+persons+`)`, append(args, of...)
	}
	where += ` ORDER BY p.batch, p.seq`
	if x.Most != 0 {
		where, args = where+` LIMIT ?`, append(args, x.Most)
	}
	return q.stream(ctx, `SELECT `+paidColumns+` FROM payment p`+latest+` WHERE `+where, args, func(r *sqlx.Rows) error { return scanPaid(r, fn) })
}

// paidColumns are those of a payment p and its last state.
const paidColumns = `p.batch, p.seq, person, fen, bank, card, cnaps, branch, holder, place, file, target, replaces_batch, replaces_seq,
	COALESCE(state, 'sent'), COALESCE(cause, ''), COALESCE(reason, ''), COALESCE(date, 0), COALESCE(position, 0)`

func scanPaid(r *sqlx.Rows, fn func(payroll.PaidOut) error) error {
	var p payroll.PaidOut
	if err := scanPayment(r, &p.Payment, &p.State, &p.Cause, &p.Reason, &p.Since, &p.Answer); err != nil {
		return err
	}
	return fn(p)
}

func (q *queries) PaymentsTo(ctx context.Context, cards []string, fn func(payroll.PaidOut) error) error {
	for len(cards) > 0 {
		n := min(idsPerQuery, len(cards))
		query, args, err := sqlx.In(`SELECT `+paidColumns+` FROM payment p`+latest+` WHERE card IN (?) ORDER BY card, p.batch, p.seq`, cards[:n])
		if err != nil {
			return err
		}
		if err := q.stream(ctx, query, args, func(r *sqlx.Rows) error { return scanPaid(r, fn) }); err != nil {
			return err
		}
		cards = cards[n:]
	}
	return nil
}

func (q *queries) PutReturnRows(ctx context.Context, list []payroll.KeptRow) error {
	return q.insert(ctx, "return_row (position, line, batch, seq, account, holder, fen, state, text, reason, problem)", 11, len(list), func(i int, a []any) {
		r := &list[i]
		a[0], a[1], a[2], a[3], a[4], a[5] = r.Position, r.Line, int64(r.Payment.Batch), r.Payment.Seq, r.Account.Full(), r.Holder
		a[6], a[7], a[8], a[9], a[10] = int64(r.Fen), string(r.State), r.Text, r.Reason, r.Problem
	})
}

func (q *queries) ReturnRows(ctx context.Context, fn func(payroll.KeptRow) error) error {
	return q.stream(ctx, `SELECT position, line, batch, seq, account, holder, fen, state, text, reason, problem FROM return_row ORDER BY position, line`, nil, func(r *sqlx.Rows) error {
		var x payroll.KeptRow
		if err := r.Scan(&x.Position, &x.Line, &x.Payment.Batch, &x.Payment.Seq, &x.Account, &x.Holder, &x.Fen, &x.State, &x.Text, &x.Reason, &x.Problem); err != nil {
			return err
		}
		return fn(x)
	})
}

func (q *queries) PutSalts(ctx context.Context, id payroll.BatchID, list []payroll.LeafSalt) error {
	if err := q.exec(ctx, `DELETE FROM leaf WHERE batch = ?`, int64(id)); err != nil {
		return err
	}
	return q.insert(ctx, "leaf (batch, person, salt, public_digest, private_digest)", 5, len(list), func(i int, a []any) {
		a[0], a[1], a[2], a[3], a[4] = int64(id), list[i].Person, list[i].Salt, list[i].PublicDigest, list[i].PrivateDigest
	})
}

func (q *queries) Salts(ctx context.Context, id payroll.BatchID, fn func(payroll.LeafSalt) error) error {
	return q.stream(ctx, `SELECT person, salt, public_digest, private_digest FROM leaf WHERE batch = ? ORDER BY person`, []any{int64(id)}, func(r *sqlx.Rows) error {
		var x payroll.LeafSalt
		if err := r.Scan(&x.Person, &x.Salt, &x.PublicDigest, &x.PrivateDigest); err != nil {
			return err
		}
		return fn(x)
	})
}

func (q *queries) Erased(ctx context.Context) (map[int64]int64, error) {
	gone := map[int64]int64{}
	return gone, q.stream(ctx, `SELECT person, position FROM erased`, nil, func(r *sqlx.Rows) error {
		var person, position int64
		err := r.Scan(&person, &position)
		gone[person] = position
		return err
	})
}

func (q *queries) Remainders(ctx context.Context, id payroll.BatchID) (list []payroll.Remainder, err error) {
	which, args := "", []any(nil)
	if id != 0 {
		which, args = "WHERE batch = ?", []any{int64(id)}
	}
	return list, q.stream(ctx, `SELECT position, batch, section, sealed, remains FROM remainder `+which+` ORDER BY position, batch, section`, args, func(r *sqlx.Rows) error {
		var x payroll.Remainder
		err := r.Scan(&x.Position, &x.Batch, &x.Section, &x.Sealed, &x.Remains)
		list = append(list, x)
		return err
	})
}

func (q *queries) PutRemainders(ctx context.Context, list []payroll.Remainder) error {
	return q.insert(ctx, "remainder (position, batch, section, sealed, remains)", 5, len(list), func(i int, a []any) {
		x := &list[i]
		a[0], a[1], a[2], a[3], a[4] = x.Position, int64(x.Batch), x.Section, x.Sealed, x.Remains
	})
}

// erasing takes out of the rows of a person what says who it is.
var erasing = []string{
	`UPDATE identity SET id_number = 'erased-' || person WHERE person = ?`,
	`DELETE FROM card WHERE person = ?`,
	`UPDATE settlement SET name = '', reason = '{"code":""}', items = '[]', answer = '' WHERE person = ?`,
	`UPDATE return_row SET account = '', holder = '', text = '', reason = '' WHERE EXISTS (SELECT 1 FROM payment p WHERE p.batch = return_row.batch AND p.seq = return_row.seq AND p.person = ?)`,
	`UPDATE finding SET name = '', args = '[]', found_rows = '[]', answer = '' WHERE person = ?`,
	`UPDATE payment SET card = '', cnaps = '', branch = '', holder = '', target = '' WHERE person = ?`,
}

func (q *queries) Erase(ctx context.Context, x payroll.Erasure) error {
	for i := range x.Facts {
		f := &x.Facts[i]
		err := q.guarded(ctx, `UPDATE fact SET key = ?, valid_from = 0, valid_to = 0, body = '', salt = '', source = '', scope = '', commitment = ?, binding = ?
			WHERE person = ? AND kind = ? AND key = ? AND valid_from = ? AND known_from = ?`, f.NewKey, f.Commitment, f.Binding, f.Person, string(f.Kind), f.Key, f.From, f.KnownFrom)
		if err != nil {
			return err
		}
	}
	for _, l := range x.Leaves {
		if err := q.guarded(ctx, `UPDATE leaf SET salt = '', public_digest = ?, private_digest = ? WHERE batch = ? AND person = ?`, l.Public, l.Private, int64(l.Batch), l.Person); err != nil {
			return err
		}
	}
	for _, p := range x.Proposals {
		if err := q.guarded(ctx, `UPDATE proposal SET payload = ? WHERE position = ?`, p.Payload, p.Position); err != nil {
			return err
		}
	}
	if err := q.exec(ctx, `DELETE FROM look`); err != nil { // whoever asks works it out from what is left
		return err
	}
	for _, person := range x.Persons {
		for _, statement := range erasing {
			if err := q.exec(ctx, statement, person); err != nil {
				return err
			}
		}
		if err := q.exec(ctx, `INSERT INTO erased (person, position) VALUES (?,?)`, person, x.Position); err != nil {
			return err
		}
	}
	return nil
}
