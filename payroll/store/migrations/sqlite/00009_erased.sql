-- +goose Up
-- Of a fact that was erased with its salt: what events bound of it.
ALTER TABLE fact ADD COLUMN commitment TEXT NOT NULL DEFAULT '';
ALTER TABLE fact ADD COLUMN binding TEXT NOT NULL DEFAULT '';

-- Of a leaf whose salt was erased: the digests of its two parts.
ALTER TABLE leaf ADD COLUMN public_digest TEXT NOT NULL DEFAULT '';
ALTER TABLE leaf ADD COLUMN private_digest TEXT NOT NULL DEFAULT '';

-- Persons whose data was erased, by the event of a position.
CREATE TABLE erased (person INTEGER PRIMARY KEY, position INTEGER NOT NULL) STRICT;

-- +goose Down
DROP TABLE erased;
ALTER TABLE leaf DROP COLUMN private_digest;
ALTER TABLE leaf DROP COLUMN public_digest;
ALTER TABLE fact DROP COLUMN binding;
ALTER TABLE fact DROP COLUMN commitment;
