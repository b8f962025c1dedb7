-- +goose Up
-- What a batch does to a person's money of one fund and place, in fen:
-- gross - deduction + moved + reissued = pay + held - owed.
CREATE TABLE portion (
  batch INTEGER NOT NULL, person INTEGER NOT NULL, fund TEXT NOT NULL, place TEXT NOT NULL, gross INTEGER NOT NULL, deduction INTEGER NOT NULL,
  moved INTEGER NOT NULL, held INTEGER NOT NULL, owed INTEGER NOT NULL, reissued INTEGER NOT NULL, pay INTEGER NOT NULL,
  PRIMARY KEY (batch, person, fund, place), FOREIGN KEY (batch) REFERENCES batch (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX portion_held ON portion (person, batch, fund, place, held) WHERE held <> 0;

-- Double entry per fund and place: fen move from source to target by the event of a position.
CREATE TABLE posting (
  position INTEGER NOT NULL, n INTEGER NOT NULL, fund TEXT NOT NULL, place TEXT NOT NULL, source TEXT NOT NULL, target TEXT NOT NULL, fen INTEGER NOT NULL, ref TEXT NOT NULL,
  PRIMARY KEY (position, n)
) STRICT, WITHOUT ROWID;

-- What became of payments after they left: the latest position of a payment counts.
CREATE TABLE payment_state (
  batch INTEGER NOT NULL, seq INTEGER NOT NULL, position INTEGER NOT NULL, state TEXT NOT NULL, cause TEXT NOT NULL, reason TEXT NOT NULL, date INTEGER NOT NULL,
  PRIMARY KEY (batch, seq, position)
) STRICT, WITHOUT ROWID;

-- Rows of banks' answers that matched no payment, or could not be applied: kept until somebody has looked.
CREATE TABLE return_row (
  position INTEGER NOT NULL, line INTEGER NOT NULL, batch INTEGER NOT NULL, seq INTEGER NOT NULL, account TEXT NOT NULL, holder TEXT NOT NULL, fen INTEGER NOT NULL,
  state TEXT NOT NULL, text TEXT NOT NULL, reason TEXT NOT NULL, problem TEXT NOT NULL,
  PRIMARY KEY (position, line)
) STRICT, WITHOUT ROWID;

-- The payment that this one replaces, 0 for none.
ALTER TABLE payment ADD COLUMN replaces_batch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE payment ADD COLUMN replaces_seq INTEGER NOT NULL DEFAULT 0;
CREATE INDEX payment_replaces ON payment (replaces_batch, replaces_seq) WHERE replaces_batch <> 0;

-- Banks answer by account.
CREATE INDEX payment_card ON payment (card);

-- Paid again from what had come back.
ALTER TABLE settlement ADD COLUMN reissued INTEGER NOT NULL DEFAULT 0;
ALTER TABLE batch ADD COLUMN reissued INTEGER NOT NULL DEFAULT 0;

-- The place whose money a receivable goes back to.
ALTER TABLE receivable_entry ADD COLUMN place TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE receivable_entry DROP COLUMN place;
ALTER TABLE batch DROP COLUMN reissued;
ALTER TABLE settlement DROP COLUMN reissued;
DROP INDEX payment_card;
DROP INDEX payment_replaces;
ALTER TABLE payment DROP COLUMN replaces_seq;
ALTER TABLE payment DROP COLUMN replaces_batch;
DROP TABLE return_row;
DROP TABLE payment_state;
DROP TABLE posting;
DROP TABLE portion;
