-- +goose Up
-- What a batch does to a person's money of one fund and place, in fen:
-- gross - deduction + moved + reissued = pay + held - owed.
CREATE TABLE portion (
  batch BIGINT NOT NULL, person BIGINT NOT NULL, fund TEXT COLLATE "C" NOT NULL, place TEXT COLLATE "C" NOT NULL, gross BIGINT NOT NULL, deduction BIGINT NOT NULL,
  moved BIGINT NOT NULL, held BIGINT NOT NULL, owed BIGINT NOT NULL, reissued BIGINT NOT NULL, pay BIGINT NOT NULL,
  PRIMARY KEY (batch, person, fund, place)
);
CREATE INDEX portion_held ON portion (person, batch, fund, place, held) WHERE held <> 0;

-- Double entry per fund and place: fen move from source to target by the event of a position.
CREATE TABLE posting (
  position BIGINT NOT NULL, n BIGINT NOT NULL, fund TEXT COLLATE "C" NOT NULL, place TEXT COLLATE "C" NOT NULL, source TEXT COLLATE "C" NOT NULL, target TEXT COLLATE "C" NOT NULL, fen BIGINT NOT NULL, ref TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (position, n)
);

-- What became of payments after they left: the latest position of a payment counts.
CREATE TABLE payment_state (
  batch BIGINT NOT NULL, seq BIGINT NOT NULL, position BIGINT NOT NULL, state TEXT COLLATE "C" NOT NULL, cause TEXT COLLATE "C" NOT NULL, reason TEXT COLLATE "C" NOT NULL, date BIGINT NOT NULL,
  PRIMARY KEY (batch, seq, position)
);

-- Rows of banks' answers that matched no payment, or could not be applied: kept until somebody has looked.
CREATE TABLE return_row (
  position BIGINT NOT NULL, line BIGINT NOT NULL, batch BIGINT NOT NULL, seq BIGINT NOT NULL, account TEXT COLLATE "C" NOT NULL, holder TEXT COLLATE "C" NOT NULL, fen BIGINT NOT NULL,
  state TEXT COLLATE "C" NOT NULL, text TEXT COLLATE "C" NOT NULL, reason TEXT COLLATE "C" NOT NULL, problem TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (position, line)
);

-- The payment that this one replaces, 0 for none.
ALTER TABLE payment ADD COLUMN replaces_batch BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payment ADD COLUMN replaces_seq BIGINT NOT NULL DEFAULT 0;
CREATE INDEX payment_replaces ON payment (replaces_batch, replaces_seq) WHERE replaces_batch <> 0;

-- Banks answer by account.
CREATE INDEX payment_card ON payment (card);

-- Paid again from what had come back.
ALTER TABLE settlement ADD COLUMN reissued BIGINT NOT NULL DEFAULT 0;
ALTER TABLE batch ADD COLUMN reissued BIGINT NOT NULL DEFAULT 0;

-- The place whose money a receivable goes back to.
ALTER TABLE receivable_entry ADD COLUMN place TEXT COLLATE "C" NOT NULL DEFAULT '';

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
