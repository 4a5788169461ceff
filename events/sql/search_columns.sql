-- Columns of events_event that searches read: its words, and its venue, folded by core_fold (core/sql/fold.sql).
--
-- Postgres keeps them up to date, whatever code writes the event. They are not fields of the model, because no
-- other query needs to read them: a description has up to 10,000 characters. Line breaks keep words of different columns
-- apart. Queries: events/catalog/words.py.

ALTER TABLE events_event
    ADD COLUMN IF NOT EXISTS folded_words text NOT NULL
        GENERATED ALWAYS AS (core_fold(name || E'\n' || venue_name || E'\n' || description)) STORED,
    ADD COLUMN IF NOT EXISTS folded_venue text NOT NULL GENERATED ALWAYS AS (core_fold(venue_name)) STORED;
