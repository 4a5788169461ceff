-- bookings_new_id(), bookings_new_serial()
--
-- Promises: return keys for rows that SQL functions insert. An id is a UUIDv7 (RFC 9562): milliseconds since 1970, then
--     random bits; Postgres has its own function only from version 18 on. A serial is 63 random bits: both ends of a random
--     UUID, whose fixed bits are in the middle.
-- Locks: none.
-- Called by: bookings_sell (sell.sql), bookings_enqueue_webhooks (webhooks.sql). In Python, the same are new_id
--     (core/ids.py) and new_serial (bookings/tickets/models.py).

DROP FUNCTION IF EXISTS bookings_new_id;

CREATE FUNCTION bookings_new_id() RETURNS uuid
LANGUAGE sql VOLATILE PARALLEL SAFE
AS $$
    SELECT encode(
        set_bit(
            set_bit(
                overlay(
                    uuid_send(gen_random_uuid())
                    PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
                    FROM 1 FOR 6
                ),
                52, 1
            ),
            53, 1
        ),
        'hex'
    )::uuid
$$;

DROP FUNCTION IF EXISTS bookings_new_serial;

CREATE FUNCTION bookings_new_serial() RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL SAFE
AS $$
    SELECT ('x' || left(id, 8) || right(id, 8))::bit(64)::bigint & 9223372036854775807
    FROM CAST(gen_random_uuid() AS text) AS id
$$;
