-- bookings_enqueue_webhooks(wanted_event, wanted_kind, about) and the triggers enqueue_webhooks on bookings_booking,
-- bookings_checkin and events_event, with one function each
--
-- Promises: when a booking is paid or refunded, a ticket is checked in or an event is sold out, one row of
--     bookings_delivery is inserted in the same transaction for each active endpoint of the event's seller that subscribes
--     to this kind, whatever code makes the change. Most sellers have none, which a partial index (endpoint_active) shows
--     quickly. `about` is the id of the booking, check-in or event as text.
-- Locks: none; the inserted row has no foreign keys.
-- Called by: the triggers alone. bookings/webhooks/delivery.py sends the rows.

DROP FUNCTION IF EXISTS bookings_enqueue_webhooks;

CREATE FUNCTION bookings_enqueue_webhooks(wanted_event bigint, wanted_kind text, about text) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO bookings_delivery (id, endpoint_id, event_id, kind, subject, happened_at, due_at)
    SELECT bookings_new_id(), e.id, v.id, wanted_kind, about, at, at
    FROM clock_timestamp() AS at
    CROSS JOIN events_event v
    JOIN bookings_endpoint e ON e.seller_id = v.seller_id
    WHERE v.id = wanted_event AND e.is_active AND wanted_kind = ANY (e.kinds);
END
$$;

CREATE OR REPLACE FUNCTION bookings_enqueue_webhooks_of_booking() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM bookings_enqueue_webhooks(NEW.event_id, 'booking.' || NEW.status, NEW.id::text);
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER enqueue_webhooks
AFTER UPDATE OF status ON bookings_booking
FOR EACH ROW
-- A completed booking is paid again if the event's dates were wrong: nobody has paid a second time.
WHEN (
    OLD.status IS DISTINCT FROM NEW.status
    AND (NEW.status = 'refunded' OR NEW.status = 'paid' AND OLD.status <> 'completed')
)
EXECUTE FUNCTION bookings_enqueue_webhooks_of_booking();

CREATE OR REPLACE FUNCTION bookings_enqueue_webhooks_of_check_in() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM bookings_enqueue_webhooks(NEW.event_id, 'ticket.checked_in', NEW.id::text);
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER enqueue_webhooks
AFTER INSERT ON bookings_checkin
FOR EACH ROW
WHEN (NEW.kind = 'accepted')
EXECUTE FUNCTION bookings_enqueue_webhooks_of_check_in();

CREATE OR REPLACE FUNCTION bookings_enqueue_webhooks_of_event() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM bookings_enqueue_webhooks(NEW.id, 'event.sold_out', NEW.id::text);
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER enqueue_webhooks
AFTER UPDATE OF status ON events_event
FOR EACH ROW
-- A completed event that was sold out is so again if its dates were wrong: it was reported before.
WHEN (OLD.status NOT IN ('sold_out', 'completed') AND NEW.status = 'sold_out')
EXECUTE FUNCTION bookings_enqueue_webhooks_of_event();
