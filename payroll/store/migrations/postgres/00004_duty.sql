-- +goose Up
-- What the pay calendar asks for, once: position is the journal event that did it, 0
-- while it is being done by somebody who has it until a time.
CREATE TABLE duty (
  month BIGINT NOT NULL, kind TEXT COLLATE "C" NOT NULL, step TEXT COLLATE "C" NOT NULL, due BIGINT NOT NULL, until BIGINT NOT NULL, position BIGINT NOT NULL, sent BIGINT NOT NULL,
  PRIMARY KEY (month, kind, step)
);

-- +goose Down
DROP TABLE duty;
