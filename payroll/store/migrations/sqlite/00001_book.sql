-- +goose Up
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE event (
  position INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, kind TEXT NOT NULL, payload BLOB NOT NULL,
  prev TEXT NOT NULL, key_id TEXT NOT NULL, signature BLOB NOT NULL, digest TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE actor (
  name TEXT PRIMARY KEY, roles TEXT NOT NULL, natural_id TEXT NOT NULL, public_key BLOB NOT NULL, key_id TEXT NOT NULL,
  sealed_key BLOB NOT NULL, added INTEGER NOT NULL, removed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE identity (id_number TEXT PRIMARY KEY, person INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX identity_person ON identity (person);

-- Facts at rest; dates are yyyymmdd, positions are journal positions, known_to 0 is the latest word.
CREATE TABLE fact (
  person INTEGER NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, valid_from INTEGER NOT NULL, known_from INTEGER NOT NULL,
  valid_to INTEGER NOT NULL, known_to INTEGER NOT NULL, body TEXT NOT NULL, salt TEXT NOT NULL, source TEXT NOT NULL,
  scope TEXT NOT NULL,
  PRIMARY KEY (person, kind, key, valid_from, known_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX fact_scope ON fact (scope, known_to) WHERE scope <> '';
CREATE INDEX fact_known_from ON fact (known_from);
CREATE INDEX fact_known_to ON fact (known_to) WHERE known_to <> 0;

-- Cards of the latest account facts.
CREATE TABLE card (number TEXT NOT NULL, person INTEGER NOT NULL, PRIMARY KEY (number, person)) STRICT, WITHOUT ROWID;

CREATE TABLE import (
  position INTEGER PRIMARY KEY, kind TEXT NOT NULL, file TEXT NOT NULL, digest TEXT NOT NULL, row_count INTEGER NOT NULL,
  added INTEGER NOT NULL, ended INTEGER NOT NULL, refused INTEGER NOT NULL
) STRICT;

CREATE TABLE policy (
  position INTEGER PRIMARY KEY, code TEXT NOT NULL, document TEXT NOT NULL, title TEXT NOT NULL, digest TEXT NOT NULL,
  text TEXT NOT NULL, withdrawn INTEGER NOT NULL
) STRICT;
CREATE TABLE settings (position INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
CREATE TABLE proposal (
  position INTEGER PRIMARY KEY, kind TEXT NOT NULL, actor TEXT NOT NULL, title TEXT NOT NULL, payload BLOB NOT NULL,
  decided INTEGER NOT NULL, accepted INTEGER NOT NULL
) STRICT;

-- Amounts are fen. id is month*1000+sequence: 202611001 is 2026-11/1.
CREATE TABLE batch (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, channel TEXT NOT NULL, state TEXT NOT NULL, horizon INTEGER NOT NULL,
  rules_version INTEGER NOT NULL, digest TEXT NOT NULL, computed_at INTEGER NOT NULL, maker TEXT NOT NULL, checker TEXT NOT NULL,
  approver TEXT NOT NULL, roster INTEGER NOT NULL, payees INTEGER NOT NULL, line_count INTEGER NOT NULL, gross INTEGER NOT NULL,
  deduction INTEGER NOT NULL, net INTEGER NOT NULL, held INTEGER NOT NULL, owed INTEGER NOT NULL, averages TEXT NOT NULL
) STRICT;

CREATE TABLE line (
  batch INTEGER NOT NULL REFERENCES batch (id), person INTEGER NOT NULL, item TEXT NOT NULL, month INTEGER NOT NULL,
  side TEXT NOT NULL, fen INTEGER NOT NULL, due INTEGER NOT NULL, committed INTEGER NOT NULL, place TEXT NOT NULL,
  policy INTEGER NOT NULL, fund TEXT NOT NULL, cause TEXT NOT NULL, text_no INTEGER NOT NULL,
  PRIMARY KEY (batch, person, item, month)
) STRICT, WITHOUT ROWID;

CREATE TABLE settlement (
  batch INTEGER NOT NULL REFERENCES batch (id), person INTEGER NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL,
  name TEXT NOT NULL, category TEXT NOT NULL, place TEXT NOT NULL, gross INTEGER NOT NULL, deduction INTEGER NOT NULL,
  held INTEGER NOT NULL, owed INTEGER NOT NULL, pay INTEGER NOT NULL, items TEXT NOT NULL, answer TEXT NOT NULL,
  PRIMARY KEY (batch, person)
) STRICT, WITHOUT ROWID;

CREATE TABLE payment (
  batch INTEGER NOT NULL REFERENCES batch (id), seq INTEGER NOT NULL, person INTEGER NOT NULL, fen INTEGER NOT NULL,
  bank TEXT NOT NULL, card TEXT NOT NULL, cnaps TEXT NOT NULL, branch TEXT NOT NULL, holder TEXT NOT NULL, place TEXT NOT NULL,
  file TEXT NOT NULL, PRIMARY KEY (batch, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE batch_text (
  batch INTEGER NOT NULL REFERENCES batch (id), no INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (batch, no)
) STRICT, WITHOUT ROWID;

CREATE TABLE export_file (
  batch INTEGER NOT NULL REFERENCES batch (id), name TEXT NOT NULL, layout TEXT NOT NULL, bank TEXT NOT NULL,
  row_count INTEGER NOT NULL, total INTEGER NOT NULL, sm3 TEXT NOT NULL, sha256 TEXT NOT NULL, done INTEGER NOT NULL,
  PRIMARY KEY (batch, name)
) STRICT, WITHOUT ROWID;
