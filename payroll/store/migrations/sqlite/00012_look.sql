-- +goose Up
-- What a run found in its draft, for pages: the checks and what differs from the month before. Its event names the digest of the part 'head'; nothing rests on it.
CREATE TABLE look (
  batch INTEGER NOT NULL REFERENCES batch (id), part TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (batch, part)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE look;
