-- +goose Up
-- What hides a person's leaf under the seal of a batch: erased, the leaf says nothing any more.
CREATE TABLE leaf (
  batch BIGINT NOT NULL REFERENCES batch (id), person BIGINT NOT NULL, salt TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (batch, person)
);

-- +goose Down
DROP TABLE leaf;
