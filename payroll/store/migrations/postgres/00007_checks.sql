-- +goose Up
-- What the checks looked at when a batch was submitted, on which day, and how each ended.
CREATE TABLE checking (
  batch BIGINT NOT NULL, day BIGINT NOT NULL, states TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (batch), FOREIGN KEY (batch) REFERENCES batch (id)
);

-- What they found, and what was answered: args and found_rows are JSON lists of texts.
CREATE TABLE finding (
  batch BIGINT NOT NULL, seq BIGINT NOT NULL, code TEXT COLLATE "C" NOT NULL, severity TEXT COLLATE "C" NOT NULL, place TEXT COLLATE "C" NOT NULL, person BIGINT NOT NULL, name TEXT COLLATE "C" NOT NULL, item TEXT COLLATE "C" NOT NULL, month BIGINT NOT NULL,
  fen BIGINT NOT NULL, document TEXT COLLATE "C" NOT NULL, message TEXT COLLATE "C" NOT NULL, args TEXT COLLATE "C" NOT NULL, found_rows TEXT COLLATE "C" NOT NULL, actor TEXT COLLATE "C" NOT NULL,
  answer TEXT COLLATE "C" NOT NULL, answer_document TEXT COLLATE "C" NOT NULL, answered_by TEXT COLLATE "C" NOT NULL, answered_at BIGINT NOT NULL,
  PRIMARY KEY (batch, seq), FOREIGN KEY (batch) REFERENCES batch (id)
);

-- +goose Down
DROP TABLE finding;
DROP TABLE checking;
