-- +goose Up
-- What hides a person's leaf under the seal of a batch: erased, the leaf says nothing any more.
CREATE TABLE leaf (
  batch INTEGER NOT NULL, person INTEGER NOT NULL, salt TEXT NOT NULL,
  PRIMARY KEY (batch, person), FOREIGN KEY (batch) REFERENCES batch (id)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE leaf;
