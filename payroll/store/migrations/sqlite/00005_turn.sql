-- +goose Up
-- Whose turn it is to compute: the number grows with every turn that is taken, so that one
-- who has lost it is known by an older number. Times are Unix seconds.
CREATE TABLE turn (one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL, until INTEGER NOT NULL) STRICT;
INSERT INTO turn VALUES (1, 0, 0);

-- A step whose day is changed is another duty. Position is the journal event that did it,
-- 0 of a draft that was begun and not ended.
CREATE TABLE duty_by_day (
  month INTEGER NOT NULL, kind TEXT NOT NULL, step TEXT NOT NULL, due INTEGER NOT NULL, position INTEGER NOT NULL,
  PRIMARY KEY (month, kind, step, due)
) STRICT, WITHOUT ROWID;
INSERT INTO duty_by_day SELECT month, kind, step, due, position FROM duty;

-- A reminder on its way to those outside, by channel: not before next, after so many tries.
CREATE TABLE delivery (
  month INTEGER NOT NULL, kind TEXT NOT NULL, step TEXT NOT NULL, due INTEGER NOT NULL, channel TEXT NOT NULL, next INTEGER NOT NULL, tries INTEGER NOT NULL, sent INTEGER NOT NULL,
  PRIMARY KEY (month, kind, step, due, channel)
) STRICT, WITHOUT ROWID;
INSERT INTO delivery SELECT month, kind, step, due, 'webhook', 0, 0, 0 FROM duty WHERE kind = 'remind' AND sent = 0;
INSERT INTO delivery SELECT month, kind, step, due, 'mail', 0, 0, 0 FROM duty WHERE kind = 'remind' AND sent = 0;
DROP TABLE duty;
ALTER TABLE duty_by_day RENAME TO duty;

-- +goose Down
DROP TABLE delivery;
DROP TABLE turn;
ALTER TABLE duty RENAME TO duty_by_day;
CREATE TABLE duty (
  month INTEGER NOT NULL, kind TEXT NOT NULL, step TEXT NOT NULL, due INTEGER NOT NULL, until INTEGER NOT NULL, position INTEGER NOT NULL, sent INTEGER NOT NULL,
  PRIMARY KEY (month, kind, step)
) STRICT, WITHOUT ROWID;
INSERT INTO duty SELECT month, kind, step, MAX(due), 0, MAX(position), 1 FROM duty_by_day GROUP BY month, kind, step;
DROP TABLE duty_by_day;
