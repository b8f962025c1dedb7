-- +goose Up
-- Movements of what persons owe: batch is 0 for those outside a batch, position is then that of their event.
CREATE TABLE receivable_entry (
  person BIGINT NOT NULL, way TEXT COLLATE "C" NOT NULL, origin BIGINT NOT NULL, month BIGINT NOT NULL, item TEXT COLLATE "C" NOT NULL,
  batch BIGINT NOT NULL, position BIGINT NOT NULL, fund TEXT COLLATE "C" NOT NULL, fen BIGINT NOT NULL, date BIGINT NOT NULL, document TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (person, way, origin, month, item, batch, position)
);
CREATE INDEX receivable_entry_batch ON receivable_entry (batch);

-- What batches of an earlier program left owed is carried over as one receivable a
-- person and channel, charged by the first batch that owed.
INSERT INTO receivable_entry (person, way, origin, month, item, batch, position, fund, fen, date, document)
SELECT s.person, 'charged', MIN(CASE WHEN s.owed > 0 THEN s.batch END), 0, '', 0, 0, '', CAST(SUM(s.owed) AS BIGINT), 0, ''
FROM settlement s JOIN batch b ON b.id = s.batch WHERE b.state IN ('approved', 'exported')
GROUP BY s.person, b.channel HAVING SUM(s.owed) <> 0;

-- Few people have anything held.
CREATE INDEX settlement_held ON settlement (person, batch, held) WHERE held <> 0;

-- Of a regular batch: earlier months are left to a back-pay batch.
ALTER TABLE batch ADD COLUMN apart BIGINT NOT NULL DEFAULT 0;

-- Why a payment goes to somebody else than the person: 'order:…', 'heir:…', or ''.
ALTER TABLE payment ADD COLUMN target TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX payment_target ON payment (person, target) WHERE target <> '';

-- +goose Down
DROP INDEX payment_target;
ALTER TABLE payment DROP COLUMN target;
ALTER TABLE batch DROP COLUMN apart;
DROP INDEX settlement_held;
DROP TABLE receivable_entry;
