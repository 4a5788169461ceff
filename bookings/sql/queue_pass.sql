-- bookings_has_queue_pass(wanted_event, buyer, pass_issued_at)
--
-- Promises: returns whether the buyer's queue pass that was issued at this time lets them book seats of the event: it has
--     not ended by the database's clock, and was not used up by a purchase.
-- Locks: none.
-- Called by: bookings_hold (hold.sql), if the waiting room is on. In Python, the same is QueuePass.objects.active().

DROP FUNCTION IF EXISTS bookings_has_queue_pass;

CREATE FUNCTION bookings_has_queue_pass(
    wanted_event bigint,
    buyer bigint,
    pass_issued_at timestamptz
) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM bookings_queuepass p
        WHERE p.event_id = wanted_event AND p.user_id = buyer AND p.issued_at = pass_issued_at
            AND p.ends_at > clock_timestamp()
    ) AND NOT EXISTS (
        SELECT FROM bookings_booking b
        WHERE b.buyer_id = buyer AND b.event_id = wanted_event AND b.paid_at >= pass_issued_at
    );
END
$$;
