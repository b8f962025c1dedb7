// Package store owns all SQL: a county's book on SQLite or PostgreSQL behind the
// interface payroll.Store. It keeps and finds; it never decides anything about pay.
//
// Queries are the same for both databases; only DDL, connections and locking
// differ (dialect). SQLite has one writer connection and a pool of read-only
// ones; PostgreSQL has one schema a county, and one advisory lock that writers take.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io/fs"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"
	"github.com/mattn/go-sqlite3"
	"github.com/pressly/goose/v3"

	"zhida/payroll"
	"zhida/rules/message"
)

//go:embed migrations/sqlite/*.sql migrations/postgres/*.sql
var migrations embed.FS

// busyTimeout is how long somebody waits for another's transaction before store.busy,
// in milliseconds.
const busyTimeout = 10000

// format is the version of books this program writes.
const format = 1

// Store is an open book.
type Store struct {
	Version     int64 // of its schema
	write, read *sqlx.DB
	postgres    bool
	schema      string
}

var _ payroll.Store = (*Store)(nil)

// Create makes an empty book at a path or in a PostgreSQL database (postgres://…)
// and leaves founding it to payroll. Error: book.exists.
func Create(ctx context.Context, book, county string) (*Store, error) {
	if InPostgres(book) {
		return createPostgres(ctx, book, county)
	}
	f, err := os.OpenFile(book, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, message.Err("book.exists", book)
	}
	if err != nil {
		return nil, message.Err("book.cannot_create", book).Because(err)
	}
	f.Close()
	s, err := openSQLite(book)
	if err != nil {
		return nil, err
	}
	if err := s.migrate(ctx, newest); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Open opens a book of this program's schema; it never creates one and never changes one.
// Errors: book.older, and those of OpenAsIs.
func Open(ctx context.Context, book string) (*Store, error) {
	s, err := OpenAsIs(ctx, book)
	if err != nil {
		return nil, err
	}
	if s.Version < Newest() {
		s.Close()
		return nil, message.Err("book.older", Shown(book), s.Version, Newest())
	}
	return s, nil
}

// OpenAsIs opens a book of this or an earlier program, to copy it or to bring it up to
// date: questions about pay are for books of this program's schema. Errors: book.missing,
// book.format, book.unfinished, book.newer, book.moved, book.which_county, store.busy, store.disk, store.readonly.
func OpenAsIs(ctx context.Context, book string) (*Store, error) {
	s, err := open(ctx, book)
	if err != nil {
		return nil, err
	}
	if err := s.check(ctx, book); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// OpenCopy opens a file that nobody writes to, such as a backup on a disk that cannot be
// written; nothing appears beside it. Errors: as of OpenAsIs.
func OpenCopy(ctx context.Context, file string) (*Store, error) {
	if err := isFile(file); err != nil {
		return nil, err
	}
	read, err := sqlx.Open("sqlite3", sqliteFile(file)+"?mode=ro&immutable=1&_query_only=1&_cache_size=-16384")
	if err != nil {
		return nil, err
	}
	s := &Store{write: read, read: read}
	if err := s.check(ctx, file); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func open(ctx context.Context, book string) (*Store, error) {
	if InPostgres(book) {
		return openPostgres(ctx, book)
	}
	if err := isFile(book); err != nil {
		return nil, err
	}
	return openSQLite(book)
}

func isFile(book string) error {
	info, err := os.Stat(book)
	if errors.Is(err, fs.ErrNotExist) {
		return message.Err("book.missing", book)
	}
	if err != nil || info.IsDir() {
		return message.Err("book.format", book).Because(err)
	}
	return nil
}

// check makes sure that the book is founded, of a schema this program knows, and the one
// that goes on. Nothing is asked of a book whose schema is newer.
func (s *Store) check(ctx context.Context, book string) error {
	err := s.read.GetContext(ctx, &s.Version, `SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version WHERE is_applied`)
	if err = classify(err); err != nil {
		if message.Code(err) == "store.busy" {
			return err
		}
		return message.Err("book.format", Shown(book)).Because(err)
	}
	if s.Version > Newest() {
		return message.Err("book.newer", Shown(book), s.Version, Newest())
	}
	var m payroll.Meta
	err = s.View(ctx, func(r payroll.Reader) (err error) { m, err = r.Meta(ctx); return err })
	switch {
	case errors.Is(err, payroll.ErrNotFound):
		return message.Err("book.unfinished", Shown(book))
	case err != nil:
		return unopened(book, err)
	case m.Format > format:
		return message.Err("book.newer", Shown(book), m.Format, format)
	case m.MovedTo != "":
		return message.Err("book.moved", Shown(book), m.MovedTo)
	}
	return nil
}

// unopened says why a book does not open. A full disk or a folder that may not be written is
// not a damaged book: nobody should go and restore last week's for it.
func unopened(book string, err error) error {
	if err := classify(err); strings.HasPrefix(message.Code(err), "store.") {
		return err
	}
	return message.Err("book.format", Shown(book)).Because(err)
}

// Shown is a book's name without the password it may carry.
func Shown(book string) string {
	if u, err := url.Parse(book); err == nil && InPostgres(book) {
		return u.Redacted()
	}
	return book
}

// InPostgres says whether a book's name is the address of a PostgreSQL database.
func InPostgres(book string) bool {
	return strings.HasPrefix(book, "postgres://") || strings.HasPrefix(book, "postgresql://")
}

// sqliteFile is the address of a file for the driver, without its pragmas.
func sqliteFile(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

// How what is written reaches the disk: whole transactions, or, of a file that is thrown
// away unless it is finished, as it comes.
const (
	durable   = "&_journal_mode=WAL&_synchronous=FULL"
	undurable = "&_journal_mode=OFF&_synchronous=OFF"
)

func openSQLite(path string) (*Store, error) { return openSQLiteAs(path, durable) }

func openSQLiteAs(path, how string) (*Store, error) {
	// Pragmas stand in the DSN: a PRAGMA statement would reach one pooled connection only.
	file := sqliteFile(path)
	write, err := sqlx.Open("sqlite3", file+"?mode=rw&_txlock=immediate&_foreign_keys=on&_secure_delete=on&_cache_size=-65536&_busy_timeout="+strconv.Itoa(busyTimeout)+how)
	if err != nil {
		return nil, err
	}
	write.SetMaxOpenConns(1)
	if err := write.Ping(); err != nil {
		write.Close()
		return nil, unopened(path, err)
	}
	read, err := sqlx.Open("sqlite3", file+"?mode=ro&_query_only=1&_cache_size=-16384&_busy_timeout="+strconv.Itoa(busyTimeout))
	if err != nil {
		write.Close()
		return nil, err
	}
	read.SetMaxOpenConns(16)
	return &Store{write: write, read: read}, nil
}

// Close ends all connections, that which writes last: SQLite then folds its log into the
// file, so that a book nobody has open is one file.
func (s *Store) Close() error {
	var err error
	if s.read != s.write {
		err = s.read.Close()
	}
	return errors.Join(err, s.write.Close())
}

// Newest is the schema that this program writes.
func Newest() int64 {
	list, err := migrations.ReadDir("migrations/sqlite")
	if err != nil || len(list) == 0 {
		panic("store: no migrations are embedded")
	}
	n, err := goose.NumericComponent(list[len(list)-1].Name())
	if err != nil {
		panic(err)
	}
	return n
}

// newest asks migrate for the schema that this program writes.
const newest = math.MaxInt64

// migrate brings an empty book to a version of the schema.
func (s *Store) migrate(ctx context.Context, to int64) error {
	p, err := s.migrations()
	if err != nil {
		return err
	}
	_, err = p.UpTo(ctx, min(to, Newest()))
	s.Version = min(to, Newest())
	return classify(err)
}

// Upgrade applies the migrations that a book of an earlier program lacks. When another
// program does so at the same time, whoever loses a step to it fails and
// looks again what is left; its next try waits for the other's lock.
func (s *Store) Upgrade(ctx context.Context) error {
	p, err := s.migrations()
	if err != nil {
		return err
	}
	for range 200 {
		pending, again := p.HasPending(ctx)
		if again == nil && !pending {
			s.Version = Newest()
		}
		if again != nil || !pending {
			return again
		}
		if _, err = p.Up(ctx); err == nil {
			s.Version = Newest()
			return nil
		}
	}
	return classify(err)
}

func (s *Store) migrations() (*goose.Provider, error) {
	dir, dialect := "migrations/sqlite", goose.DialectSQLite3
	if s.postgres {
		dir, dialect = "migrations/postgres", goose.DialectPostgres
	}
	files, err := fs.Sub(migrations, dir)
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(dialect, s.write.DB, files)
}

// Sound asks SQLite whether its file is whole: not whether the rows are the right ones. A
// PostgreSQL server looks after its own files. Error: store.unsound.
func (s *Store) Sound(ctx context.Context) error {
	if s.postgres {
		return nil
	}
	var first string
	if err := s.read.GetContext(ctx, &first, `PRAGMA quick_check(1)`); err != nil {
		return message.Err("store.unsound", err)
	}
	if first != "ok" {
		return message.Err("store.unsound", first)
	}
	return nil
}

// Update runs f in one write transaction. It does not run under the caller's
// cancellation: a statement cancelled inside a SQLite transaction would silently
// leave the rest in autocommit. It asks before it starts. Error: book.moved, when the
// book was moved since it was opened.
func (s *Store) Update(ctx context.Context, f func(payroll.Tx) error) error {
	return s.update(ctx, func(q *queries) error {
		if m, err := q.Meta(context.WithoutCancel(ctx)); err == nil && m.MovedTo != "" {
			return message.Err("book.moved", m.Name, m.MovedTo)
		}
		return f(q)
	})
}

func (s *Store) update(ctx context.Context, f func(*queries) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	caller := ctx
	ctx = context.WithoutCancel(ctx)
	tx, err := s.write.BeginTxx(ctx, nil)
	if err != nil {
		return classify(err)
	}
	defer tx.Rollback()
	if s.postgres {
		// Nothing is written yet, so that whoever gives up may stop waiting.
		if _, err := tx.ExecContext(caller, `SELECT pg_advisory_xact_lock(hashtext($1))`, s.schema); err != nil {
			return classify(errors.Join(caller.Err(), err))
		}
	}
	if err := f(&queries{tx: tx, postgres: s.postgres}); err != nil {
		return classify(err)
	}
	return classify(tx.Commit())
}

// View runs f on one consistent snapshot.
func (s *Store) View(ctx context.Context, f func(payroll.Reader) error) error {
	return s.view(ctx, func(q *queries) error { return f(q) })
}

func (s *Store) view(ctx context.Context, f func(*queries) error) error {
	options := &sql.TxOptions{ReadOnly: true}
	if s.postgres {
		options.Isolation = sql.LevelRepeatableRead
	}
	tx, err := s.read.BeginTxx(ctx, options)
	if err != nil {
		return classify(err)
	}
	defer tx.Rollback()
	return classify(f(&queries{tx: tx, postgres: s.postgres}))
}

// classify gives database errors that a person can do something about their code.
func classify(err error) error {
	var lite sqlite3.Error
	if errors.As(err, &lite) {
		switch lite.Code {
		case sqlite3.ErrBusy, sqlite3.ErrLocked:
			return message.Err("store.busy").Because(err)
		case sqlite3.ErrFull:
			return message.Err("store.disk").Because(errors.Join(syscall.ENOSPC, err))
		case sqlite3.ErrIoErr:
			return message.Err("store.disk").Because(errors.Join(lite.SystemErrno, err)) // its own text is no error of the system
		case sqlite3.ErrReadonly, sqlite3.ErrPerm, sqlite3.ErrCantOpen:
			return message.Err("store.readonly").Because(err)
		case sqlite3.ErrConstraint:
			return message.Err("store.conflict").Because(err)
		}
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch pg.Code {
		case "40001", "40P01", "55P03":
			return message.Err("store.busy").Because(err)
		case "23503", "23505":
			return message.Err("store.conflict").Because(err)
		case "53100":
			return message.Err("store.disk").Because(err)
		}
	}
	return err
}

const schemaPrefix = "zhida_"

func createPostgres(ctx context.Context, book, county string) (*Store, error) {
	config, _, err := postgresConfig(book)
	if err != nil {
		return nil, err
	}
	admin := stdlib.OpenDB(*config)
	defer admin.Close()
	if _, err := admin.ExecContext(ctx, `CREATE SCHEMA `+pgx.Identifier{schemaPrefix + county}.Sanitize()); err != nil {
		var pg *pgconn.PgError
		if errors.As(err, &pg) && (pg.Code == "42P06" || pg.Code == "23505") {
			return nil, message.Err("book.exists", Shown(book))
		}
		return nil, message.Err("book.cannot_create", Shown(book)).Because(err)
	}
	s := postgresStore(config, schemaPrefix+county)
	if err := s.migrate(ctx, newest); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func openPostgres(ctx context.Context, book string) (*Store, error) {
	config, county, err := postgresConfig(book)
	if err != nil {
		return nil, err
	}
	admin := sqlx.NewDb(stdlib.OpenDB(*config), "pgx")
	defer admin.Close()
	var schemas []string
	if err := admin.SelectContext(ctx, &schemas, `SELECT nspname FROM pg_namespace WHERE nspname LIKE 'zhida\_%' ORDER BY nspname`); err != nil {
		return nil, message.Err("book.unreachable", Shown(book)).Because(err)
	}
	switch {
	case county != "":
		for _, x := range schemas {
			if x == schemaPrefix+county {
				return postgresStore(config, x), nil
			}
		}
	case len(schemas) == 1:
		return postgresStore(config, schemas[0]), nil
	case len(schemas) > 1:
		return nil, message.Err("book.which_county", Shown(book), strings.Join(schemas, ", "))
	}
	return nil, message.Err("book.missing", Shown(book))
}

// postgresConfig parses the address; the parameter county is ours and picks the schema.
func postgresConfig(book string) (*pgx.ConnConfig, string, error) {
	u, err := url.Parse(book)
	if err != nil {
		return nil, "", message.Err("book.unreachable", "postgres://")
	}
	q := u.Query()
	county := q.Get("county")
	q.Del("county")
	u.RawQuery = q.Encode()
	config, err := pgx.ParseConfig(u.String())
	if err != nil {
		return nil, "", message.Err("book.unreachable", u.Redacted())
	}
	return config, county, nil
}

func postgresStore(config *pgx.ConnConfig, schema string) *Store {
	c := config.Copy()
	c.RuntimeParams["search_path"] = schema
	c.RuntimeParams["lock_timeout"] = strconv.Itoa(busyTimeout)
	db := sqlx.NewDb(stdlib.OpenDB(*c), "pgx")
	db.SetMaxOpenConns(16)
	return &Store{write: db, read: db, postgres: true, schema: schema}
}
