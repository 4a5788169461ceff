-- events_set_seat_status(seat_status, positions, letters)
--
-- Promises: returns the seat status (one letter per seat, in row order) with `letters[i]` at `positions[i]`, from 0.
--     A few seats are set one by one; from some dozens on, splitting the text and joining it again is cheaper.
-- Locks: none; a pure function.
-- Called by: events_count_tickets (ticket_trigger.sql), bookings_single_gaps (bookings/sql/seat_rules.sql).

DROP FUNCTION IF EXISTS events_set_seat_status;

CREATE FUNCTION events_set_seat_status(seat_status text, positions integer[], letters text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
BEGIN
    IF cardinality(positions) > 32 THEN
        RETURN (
            SELECT string_agg(coalesce(changed.letter, seat.letter), '' ORDER BY seat.number)
            FROM string_to_table(seat_status, NULL) WITH ORDINALITY AS seat (letter, number)
            LEFT JOIN unnest(positions, letters) AS changed (position, letter)
                ON changed.position = seat.number - 1
        );
    END IF;
    FOR i IN 1 .. cardinality(positions) LOOP
        seat_status := overlay(seat_status PLACING letters[i] FROM positions[i] + 1);
    END LOOP;
    RETURN seat_status;
END
$$;
