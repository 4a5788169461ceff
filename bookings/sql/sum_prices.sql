-- bookings_sum(prices)
--
-- Promises: returns the sum of the prices; 0 for none.
-- Locks: none.
-- Called by: the constraint booking_total_is_sum (seat_lists.sql), and bookings_hold.

CREATE OR REPLACE FUNCTION bookings_sum(prices integer[]) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT coalesce(sum(price), 0) FROM unnest(prices) AS price
$$;
