-- +goose Up
-- Of a section of a batch from which somebody was erased by the event of a position: the digest that was sealed, and that of the rows as they remain.
CREATE TABLE remainder (
  position BIGINT NOT NULL, batch BIGINT NOT NULL REFERENCES batch (id), section TEXT COLLATE "C" NOT NULL, sealed TEXT COLLATE "C" NOT NULL,
  remains TEXT COLLATE "C" NOT NULL, PRIMARY KEY (position, batch, section)
);

-- +goose Down
DROP TABLE remainder;
