-- events_count_tickets(), trigger count_tickets on events_ticket and each of its partitions
--
-- Promises: counts and seat status of a subsection match its tickets, and its version rises by one with each statement
--     that changes them, whether the application or a person with SQL executes it.
-- Locks: the subsections' rows. The application locks them before it changes tickets, so the trigger never waits.
-- Called by: the trigger alone. It fires once per statement, so that 500 seats cost one update of their subsection.
--     Each partition has the trigger, too, because a statement on a partition does not fire the parent's trigger.

CREATE OR REPLACE FUNCTION events_count_tickets() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE events_subsection s SET
        available = s.available + change.available,
        reserved = s.reserved + change.reserved,
        sold = s.sold + change.sold,
        blocked = s.blocked + change.blocked,
        seat_status = events_set_seat_status(s.seat_status, change.positions, change.letters),
        version = s.version + 1
    FROM (
        SELECT
            subsection_id,
            sum(sign * (status = 'available')::int) AS available,
            sum(sign * (status = 'reserved')::int) AS reserved,
            sum(sign * (status = 'sold')::int) AS sold,
            sum(sign * (status = 'blocked')::int) AS blocked,
            array_agg(position) FILTER (WHERE sign = 1) AS positions,
            array_agg(left(status, 1)) FILTER (WHERE sign = 1) AS letters
        FROM (
            SELECT subsection_id, position, status, 1 AS sign FROM after_update
            UNION ALL
            SELECT subsection_id, position, status, -1 FROM before_update
        ) seats
        GROUP BY subsection_id
    ) change
    WHERE s.id = change.subsection_id;
    RETURN NULL;
END
$$;

DO $$
DECLARE
    ticket_table regclass;
BEGIN
    FOR ticket_table IN
        SELECT 'events_ticket'::regclass
        UNION ALL
        SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'events_ticket'::regclass
    LOOP
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER count_tickets AFTER UPDATE ON %s
             REFERENCING OLD TABLE AS before_update NEW TABLE AS after_update
             FOR EACH STATEMENT EXECUTE FUNCTION events_count_tickets()',
            ticket_table
        );
    END LOOP;
END
$$;
