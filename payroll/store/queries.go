package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"zhida/payroll"
	"zhida/payroll/journal"
	"zhida/payroll/schedule"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
)

// queries answers payroll.Reader and payroll.Tx inside one transaction.
type queries struct {
	tx        *sqlx.Tx
	postgres  bool
	streaming bool // SQLite would allow a question inside another's answer; PostgreSQL does not
}

var _ payroll.Tx = (*queries)(nil)

// stream runs a query and hands each row to scan, whose first error ends it.
func (q *queries) stream(ctx context.Context, query string, args []any, scan func(*sqlx.Rows) error) error {
	if q.streaming {
		return errors.New("store: a question inside the answer to another")
	}
	q.streaming = true
	defer func() { q.streaming = false }()
	rows, err := q.tx.QueryxContext(ctx, q.tx.Rebind(query), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// row gives the columns of a row in their order, as the driver has them. A county's lines and
// facts are millions of columns, and Scan would turn each into its named type by reflection.
type row struct {
	values  []any
	targets []any // of values
	next    int
	err     error // the first column that holds something else
}

// int is the next column, a whole number.
func (r *row) int() int64 {
	n, ok := r.values[r.next].(int64)
	r.note(ok)
	return n
}

// text is the next column, a text.
func (r *row) text() string {
	s, ok := r.values[r.next].(string)
	r.note(ok)
	return s
}

func (r *row) note(ok bool) {
	if !ok && r.err == nil {
		r.err = fmt.Errorf("store: column %d holds a %T", r.next+1, r.values[r.next])
	}
	r.next++
}

// rows is stream for the tables that have many rows.
func (q *queries) rows(ctx context.Context, query string, args []any, columns int, scan func(*row) error) error {
	r := &row{values: make([]any, columns), targets: make([]any, columns)}
	for i := range r.values {
		r.targets[i] = &r.values[i]
	}
	return q.stream(ctx, query, args, func(x *sqlx.Rows) error {
		r.next = 0
		if err := x.Scan(r.targets...); err != nil {
			return err
		}
		return scan(r)
	})
}

func (q *queries) get(ctx context.Context, into any, query string, args ...any) error {
	err := q.tx.GetContext(ctx, into, q.tx.Rebind(query), args...)
	if errors.Is(err, sql.ErrNoRows) {
		return payroll.ErrNotFound
	}
	return err
}

func (q *queries) exec(ctx context.Context, query string, args ...any) error {
	_, err := q.tx.ExecContext(ctx, q.tx.Rebind(query), args...)
	return err
}

// guarded runs an update that must change exactly one row.
func (q *queries) guarded(ctx context.Context, query string, args ...any) error {
	r, err := q.tx.ExecContext(ctx, q.tx.Rebind(query), args...)
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil || n != 1 {
		return errors.Join(payroll.ErrConflict, err)
	}
	return nil
}

// rowsPerInsert is where multi-row VALUES stop gaining.
const rowsPerInsert = 140

// insert writes many rows with multi-row VALUES; fill gives the values of row i.
func (q *queries) insert(ctx context.Context, into string, columns, n int, fill func(i int, args []any)) error {
	if n == 0 {
		return nil
	}
	one := "(" + strings.TrimSuffix(strings.Repeat("?,", columns), ",") + ")"
	var full *sqlx.Stmt
	args := make([]any, columns*min(n, rowsPerInsert))
	for at := 0; at < n; at += rowsPerInsert {
		k := min(rowsPerInsert, n-at)
		for i := range k {
			fill(at+i, args[i*columns:(i+1)*columns])
		}
		query := q.tx.Rebind("INSERT INTO " + into + " VALUES " + strings.TrimSuffix(strings.Repeat(one+",", k), ","))
		if k < rowsPerInsert {
			if _, err := q.tx.ExecContext(ctx, query, args[:k*columns]...); err != nil {
				return err
			}
			continue
		}
		if full == nil {
			var err error
			if full, err = q.tx.PreparexContext(ctx, query); err != nil {
				return err
			}
			defer full.Close()
		}
		if _, err := full.ExecContext(ctx, args...); err != nil {
			return err
		}
	}
	return nil
}

func (q *queries) InitBook(ctx context.Context, m payroll.Meta) error {
	values := []string{"county", m.County, "name", m.Name, "rehearsal", strconv.FormatBool(m.Rehearsal), "format", strconv.Itoa(format),
		"salt", m.Salt, "cutover", m.Cutover.String()}
	return q.insert(ctx, "meta (name, value)", 2, len(values)/2, func(i int, a []any) { a[0], a[1] = values[2*i], values[2*i+1] })
}

func (q *queries) Meta(ctx context.Context) (m payroll.Meta, err error) {
	found := false
	err = q.stream(ctx, `SELECT name, value FROM meta`, nil, func(r *sqlx.Rows) error {
		var name, value string
		if err := r.Scan(&name, &value); err != nil {
			return err
		}
		found = true
		switch name {
		case "county":
			m.County = value
		case "name":
			m.Name = value
		case "rehearsal":
			m.Rehearsal = value == "true"
		case "format":
			m.Format, err = strconv.Atoi(value)
		case "salt":
			m.Salt = value
		case moved:
			m.MovedTo = value
		case "cutover":
			err = m.Cutover.UnmarshalText([]byte(value))
		}
		return err
	})
	if err == nil && !found {
		err = payroll.ErrNotFound
	}
	return m, err
}

func (q *queries) Head(ctx context.Context) (journal.Head, error) {
	var h struct {
		Position int64
		At       int64
		Digest   string
	}
	err := q.get(ctx, &h, `SELECT position, at, digest FROM event ORDER BY position DESC LIMIT 1`)
	if errors.Is(err, payroll.ErrNotFound) {
		return journal.Head{}, nil
	}
	return journal.Head{Position: h.Position, Time: time.Unix(h.At, 0).UTC(), Digest: h.Digest}, err
}

func (q *queries) Events(ctx context.Context, from, to int64, fn func(journal.Event) error) error {
	if to == 0 {
		to = 1 << 62
	}
	return q.stream(ctx, `SELECT position, at, actor, kind, payload, prev, key_id, signature, digest FROM event WHERE position BETWEEN ? AND ? ORDER BY position`,
		[]any{from, to}, func(r *sqlx.Rows) error {
			var e journal.Event
			var at int64
			if err := r.Scan(&e.Position, &at, &e.Actor, &e.Kind, &e.Payload, &e.Prev, &e.KeyID, &e.Signature, &e.Digest); err != nil {
				return err
			}
			e.Time = time.Unix(at, 0).UTC()
			return fn(e)
		})
}

func (q *queries) AppendEvent(ctx context.Context, e journal.Event) error {
	head, err := q.Head(ctx)
	if err != nil {
		return err
	}
	if e.Position != head.Position+1 || head.Position > 0 && e.Prev != head.Digest {
		return payroll.ErrConflict
	}
	signature := e.Signature
	if signature == nil {
		signature = []byte{}
	}
	return q.exec(ctx, `INSERT INTO event (position, at, actor, kind, payload, prev, key_id, signature, digest) VALUES (?,?,?,?,?,?,?,?,?)`,
		e.Position, e.Time.Unix(), e.Actor, e.Kind, e.Payload, e.Prev, e.KeyID, signature, e.Digest)
}

const actorColumns = `name, roles, natural_id, public_key, key_id, sealed_key, added, removed`

func scanActor(r interface{ Scan(...any) error }) (a payroll.Actor, err error) {
	var roles string
	err = r.Scan(&a.Name, &roles, &a.Natural, &a.PublicKey, &a.KeyID, &a.SealedKey, &a.Added, &a.Removed)
	for _, x := range strings.Split(roles, ",") {
		a.Roles = append(a.Roles, payroll.Role(x))
	}
	return a, err
}

func (q *queries) Actor(ctx context.Context, name string) (payroll.Actor, error) {
	a, err := scanActor(q.tx.QueryRowxContext(ctx, q.tx.Rebind(`SELECT `+actorColumns+` FROM actor WHERE name = ?`), name))
	if errors.Is(err, sql.ErrNoRows) {
		return a, payroll.ErrNotFound
	}
	return a, err
}

func (q *queries) Actors(ctx context.Context) (list []payroll.Actor, err error) {
	err = q.stream(ctx, `SELECT `+actorColumns+` FROM actor ORDER BY name`, nil, func(r *sqlx.Rows) error {
		a, err := scanActor(r)
		list = append(list, a)
		return err
	})
	return list, err
}

func (q *queries) PutActor(ctx context.Context, a payroll.Actor) error {
	if err := q.exec(ctx, `DELETE FROM actor WHERE name = ?`, a.Name); err != nil {
		return err
	}
	roles := make([]string, len(a.Roles))
	for i, r := range a.Roles {
		roles[i] = string(r)
	}
	return q.exec(ctx, `INSERT INTO actor (`+actorColumns+`) VALUES (?,?,?,?,?,?,?,?)`, a.Name, strings.Join(roles, ","), a.Natural,
		a.PublicKey, a.KeyID, a.SealedKey, a.Added, a.Removed)
}

// idsPerQuery keeps an IN list well under the limit of parameters.
const idsPerQuery = 500

// eachIn runs a query with an IN list over chunks of values.
func (q *queries) eachIn(ctx context.Context, query string, values []string, scan func(*sqlx.Rows) error) error {
	for len(values) > 0 {
		n := min(idsPerQuery, len(values))
		text, args, err := sqlx.In(query, values[:n])
		if err != nil {
			return err
		}
		if err := q.stream(ctx, text, args, scan); err != nil {
			return err
		}
		values = values[n:]
	}
	return nil
}

func (q *queries) PersonsByID(ctx context.Context, ids []string) (map[string]int64, error) {
	found := map[string]int64{}
	err := q.eachIn(ctx, `SELECT id_number, person FROM identity WHERE id_number IN (?)`, ids, func(r *sqlx.Rows) error {
		var id string
		var person int64
		err := r.Scan(&id, &person)
		found[id] = person
		return err
	})
	return found, err
}

func (q *queries) LastPerson(ctx context.Context) (last int64, err error) {
	return last, q.get(ctx, &last, `SELECT COALESCE(MAX(person), 0) FROM identity`)
}

func (q *queries) AddPersons(ctx context.Context, ids []string) (map[string]int64, error) {
	last, err := q.LastPerson(ctx)
	if err != nil {
		return nil, err
	}
	numbers := make(map[string]int64, len(ids))
	for i, id := range ids {
		numbers[id] = last + int64(i) + 1
	}
	return numbers, q.insert(ctx, "identity (id_number, person)", 2, len(ids), func(i int, a []any) { a[0], a[1] = ids[i], last+int64(i)+1 })
}

const factColumns = `person, kind, key, valid_from, known_from, valid_to, known_to, body, salt, source, scope, commitment, binding`

const factCount = 13

func scanFact(r *row) (payroll.Fact, error) {
	f := payroll.Fact{Person: r.int(), Kind: facts.Kind(r.text()), Key: r.text(), From: calendar.Date(r.int()), KnownFrom: r.int(), To: calendar.Date(r.int()), KnownTo: r.int(),
		Body: r.text(), Salt: r.text(), Where: r.text(), Scope: r.text(), Commitment: r.text(), Binding: r.text()}
	return f, r.err
}

func (q *queries) Facts(ctx context.Context, x payroll.FactQuery, fn func(payroll.Fact) error) error {
	query, args := `SELECT `+factColumns+` FROM fact WHERE person BETWEEN ? AND ?`, []any{x.First, x.Last}
	switch {
	case x.Scope != "":
		query, args = `SELECT `+factColumns+` FROM fact WHERE scope = ? AND scope <> '' `, []any{x.Scope}
	case x.About != nil:
		persons, of := q.about(x.About)
		query, args = `SELECT `+factColumns+` FROM fact WHERE person IN (`+persons+`)`, of
	}
	query += ` AND commitment = ''`
	if x.Horizon == 0 {
		query += ` AND known_to = 0`
	} else {
		query += ` AND known_from <= ? AND (known_to = 0 OR known_to > ?)`
		args = append(args, x.Horizon, x.Horizon)
	}
	if len(x.Kinds) > 0 {
		query += ` AND kind IN (` + strings.TrimSuffix(strings.Repeat("?,", len(x.Kinds)), ",") + `)`
		for _, k := range x.Kinds {
			args = append(args, string(k))
		}
	}
	if x.Since != 0 {
		query += ` AND (kind <> 'day' OR valid_to >= ?)`
		args = append(args, x.Since)
	}
	if m := x.Moving; m != nil {
		query += ` AND (kind = 'person' OR known_from > ? OR valid_from BETWEEN ? AND ? OR valid_to BETWEEN ? AND ?)`
		args = append(args, m.After, m.From, m.To, m.From, m.To)
	}
	return q.rows(ctx, query+` ORDER BY person, kind, key, valid_from, known_from`, args, factCount, func(r *row) error {
		f, err := scanFact(r)
		if err != nil {
			return err
		}
		return fn(f)
	})
}

// about is the question for the persons whom facts as known now name; each of its conditions is that of an index.
func (q *queries) about(a *payroll.About) (query string, args []any) {
	const known = ` AND known_to = 0 AND commitment = ''`
	switch {
	case a.Name != "":
		return `SELECT person FROM fact WHERE ` + q.says("name") + ` = ? AND kind = 'person'` + known, []any{a.Name}
	case a.IDEnd != "":
		return `SELECT person FROM fact WHERE ` + q.ends("id") + ` = ? AND kind = 'person'` + known, []any{a.IDEnd}
	case a.CardEnd != "":
		return `SELECT person FROM fact WHERE ` + q.ends("card") + ` = ? AND kind = 'account'` + known, []any{a.CardEnd}
	case a.Turns != nil:
		t := a.Turns
		return `SELECT person FROM fact WHERE (valid_from BETWEEN ? AND ? OR valid_to BETWEEN ? AND ? OR ` + q.says("died") + ` BETWEEN ? AND ?)` + inRoster, []any{t.From, t.To, t.From, t.To, t.From.String(), t.To.String()}
	}
	if a.Batch != 0 {
		return `SELECT person FROM settlement WHERE batch = ? AND place >= ? AND place < ?`, []any{int64(a.Batch), a.Place, a.Place + ":"}
	}
	return `SELECT person FROM fact WHERE ` + q.says("place") + ` >= ? AND ` + q.says("place") + ` < ?` + placedKinds, []any{a.Place, a.Place + ":"}
}

// placedKinds are the words of the index that has what puts people at a place.
const placedKinds = ` AND kind IN ('person', 'spell', 'day') AND known_to = 0 AND commitment = ''`

// inRoster are the words of the index that has what a roster is made of.
const inRoster = ` AND kind IN ('person', 'spell') AND known_to = 0 AND commitment = ''`

func (q *queries) Roster(ctx context.Context, place string, on calendar.Date, fn func(payroll.RosterRow) error) error {
	roster, args := q.roster(place, on)
	return q.rows(ctx, `SELECT person, said FROM `+roster+` ORDER BY person`, args, 2, func(r *row) error {
		x := payroll.RosterRow{Person: r.int()}
		if x.Place, x.Category = placed(r.text()); r.err != nil || !x.In(place) {
			return r.err
		}
		return fn(x)
	})
}

func (q *queries) RosterCounts(ctx context.Context, place string, on calendar.Date, fn func(payroll.RosterCount) error) error {
	roster, args := q.roster(place, on)
	return q.rows(ctx, `SELECT said, COUNT(*) FROM `+roster+` GROUP BY said ORDER BY said`, args, 2, func(r *row) error {
		x := payroll.RosterCount{}
		x.Place, x.Category = placed(r.text())
		if x.Count = int(r.int()); r.err != nil || !x.In(place) {
			return r.err
		}
		return fn(x)
	})
}

// roster is a table of who is on the roster on a day, of those whom a profile has ever put at the place: person, and what the last profile
// by then has said of place and category. One pass over an index finds the last of each person, by its day before what it says.
func (q *queries) roster(place string, on calendar.Date) (table string, args []any) {
	const day = `(100000000 + valid_from) || ` // nine digits each
	died, at := q.says("died"), ``
	if args = []any{on, on, on}; place != "" {
		at = ` AND person IN (SELECT person FROM fact WHERE ` + q.says("place") + ` >= ? AND ` + q.says("place") + ` < ? AND kind = 'person'` + placedKinds + `)`
		args = append(args, place, place+":")
	}
	return `(SELECT person, SUBSTR(profile, 10) AS said FROM (SELECT person,
			MAX(CASE WHEN kind = 'person' AND valid_from <= ? THEN ` + day + `COALESCE(` + q.says("place") + `, '') || ' ' || COALESCE(` + q.says("category") + `, '') END) AS profile,
			MAX(CASE WHEN kind = 'spell' AND valid_from <= ? AND valid_to >= ? THEN 1 ELSE 0 END) AS serves,
			MAX(CASE WHEN kind = 'person' AND ` + died + ` <> '' THEN ` + day + died + ` END) AS died
			FROM fact WHERE 1 = 1` + inRoster + at + ` GROUP BY person) people
		WHERE profile IS NOT NULL AND (serves = 1 OR profile LIKE '% ` + string(facts.FormerVillageCadre) + `') AND (died IS NULL OR SUBSTR(died, 10) > ?)) roster`, append(args, on.String())
}

// placed takes apart what a roster has of somebody.
func placed(said string) (place string, category facts.Category) {
	place, of, _ := strings.Cut(said, " ")
	return place, facts.Category(of)
}

// DaysReported walks from one scope to the next in their index, and counts the facts of those that are of the month. What was erased has
// lost its scope with its body, so that the index alone answers.
func (q *queries) DaysReported(ctx context.Context, month calendar.Month, fn func(payroll.ReportedDays) error) error {
	return q.rows(ctx, `WITH RECURSIVE scopes (s) AS (
			SELECT MIN(scope) FROM fact WHERE scope <> ''
			UNION ALL SELECT (SELECT MIN(scope) FROM fact WHERE scope <> '' AND scope > s) FROM scopes WHERE s IS NOT NULL)
		SELECT s, COUNT(DISTINCT person), COUNT(*) FROM scopes CROSS JOIN fact WHERE s LIKE ? AND scope = s AND scope <> '' AND known_to = 0
		GROUP BY s ORDER BY s`, []any{"%/" + month.String() + "/%"}, 3, func(r *row) error {
		scope := strings.SplitN(r.text(), "/", 3) // see payroll.Scope
		x := payroll.ReportedDays{People: int(r.int()), Days: int(r.int())}
		if r.err != nil {
			return r.err
		}
		x.Township, x.Kind = scope[0], scope[2]
		return fn(x)
	})
}

// Posts walks from one post and rank to the next in their index: many thousands have the same.
func (q *queries) Posts(ctx context.Context, fn func(payroll.PostRow) error) error {
	length := `length(` + q.says("place") + `)`
	if q.postgres {
		length = `(length(body::jsonb ->> 'place'))`
	}
	post, rank := q.says("post"), q.says("rank")
	next := func(column, more string) string {
		return `(SELECT MIN(` + column + `) FROM fact WHERE kind = 'spell' AND known_to = 0 AND commitment = ''` + more + `)`
	}
	held := func(of string) string {
		return `EXISTS (SELECT 1 FROM fact WHERE kind = 'spell' AND known_to = 0 AND commitment = '' AND ` + post + ` = p AND ` + rank + of + `)`
	}
	at := ` AND ` + length + ` = 9`
	return q.rows(ctx, `WITH RECURSIVE posts (p) AS (
			SELECT `+next(post, ``)+` UNION ALL SELECT `+next(post, ` AND `+post+` > p`)+` FROM posts WHERE p IS NOT NULL),
		ranks (p, r) AS (
			SELECT p, `+next(rank, ` AND `+post+` = p`)+` FROM posts WHERE p IS NOT NULL
			UNION ALL SELECT p, `+next(rank, ` AND `+post+` = p AND `+rank+` > r`)+` FROM ranks WHERE r IS NOT NULL)
		SELECT p, '', CASE WHEN `+held(` IS NULL`+at)+` THEN 1 ELSE 0 END FROM posts WHERE p IS NOT NULL AND `+held(` IS NULL`)+`
		UNION ALL SELECT p, r, CASE WHEN `+held(` = r`+at)+` THEN 1 ELSE 0 END FROM ranks WHERE r IS NOT NULL
		ORDER BY 1, 2`, nil, 3, func(r *row) error {
		x := payroll.PostRow{Post: r.text(), Rank: r.text(), Township: r.int() == 1}
		if r.err != nil {
			return r.err
		}
		return fn(x)
	})
}

// says is what the body of a fact has under a name, NULL where it has nothing, ends are its last four characters: words of indexes, to the letter.
func (q *queries) says(name string) string {
	if q.postgres {
		return `(body::jsonb ->> '` + name + `') COLLATE "C"`
	}
	return `(CASE WHEN json_valid(body) THEN json_extract(body, '$.` + name + `') END)` // a body that somebody damaged is for fsck to name
}

func (q *queries) ends(name string) string {
	if q.postgres {
		return `(right(body::jsonb ->> '` + name + `', 4)) COLLATE "C"`
	}
	return `substr(` + q.says(name) + `, -4)`
}

func (q *queries) ChangedSince(ctx context.Context, after, upto int64, fn func(payroll.Fact) error) error {
	return q.rows(ctx, `SELECT `+factColumns+` FROM fact WHERE known_from > ? AND known_from <= ?
		UNION SELECT `+factColumns+` FROM fact WHERE known_to <> 0 AND known_to > ? AND known_to <= ?
		ORDER BY person, kind, key, valid_from, known_from`,
		[]any{after, upto, after, upto}, factCount, func(r *row) error {
			f, err := scanFact(r)
			if err != nil {
				return err
			}
			return fn(f)
		})
}

func (q *queries) PutFacts(ctx context.Context, list []payroll.Fact) error {
	err := q.insert(ctx, "fact ("+factColumns+")", 13, len(list), func(i int, a []any) {
		f := &list[i]
		a[0], a[1], a[2], a[3], a[4] = f.Person, string(f.Kind), f.Key, f.From, f.KnownFrom
		a[5], a[6], a[7], a[8], a[9], a[10] = f.To, f.KnownTo, f.Body, f.Salt, f.Where, f.Scope
		a[11], a[12] = f.Commitment, f.Binding
	})
	if err != nil {
		return err
	}
	cards, err := cardsOf(list)
	if err != nil {
		return err
	}
	for _, c := range cards { // an account may come back with another first day
		if err := q.exec(ctx, `DELETE FROM card WHERE number = ? AND person = ?`, c.number, c.person); err != nil {
			return err
		}
	}
	return q.insert(ctx, "card (number, person)", 2, len(cards), func(i int, a []any) { a[0], a[1] = cards[i].number, cards[i].person })
}

func (q *queries) EndFacts(ctx context.Context, list []payroll.Fact, at int64) error {
	for i := range list {
		f := &list[i]
		if err := q.guarded(ctx, `UPDATE fact SET known_to = ? WHERE person = ? AND kind = ? AND key = ? AND valid_from = ? AND known_to = 0`,
			at, f.Person, string(f.Kind), f.Key, f.From); err != nil {
			return err
		}
	}
	cards, err := cardsOf(list)
	if err != nil {
		return err
	}
	for _, c := range cards {
		if err := q.exec(ctx, `DELETE FROM card WHERE number = ? AND person = ?`, c.number, c.person); err != nil {
			return err
		}
	}
	return nil
}

type cardRow struct {
	number string
	person int64
}

func cardsOf(list []payroll.Fact) ([]cardRow, error) {
	var cards []cardRow
	seen := map[cardRow]bool{}
	for i := range list {
		if list[i].Kind != facts.KindAccount || list[i].Commitment != "" { // of an erased one nothing is said
			continue
		}
		var a facts.Account
		if err := json.Unmarshal([]byte(list[i].Body), &a); err != nil {
			return nil, err
		}
		if c := (cardRow{a.Card.Full(), list[i].Person}); a.Card != "" && !seen[c] {
			seen[c] = true
			cards = append(cards, c)
		}
	}
	return cards, nil
}

func (q *queries) CardHolders(ctx context.Context, cards []string) (map[string][]int64, error) {
	found := map[string][]int64{}
	err := q.eachIn(ctx, `SELECT number, person FROM card WHERE number IN (?) ORDER BY number, person`, cards, func(r *sqlx.Rows) error {
		var card string
		var person int64
		err := r.Scan(&card, &person)
		found[card] = append(found[card], person)
		return err
	})
	return found, err
}

func (q *queries) PutImport(ctx context.Context, r payroll.ImportRecord) error {
	return q.exec(ctx, `INSERT INTO import (position, kind, file, digest, row_count, added, ended, refused) VALUES (?,?,?,?,?,?,?,?)`,
		r.Position, r.Kind, r.File, r.Digest, r.Rows, r.Added, r.Ended, r.Refused)
}

func (q *queries) Imports(ctx context.Context) (list []payroll.ImportRecord, err error) {
	err = q.stream(ctx, `SELECT position, kind, file, digest, row_count, added, ended, refused FROM import ORDER BY position`, nil, func(r *sqlx.Rows) error {
		var x payroll.ImportRecord
		err := r.Scan(&x.Position, &x.Kind, &x.File, &x.Digest, &x.Rows, &x.Added, &x.Ended, &x.Refused)
		list = append(list, x)
		return err
	})
	return list, err
}

func (q *queries) policies(ctx context.Context, where string, args ...any) (list []payroll.AdoptedPolicy, err error) {
	err = q.stream(ctx, `SELECT position, code, document, title, digest, text, withdrawn FROM policy `+where+` ORDER BY position`, args, func(r *sqlx.Rows) error {
		var p payroll.AdoptedPolicy
		err := r.Scan(&p.Position, &p.Code, &p.Document, &p.Title, &p.Digest, &p.Text, &p.Withdrawn)
		list = append(list, p)
		return err
	})
	return list, err
}

func (q *queries) Policies(ctx context.Context, horizon int64) ([]payroll.AdoptedPolicy, error) {
	if horizon == 0 {
		return q.policies(ctx, `WHERE withdrawn = 0`)
	}
	return q.policies(ctx, `WHERE position <= ? AND (withdrawn = 0 OR withdrawn > ?)`, horizon, horizon)
}

func (q *queries) AllPolicies(ctx context.Context) ([]payroll.AdoptedPolicy, error) {
	return q.policies(ctx, ``)
}

func (q *queries) PutPolicy(ctx context.Context, p payroll.AdoptedPolicy) error {
	return q.exec(ctx, `INSERT INTO policy (position, code, document, title, digest, text, withdrawn) VALUES (?,?,?,?,?,?,?)`,
		p.Position, p.Code, p.Document, p.Title, p.Digest, p.Text, p.Withdrawn)
}

func (q *queries) WithdrawPolicy(ctx context.Context, position, at int64) error {
	return q.guarded(ctx, `UPDATE policy SET withdrawn = ? WHERE position = ? AND withdrawn = 0`, at, position)
}

func (q *queries) Settings(ctx context.Context, horizon int64) (s payroll.Settings, err error) {
	if horizon == 0 {
		horizon = 1 << 62
	}
	return s, q.get(ctx, &s, `SELECT position, text FROM settings WHERE position <= ? ORDER BY position DESC LIMIT 1`, horizon)
}

func (q *queries) PutSettings(ctx context.Context, s payroll.Settings) error {
	return q.exec(ctx, `INSERT INTO settings (position, text) VALUES (?,?)`, s.Position, s.Text)
}

const proposalColumns = `position, kind, actor, title, payload, decided, accepted`

func scanProposal(r interface{ Scan(...any) error }) (p payroll.Proposal, err error) {
	var accepted int
	err = r.Scan(&p.Position, &p.Kind, &p.Actor, &p.Title, &p.Payload, &p.Decided, &accepted)
	p.Accepted = accepted == 1
	return p, err
}

func (q *queries) Proposal(ctx context.Context, position int64) (payroll.Proposal, error) {
	p, err := scanProposal(q.tx.QueryRowxContext(ctx, q.tx.Rebind(`SELECT `+proposalColumns+` FROM proposal WHERE position = ?`), position))
	if errors.Is(err, sql.ErrNoRows) {
		return p, payroll.ErrNotFound
	}
	return p, err
}

func (q *queries) Proposals(ctx context.Context, openOnly bool) (list []payroll.Proposal, err error) {
	where := ``
	if openOnly {
		where = ` WHERE decided = 0`
	}
	err = q.stream(ctx, `SELECT `+proposalColumns+` FROM proposal`+where+` ORDER BY position`, nil, func(r *sqlx.Rows) error {
		p, err := scanProposal(r)
		list = append(list, p)
		return err
	})
	return list, err
}

func (q *queries) PutProposal(ctx context.Context, p payroll.Proposal) error {
	return q.exec(ctx, `INSERT INTO proposal (`+proposalColumns+`) VALUES (?,?,?,?,?,?,?)`, p.Position, p.Kind, p.Actor, p.Title, p.Payload, p.Decided, flag(p.Accepted))
}

func (q *queries) DecideProposal(ctx context.Context, position, at int64, accepted bool) error {
	return q.guarded(ctx, `UPDATE proposal SET decided = ?, accepted = ? WHERE position = ? AND decided = 0`, at, flag(accepted), position)
}

func flag(v bool) int {
	if v {
		return 1
	}
	return 0
}

const batchColumns = `id, kind, channel, state, horizon, rules_version, digest, computed_at, maker, checker, approver, roster, payees, line_count, gross, deduction, net, held, owed, averages, narrowed_to, apart, reissued`

func scanBatch(r interface{ Scan(...any) error }) (b payroll.Batch, err error) {
	var at, apart int64
	var averages string
	err = r.Scan(&b.ID, &b.Kind, &b.Channel, &b.State, &b.Horizon, &b.RulesVersion, &b.Digest, &at, &b.Maker, &b.Checker, &b.Approver,
		&b.Roster, &b.Payees, &b.Lines, &b.Gross, &b.Deduction, &b.Net, &b.Held, &b.Owed, &averages, &b.Narrowed, &apart, &b.Reissued)
	b.Apart = apart == 1
	b.ComputedAt = time.Unix(at, 0).UTC()
	if err == nil && averages != "" {
		err = json.Unmarshal([]byte(averages), &b.Averages)
	}
	return b, err
}

func (q *queries) Batch(ctx context.Context, id payroll.BatchID) (payroll.Batch, error) {
	b, err := scanBatch(q.tx.QueryRowxContext(ctx, q.tx.Rebind(`SELECT `+batchColumns+` FROM batch WHERE id = ?`), int64(id)))
	if errors.Is(err, sql.ErrNoRows) {
		return b, payroll.ErrNotFound
	}
	return b, err
}

func (q *queries) Batches(ctx context.Context) (list []payroll.Batch, err error) {
	err = q.stream(ctx, `SELECT `+batchColumns+` FROM batch WHERE state <> 'staging' ORDER BY id`, nil, func(r *sqlx.Rows) error {
		b, err := scanBatch(r)
		list = append(list, b)
		return err
	})
	return list, err
}

func (q *queries) StagingBatches(ctx context.Context) (list []payroll.BatchID, err error) {
	return list, q.tx.SelectContext(ctx, &list, `SELECT id FROM batch WHERE state = 'staging' ORDER BY id`)
}

func (q *queries) NextSeq(ctx context.Context, m calendar.Month) (int, error) {
	var last int64
	first := int64(payroll.NewBatchID(m, 0))
	err := q.get(ctx, &last, `SELECT COALESCE(MAX(id), ?) FROM batch WHERE id BETWEEN ? AND ?`, first, first, first+999)
	return int(last-first) + 1, err
}

func (q *queries) CreateBatch(ctx context.Context, b payroll.Batch) error {
	b.State = payroll.Staging
	return q.insertBatch(ctx, b)
}

func (q *queries) insertBatch(ctx context.Context, b payroll.Batch) error {
	averages, err := json.Marshal(b.Averages)
	if err != nil {
		return err
	}
	return q.insert(ctx, "batch ("+batchColumns+")", 23, 1, func(_ int, a []any) {
		copy(a, []any{int64(b.ID), string(b.Kind), b.Channel, string(b.State), b.Horizon, b.RulesVersion, b.Digest, b.ComputedAt.Unix(), b.Maker, b.Checker, b.Approver,
			b.Roster, b.Payees, b.Lines, int64(b.Gross), int64(b.Deduction), int64(b.Net), int64(b.Held), int64(b.Owed), string(averages), b.Narrowed, flag(b.Apart), int64(b.Reissued)})
	})
}

func (q *queries) SetBatch(ctx context.Context, b payroll.Batch, from payroll.State) error {
	averages, err := json.Marshal(b.Averages)
	if err != nil {
		return err
	}
	return q.guarded(ctx, `UPDATE batch SET state = ?, horizon = ?, rules_version = ?, digest = ?, computed_at = ?, maker = ?, checker = ?, approver = ?,
		roster = ?, payees = ?, line_count = ?, gross = ?, deduction = ?, net = ?, held = ?, owed = ?, reissued = ?, averages = ? WHERE id = ? AND state = ?`,
		string(b.State), b.Horizon, b.RulesVersion, b.Digest, b.ComputedAt.Unix(), b.Maker, b.Checker, b.Approver, b.Roster, b.Payees, b.Lines,
		int64(b.Gross), int64(b.Deduction), int64(b.Net), int64(b.Held), int64(b.Owed), int64(b.Reissued), string(averages), int64(b.ID), string(from))
}

// batchTables hold the rows of a batch.
var batchTables = []string{"line_total", "status_total", "purse_total", "line", "settlement", "portion", "receivable_entry", "payment", "batch_text", "export_file", "leaf", "checking", "finding", "look"}

func (q *queries) RenameBatch(ctx context.Context, from, to payroll.BatchID) error {
	b, err := q.Batch(ctx, from)
	if err != nil {
		return err
	}
	b.ID = to
	if err := q.insertBatch(ctx, b); err != nil {
		return err
	}
	for _, table := range batchTables {
		if err := q.exec(ctx, `UPDATE `+table+` SET batch = ? WHERE batch = ?`, int64(to), int64(from)); err != nil {
			return err
		}
	}
	if err := q.exec(ctx, `UPDATE receivable_entry SET origin = ? WHERE origin = ?`, int64(to), int64(from)); err != nil {
		return err
	}
	return q.exec(ctx, `DELETE FROM batch WHERE id = ?`, int64(from))
}

func (q *queries) ClearBatch(ctx context.Context, id payroll.BatchID) error {
	b, err := q.Batch(ctx, id)
	if err != nil {
		return err
	}
	if b.State != payroll.Staging && b.State != payroll.Draft {
		return payroll.ErrConflict
	}
	for _, table := range batchTables {
		if err := q.exec(ctx, `DELETE FROM `+table+` WHERE batch = ?`, int64(id)); err != nil {
			return err
		}
	}
	return q.exec(ctx, `DELETE FROM batch WHERE id = ?`, int64(id))
}

const lineColumns = `batch, person, item, month, side, fen, due, committed, place, policy, fund, cause, text_no`

func (q *queries) PutLines(ctx context.Context, list []payroll.Line) error {
	sums := totals[payroll.LineTotal]{}
	for i := range list {
		l := &list[i]
		sums.add(l.Batch, payroll.LineTotal{Item: l.Item, Side: l.Side, Place: l.Place, Policy: l.Policy, Fund: l.Fund}, 1, l.Fen)
	}
	if err := sums.put(ctx, q, "line_total", "item, side, place, policy, fund", "line_count, fen", func(x payroll.LineTotal) []any {
		return []any{x.Item, string(x.Side), x.Place, x.Policy, x.Fund}
	}); err != nil {
		return err
	}
	return q.insert(ctx, "line ("+lineColumns+")", 13, len(list), func(i int, a []any) {
		l := &list[i]
		a[0], a[1], a[2], a[3], a[4] = int64(l.Batch), l.Person, l.Item, int64(l.Month), string(l.Side)
		a[5], a[6], a[7], a[8] = int64(l.Fen), int64(l.Due), int64(l.Committed), l.Place
		a[9], a[10], a[11], a[12] = l.Policy, l.Fund, l.Cause, int64(l.Text)
	})
}

func (q *queries) Lines(ctx context.Context, x payroll.LineQuery, fn func(payroll.Line) error) error {
	query, args := `SELECT `+lineColumns+` FROM line WHERE 1 = 1`, []any{}
	if x.Batch != 0 {
		query, args = query+` AND batch = ?`, append(args, int64(x.Batch))
	}
	if x.Person != 0 {
		query, args = query+` AND person = ?`, append(args, x.Person)
	}
	if x.Last != 0 {
		query, args = query+` AND person BETWEEN ? AND ?`, append(args, x.First, x.Last)
	}
	if x.Settled != "" {
		persons, of := q.about(&payroll.About{Batch: x.Batch, Place: x.Settled})
		query, args = query+` AND person IN (`+persons+`)`, append(args, of...)
	}
	if x.Within != "" {
		query, args = query+` AND place >= ? AND place < ?`, append(args, x.Within, x.Within+":") // what begins with its digits
	}
	if x.Cause != "" {
		query, args = query+` AND cause = ?`, append(args, x.Cause)
	}
	if x.Before != 0 {
		query, args = query+` AND month < ?`, append(args, int64(x.Before))
	}
	return q.rows(ctx, query+` ORDER BY batch, person, item, month`, args, 13, func(r *row) error {
		l := payroll.Line{Batch: payroll.BatchID(r.int()), Person: r.int(), Item: r.text(), Month: calendar.Month(r.int()), Side: payroll.Side(r.text()),
			Fen: money.Fen(r.int()), Due: money.Fen(r.int()), Committed: money.Fen(r.int()), Place: r.text(), Policy: r.int(), Fund: r.text(), Cause: r.text(), Text: int(r.int())}
		if r.err != nil {
			return r.err
		}
		return fn(l)
	})
}

const settlementColumns = `batch, person, status, reason, name, category, place, gross, deduction, held, owed, pay, items, answer, reissued`

func (q *queries) PutSettlements(ctx context.Context, list []payroll.Settlement) error {
	var failed error
	text := func(v any, empty bool) string {
		if empty {
			return ""
		}
		b, err := json.Marshal(v)
		failed = errors.Join(failed, err)
		return string(b)
	}
	sums := totals[payroll.StatusCount]{}
	for i := range list {
		sums.add(list[i].Batch, payroll.StatusCount{Status: list[i].Status, Place: list[i].Place}, 1)
	}
	if err := sums.put(ctx, q, "status_total", "status, place", "person_count", func(x payroll.StatusCount) []any {
		return []any{string(x.Status), x.Place}
	}); err != nil {
		return err
	}
	err := q.insert(ctx, "settlement ("+settlementColumns+")", 15, len(list), func(i int, a []any) {
		s := &list[i]
		a[0], a[1], a[2], a[3] = int64(s.Batch), s.Person, string(s.Status), text(s.Reason, s.Reason.IsZero())
		a[4], a[5], a[6] = s.Name, string(s.Category), s.Place
		a[7], a[8], a[9], a[10], a[11] = int64(s.Gross), int64(s.Deduction), int64(s.Held), int64(s.Owed), int64(s.Pay)
		a[12], a[13], a[14] = text(s.Items, len(s.Items) == 0), s.Answer, int64(s.Reissued)
	})
	return errors.Join(err, failed)
}

func (q *queries) Settlements(ctx context.Context, id payroll.BatchID, fn func(payroll.Settlement) error) error {
	return q.settlements(ctx, `batch = ? ORDER BY person`, []any{int64(id)}, fn)
}

func (q *queries) SettledAt(ctx context.Context, batches []payroll.BatchID, place string, fn func(payroll.Settlement) error) error {
	list, args := in(batches)
	return q.settlements(ctx, `batch IN `+list+` AND place >= ? AND place < ? AND (place = ? OR SUBSTR(place, 1, 9) = ?) ORDER BY batch, person`, append(args, place, place+":", place, place), fn)
}

func (q *queries) Turned(ctx context.Context, id payroll.BatchID, fn func(payroll.Settlement) error) error {
	return q.settlements(ctx, `batch = ? AND status IN ('held', 'refused') ORDER BY person`, []any{int64(id)}, fn) // the words of its index
}

func (q *queries) OpenRefusals(ctx context.Context, id payroll.BatchID) (list []int64, err error) {
	err = q.stream(ctx, `SELECT person FROM settlement WHERE batch = ? AND items <> '' AND answer = '' ORDER BY person`, []any{int64(id)}, func(r *sqlx.Rows) error {
		var person int64
		err := r.Scan(&person)
		list = append(list, person)
		return err
	})
	return list, err
}

func (q *queries) settlements(ctx context.Context, where string, args []any, fn func(payroll.Settlement) error) error {
	return q.rows(ctx, `SELECT `+settlementColumns+` FROM settlement WHERE `+where, args, 15, func(r *row) error {
		s := payroll.Settlement{Batch: payroll.BatchID(r.int()), Person: r.int(), Status: payroll.Status(r.text())}
		reason := r.text()
		s.Name, s.Category, s.Place = r.text(), facts.Category(r.text()), r.text()
		s.Gross, s.Deduction, s.Held, s.Owed, s.Pay = money.Fen(r.int()), money.Fen(r.int()), money.Fen(r.int()), money.Fen(r.int()), money.Fen(r.int())
		items := r.text()
		s.Answer, s.Reissued = r.text(), money.Fen(r.int())
		if r.err != nil {
			return r.err
		}
		if err := errors.Join(fromJSON(reason, &s.Reason), fromJSON(items, &s.Items)); err != nil {
			return err
		}
		return fn(s)
	})
}

// fromJSON reads a column that is empty when there is nothing in it.
func fromJSON(text string, into any) error {
	if text == "" {
		return nil
	}
	return json.Unmarshal([]byte(text), into)
}

func (q *queries) SetAnswer(ctx context.Context, id payroll.BatchID, person int64, answer string) error {
	return q.guarded(ctx, `UPDATE settlement SET answer = ? WHERE batch = ? AND person = ?`, answer, int64(id), person)
}

const paymentColumns = `batch, seq, person, fen, bank, card, cnaps, branch, holder, place, file, target, replaces_batch, replaces_seq`

func (q *queries) PutPayments(ctx context.Context, list []payroll.Payment) error {
	return q.insert(ctx, "payment ("+paymentColumns+")", 14, len(list), func(i int, a []any) {
		p := &list[i]
		a[0], a[1], a[2], a[3] = int64(p.Batch), p.Seq, p.Person, int64(p.Fen)
		a[4], a[5], a[6], a[7], a[8], a[9], a[10], a[11] = p.Bank, p.Card.Full(), p.CNAPS, p.Branch, p.Holder, p.Place, p.File, p.Target
		a[12], a[13] = int64(p.Replaces.Batch), p.Replaces.Seq
	})
}

func (q *queries) Payments(ctx context.Context, id payroll.BatchID, fn func(payroll.Payment) error) error {
	return q.rows(ctx, `SELECT `+paymentColumns+` FROM payment WHERE batch = ? ORDER BY seq`, []any{int64(id)}, 14, func(r *row) error {
		p := payroll.Payment{Batch: payroll.BatchID(r.int()), Seq: int(r.int()), Person: r.int(), Fen: money.Fen(r.int()), Bank: r.text(), Card: identity.Card(r.text()), CNAPS: r.text(), Branch: r.text(),
			Holder: r.text(), Place: r.text(), File: r.text(), Target: r.text()}
		p.Replaces.Batch, p.Replaces.Seq = payroll.BatchID(r.int()), int(r.int())
		if r.err != nil {
			return r.err
		}
		return fn(p)
	})
}

// scanPayment reads paymentColumns, and more behind them.
func scanPayment(r *sqlx.Rows, p *payroll.Payment, more ...any) error {
	var card string
	err := r.Scan(append([]any{&p.Batch, &p.Seq, &p.Person, &p.Fen, &p.Bank, &card, &p.CNAPS, &p.Branch, &p.Holder, &p.Place, &p.File, &p.Target, &p.Replaces.Batch, &p.Replaces.Seq}, more...)...)
	p.Card = identity.Card(card)
	return err
}

func (q *queries) SetPaymentFile(ctx context.Context, id payroll.BatchID, seqs []int, file string) error {
	for len(seqs) > 0 {
		n := min(idsPerQuery, len(seqs))
		text, args, err := sqlx.In(`UPDATE payment SET file = ? WHERE batch = ? AND seq IN (?)`, file, int64(id), seqs[:n])
		if err != nil {
			return err
		}
		if err := q.exec(ctx, text, args...); err != nil {
			return err
		}
		seqs = seqs[n:]
	}
	return nil
}

func (q *queries) PutTexts(ctx context.Context, id payroll.BatchID, from int, list []string) error {
	return q.insert(ctx, "batch_text (batch, no, text)", 3, len(list), func(i int, a []any) { a[0], a[1], a[2] = int64(id), from+i, list[i] })
}

func (q *queries) Texts(ctx context.Context, id payroll.BatchID) (list []string, err error) {
	err = q.stream(ctx, `SELECT no, text FROM batch_text WHERE batch = ? ORDER BY no`, []any{int64(id)}, func(r *sqlx.Rows) error {
		var no int
		var text string
		if err := r.Scan(&no, &text); err != nil {
			return err
		}
		if no != len(list) {
			return message.Err("batch.tampered", id)
		}
		list = append(list, text)
		return nil
	})
	return list, err
}

func (q *queries) Text(ctx context.Context, id payroll.BatchID, no int) (text string, err error) {
	return text, q.get(ctx, &text, `SELECT text FROM batch_text WHERE batch = ? AND no = ?`, int64(id), no)
}

func (q *queries) PutExports(ctx context.Context, list []payroll.ExportFile) error {
	for _, x := range list {
		if err := q.exec(ctx, `DELETE FROM export_file WHERE batch = ? AND name = ?`, int64(x.Batch), x.Name); err != nil {
			return err
		}
	}
	return q.insert(ctx, "export_file (batch, name, layout, bank, row_count, total, sm3, sha256, done)", 9, len(list), func(i int, a []any) {
		x := &list[i]
		a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8] = int64(x.Batch), x.Name, x.Layout, x.Bank, x.Count, int64(x.Total), x.SM3, x.SHA256, flag(x.Done)
	})
}

func (q *queries) Exports(ctx context.Context, id payroll.BatchID) (list []payroll.ExportFile, err error) {
	err = q.stream(ctx, `SELECT batch, name, layout, bank, row_count, total, sm3, sha256, done FROM export_file WHERE batch = ? ORDER BY name`, []any{int64(id)}, func(r *sqlx.Rows) error {
		var x payroll.ExportFile
		var done int
		err := r.Scan(&x.Batch, &x.Name, &x.Layout, &x.Bank, &x.Count, &x.Total, &x.SM3, &x.SHA256, &done)
		x.Done = done == 1
		list = append(list, x)
		return err
	})
	return list, err
}

// in makes the IN list of batch numbers; an empty list holds nothing.
func in(batches []payroll.BatchID) (string, []any) {
	if len(batches) == 0 {
		return "(-1)", nil
	}
	args := make([]any, len(batches))
	for i, id := range batches {
		args[i] = int64(id)
	}
	return "(" + strings.TrimSuffix(strings.Repeat("?,", len(batches)), ",") + ")", args
}

func (q *queries) Committed(ctx context.Context, batches []payroll.BatchID, first, last int64, fn func(payroll.CommittedSum) error) error {
	list, args := in(batches)
	return q.stream(ctx, `SELECT l.person, l.item, l.month, CAST(SUM(l.fen) AS BIGINT), MAX(b.horizon) FROM batch b JOIN line l ON l.batch = b.id
		WHERE b.id IN `+list+` AND l.person BETWEEN ? AND ?
		GROUP BY l.person, l.item, l.month HAVING SUM(l.fen) <> 0 ORDER BY l.person, l.item, l.month`, append(args, first, last), func(r *sqlx.Rows) error {
		var s payroll.CommittedSum
		if err := r.Scan(&s.Person, &s.Item, &s.Month, &s.Fen, &s.Horizon); err != nil {
			return err
		}
		return fn(s)
	})
}

func (q *queries) LineSums(ctx context.Context, batches []payroll.BatchID, fund string, fn func(payroll.LineSum) error) error {
	list, args := in(batches)
	where := `batch IN ` + list
	if fund != "" {
		where, args = where+` AND fund = ?`, append(args, fund)
	}
	return q.stream(ctx, `SELECT batch, item, side, CAST(SUM(line_count) AS BIGINT), CAST(SUM(fen) AS BIGINT) FROM line_total WHERE `+where+`
		GROUP BY batch, item, side ORDER BY batch, item, side`, args, func(r *sqlx.Rows) error {
		var s payroll.LineSum
		if err := r.Scan(&s.Batch, &s.Item, &s.Side, &s.Count, &s.Fen); err != nil {
			return err
		}
		return fn(s)
	})
}

func (q *queries) LineTotals(ctx context.Context, id payroll.BatchID, fn func(payroll.LineTotal) error) error {
	return q.stream(ctx, `SELECT item, side, place, policy, fund, line_count, fen FROM line_total WHERE batch = ? ORDER BY item, side, place, policy, fund`, []any{int64(id)}, func(r *sqlx.Rows) error {
		var x payroll.LineTotal
		if err := r.Scan(&x.Item, &x.Side, &x.Place, &x.Policy, &x.Fund, &x.Count, &x.Fen); err != nil {
			return err
		}
		return fn(x)
	})
}

func (q *queries) StatusCounts(ctx context.Context, id payroll.BatchID, fn func(payroll.StatusCount) error) error {
	return q.stream(ctx, `SELECT status, place, person_count FROM status_total WHERE batch = ? ORDER BY status, place`, []any{int64(id)}, func(r *sqlx.Rows) error {
		var x payroll.StatusCount
		if err := r.Scan(&x.Status, &x.Place, &x.Count); err != nil {
			return err
		}
		return fn(x)
	})
}

func (q *queries) Balances(ctx context.Context, batches []payroll.BatchID, first, last int64, fn func(payroll.Balance) error) error {
	list, args := in(batches)
	return q.stream(ctx, `SELECT person, CAST(SUM(held) AS BIGINT) FROM settlement WHERE held <> 0 AND batch IN `+list+` AND person BETWEEN ? AND ?
		GROUP BY person HAVING SUM(held) <> 0 ORDER BY person`, append(args, first, last), func(r *sqlx.Rows) error {
		var b payroll.Balance
		var held int64
		if err := r.Scan(&b.Person, &held); err != nil {
			return err
		}
		b.Held = money.Fen(held)
		return fn(b)
	})
}

const entryColumns = `person, way, origin, month, item, batch, position, fund, fen, date, document, place`

func (q *queries) PutEntries(ctx context.Context, list []payroll.Entry) error {
	return q.insert(ctx, "receivable_entry ("+entryColumns+")", 12, len(list), func(i int, a []any) {
		e := &list[i]
		a[0], a[1], a[2], a[3], a[4], a[5] = e.Person, string(e.Way), int64(e.Origin), int64(e.Month), e.Item, int64(e.Batch)
		a[6], a[7], a[8], a[9], a[10] = e.Position, e.Fund, int64(e.Fen), int64(e.Date), e.Document
		a[11] = e.Place
	})
}

func (q *queries) Entries(ctx context.Context, x payroll.EntryQuery, fn func(payroll.Entry) error) error {
	where, args := `batch = ?`, []any{int64(x.Batch)}
	if x.Batch == 0 {
		list, ids := in(x.Batches)
		where, args = `person BETWEEN ? AND ? AND (batch IN `+list+` OR batch = 0 AND position <= ?)`, append(append([]any{x.First, x.Last}, ids...), x.Horizon)
	}
	return q.stream(ctx, `SELECT `+entryColumns+` FROM receivable_entry WHERE `+where+` ORDER BY person, way, origin, month, item, batch, position`, args, func(r *sqlx.Rows) error {
		var e payroll.Entry
		if err := r.Scan(&e.Person, &e.Way, &e.Origin, &e.Month, &e.Item, &e.Batch, &e.Position, &e.Fund, &e.Fen, &e.Date, &e.Document, &e.Place); err != nil {
			return err
		}
		return fn(e)
	})
}

func (q *queries) PaidTo(ctx context.Context, batches []payroll.BatchID, first, last int64, fn func(int64, string, money.Fen) error) error {
	list, args := in(batches)
	return q.stream(ctx, `SELECT person, target, CAST(SUM(fen) AS BIGINT) FROM payment WHERE target <> '' AND batch IN `+list+` AND person BETWEEN ? AND ?
		GROUP BY person, target ORDER BY person, target`, append(args, first, last), func(r *sqlx.Rows) error {
		var person, fen int64
		var target string
		if err := r.Scan(&person, &target, &fen); err != nil {
			return err
		}
		return fn(person, target, money.Fen(fen))
	})
}

func (q *queries) DutyRecords(ctx context.Context) (list []payroll.DutyRecord, err error) {
	err = q.stream(ctx, `SELECT month, kind, step, due, position FROM duty ORDER BY month, kind, step, due`, nil, func(r *sqlx.Rows) error {
		var d payroll.DutyRecord
		err := r.Scan(&d.Month, &d.Kind, &d.Step, &d.Date, &d.Position)
		list = append(list, d)
		return err
	})
	return list, err
}

func (q *queries) BeginDuty(ctx context.Context, d schedule.Duty) (bool, error) {
	r, err := q.tx.ExecContext(ctx, q.tx.Rebind(`INSERT INTO duty (month, kind, step, due, position) VALUES (?,?,?,?,0)
		ON CONFLICT (month, kind, step, due) DO UPDATE SET position = 0 WHERE duty.position = 0`), int64(d.Month), d.Kind, d.Step, int64(d.Date))
	if err != nil {
		return false, err
	}
	n, err := r.RowsAffected()
	return n == 1, err
}

func (q *queries) FinishDuty(ctx context.Context, d schedule.Duty, position int64) error {
	return q.exec(ctx, `UPDATE duty SET position = ? WHERE month = ? AND kind = ? AND step = ? AND position = 0`, position, int64(d.Month), d.Kind, d.Step)
}

func (q *queries) Turn(ctx context.Context) (t payroll.Turn, err error) {
	var until int64
	err = q.tx.QueryRowxContext(ctx, `SELECT number, until FROM turn`).Scan(&t.Number, &until)
	t.Until = time.Unix(until, 0).UTC()
	return t, err
}

func (q *queries) SetTurn(ctx context.Context, from int64, t payroll.Turn) error {
	return q.guarded(ctx, `UPDATE turn SET number = ?, until = ? WHERE number = ?`, t.Number, t.Until.Unix(), from)
}

func (q *queries) Undelivered(ctx context.Context) (list []payroll.Delivery, err error) {
	err = q.stream(ctx, `SELECT month, kind, step, due, channel, next, tries FROM delivery WHERE sent = 0 ORDER BY due, month, kind, step, channel`, nil, func(r *sqlx.Rows) error {
		var d payroll.Delivery
		var next int64
		err := r.Scan(&d.Month, &d.Kind, &d.Step, &d.Date, &d.Channel, &next, &d.Tries)
		d.Next = time.Unix(next, 0).UTC()
		list = append(list, d)
		return err
	})
	return list, err
}

func (q *queries) PutDelivery(ctx context.Context, d payroll.Delivery) error {
	return q.exec(ctx, `INSERT INTO delivery (month, kind, step, due, channel, next, tries, sent) VALUES (?,?,?,?,?,?,?,?)
		ON CONFLICT (month, kind, step, due, channel) DO UPDATE SET next = excluded.next, tries = excluded.tries, sent = excluded.sent`,
		int64(d.Month), d.Kind, d.Step, int64(d.Date), d.Channel, max(d.Next.Unix(), 0), d.Tries, flag(d.Sent))
}
