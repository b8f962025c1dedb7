-- +goose Up
CREATE TABLE meta (name TEXT COLLATE "C" PRIMARY KEY, value TEXT COLLATE "C" NOT NULL);

CREATE TABLE event (
  position BIGINT PRIMARY KEY, at BIGINT NOT NULL, actor TEXT COLLATE "C" NOT NULL, kind TEXT COLLATE "C" NOT NULL, payload BYTEA NOT NULL,
  prev TEXT COLLATE "C" NOT NULL, key_id TEXT COLLATE "C" NOT NULL, signature BYTEA NOT NULL, digest TEXT COLLATE "C" NOT NULL UNIQUE
);

CREATE TABLE actor (
  name TEXT COLLATE "C" PRIMARY KEY, roles TEXT COLLATE "C" NOT NULL, natural_id TEXT COLLATE "C" NOT NULL, public_key BYTEA NOT NULL, key_id TEXT COLLATE "C" NOT NULL,
  sealed_key BYTEA NOT NULL, added BIGINT NOT NULL, removed BIGINT NOT NULL
);

CREATE TABLE identity (id_number TEXT COLLATE "C" PRIMARY KEY, person BIGINT NOT NULL);
CREATE INDEX identity_person ON identity (person);

-- Facts at rest; dates are yyyymmdd, positions are journal positions, known_to 0 is the latest word.
CREATE TABLE fact (
  person BIGINT NOT NULL, kind TEXT COLLATE "C" NOT NULL, key TEXT COLLATE "C" NOT NULL, valid_from BIGINT NOT NULL, known_from BIGINT NOT NULL,
  valid_to BIGINT NOT NULL, known_to BIGINT NOT NULL, body TEXT COLLATE "C" NOT NULL, salt TEXT COLLATE "C" NOT NULL, source TEXT COLLATE "C" NOT NULL,
  scope TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (person, kind, key, valid_from, known_from)
);
CREATE INDEX fact_scope ON fact (scope, known_to) WHERE scope <> '';
CREATE INDEX fact_known_from ON fact (known_from);
CREATE INDEX fact_known_to ON fact (known_to) WHERE known_to <> 0;

-- Cards of the latest account facts.
CREATE TABLE card (number TEXT COLLATE "C" NOT NULL, person BIGINT NOT NULL, PRIMARY KEY (number, person));

CREATE TABLE import (
  position BIGINT PRIMARY KEY, kind TEXT COLLATE "C" NOT NULL, file TEXT COLLATE "C" NOT NULL, digest TEXT COLLATE "C" NOT NULL, row_count BIGINT NOT NULL,
  added BIGINT NOT NULL, ended BIGINT NOT NULL, refused BIGINT NOT NULL
);

CREATE TABLE policy (
  position BIGINT PRIMARY KEY, code TEXT COLLATE "C" NOT NULL, document TEXT COLLATE "C" NOT NULL, title TEXT COLLATE "C" NOT NULL, digest TEXT COLLATE "C" NOT NULL,
  text TEXT COLLATE "C" NOT NULL, withdrawn BIGINT NOT NULL
);
CREATE TABLE settings (position BIGINT PRIMARY KEY, text TEXT COLLATE "C" NOT NULL);
CREATE TABLE proposal (
  position BIGINT PRIMARY KEY, kind TEXT COLLATE "C" NOT NULL, actor TEXT COLLATE "C" NOT NULL, title TEXT COLLATE "C" NOT NULL, payload BYTEA NOT NULL,
  decided BIGINT NOT NULL, accepted BIGINT NOT NULL
);

-- Amounts are fen. id is month*1000+sequence: 202611001 is 2026-11/1.
CREATE TABLE batch (
  id BIGINT PRIMARY KEY, kind TEXT COLLATE "C" NOT NULL, channel TEXT COLLATE "C" NOT NULL, state TEXT COLLATE "C" NOT NULL, horizon BIGINT NOT NULL,
  rules_version BIGINT NOT NULL, digest TEXT COLLATE "C" NOT NULL, computed_at BIGINT NOT NULL, maker TEXT COLLATE "C" NOT NULL, checker TEXT COLLATE "C" NOT NULL,
  approver TEXT COLLATE "C" NOT NULL, roster BIGINT NOT NULL, payees BIGINT NOT NULL, line_count BIGINT NOT NULL, gross BIGINT NOT NULL,
  deduction BIGINT NOT NULL, net BIGINT NOT NULL, held BIGINT NOT NULL, owed BIGINT NOT NULL, averages TEXT COLLATE "C" NOT NULL
);

CREATE TABLE line (
  batch BIGINT NOT NULL REFERENCES batch (id), person BIGINT NOT NULL, item TEXT COLLATE "C" NOT NULL, month BIGINT NOT NULL,
  side TEXT COLLATE "C" NOT NULL, fen BIGINT NOT NULL, due BIGINT NOT NULL, committed BIGINT NOT NULL, place TEXT COLLATE "C" NOT NULL,
  policy BIGINT NOT NULL, fund TEXT COLLATE "C" NOT NULL, cause TEXT COLLATE "C" NOT NULL, text_no BIGINT NOT NULL,
  PRIMARY KEY (batch, person, item, month)
);

CREATE TABLE settlement (
  batch BIGINT NOT NULL REFERENCES batch (id), person BIGINT NOT NULL, status TEXT COLLATE "C" NOT NULL, reason TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL, category TEXT COLLATE "C" NOT NULL, place TEXT COLLATE "C" NOT NULL, gross BIGINT NOT NULL, deduction BIGINT NOT NULL,
  held BIGINT NOT NULL, owed BIGINT NOT NULL, pay BIGINT NOT NULL, items TEXT COLLATE "C" NOT NULL, answer TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (batch, person)
);

CREATE TABLE payment (
  batch BIGINT NOT NULL REFERENCES batch (id), seq BIGINT NOT NULL, person BIGINT NOT NULL, fen BIGINT NOT NULL,
  bank TEXT COLLATE "C" NOT NULL, card TEXT COLLATE "C" NOT NULL, cnaps TEXT COLLATE "C" NOT NULL, branch TEXT COLLATE "C" NOT NULL, holder TEXT COLLATE "C" NOT NULL, place TEXT COLLATE "C" NOT NULL,
  file TEXT COLLATE "C" NOT NULL, PRIMARY KEY (batch, seq)
);

CREATE TABLE batch_text (
  batch BIGINT NOT NULL REFERENCES batch (id), no BIGINT NOT NULL, text TEXT COLLATE "C" NOT NULL, PRIMARY KEY (batch, no)
);

CREATE TABLE export_file (
  batch BIGINT NOT NULL REFERENCES batch (id), name TEXT COLLATE "C" NOT NULL, layout TEXT COLLATE "C" NOT NULL, bank TEXT COLLATE "C" NOT NULL,
  row_count BIGINT NOT NULL, total BIGINT NOT NULL, sm3 TEXT COLLATE "C" NOT NULL, sha256 TEXT COLLATE "C" NOT NULL, done BIGINT NOT NULL,
  PRIMARY KEY (batch, name)
);
