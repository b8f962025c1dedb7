-- +goose Up
-- What the checks looked at when a batch was submitted, on which day, and how each ended.
CREATE TABLE checking (
  batch INTEGER NOT NULL, day INTEGER NOT NULL, states TEXT NOT NULL,
  PRIMARY KEY (batch), FOREIGN KEY (batch) REFERENCES batch (id)
) STRICT, WITHOUT ROWID;

-- What they found, and what was answered: args and found_rows are JSON lists of texts.
CREATE TABLE finding (
  batch INTEGER NOT NULL, seq INTEGER NOT NULL, code TEXT NOT NULL, severity TEXT NOT NULL, place TEXT NOT NULL, person INTEGER NOT NULL, name TEXT NOT NULL, item TEXT NOT NULL, month INTEGER NOT NULL,
  fen INTEGER NOT NULL, document TEXT NOT NULL, message TEXT NOT NULL, args TEXT NOT NULL, found_rows TEXT NOT NULL, actor TEXT NOT NULL,
  answer TEXT NOT NULL, answer_document TEXT NOT NULL, answered_by TEXT NOT NULL, answered_at INTEGER NOT NULL,
  PRIMARY KEY (batch, seq), FOREIGN KEY (batch) REFERENCES batch (id)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE finding;
DROP TABLE checking;
