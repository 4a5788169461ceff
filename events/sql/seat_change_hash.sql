-- events_change_hash(previous, subsection_id, version, kind, booking_id, positions, at)
--
-- Promises: returns the SHA-256 that identifies one row of the seat history and all rows before it. Its input is the
--     previous hash (for the first row, the hash of the text "seat history of subsection <subsection id>") and this
--     line:
--         subsection|version|microseconds since 1970|booking or nothing|{positions}|kind
--     Nothing in the line depends on a session setting (time zone, date style), so a chain can be recomputed anywhere.
--     Only the last part could contain a "|".
-- Locks: none; a pure function. Written in plpgsql, because an SQL function that can't be inlined costs several
--     times as much.
-- Called by: events_chain_change (seat_change_chain.sql), check_invariants (bookings/invariants.py).

DROP FUNCTION IF EXISTS events_change_hash;

CREATE FUNCTION events_change_hash(
    previous bytea,
    subsection_id bigint,
    version bigint,
    kind text,
    booking_id uuid,
    positions integer[],
    at timestamptz
) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
    RETURN sha256(
        coalesce(previous, sha256(convert_to('seat history of subsection ' || subsection_id, 'UTF8')))
        || convert_to(
            subsection_id || '|' || version || '|' || (extract(epoch FROM at) * 1000000)::bigint || '|'
            || coalesce(booking_id::text, '') || '|' || positions::text || '|' || kind,
            'UTF8'
        )
    );
END
$$;
