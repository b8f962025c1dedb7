-- +goose Up
-- What a run found in its draft, for pages: the checks and what differs from the month before. Its event names the digest of the part 'head'; nothing rests on it.
CREATE TABLE look (
  batch BIGINT NOT NULL REFERENCES batch (id), part TEXT COLLATE "C" NOT NULL, body TEXT COLLATE "C" NOT NULL, PRIMARY KEY (batch, part)
);

-- +goose Down
DROP TABLE look;
