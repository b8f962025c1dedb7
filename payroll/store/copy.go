package store

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"

	"zhida/payroll"
	"zhida/payroll/journal"
	"zhida/rules/message"
)

// Copied is what a copy of a book holds. Two books with the same digest have the same rows,
// whichever database they are in.
type Copied struct {
	Meta    payroll.Meta
	Version int64        // of the schema
	Head    journal.Head // of the last event
	Founded string       // digest of the first event: what makes it this book and no other
	Rows    int
	Digest  string // hex SM3 over the tables
	tables  []tableSum
}

// tableSum is what a table holds.
type tableSum struct {
	name   string
	rows   int
	digest string
}

// CopyTo copies a book as it is at one moment, row for row, to a file or a PostgreSQL
// database that has no book of the county; others go on working meanwhile. The copy is
// read back and compared, check looks through it, and only then does it stand under its
// name: a copy that is cut off leaves nothing that looks like a book. It is of the same
// schema as the original. Errors: book.exists, copy.differs, and those of check.
func (s *Store) CopyTo(ctx context.Context, target string, check func(*Store, Copied) error) (c Copied, err error) {
	err = s.view(ctx, func(q *queries) error {
		c, err = s.copyFrom(ctx, q, target, check)
		return err
	})
	return c, err
}

// moved names in meta the book that goes on in this one's place.
const moved = "moved_to"

// MoveTo is CopyTo while nobody else writes, after which this book names the other and
// takes nothing more. A move that was cut off between the two is finished by moving again.
func (s *Store) MoveTo(ctx context.Context, target string, check func(*Store, Copied) error) (c Copied, err error) {
	err = s.update(ctx, func(q *queries) error {
		if c, err = s.copyFrom(ctx, q, target, check); message.Code(err) == "book.exists" {
			c, err = s.sameAs(ctx, q, target, err)
		}
		if err != nil {
			return err
		}
		// The other book has its name: nobody gives up between the two.
		return q.insert(context.WithoutCancel(ctx), "meta (name, value)", 2, 1, func(_ int, a []any) { a[0], a[1] = moved, Shown(target) })
	})
	return c, err
}

// sameAs says of a book that exists what it holds, if that is what this one holds; else it
// gives the error back.
func (s *Store) sameAs(ctx context.Context, q *queries, target string, exists error) (c Copied, err error) {
	other, err := OpenAsIs(ctx, target)
	if err != nil {
		return c, exists
	}
	defer other.Close()
	if other.Version != s.Version {
		return c, exists
	}
	list, err := tables(ctx, s.Version)
	if err != nil {
		return c, err
	}
	if c, err = digest(ctx, q, list, nil); err != nil {
		return c, err
	}
	c.Version = s.Version
	var there Copied
	if err := other.view(ctx, func(q *queries) error { there, err = digest(ctx, q, list, nil); return err }); err != nil {
		return c, err
	}
	if there.Digest != c.Digest {
		return c, exists
	}
	return c, nil
}

func (s *Store) copyFrom(ctx context.Context, q *queries, target string, check func(*Store, Copied) error) (c Copied, err error) {
	list, err := tables(ctx, s.Version)
	if err != nil {
		return c, err
	}
	meta, err := q.Meta(ctx)
	if err != nil {
		return c, err
	}
	to, err := unpublished(ctx, target, meta.County, s.Version)
	if err != nil {
		return c, err
	}
	defer to.discard()
	// Not update: nobody else knows of the copy, and PostgreSQL's lock is for books that have their name.
	tx, err := to.write.BeginTxx(ctx, nil)
	if err != nil {
		return c, classify(err)
	}
	defer tx.Rollback()
	if c, err = digest(ctx, q, list, &queries{tx: tx, postgres: to.postgres}); err != nil {
		return c, classify(err)
	}
	if err := tx.Commit(); err != nil {
		return c, classify(err)
	}
	c.Version = s.Version
	var back Copied
	if err := to.view(ctx, func(q *queries) error { back, err = digest(ctx, q, list, nil); return err }); err != nil {
		return c, err
	}
	for i := range c.tables {
		if c.tables[i] != back.tables[i] {
			return c, message.Err("copy.differs", Shown(target), c.tables[i].name)
		}
	}
	if err := check(to.Store, c); err != nil {
		return c, err
	}
	return c, classify(to.publish(ctx))
}

// table is one table of a schema, with its columns and those that order it.
type table struct {
	name         string
	columns, key []string
}

