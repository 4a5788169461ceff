-- The upper limit of speed: the hold as one function in the database, with the product's tables, trigger and guarded
-- updates, but without a web server, login, limits, idempotency and live updates. Holds the first two adjacent free
-- seats.
CREATE FUNCTION bench_hold(wanted bigint, buyer bigint) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    subsection events_subsection;
    first integer;
    booking uuid := gen_random_uuid();
BEGIN
    SELECT * INTO subsection FROM events_subsection WHERE id = wanted FOR NO KEY UPDATE;

    SELECT a.position INTO first FROM events_ticket a
    JOIN events_ticket b ON b.event_id = subsection.event_id AND b.subsection_id = wanted AND b.position = a.position + 1
    WHERE a.event_id = subsection.event_id AND a.subsection_id = wanted
        AND a.status = 'available' AND b.status = 'available' AND b.position % subsection.cols <> 0
    ORDER BY a.position LIMIT 1;
    IF first IS NULL THEN
        RAISE EXCEPTION 'not enough seats in subsection %', wanted;
    END IF;

    INSERT INTO bookings_order (id, event_id, buyer_id, created_at)
    VALUES (booking, subsection.event_id, buyer, clock_timestamp());
    INSERT INTO bookings_booking (
        id, order_id, buyer_id, event_id, subsection_id, seat_selection_mode, quantity, positions, unit_price, total_price,
        status, expires_at, created_at, updated_at
    ) VALUES (
        booking, booking, buyer, subsection.event_id, wanted, 'best_available', 2, ARRAY[first, first + 1], subsection.price,
        subsection.price * 2, 'pending_payment', clock_timestamp() + interval '300 s', clock_timestamp(), clock_timestamp()
    );

    UPDATE events_ticket SET status = 'reserved', booking_id = booking
    WHERE event_id = subsection.event_id AND subsection_id = wanted AND position IN (first, first + 1)
        AND status = 'available';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a seat of subsection % was taken under the lock', wanted;
    END IF;

    INSERT INTO events_seatchange (event_id, subsection_id, version, kind, booking_id, positions, at)
    SELECT event_id, id, version, 'held', booking, ARRAY[first, first + 1], clock_timestamp()
    FROM events_subsection WHERE id = wanted;
    RETURN booking;
END $$;
