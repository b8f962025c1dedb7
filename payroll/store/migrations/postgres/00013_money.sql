-- +goose Up
-- What the portions of a batch come to is kept by purse and no longer by fund, so that no page has to go over them to say what a purse pays.
-- What is held and released, moved and given stand apart, as an approval posts them; payees are those who are paid something out of the purse.
CREATE TABLE purse_total (
  batch BIGINT NOT NULL, fund TEXT COLLATE "C" NOT NULL, place TEXT COLLATE "C" NOT NULL, gross BIGINT NOT NULL, deduction BIGINT NOT NULL, moved BIGINT NOT NULL, given BIGINT NOT NULL, held BIGINT NOT NULL, released BIGINT NOT NULL, owed BIGINT NOT NULL, reissued BIGINT NOT NULL, pay BIGINT NOT NULL, payees BIGINT NOT NULL,
  PRIMARY KEY (batch, fund, place), FOREIGN KEY (batch) REFERENCES batch (id)
);
INSERT INTO purse_total SELECT batch, fund, place, CAST(SUM(gross) AS BIGINT), CAST(SUM(deduction) AS BIGINT), CAST(SUM(CASE WHEN moved > 0 THEN moved ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN moved < 0 THEN -moved ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN held > 0 THEN held ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN held < 0 THEN -held ELSE 0 END) AS BIGINT), CAST(SUM(owed) AS BIGINT), CAST(SUM(reissued) AS BIGINT), CAST(SUM(pay) AS BIGINT), CAST(SUM(CASE WHEN pay > 0 THEN 1 ELSE 0 END) AS BIGINT)
  FROM portion GROUP BY batch, fund, place;
DROP TABLE fund_total;

-- Accepted proposals may be large sheets, and nobody who asks what is open should have to step over them.
CREATE INDEX proposal_open ON proposal (position) WHERE decided = 0;

-- +goose Down
DROP INDEX proposal_open;
CREATE TABLE fund_total (
  batch BIGINT NOT NULL, fund TEXT COLLATE "C" NOT NULL, gross BIGINT NOT NULL, deduction BIGINT NOT NULL, moved BIGINT NOT NULL, held BIGINT NOT NULL, owed BIGINT NOT NULL, reissued BIGINT NOT NULL, pay BIGINT NOT NULL,
  PRIMARY KEY (batch, fund), FOREIGN KEY (batch) REFERENCES batch (id)
);
INSERT INTO fund_total SELECT batch, fund, CAST(SUM(gross) AS BIGINT), CAST(SUM(deduction) AS BIGINT), CAST(SUM(moved) AS BIGINT), CAST(SUM(held) AS BIGINT), CAST(SUM(owed) AS BIGINT), CAST(SUM(reissued) AS BIGINT), CAST(SUM(pay) AS BIGINT)
  FROM portion GROUP BY batch, fund;
DROP TABLE purse_total;
