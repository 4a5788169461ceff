-- The table events_ticket: one row per seat, in 8 partitions by event.
--
-- Django can't create a partitioned table, so the migration runs this file and only records the model. It runs once, on
-- a database without the table; every later change of the table needs a migration.
--
-- fillfactor leaves room for a row's new version on the same page, so that an update changes no index (HOT).
-- The foreign key costs 0.1 s per 50,000 seats when they are created, and nothing afterwards.

CREATE TABLE events_ticket (
    event_id bigint NOT NULL,
    subsection_id bigint NOT NULL,
    position integer NOT NULL CHECK (position >= 0),
    status varchar(9) NOT NULL DEFAULT 'available',
    booking_id uuid NULL,
    PRIMARY KEY (event_id, subsection_id, position),
    FOREIGN KEY (event_id, subsection_id) REFERENCES events_subsection (event_id, id),
    CONSTRAINT ticket_status_known CHECK (status IN ('available', 'reserved', 'sold', 'blocked')),
    CONSTRAINT ticket_taken_means_booked CHECK ((status IN ('reserved', 'sold')) = (booking_id IS NOT NULL))
) PARTITION BY HASH (event_id);

CREATE TABLE events_ticket_0 PARTITION OF events_ticket
    FOR VALUES WITH (MODULUS 8, REMAINDER 0) WITH (fillfactor = 75);
CREATE TABLE events_ticket_1 PARTITION OF events_ticket
    FOR VALUES WITH (MODULUS 8, REMAINDER 1) WITH (fillfactor = 75);
CREATE TABLE events_ticket_2 PARTITION OF events_ticket
    FOR VALUES WITH (MODULUS 8, REMAINDER 2) WITH (fillfactor = 75);
CREATE TABLE events_ticket_3 PARTITION OF events_ticket
    FOR VALUES WITH (MODULUS 8, REMAINDER 3) WITH (fillfactor = 75);
CREATE TABLE events_ticket_4 PARTITION OF events_ticket
    FOR VALUES WITH (MODULUS 8, REMAINDER 4) WITH (fillfactor = 75);
CREATE TABLE events_ticket_5 PARTITION OF events_ticket
    FOR VALUES WITH (MODULUS 8, REMAINDER 5) WITH (fillfactor = 75);
CREATE TABLE events_ticket_6 PARTITION OF events_ticket
    FOR VALUES WITH (MODULUS 8, REMAINDER 6) WITH (fillfactor = 75);
CREATE TABLE events_ticket_7 PARTITION OF events_ticket
    FOR VALUES WITH (MODULUS 8, REMAINDER 7) WITH (fillfactor = 75);
