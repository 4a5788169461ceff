-- Keys of the events tables that Django can't declare: each contains event_id, so that rows can be divided by event.
--
-- Runs once, when the tables are created. Django assumes that `id` alone is the primary key. In practice it is unique,
-- because the ids of a table come from one sequence. `id` is the key's first column, so the key also serves lookups by
-- id alone. A foreign key to (event_id, id) makes sure that a row's event_id is that of the row it belongs to.
--
-- Functions and operations look up rows by id alone. With event_id as a second condition, Postgres may choose an index
-- on the event while the table is nearly empty, and keep that plan while the event's rows grow. For the same reason the
-- keys are created after all other indexes: of two indexes with the same cost Postgres uses the newest, also for the
-- checks of foreign keys.

ALTER TABLE events_subsection
    DROP CONSTRAINT events_subsection_pkey,
    ADD CONSTRAINT events_subsection_pkey PRIMARY KEY (id, event_id),
    -- Wheelchair places are positions in the subsection.
    ADD CONSTRAINT subsection_accessible_in_block CHECK (0 <= ALL (accessible) AND total > ALL (accessible));

-- Each change of a seat updates its subsection's row: leave room for new row versions.
ALTER TABLE events_subsection SET (fillfactor = 50);

ALTER TABLE events_seatchange
    DROP CONSTRAINT events_seatchange_pkey,
    ADD CONSTRAINT events_seatchange_pkey PRIMARY KEY (id, event_id),
    ADD CONSTRAINT seat_change_subsection_of_event
        FOREIGN KEY (event_id, subsection_id) REFERENCES events_subsection (event_id, id)
        DEFERRABLE INITIALLY DEFERRED;
