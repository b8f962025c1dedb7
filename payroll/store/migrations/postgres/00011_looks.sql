-- +goose Up
-- What the rows of a batch come to, kept while they are written, so that a page need not go over them: nothing that moves money reads it.
CREATE TABLE line_total (
  batch BIGINT NOT NULL, item TEXT COLLATE "C" NOT NULL, side TEXT COLLATE "C" NOT NULL, place TEXT COLLATE "C" NOT NULL, policy BIGINT NOT NULL, fund TEXT COLLATE "C" NOT NULL, line_count BIGINT NOT NULL, fen BIGINT NOT NULL,
  PRIMARY KEY (batch, item, side, place, policy, fund), FOREIGN KEY (batch) REFERENCES batch (id)
);
INSERT INTO line_total SELECT batch, item, side, place, policy, fund, COUNT(*), CAST(SUM(fen) AS BIGINT) FROM line GROUP BY batch, item, side, place, policy, fund;

CREATE TABLE status_total (
  batch BIGINT NOT NULL, status TEXT COLLATE "C" NOT NULL, place TEXT COLLATE "C" NOT NULL, person_count BIGINT NOT NULL,
  PRIMARY KEY (batch, status, place), FOREIGN KEY (batch) REFERENCES batch (id)
);
INSERT INTO status_total SELECT batch, status, place, COUNT(*) FROM settlement GROUP BY batch, status, place;

CREATE TABLE fund_total (
  batch BIGINT NOT NULL, fund TEXT COLLATE "C" NOT NULL, gross BIGINT NOT NULL, deduction BIGINT NOT NULL, moved BIGINT NOT NULL, held BIGINT NOT NULL, owed BIGINT NOT NULL, reissued BIGINT NOT NULL, pay BIGINT NOT NULL,
  PRIMARY KEY (batch, fund), FOREIGN KEY (batch) REFERENCES batch (id)
);
INSERT INTO fund_total SELECT batch, fund, CAST(SUM(gross) AS BIGINT), CAST(SUM(deduction) AS BIGINT), CAST(SUM(moved) AS BIGINT), CAST(SUM(held) AS BIGINT), CAST(SUM(owed) AS BIGINT), CAST(SUM(reissued) AS BIGINT), CAST(SUM(pay) AS BIGINT)
  FROM portion GROUP BY batch, fund;

-- Few people of a batch are held or refused, and a page asks for one person, or one place.
CREATE INDEX settlement_turned ON settlement (batch, person) WHERE status IN ('held', 'refused');
CREATE INDEX settlement_open ON settlement (batch, person) WHERE items <> '' AND answer = '';
CREATE INDEX settlement_place ON settlement (batch, place, person);
CREATE INDEX payment_person ON payment (person, batch, seq);

-- Whom facts as known now are about: the database itself keeps these true. Those of many rows have what their questions ask, so that no body is read.
CREATE INDEX fact_name ON fact ((body::jsonb ->> 'name') COLLATE "C", person) WHERE kind = 'person' AND known_to = 0 AND commitment = '';
CREATE INDEX fact_id_end ON fact ((right(body::jsonb ->> 'id', 4)) COLLATE "C", person) WHERE kind = 'person' AND known_to = 0 AND commitment = '';
CREATE INDEX fact_card_end ON fact ((right(body::jsonb ->> 'card', 4)) COLLATE "C", person) WHERE kind = 'account' AND known_to = 0 AND commitment = '';
CREATE INDEX fact_place ON fact ((body::jsonb ->> 'place') COLLATE "C", person, kind, known_to, commitment) WHERE kind IN ('person', 'spell', 'day') AND known_to = 0 AND commitment = '';
CREATE INDEX fact_roster ON fact (person, kind, valid_from, valid_to, (body::jsonb ->> 'category') COLLATE "C", (body::jsonb ->> 'place') COLLATE "C", (body::jsonb ->> 'died') COLLATE "C", known_to, commitment) WHERE kind IN ('person', 'spell') AND known_to = 0 AND commitment = '';
CREATE INDEX fact_post ON fact ((body::jsonb ->> 'post') COLLATE "C", (body::jsonb ->> 'rank') COLLATE "C", (length(body::jsonb ->> 'place')), known_to, commitment) WHERE kind = 'spell' AND known_to = 0 AND commitment = '';

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
