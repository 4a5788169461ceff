-- Keys of the event tables that Django can't declare: each contains event_id, so that rows can be split by event.
--
-- Runs once, in the first migration. Django believes that `id` alone is the primary key. In practice it is unique: ids come
-- from one sequence a table. `id` comes first in the key, so that it also serves look-ups by id alone.
-- A foreign key to (event_id, id) makes sure that a row's event_id is that of the row it belongs to.

ALTER TABLE events_subsection
    DROP CONSTRAINT events_subsection_pkey,
    ADD CONSTRAINT events_subsection_pkey PRIMARY KEY (id, event_id),
    -- Wheelchair places lie in the subsection.
    ADD CONSTRAINT subsection_accessible_in_block CHECK (0 <= ALL (accessible) AND total > ALL (accessible));

-- Each change of its seats updates this row: room for its new versions.
ALTER TABLE events_subsection SET (fillfactor = 50);

ALTER TABLE events_seatchange
    DROP CONSTRAINT events_seatchange_pkey,
    ADD CONSTRAINT events_seatchange_pkey PRIMARY KEY (id, event_id),
    ADD CONSTRAINT seat_change_subsection_of_event
        FOREIGN KEY (event_id, subsection_id) REFERENCES events_subsection (event_id, id)
        DEFERRABLE INITIALLY DEFERRED;