// tables lists the tables of a version of the schema, those that others refer to first. It
// asks an empty book in memory, so that a new table needs no second list of its columns.
func tables(ctx context.Context, version int64) (list []table, err error) {
	db, err := sqlx.Open("sqlite3", ":memory:")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1) // every connection would have a memory of its own
	s := &Store{write: db, read: db}
	if err := s.migrate(ctx, version); err != nil {
		return nil, err
	}
	var names []string
	if err := db.SelectContext(ctx, &names, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND name <> 'goose_db_version'
		ORDER BY EXISTS (SELECT 1 FROM pragma_foreign_key_list(sqlite_schema.name)), name`); err != nil {
		return nil, err
	}
	for _, name := range names {
		t := table{name: name}
		if err := errors.Join(db.SelectContext(ctx, &t.columns, `SELECT name FROM pragma_table_info(?) ORDER BY cid`, name),
			db.SelectContext(ctx, &t.key, `SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk`, name)); err != nil {
			return nil, err
		}
		if len(t.key) == 0 {
			return nil, fmt.Errorf("store: the table %s has no key to order it by", name)
		}
		list = append(list, t)
	}
	return list, nil
}

// A copy is written in portions of so many rows, or so many bytes where rows are long.
const (
	rowsPerPortion  = 10 * rowsPerInsert
	bytesPerPortion = 4 << 20
)

// digest goes through all rows in the order of their keys, and writes each to a copy that
// is given.
func digest(ctx context.Context, q *queries, list []table, to *queries) (c Copied, err error) {
	whole := journal.NewHash()
	for _, t := range list {
		sum, err := t.copy(ctx, q, to)
		if err != nil {
			return c, fmt.Errorf("store: table %s: %w", t.name, err)
		}
		c.tables = append(c.tables, sum)
		c.Rows += sum.rows
		fmt.Fprintf(whole, "%s %d %s\n", sum.name, sum.rows, sum.digest)
	}
	c.Digest = hex.EncodeToString(whole.Sum(nil))
	if c.Meta, err = q.Meta(ctx); err != nil {
		return c, err
	}
	c.Meta.MovedTo = ""
	if c.Head, err = q.Head(ctx); err != nil {
		return c, err
	}
	err = q.Events(ctx, 1, 1, func(e journal.Event) error { c.Founded = e.Digest; return nil })
	return c, err
}

func (t table) copy(ctx context.Context, q, to *queries) (tableSum, error) {
	if to != nil { // migrations leave a row in some
		if err := to.exec(ctx, "DELETE FROM "+t.name); err != nil {
			return tableSum{}, err
		}
	}
	columns := strings.Join(t.columns, ", ")
	query := "SELECT " + columns + " FROM " + t.name
	if t.name == "turn" { // whoever computes does it in the book that they opened: nobody does in the copy
		query = "SELECT one, number, 0 FROM turn"
	}
	if t.name == "meta" {
		query += " WHERE name <> '" + moved + "'"
	}
	sum := tableSum{name: t.name}
	h := journal.NewHash()
	var portion [][]any
	size := 0
	flush := func() error {
		err := to.insert(ctx, t.name+" ("+columns+")", len(t.columns), len(portion), func(i int, args []any) { copy(args, portion[i]) })
		portion, size = portion[:0], 0
		return err
	}
	err := q.stream(ctx, query+" ORDER BY "+strings.Join(t.key, ", "), nil, func(r *sqlx.Rows) error {
		values, err := r.SliceScan()
		if err != nil {
			return err
		}
		n, err := writeRow(h, values)
		if err != nil {
			return err
		}
		sum.rows++
		if to == nil {
			return nil
		}
		portion, size = append(portion, values), size+n
		if len(portion) < rowsPerPortion && size < bytesPerPortion {
			return nil
		}
		return flush()
	})
	if err == nil && to != nil {
		err = flush()
	}
	sum.digest = hex.EncodeToString(h.Sum(nil))
	return sum, err
}

// writeRow writes a row in a form that both databases give alike: numbers in figures, text
// and bytes with their length in front. It gives the number of bytes.
func writeRow(h hash.Hash, values []any) (int, error) {
	var b []byte
	for _, v := range values {
		switch v := v.(type) {
		case int64:
			b = append(strconv.AppendInt(append(b, 'i'), v, 10), ' ')
		case string:
			b = append(append(strconv.AppendInt(append(b, 't'), int64(len(v)), 10), ' '), v...)
		case []byte:
			b = append(append(strconv.AppendInt(append(b, 'b'), int64(len(v)), 10), ' '), v...)
		default:
			return 0, fmt.Errorf("a value of type %T", v)
		}
	}
	return h.Write(append(b, '\n'))
}

// draft is a copy that has no name yet.
type draft struct {
	*Store
	publish func(context.Context) error
	discard func() // does nothing after publish
}

// unpublished makes an empty copy of a version of the schema. Error: book.exists.
func unpublished(ctx context.Context, target, county string, version int64) (*draft, error) {
	if InPostgres(target) {
		return unpublishedSchema(ctx, target, county, version)
	}
	return unpublishedFile(ctx, target, version)
}

// unfinishedFolder begins the names of folders in which a copy is being made.
const unfinishedFolder = ".zhida-copy-"

// unpublishedFile makes the copy in a folder of its own beside the target. What copies
// that were killed have left there is a whole county's data, and goes.
func unpublishedFile(ctx context.Context, target string, version int64) (*draft, error) {
	if _, err := os.Lstat(target); !errors.Is(err, fs.ErrNotExist) {
		return nil, message.Err("book.exists", target)
	}
	dir := filepath.Dir(target)
	left, err := filepath.Glob(filepath.Join(dir, unfinishedFolder+"*"))
	if err != nil {
		return nil, err
	}
	for _, x := range left {
		if release, nobodys := Hold(x); nobodys {
			os.RemoveAll(x)
			release()
		}
	}
	work, err := os.MkdirTemp(dir, unfinishedFolder) // mode 0700
	if err != nil {
		return nil, message.Err("book.cannot_create", target).Because(err)
	}
	release, ok := Hold(work)
	if !ok {
		release = func() {}
	}
	fail := func(err error) (*draft, error) {
		release()
		os.RemoveAll(work)
		return nil, classify(err)
	}
	file := filepath.Join(work, "book.db")
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fail(message.Err("book.cannot_create", target).Because(err))
	}
	f.Close()
	s, err := openSQLiteAs(file, undurable)
	if err != nil {
		return fail(err)
	}
	err = s.migrate(ctx, version)
	if err == nil { // two copies of the same rows are the same bytes, whenever they are made
		_, err = s.write.ExecContext(ctx, `UPDATE goose_db_version SET tstamp = '2026-01-01 00:00:00'`)
	}
	if err != nil {
		s.Close()
		return fail(err)
	}
	d := &draft{Store: s}
	closed := false
	d.publish = func(context.Context) error {
		closed = true
		// As every book is kept: looking into a backup then changes no byte of it.
		if _, err := s.write.Exec(`PRAGMA journal_mode = WAL`); err != nil {
			s.Close()
			return err
		}
		if err := s.Close(); err != nil {
			return err
		}
		if err := syncFile(file); err != nil {
			return message.Err("store.disk").Because(err)
		}
		if err := rename(file, target); err != nil {
			return err
		}
		return syncFile(dir)
	}
	d.discard = func() {
		if !closed {
			s.Close()
		}
		release()
		os.RemoveAll(work)
	}
	return d, nil
}

// rename gives a file its name unless another has it. File systems of memory sticks know
// no second name of a file; there the check is not one step with the renaming.
func rename(file, target string) error {
	err := os.Link(file, target)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		if _, err := os.Lstat(target); errors.Is(err, fs.ErrNotExist) {
			return os.Rename(file, target)
		}
		err = fs.ErrExist
	}
	if errors.Is(err, fs.ErrExist) {
		return message.Err("book.exists", target)
	}
	return err
}

// syncFile brings a file, or the names in a folder, to disk. File systems of memory sticks
// cannot do the latter, and say EINVAL.
func syncFile(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) {
		return err
	}
	return nil
}

// unfinishedSchema begins the name of a schema in which a copy is being made: nobody takes
// it for a book.
const unfinishedSchema = "unfinished_"

// unpublishedSchema makes the copy in a schema of another name. What a copy that was killed
// has left is dropped; one that is being made by somebody else is left alone.
func unpublishedSchema(ctx context.Context, target, county string, version int64) (*draft, error) {
	config, named, err := postgresConfig(target)
	if err != nil {
		return nil, err
	}
	if named != "" && named != county {
		return nil, message.Err("copy.county", Shown(target), county)
	}
	schema := schemaPrefix + county
	work := unfinishedSchema + schema
	admin := stdlib.OpenDB(*config)
	admin.SetMaxOpenConns(1) // the lock is its connection's
	fail := func(err error) (*draft, error) {
		admin.Close()
		return nil, classify(err)
	}
	var free, there bool
	if err := admin.QueryRowContext(ctx, `SELECT pg_try_advisory_lock(hashtext($1)), EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $2)`, work, schema).Scan(&free, &there); err != nil {
		return fail(message.Err("book.unreachable", Shown(target)).Because(err))
	}
	switch {
	case there:
		return fail(message.Err("book.exists", Shown(target)))
	case !free:
		return fail(message.Err("store.busy"))
	}
	quoted := pgx.Identifier{work}.Sanitize()
	drop := func() {
		_, _ = admin.ExecContext(context.WithoutCancel(ctx), `DROP SCHEMA IF EXISTS `+quoted+` CASCADE`)
	}
	drop()
	if _, err := admin.ExecContext(ctx, `CREATE SCHEMA `+quoted); err != nil {
		return fail(message.Err("book.cannot_create", Shown(target)).Because(err))
	}
	s := postgresStore(config, work)
	if err := s.migrate(ctx, version); err != nil {
		s.Close()
		drop()
		return fail(err)
	}
	d := &draft{Store: s}
	published := false
	d.publish = func(ctx context.Context) error {
		_, err := admin.ExecContext(ctx, `ALTER SCHEMA `+quoted+` RENAME TO `+pgx.Identifier{schema}.Sanitize())
		var pg *pgconn.PgError
		if errors.As(err, &pg) && pg.Code == "42P06" {
			return message.Err("book.exists", Shown(target))
		}
		published = err == nil
		return err
	}
	d.discard = func() {
		s.Close()
		if !published {
			drop()
		}
		admin.Close()
	}
	return d, nil
}
