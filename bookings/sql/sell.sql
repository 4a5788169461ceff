-- bookings_sell(payment, gateway_id, captured, captured_in)
--
-- Promises: records the capture of an open payment for a held booking, even if its deadline has passed, and sells the
--     seats. The payment is captured (`gateway_id` is the gateway's id of the charge, '' if unknown), the seats are sold,
--     and the booking is paid; the admissions, the confirmation email and the row of the seat history are inserted. Sells
--     only if `captured` minor units of `captured_in`, which the gateway took, are what the payment asked for. Writes only
--     if the outcome is 'sold'. If a seat does not belong to the booking, the function raises serialization_failure,
--     which rolls everything back.
-- Locks: the subsection, the booking, the payment, in this order.
-- Outcomes: sold; not_plain (any other case, which settle_stepwise handles).
-- Called by: sell_held_seats (bookings/payments/sell.py). Its specification: settle_stepwise (bookings/payments/settle.py),
--     which production needs for the other cases anyway.
--
-- The settings: see begin_payment.sql.

DROP FUNCTION IF EXISTS bookings_sell;

CREATE FUNCTION bookings_sell(
    payment uuid,
    gateway_id text,
    captured numeric,
    captured_in text,
    OUT outcome text,
    OUT booking uuid,
    OUT buyer bigint,
    OUT event_id bigint,
    OUT subsection_id bigint,
    OUT seats integer[],
    OUT sold_at timestamptz,
    OUT version bigint,
    OUT available integer,
    OUT reserved integer,
    OUT sold integer,
    OUT blocked integer,
    OUT booking_reference text,
    OUT payment_reference text
)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
DECLARE
    wanted_event bigint;
    wanted_subsection bigint;
    moved integer;
BEGIN
    -- 1. Lock the subsection, the booking, the payment.
    outcome := 'not_plain';
    SELECT b.id, b.event_id, b.subsection_id INTO booking, wanted_event, wanted_subsection
    FROM bookings_payment p
    JOIN bookings_booking b ON b.order_id = p.order_id
    WHERE p.id = payment;
    event_id := wanted_event;
    subsection_id := wanted_subsection;
    PERFORM FROM events_subsection s
    WHERE s.id = wanted_subsection
    FOR NO KEY UPDATE;
    SELECT b.buyer_id, b.positions, b.reference INTO buyer, seats, booking_reference
    FROM bookings_booking b
    WHERE b.id = booking AND b.status = 'pending_payment'
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    PERFORM FROM bookings_payment p
    WHERE p.id = payment AND p.status = 'pending' AND p.amount = captured AND p.currency = captured_in
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;

    -- 2. Write the payment, the seats (in a guarded update) and the seat history.
    sold_at := clock_timestamp();
    UPDATE bookings_payment p SET
        status = 'captured',
        captured_at = sold_at,
        captured_amount = captured,
        captured_currency = captured_in,
        failure_code = '',
        failure = '',
        gateway_reference = coalesce(nullif(gateway_id, ''), p.gateway_reference)
    WHERE p.id = payment
    RETURNING p.reference INTO payment_reference;
    UPDATE events_ticket t SET status = 'sold'
    WHERE t.event_id = wanted_event AND t.subsection_id = wanted_subsection AND t.position = ANY (seats)
        AND t.status = 'reserved' AND t.booking_id = booking;
    GET DIAGNOSTICS moved = ROW_COUNT;
    IF moved <> cardinality(seats) THEN
        RAISE EXCEPTION 'a held seat does not belong to its booking' USING ERRCODE = 'serialization_failure';
    END IF;
    SELECT s.version, s.available, s.reserved, s.sold, s.blocked INTO version, available, reserved, sold, blocked
    FROM events_subsection s
    WHERE s.id = wanted_subsection;
    INSERT INTO events_seatchange (event_id, subsection_id, version, kind, booking_id, positions, at)
    VALUES (wanted_event, wanted_subsection, version, 'paid', booking, seats, sold_at);

    -- 3. Write the booking, its admissions, and the email with the tickets.
    UPDATE bookings_booking b SET status = 'paid', paid_at = sold_at, failure = '', updated_at = sold_at
    WHERE b.id = booking;
    INSERT INTO bookings_admission (id, serial, booking_id, event_id, subsection_id, position, holder, issued_at)
    SELECT
        bookings_new_id(), bookings_new_serial(), booking, wanted_event, wanted_subsection, seat, u.name, sold_at
    FROM accounts_user u
    CROSS JOIN unnest(seats) AS seat
    WHERE u.id = buyer;
    INSERT INTO bookings_emailmessage (id, kind, event_id, booking_id, subject, due_at, written_at)
    VALUES (bookings_new_id(), 'confirmation', wanted_event, booking, booking, sold_at, sold_at)
    ON CONFLICT DO NOTHING;
    outcome := 'sold';
END
$$;
