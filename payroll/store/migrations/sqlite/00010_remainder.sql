-- +goose Up
-- Of a section of a batch from which somebody was erased by the event of a position: the digest that was sealed, and that of the rows as they remain.
CREATE TABLE remainder (
  position INTEGER NOT NULL, batch INTEGER NOT NULL, section TEXT NOT NULL, sealed TEXT NOT NULL, remains TEXT NOT NULL,
  PRIMARY KEY (position, batch, section), FOREIGN KEY (batch) REFERENCES batch (id)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE remainder;
