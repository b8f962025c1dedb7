-- +goose Up
-- What a correction was narrowed to: '', 'person:12', 'place:430725101' or 'item:regional_allowance'.
ALTER TABLE batch ADD COLUMN narrowed_to TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE batch DROP COLUMN narrowed_to;
