-- bookings_refuse_divided_order() and the trigger order_is_whole on bookings_booking
--
-- Promises: at the end of a transaction, the bookings of an order are those of one buyer, and all of them are held until
--     the same time, or all are expired, or all were paid (and some perhaps refunded). Bookings that were taken out of the
--     order (cancelled) don't count. Anything else is refused with check_violation. Most orders are one booking, which has
--     the order's id: the trigger does nothing for them.
-- Locks: none. Whoever changes an order's bookings has locked all of them (docs/locking.md).
-- Called by: the trigger alone.

CREATE OR REPLACE FUNCTION bookings_refuse_divided_order() RETURNS trigger
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
BEGIN
    IF EXISTS (
        SELECT FROM bookings_booking b
        JOIN bookings_order o ON o.id = b.order_id
        WHERE b.order_id = NEW.order_id AND b.status <> 'cancelled'
        HAVING count(DISTINCT CASE b.status
                WHEN 'pending_payment' THEN b.expires_at::text
                WHEN 'completed' THEN 'paid'
                WHEN 'refunded' THEN 'paid'
                ELSE b.status
            END) > 1
            OR bool_or(b.buyer_id <> o.buyer_id)
    ) THEN
        RAISE EXCEPTION 'the bookings of order % don''t have one status, deadline and buyer', NEW.order_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_is_whole';
    END IF;
    RETURN NULL;
END
$$;

DROP TRIGGER IF EXISTS order_is_whole ON bookings_booking;

CREATE CONSTRAINT TRIGGER order_is_whole
AFTER INSERT OR UPDATE OF status, expires_at, order_id, buyer_id ON bookings_booking
DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW
WHEN (NEW.order_id <> NEW.id)
EXECUTE FUNCTION bookings_refuse_divided_order();
