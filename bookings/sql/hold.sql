-- bookings_any_hold_due(wanted_subsection)
--
-- Promises: returns whether the subsection has a hold whose deadline has passed and that was not ended yet.
-- Locks: none.
-- Called by: bookings_hold, below.

DROP FUNCTION IF EXISTS bookings_any_hold_due;

CREATE FUNCTION bookings_any_hold_due(wanted_subsection bigint) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM bookings_booking b
        WHERE b.subsection_id = wanted_subsection AND b.status = 'pending_payment' AND b.expires_at <= clock_timestamp()
    );
END
$$;

-- bookings_hold(hold_mode, booking, token_family, buyer, key, fingerprint, wanted_event, wanted_section, wanted_number,
--     selection_mode, wanted, accessible_wanted, seat_rows, seat_numbers, pass_issued_at, max_totals)
--
-- Promises: holds `wanted` seats of one subsection for the booking `booking`, all of them or none, in one of three modes:
--     'hold' does it at once. 'accept' checks everything that does not depend on other buyers, and inserts the booking as
--     processing, which counts as an open hold of the buyer. 'allocate' finds the seats of such a booking.
--     `key` and `fingerprint` are the idempotency key and the hash of its request (NULL and '' without one). The
--     subsection is number `wanted_number` of its section. `selection_mode` is 'manual', with `seat_rows` and
--     `seat_numbers` (both from 1, otherwise NULL), or 'best_available', where `accessible_wanted` of the seats are
--     wheelchair places. `pass_issued_at` identifies the buyer's queue pass (NULL without one). `max_totals` has the
--     highest total by currency, in minor units, with the key "" for all other currencies (NULL without a limit).
--     Writes only if the outcome is 'held' or 'accepted'. `price` is the price of one seat in minor units of `currency`.
--     `seats` are positions (from 0). If a seat was changed without the subsection's lock, the function raises
--     serialization_failure, which rolls everything back.
-- Locks: the subsection ('hold', 'allocate'), then the booking ('allocate'), then the buyer ('hold', 'accept'). What can
--     be refused without a lock is refused before the first one.
-- Outcomes: held; accepted; settled ('allocate': the booking is no longer processing); known (the key already has a
--     booking); due (the caller must end the due holds of `subsection_id` and call again); not_signed_in (the token
--     family of the request is revoked or expired, or the buyer's account is deleted or deactivated); no_subsection; queue_pass_required; not_on_sale; too_many_seats
--     (`number` are allowed); total_too_high (for `wanted` seats at `price` in `currency`); no_seat (the subsection has `number` rows of `cols` seats); seats_taken (`seats`);
--     not_enough_seats; would_leave_single_seat (`seats`); too_many_holds (the first one ends in `number` seconds).
-- Called by: call_hold (bookings/holds/hold_function.py) for hold_seats, accept_hold_request and allocate_seats. Its
--     specification: bookings/specification/hold.py. Which seats are chosen: seat_rules.sql.
--
-- The settings: see begin_payment.sql.

DROP FUNCTION IF EXISTS bookings_hold;

CREATE FUNCTION bookings_hold(
    hold_mode text,
    booking uuid,
    token_family uuid,
    buyer bigint,
    key text,
    fingerprint text,
    wanted_event bigint,
    wanted_section text,
    wanted_number integer,
    selection_mode text,
    wanted integer,
    accessible_wanted integer,
    seat_rows integer[],
    seat_numbers integer[],
    pass_issued_at timestamptz,
    max_totals jsonb DEFAULT NULL,
    OUT outcome text,
    OUT seats integer[],
    OUT number integer,
    OUT subsection_id bigint,
    OUT cols integer,
    OUT price integer,
    OUT held_at timestamptz,
    OUT ends_at timestamptz,
    OUT event_name text,
    OUT venue_name text,
    OUT currency text,
    OUT version bigint,
    OUT available integer,
    OUT reserved integer,
    OUT sold integer,
    OUT blocked integer,
    OUT booking_reference text
)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
DECLARE
    unlocked record;
    seat_status text;
    refused integer[];
    first_end timestamptz;
BEGIN
    IF token_family IS NOT NULL AND NOT EXISTS (
        SELECT FROM accounts_tokenfamily f
        WHERE f.id = token_family AND f.user_id = buyer AND f.revoked_at IS NULL AND f.expires_at > clock_timestamp()
    ) THEN
        outcome := 'not_signed_in';
        RETURN;
    END IF;
    IF key IS NOT NULL AND EXISTS (
        SELECT FROM bookings_booking b WHERE b.buyer_id = buyer AND b.idempotency_key = key
    ) THEN
        outcome := 'known';
        RETURN;
    END IF;

    -- 1. Refuse what needs no lock.
    SELECT
        s.id, s.rows, s.cols, s.seat_status, s.available, s.accessible, s.price,
        e.name, e.venue_name, e.currency, e.hold_seconds,
        e.max_tickets_per_booking, e.max_active_holds, e.allow_single_gaps,
        e.waiting_room_on AND e.is_active AND e.status IN ('available', 'sold_out') AS queueing,
        e.is_active AND e.status IN ('available', 'sold_out')
            AND clock_timestamp() >= coalesce(e.sales_start_at, '-infinity')
            -- `least` and `coalesce` skip NULLs. Event.sales_close_at is the same.
            AND clock_timestamp() < coalesce(
                least(e.sales_end_at, coalesce(e.late_entry_until, e.starts_at, e.ends_at)), 'infinity'
            ) AS on_sale
    INTO unlocked
    FROM events_subsection s
    JOIN events_event e ON e.id = s.event_id
    WHERE s.event_id = wanted_event AND s.section = wanted_section AND s.number = wanted_number;
    subsection_id := unlocked.id;
    cols := unlocked.cols;
    IF unlocked.id IS NULL THEN
        outcome := 'no_subsection';
    ELSIF unlocked.queueing AND hold_mode <> 'allocate'
        AND NOT bookings_has_queue_pass(wanted_event, buyer, pass_issued_at) THEN
        outcome := 'queue_pass_required';
    ELSIF NOT unlocked.on_sale THEN
        outcome := 'not_on_sale';
    ELSIF wanted > unlocked.max_tickets_per_booking THEN
        outcome := 'too_many_seats';
        number := unlocked.max_tickets_per_booking;
    ELSIF unlocked.price::bigint * wanted > coalesce(max_totals -> unlocked.currency, max_totals -> '')::bigint THEN
        outcome := 'total_too_high';
        price := unlocked.price;
        currency := unlocked.currency;
    ELSIF unlocked.rows < ANY (seat_rows) OR cols < ANY (seat_numbers) THEN
        outcome := 'no_seat';
        number := unlocked.rows;
    ELSIF selection_mode = 'manual' THEN
        seats := ARRAY(SELECT (line - 1) * unlocked.cols + seat - 1 FROM unnest(seat_rows, seat_numbers) AS s (line, seat));
    END IF;
    IF outcome IS NULL AND hold_mode <> 'accept' THEN
        refused := bookings_taken(unlocked.seat_status, seats);
        IF refused IS NOT NULL THEN
            outcome := 'seats_taken';
        ELSIF unlocked.available < wanted
            OR selection_mode = 'best_available' AND (accessible_wanted > 0 OR unlocked.accessible <> '{}')
                AND NOT bookings_has_room(
                    bookings_mark_accessible(unlocked.seat_status, unlocked.accessible), wanted, accessible_wanted
                ) THEN
            outcome := 'not_enough_seats';
        END IF;
    END IF;
    IF outcome IN ('seats_taken', 'not_enough_seats') AND bookings_any_hold_due(unlocked.id) THEN
        outcome := 'due';
    END IF;
    IF outcome IS NOT NULL THEN
        seats := refused;
        RETURN;
    END IF;

    -- 2. Lock the subsection. Holds in it that are due must be ended first. In the mode 'allocate', lock the booking, too:
    -- it may have been cancelled meanwhile.
    IF hold_mode <> 'accept' THEN
        SELECT s.seat_status, s.price INTO seat_status, price
        FROM events_subsection s
        WHERE s.id = unlocked.id
        FOR NO KEY UPDATE;
        IF bookings_any_hold_due(unlocked.id) THEN
            outcome := 'due';
            RETURN;
        END IF;
    END IF;
    IF hold_mode = 'allocate' THEN
        PERFORM FROM bookings_booking b
        WHERE b.id = booking AND b.status = 'processing'
        FOR NO KEY UPDATE;
        IF NOT FOUND THEN
            outcome := 'settled';
            RETURN;
        END IF;
        held_at := clock_timestamp();
    END IF;

    -- 3. Choose or check the seats.
    seat_status := bookings_mark_accessible(seat_status, unlocked.accessible);
    IF hold_mode = 'accept' THEN
        price := unlocked.price;
    ELSIF selection_mode = 'manual' THEN
        refused := bookings_taken(seat_status, seats);
        IF refused IS NOT NULL THEN
            outcome := 'seats_taken';
        ELSIF NOT unlocked.allow_single_gaps THEN
            refused := bookings_single_gaps(seat_status, cols, seats);
            IF refused IS NOT NULL AND bookings_tidy_choice(seat_status, cols, seats) THEN
                outcome := 'would_leave_single_seat';
            END IF;
        END IF;
    ELSE
        seats := bookings_best_seats(seat_status, cols, wanted, accessible_wanted, unlocked.allow_single_gaps);
        outcome := CASE WHEN cardinality(seats) IS DISTINCT FROM wanted THEN 'not_enough_seats' END;
    END IF;
    IF outcome IS NOT NULL THEN
        seats := refused;
        RETURN;
    END IF;

    -- Lock the buyer, whose account may have been deleted since the request was authenticated, and count their open
    -- holds, so that parallel requests can't exceed the limit.
    IF hold_mode <> 'allocate' THEN
        PERFORM FROM accounts_user u WHERE u.id = buyer AND u.is_active FOR NO KEY UPDATE;
        IF NOT FOUND THEN
            outcome := 'not_signed_in';
            RETURN;
        END IF;
        IF key IS NOT NULL AND EXISTS (
            SELECT FROM bookings_booking b WHERE b.buyer_id = buyer AND b.idempotency_key = key
        ) THEN
            outcome := 'known';
            RETURN;
        END IF;
        held_at := clock_timestamp();
        SELECT count(*), min(b.expires_at) INTO number, first_end
        FROM bookings_booking b
        WHERE b.buyer_id = buyer AND b.status IN ('processing', 'pending_payment')
            AND (b.status = 'processing' OR b.expires_at > held_at);
        IF number >= unlocked.max_active_holds THEN
            outcome := 'too_many_holds';
            number := extract(epoch FROM first_end - held_at)::integer + 1;
            RETURN;
        END IF;
    END IF;

    -- 4. Move the seats in a guarded update, write the booking, and add a row to the seat history.
    ends_at := held_at + make_interval(secs => unlocked.hold_seconds);
    event_name := unlocked.name;
    venue_name := unlocked.venue_name;
    currency := unlocked.currency;
    IF hold_mode <> 'accept' THEN
        UPDATE events_ticket t SET status = 'reserved', booking_id = booking
        WHERE t.event_id = wanted_event AND t.subsection_id = unlocked.id AND t.position = ANY (seats)
            AND t.status = 'available';
        GET DIAGNOSTICS number = ROW_COUNT;
        IF number <> wanted THEN
            RAISE EXCEPTION 'a seat was changed without the lock on its subsection' USING ERRCODE = 'serialization_failure';
        END IF;
    END IF;
    IF hold_mode = 'allocate' THEN
        UPDATE bookings_booking b SET
            status = 'pending_payment',
            positions = seats,
            unit_price = price,
            total_price = price::bigint * wanted,
            expires_at = ends_at,
            updated_at = held_at
        WHERE b.id = booking
        RETURNING b.reference INTO booking_reference;
    ELSE
        INSERT INTO bookings_booking (
            id, buyer_id, event_id, subsection_id, seat_selection_mode, quantity, accessible_wanted, positions,
            unit_price, total_price, status, expires_at, idempotency_key, request_hash, created_at, updated_at
        ) VALUES (
            booking, buyer, wanted_event, unlocked.id, selection_mode, wanted, accessible_wanted, coalesce(seats, '{}'),
            price, price::bigint * wanted, CASE hold_mode WHEN 'accept' THEN 'processing' ELSE 'pending_payment' END,
            ends_at, key, fingerprint, held_at, held_at
        )
        RETURNING reference INTO booking_reference;
    END IF;
    IF hold_mode = 'accept' THEN
        outcome := 'accepted';
        RETURN;
    END IF;
    SELECT s.version, s.available, s.reserved, s.sold, s.blocked INTO version, available, reserved, sold, blocked
    FROM events_subsection s
    WHERE s.id = unlocked.id;
    INSERT INTO events_seatchange (event_id, subsection_id, version, kind, booking_id, positions, at)
    VALUES (wanted_event, unlocked.id, version, 'held', booking, seats, held_at);
    outcome := 'held';
END
$$;
