-- bookings_sell(payment, gateway_id, captured, captured_in)
--
-- Promises: records the capture of an open payment for a held order, even if its deadline has passed, and sells the
--     seats. The payment is captured (`gateway_id` is the gateway's id of the charge, '' if unknown), the seats are sold,
--     and the order's held bookings are paid; the admissions, one confirmation email and the rows of the seat history are
--     inserted. Sells only if `captured` minor units of `captured_in`, which the gateway took, are what the payment asked
--     for, and if this is what the held bookings cost. `sales` is a JSON list with the id and reference of each of them, by
--     id, the positions of its seats, and the version and counts of its subsection. Writes only if the outcome is 'sold'.
--     If a seat does not belong to its booking, the function raises serialization_failure, which rolls everything back.
-- Locks: the subsections by id, the order's bookings by id, the payment.
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
    OUT order_id uuid,
    OUT buyer bigint,
    OUT event_id bigint,
    OUT sold_at timestamptz,
    OUT payment_reference text,
    OUT sales jsonb
)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
DECLARE
    wanted_order uuid;
    wanted_event bigint;
    locked bigint[];
    asked bigint;
    held record;
    block record;
    moved integer;
    first uuid;
    total bigint := 0;
BEGIN
    -- 1. Lock the subsections, the bookings, the payment. Then read the bookings: seats may have been added meanwhile.
    outcome := 'not_plain';
    SELECT p.order_id, p.event_id INTO wanted_order, wanted_event FROM bookings_payment p WHERE p.id = payment;
    order_id := wanted_order;
    event_id := wanted_event;
    locked := ARRAY(SELECT b.subsection_id FROM bookings_booking b WHERE b.order_id = wanted_order);
    PERFORM FROM events_subsection s WHERE s.id = ANY (locked) ORDER BY s.id FOR NO KEY UPDATE;
    PERFORM FROM bookings_booking b WHERE b.order_id = wanted_order ORDER BY b.id FOR NO KEY UPDATE;
    SELECT p.amount INTO asked
    FROM bookings_payment p
    WHERE p.id = payment AND p.status = 'pending' AND p.amount = captured AND p.currency = captured_in
    FOR NO KEY UPDATE;
    IF NOT FOUND OR asked IS DISTINCT FROM (
        SELECT sum(b.total_price) FILTER (WHERE b.subsection_id = ANY (locked))
        FROM bookings_booking b
        WHERE b.order_id = wanted_order AND b.status = 'pending_payment'
    ) THEN
        RETURN;
    END IF;

    -- 2. Write the payment.
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

    -- 3. For each booking, write the seats (in a guarded update), the seat history, the booking and its admissions.
    sales := '[]';
    FOR held IN
        SELECT b.id, b.buyer_id, b.subsection_id, b.positions, b.reference, b.total_price
        FROM bookings_booking b
        WHERE b.order_id = wanted_order AND b.status = 'pending_payment'
        ORDER BY b.id
    LOOP
        UPDATE events_ticket t SET status = 'sold'
        WHERE t.event_id = wanted_event AND t.subsection_id = held.subsection_id AND t.position = ANY (held.positions)
            AND t.status = 'reserved' AND t.booking_id = held.id;
        GET DIAGNOSTICS moved = ROW_COUNT;
        IF moved <> cardinality(held.positions) THEN
            RAISE EXCEPTION 'a held seat does not belong to its booking' USING ERRCODE = 'serialization_failure';
        END IF;
        SELECT s.version, s.available, s.reserved, s.sold, s.blocked INTO block
        FROM events_subsection s
        WHERE s.id = held.subsection_id;
        INSERT INTO events_seatchange (event_id, subsection_id, version, kind, booking_id, positions, at)
        VALUES (wanted_event, held.subsection_id, block.version, 'paid', held.id, held.positions, sold_at);
        UPDATE bookings_booking b SET status = 'paid', paid_at = sold_at, failure = '', updated_at = sold_at
        WHERE b.id = held.id;
        INSERT INTO bookings_admission (id, serial, booking_id, event_id, subsection_id, position, holder, issued_at)
        SELECT
            bookings_new_id(), bookings_new_serial(), held.id, wanted_event, held.subsection_id, seat, u.name, sold_at
        FROM accounts_user u
        CROSS JOIN unnest(held.positions) AS seat
        WHERE u.id = held.buyer_id;
        total := total + held.total_price;
        first := coalesce(first, held.id);
        buyer := held.buyer_id;
        sales := sales || jsonb_build_object(
            'booking_id', held.id, 'reference', held.reference, 'subsection_id', held.subsection_id,
            'seats', held.positions, 'version', block.version, 'available', block.available,
            'reserved', block.reserved, 'sold', block.sold, 'blocked', block.blocked
        );
    END LOOP;
    IF first IS NULL OR total <> asked THEN
        RAISE EXCEPTION 'the order was changed without its locks' USING ERRCODE = 'serialization_failure';
    END IF;

    -- 4. Write the email with the tickets.
    INSERT INTO bookings_emailmessage (id, kind, event_id, booking_id, subject, due_at, written_at)
    VALUES (bookings_new_id(), 'confirmation', wanted_event, first, wanted_order, sold_at, sold_at)
    ON CONFLICT DO NOTHING;
    outcome := 'sold';
END
$$;
