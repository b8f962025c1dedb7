-- +goose Up
-- What the pay calendar asks for, once: position is the journal event that did it, 0
-- while it is being done by somebody who has it until a time.
CREATE TABLE duty (
  month INTEGER NOT NULL, kind TEXT NOT NULL, step TEXT NOT NULL, due INTEGER NOT NULL, until INTEGER NOT NULL, position INTEGER NOT NULL, sent INTEGER NOT NULL,
  PRIMARY KEY (month, kind, step)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE duty;
