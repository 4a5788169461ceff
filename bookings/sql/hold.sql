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
--     selection_mode, wanted, accessible_wanted, grid_rows, grid_seats, pass_issued_at, max_totals, names, of_order,
--     order_ends_at)
--
-- Promises: holds `wanted` seats of one subsection for the booking `booking`, all of them or none, in one of four modes:
--     'hold' does it at once. 'accept' checks everything that does not depend on other buyers, and inserts the booking as
--     processing, which counts as an open hold of the buyer. 'allocate' finds the seats of such a booking.
--     'check' only refuses what can be refused without a lock, and otherwise returns 'free'.
--     `key` and `fingerprint` are the idempotency key and the hash of its request (NULL and '' without one). The
--     subsection is number `wanted_number` of its section. `selection_mode` is 'manual', where `names` has the names of
--     the seats as people see them, and `grid_rows` and `grid_seats` their numbers (both from 1, NULL if the names aren't
--     numbers), or 'best_available', where `accessible_wanted` of the seats are wheelchair places. In a drawn block the
--     names count, in others the numbers. `pass_issued_at` identifies the buyer's queue pass (NULL without one).
--     `max_totals` has the highest total by currency, in minor units, with the key "" for all other currencies (NULL
--     without a limit). Writes only if the outcome is 'held' or 'accepted'. The booking is then the only one of an order
--     that has its id, unless bookings_hold_order calls the function for its order `of_order`: it has checked the token,
--     the key and the buyer, whose row it has locked, and the hold ends with the order, at `order_ends_at`. `price` is the
--     lowest price of one of the seats in minor units of `currency`, `total` the price of all. `seats` are positions (from
--     0). In a drawn block,
--     `seat_names`, `row_numbers` and `seat_numbers` say the same of them, and `seat_prices` what each costs if they have
--     several prices. `seat_kinds` and `seat_notes` say what is special about the seats (bookings_place_kinds in
--     drawn_seats.sql). If a seat was changed without the subsection's lock, the function raises serialization_failure,
--     which rolls everything back.
-- Locks: the subsection ('hold', 'allocate'; in the mode 'accept' only against its removal, FOR KEY SHARE), then the booking
--     ('allocate'), then the buyer ('hold', 'accept'). What can be refused without a lock is refused before the first one.
-- Outcomes: held; accepted; settled ('allocate': the booking is no longer processing); known (the key already has a
--     booking); due (the caller must end the due holds of `subsection_id` and call again); not_signed_in (the token
--     family of the request is revoked or expired, or the buyer's account is deleted or deactivated); no_subsection; queue_pass_required; not_on_sale; too_many_seats
--     (`number` are allowed); total_too_high (`total` in `currency`, or more); standing_area (its places have no names);
--     no_seat (the subsection has `number` rows of `cols` seats; in a drawn block, the item of `seats` is NULL);
--     whole_table (`seats` are missing from tables that are sold as a whole); needs_wheelchair_place (no wheelchair place
--     among the named seats brings the companions' seats `seats`); seats_taken (`seats`); not_enough_seats;
--     would_leave_single_seat (`seats`); too_many_holds (the first one ends in `number` seconds). In a drawn block,
--     `seat_names` has the names of `seats`.
-- Called by: call_hold (bookings/holds/hold_function.py) for hold_seats, accept_hold_request and allocate_seats, and
--     bookings_hold_order (hold_order.sql). Its
--     specification: bookings/specification/hold.py. Which seats are chosen: seat_rules.sql
--     and, in a drawn block, drawn_seats.sql.
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
    grid_rows integer[],
    grid_seats integer[],
    pass_issued_at timestamptz,
    max_totals jsonb DEFAULT NULL,
    names text[] DEFAULT NULL,
    of_order uuid DEFAULT NULL,
    order_ends_at timestamptz DEFAULT NULL,
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
    OUT booking_reference text,
    OUT kind text,
    OUT total bigint,
    OUT seat_names text[],
    OUT row_numbers integer[],
    OUT seat_numbers integer[],
    OUT seat_prices integer[],
    OUT seat_kinds text[],
    OUT seat_notes text[]
)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
DECLARE
    unlocked record;
    seat_status text;
    accessible integer[];
    max_total bigint;
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
        SELECT FROM bookings_order o WHERE o.buyer_id = buyer AND o.idempotency_key = key
    ) THEN
        outcome := 'known';
        RETURN;
    END IF;

    -- 1. Refuse what needs no lock.
    SELECT
        s.id, s.kind, s.version, s.rows, s.cols, s.seat_status, s.available, s.accessible, s.price,
        e.name, e.venue_name, e.currency, e.hold_seconds,
        e.max_tickets_per_booking, e.max_active_holds, e.allow_single_gaps, e.release_companion_seats,
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
    kind := unlocked.kind;
    cols := unlocked.cols;
    price := unlocked.price;
    currency := unlocked.currency;
    total := price::bigint * wanted;
    max_total := coalesce(max_totals -> currency, max_totals -> '')::bigint;
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
    ELSIF total > max_total THEN
        outcome := 'total_too_high';
    ELSIF selection_mode = 'manual' AND kind = 'drawn' THEN
        SELECT p.places, p.refusal INTO seats, outcome
        FROM bookings_named_places(wanted_event, unlocked.id, names, unlocked.release_companion_seats) AS p;
        refused := seats;
    ELSIF selection_mode = 'manual' AND kind = 'standing' THEN
        outcome := 'standing_area';
    ELSIF selection_mode = 'manual' AND (grid_rows IS NULL OR unlocked.rows < ANY (grid_rows) OR cols < ANY (grid_seats)) THEN
        outcome := 'no_seat';
        number := unlocked.rows;
    ELSIF selection_mode = 'manual' THEN
        seats := ARRAY(SELECT (line - 1) * unlocked.cols + seat - 1 FROM unnest(grid_rows, grid_seats) AS s (line, seat));
    END IF;
    IF outcome IS NULL AND hold_mode <> 'accept' THEN
        refused := bookings_taken(unlocked.seat_status, seats);
        IF refused IS NOT NULL THEN
            outcome := 'seats_taken';
        ELSIF unlocked.available < wanted
            OR selection_mode = 'best_available' AND (accessible_wanted > 0 OR unlocked.accessible <> '{}')
                AND NOT (CASE kind
                    WHEN 'drawn' THEN bookings_any_room(
                        wanted_event, unlocked.id, unlocked.seat_status, wanted, accessible_wanted
                    )
                    ELSE bookings_has_room(
                        bookings_mark_accessible(unlocked.seat_status, unlocked.accessible), wanted, accessible_wanted
                    )
                END) THEN
            outcome := 'not_enough_seats';
        END IF;
    END IF;
    IF outcome IN ('seats_taken', 'not_enough_seats') AND bookings_any_hold_due(unlocked.id) THEN
        outcome := 'due';
    END IF;
    IF outcome IS NOT NULL THEN
        seats := refused;
        IF kind = 'drawn' THEN
            seat_names := (bookings_place_lists(wanted_event, unlocked.id, seats, price)).names;
        END IF;
        RETURN;
    END IF;

    IF hold_mode = 'check' THEN
        outcome := 'free';
        RETURN;
    END IF;

    -- 2. Lock the subsection, which another version of the seating plan may have removed meanwhile. Holds in it that are
    -- due must be ended first. The mode 'accept' waits for nobody but such a take-over, and a take-over for it. In the
    -- mode 'allocate', lock the booking, too: it may have been cancelled meanwhile.
    IF hold_mode = 'accept' THEN
        SELECT s.price, s.kind, s.version, s.accessible INTO price, kind, version, accessible
        FROM events_subsection s
        WHERE s.id = unlocked.id
        FOR KEY SHARE;
    ELSE
        SELECT s.seat_status, s.price, s.kind, s.version, s.accessible
        INTO seat_status, price, kind, version, accessible
        FROM events_subsection s
        WHERE s.id = unlocked.id
        FOR NO KEY UPDATE;
    END IF;
    IF NOT FOUND THEN
        outcome := 'no_subsection';
        RETURN;
    ELSIF hold_mode <> 'accept' AND bookings_any_hold_due(unlocked.id) THEN
        outcome := 'due';
        RETURN;
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

    -- 3. Choose or check the seats. A drawn block may have been drawn anew before the lock was taken; its version is then
    -- another one. If only the kinds of its seats have changed, it is not, so companions' seats are always checked again.
    IF kind <> unlocked.kind THEN
        outcome := 'not_enough_seats';
    ELSIF kind = 'drawn' AND selection_mode = 'manual' AND version <> unlocked.version THEN
        SELECT p.places, p.refusal INTO seats, outcome
        FROM bookings_named_places(wanted_event, unlocked.id, names, unlocked.release_companion_seats) AS p;
        refused := CASE WHEN outcome IS NOT NULL THEN seats END;
    ELSIF kind = 'drawn' AND selection_mode = 'manual' AND NOT unlocked.release_companion_seats THEN
        refused := bookings_unclaimed_places(wanted_event, unlocked.id, seats);
        outcome := CASE WHEN refused IS NOT NULL THEN 'needs_wheelchair_place' END;
    END IF;
    IF outcome IS NOT NULL OR hold_mode = 'accept' THEN
        NULL;
    ELSIF kind = 'drawn' AND selection_mode = 'manual' THEN
        refused := bookings_taken(seat_status, seats);
        IF refused IS NOT NULL THEN
            outcome := 'seats_taken';
        ELSIF NOT unlocked.allow_single_gaps THEN
            refused := bookings_avoidable_gaps(wanted_event, unlocked.id, seat_status, seats);
            outcome := CASE WHEN refused IS NOT NULL THEN 'would_leave_single_seat' END;
        END IF;
    ELSIF kind = 'drawn' THEN
        seats := bookings_best_places(
            wanted_event, unlocked.id, seat_status, wanted, accessible_wanted, unlocked.allow_single_gaps
        );
        outcome := CASE WHEN cardinality(seats) IS DISTINCT FROM wanted THEN 'not_enough_seats' END;
    ELSIF kind = 'standing' THEN
        seats := bookings_first_places(seat_status, wanted);
        outcome := CASE WHEN cardinality(seats) < wanted THEN 'not_enough_seats' END;
    ELSIF selection_mode = 'manual' THEN
        seat_status := bookings_mark_accessible(seat_status, accessible);
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
        seat_status := bookings_mark_accessible(seat_status, accessible);
        seats := bookings_best_seats(seat_status, cols, wanted, accessible_wanted, unlocked.allow_single_gaps);
        outcome := CASE WHEN cardinality(seats) IS DISTINCT FROM wanted THEN 'not_enough_seats' END;
    END IF;
    IF outcome IS NOT NULL THEN
        seats := refused;
        IF kind = 'drawn' THEN
            seat_names := (bookings_place_lists(wanted_event, unlocked.id, seats, price)).names;
        END IF;
        RETURN;
    END IF;

    total := price::bigint * wanted;
    IF kind = 'drawn' AND seats IS NOT NULL THEN
        SELECT p.price, p.names, p.row_numbers, p.seat_numbers, p.prices
        INTO price, seat_names, row_numbers, seat_numbers, seat_prices
        FROM bookings_place_lists(wanted_event, unlocked.id, seats, price) AS p;
        total := CASE WHEN seat_prices IS NULL THEN price::bigint * wanted ELSE bookings_sum(seat_prices) END;
        IF total > max_total THEN
            outcome := 'total_too_high';
            RETURN;
        END IF;
    END IF;
    IF seats IS NOT NULL AND (kind = 'drawn' OR accessible <> '{}') THEN
        SELECT p.kinds, p.notes INTO seat_kinds, seat_notes
        FROM bookings_place_kinds(wanted_event, unlocked.id, accessible, seats) AS p;
    END IF;

    -- Lock the buyer, whose account may have been deleted since the request was authenticated, and count their open
    -- holds, so that parallel requests can't exceed the limit.
    IF of_order IS NOT NULL THEN
        held_at := clock_timestamp();
    ELSIF hold_mode <> 'allocate' THEN
        PERFORM FROM accounts_user u WHERE u.id = buyer AND u.is_active FOR NO KEY UPDATE;
        IF NOT FOUND THEN
            outcome := 'not_signed_in';
            RETURN;
        END IF;
        IF key IS NOT NULL AND EXISTS (
            SELECT FROM bookings_order o WHERE o.buyer_id = buyer AND o.idempotency_key = key
        ) THEN
            outcome := 'known';
            RETURN;
        END IF;
        held_at := clock_timestamp();
        SELECT count(DISTINCT b.order_id), min(b.expires_at) INTO number, first_end
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
    ends_at := coalesce(order_ends_at, held_at + make_interval(secs => unlocked.hold_seconds));
    event_name := unlocked.name;
    venue_name := unlocked.venue_name;
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
            seat_names = bookings_hold.seat_names,
            row_numbers = bookings_hold.row_numbers,
            seat_numbers = bookings_hold.seat_numbers,
            seat_prices = bookings_hold.seat_prices,
            seat_kinds = bookings_hold.seat_kinds,
            seat_notes = bookings_hold.seat_notes,
            unit_price = price,
            total_price = total,
            expires_at = ends_at,
            updated_at = held_at
        WHERE b.id = booking
        RETURNING b.reference INTO booking_reference;
    ELSE
        IF of_order IS NULL THEN
            INSERT INTO bookings_order (id, event_id, buyer_id, idempotency_key, request_hash, created_at, terms_id)
            VALUES (
                booking, wanted_event, buyer, key, fingerprint, held_at,
                (SELECT t.id FROM bookings_terms t WHERE t.event_id = wanted_event ORDER BY t.id DESC LIMIT 1)
            );
        END IF;
        INSERT INTO bookings_booking (
            id, order_id, buyer_id, event_id, subsection_id, seat_selection_mode, quantity, accessible_wanted, positions,
            seat_names, row_numbers, seat_numbers, seat_prices, seat_kinds, seat_notes,
            unit_price, total_price, status, expires_at, created_at, updated_at
        ) VALUES (
            booking, coalesce(of_order, booking), buyer, wanted_event, unlocked.id, selection_mode, wanted,
            accessible_wanted, coalesce(seats, '{}'),
            bookings_hold.seat_names, bookings_hold.row_numbers, bookings_hold.seat_numbers, bookings_hold.seat_prices,
            bookings_hold.seat_kinds, bookings_hold.seat_notes,
            price, total, CASE hold_mode WHEN 'accept' THEN 'processing' ELSE 'pending_payment' END, ends_at,
            held_at, held_at
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
