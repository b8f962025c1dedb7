-- +goose Up
-- Of a fact that was erased with its salt: what events bound of it.
ALTER TABLE fact ADD COLUMN commitment TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE fact ADD COLUMN binding TEXT COLLATE "C" NOT NULL DEFAULT '';

-- Of a leaf whose salt was erased: the digests of its two parts.
ALTER TABLE leaf ADD COLUMN public_digest TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE leaf ADD COLUMN private_digest TEXT COLLATE "C" NOT NULL DEFAULT '';

-- Persons whose data was erased, by the event of a position.
CREATE TABLE erased (person BIGINT PRIMARY KEY, position BIGINT NOT NULL);

-- +goose Down
DROP TABLE erased;
ALTER TABLE leaf DROP COLUMN private_digest;
ALTER TABLE leaf DROP COLUMN public_digest;
ALTER TABLE fact DROP COLUMN binding;
ALTER TABLE fact DROP COLUMN commitment;
