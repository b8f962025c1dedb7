-- +goose Up
-- What the rows of a batch come to, kept while they are written, so that a page need not go over them: nothing that moves money reads it.
CREATE TABLE line_total (
  batch INTEGER NOT NULL, item TEXT NOT NULL, side TEXT NOT NULL, place TEXT NOT NULL, policy INTEGER NOT NULL, fund TEXT NOT NULL, line_count INTEGER NOT NULL, fen INTEGER NOT NULL,
  PRIMARY KEY (batch, item, side, place, policy, fund), FOREIGN KEY (batch) REFERENCES batch (id)
) STRICT, WITHOUT ROWID;
INSERT INTO line_total SELECT batch, item, side, place, policy, fund, COUNT(*), CAST(SUM(fen) AS BIGINT) FROM line GROUP BY batch, item, side, place, policy, fund;

CREATE TABLE status_total (
  batch INTEGER NOT NULL, status TEXT NOT NULL, place TEXT NOT NULL, person_count INTEGER NOT NULL,
  PRIMARY KEY (batch, status, place), FOREIGN KEY (batch) REFERENCES batch (id)
) STRICT, WITHOUT ROWID;
INSERT INTO status_total SELECT batch, status, place, COUNT(*) FROM settlement GROUP BY batch, status, place;

CREATE TABLE fund_total (
  batch INTEGER NOT NULL, fund TEXT NOT NULL, gross INTEGER NOT NULL, deduction INTEGER NOT NULL, moved INTEGER NOT NULL, held INTEGER NOT NULL, owed INTEGER NOT NULL, reissued INTEGER NOT NULL, pay INTEGER NOT NULL,
  PRIMARY KEY (batch, fund), FOREIGN KEY (batch) REFERENCES batch (id)
) STRICT, WITHOUT ROWID;
INSERT INTO fund_total SELECT batch, fund, CAST(SUM(gross) AS BIGINT), CAST(SUM(deduction) AS BIGINT), CAST(SUM(moved) AS BIGINT), CAST(SUM(held) AS BIGINT), CAST(SUM(owed) AS BIGINT), CAST(SUM(reissued) AS BIGINT), CAST(SUM(pay) AS BIGINT)
  FROM portion GROUP BY batch, fund;

-- Few people of a batch are held or refused, and a page asks for one person, or one place.
CREATE INDEX settlement_turned ON settlement (batch, person) WHERE status IN ('held', 'refused');
CREATE INDEX settlement_open ON settlement (batch, person) WHERE items <> '' AND answer = '';
CREATE INDEX settlement_place ON settlement (batch, place, person);
CREATE INDEX payment_person ON payment (person, batch, seq);

-- Whom facts as known now are about: the database itself keeps these true. Those of many rows have what their questions ask, so that no body is read.
CREATE INDEX fact_name ON fact ((CASE WHEN json_valid(body) THEN json_extract(body, '$.name') END), person) WHERE kind = 'person' AND known_to = 0 AND commitment = '';
CREATE INDEX fact_id_end ON fact (substr((CASE WHEN json_valid(body) THEN json_extract(body, '$.id') END), -4), person) WHERE kind = 'person' AND known_to = 0 AND commitment = '';
CREATE INDEX fact_card_end ON fact (substr((CASE WHEN json_valid(body) THEN json_extract(body, '$.card') END), -4), person) WHERE kind = 'account' AND known_to = 0 AND commitment = '';
CREATE INDEX fact_place ON fact ((CASE WHEN json_valid(body) THEN json_extract(body, '$.place') END), person, kind, known_to, commitment) WHERE kind IN ('person', 'spell', 'day') AND known_to = 0 AND commitment = '';
CREATE INDEX fact_roster ON fact (person, kind, valid_from, valid_to, (CASE WHEN json_valid(body) THEN json_extract(body, '$.category') END), (CASE WHEN json_valid(body) THEN json_extract(body, '$.place') END), (CASE WHEN json_valid(body) THEN json_extract(body, '$.died') END), known_to, commitment) WHERE kind IN ('person', 'spell') AND known_to = 0 AND commitment = '';
CREATE INDEX fact_post ON fact ((CASE WHEN json_valid(body) THEN json_extract(body, '$.post') END), (CASE WHEN json_valid(body) THEN json_extract(body, '$.rank') END), length((CASE WHEN json_valid(body) THEN json_extract(body, '$.place') END)), known_to, commitment) WHERE kind = 'spell' AND known_to = 0 AND commitment = '';

-- +goose Down
DROP INDEX fact_post;
DROP INDEX fact_roster;
DROP INDEX fact_place;
DROP INDEX fact_card_end;
DROP INDEX fact_id_end;
DROP INDEX fact_name;
DROP INDEX payment_person;
DROP INDEX settlement_place;
DROP INDEX settlement_open;
DROP INDEX settlement_turned;
DROP TABLE fund_total;
DROP TABLE status_total;
DROP TABLE line_total;
