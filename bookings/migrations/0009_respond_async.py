"""`bookings_hold` in three deeds: at once, or accepted first and allocated later (bookings/operations/respond_async.py);
and only with a pass where a waiting room is on."""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("bookings.migrations.0006_hold").HOLD

# Three deeds by one set of rules. 'hold' does it at once. 'accept' looks at all that no other buyer can change, counts
# the booking among the buyer's open holds and keeps it as processing; 'allocate' looks for its seats later.
#
# Writes only if the outcome is 'held' or 'accepted'. Of any other the caller makes an error, from `seats` and `number`
# where these help. The seats' last guard raises: nothing of what was written before it stays.
HOLD = """
CREATE FUNCTION bookings_hold(
    deed text, booking uuid, family uuid, buyer bigint, key text, fingerprint text,
    wanted_event bigint, wanted_section text, wanted_number integer, mode text, wanted integer,
    seat_rows integer[], seat_numbers integer[], pass_from timestamptz,
    OUT outcome text, OUT seats integer[], OUT number integer,
    OUT block_id bigint, OUT cols integer, OUT price integer, OUT held_at timestamptz, OUT ends_at timestamptz,
    OUT event_name text, OUT venue_name text, OUT currency text,
    OUT version bigint, OUT available integer, OUT reserved integer, OUT sold integer, OUT blocked integer
) LANGUAGE plpgsql AS $$
DECLARE
    seen record;
    letters text;
    refused integer[];
    first_end timestamptz;
BEGIN
    IF family IS NOT NULL AND NOT EXISTS (
        SELECT FROM accounts_tokenfamily f
        WHERE f.id = family AND f.user_id = buyer AND f.revoked_at IS NULL AND f.expires_at > clock_timestamp()
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

    -- 1. What needs no lock.
    SELECT s.id, s.rows, s.cols, s.letters, s.available, s.price, e.name, e.venue_name, e.currency, e.hold_seconds,
        e.max_tickets_per_booking, e.max_active_holds, e.allow_single_gaps,
        e.waiting_room_on AND e.is_active AND e.status IN ('available', 'sold_out') AS queueing,
        e.is_active AND e.status IN ('available', 'sold_out')
            AND clock_timestamp() >= coalesce(e.sales_start_at, '-infinity')
            AND clock_timestamp() < coalesce(e.sales_end_at, 'infinity') AS on_sale
    INTO seen FROM events_subsection s JOIN events_event e ON e.id = s.event_id
    WHERE s.event_id = wanted_event AND s.section = wanted_section AND s.number = wanted_number;
    block_id := seen.id;
    cols := seen.cols;
    IF block_id IS NULL THEN
        outcome := 'no_block';
    ELSIF seen.queueing AND deed <> 'allocate' AND NOT bookings_may_pass(wanted_event, buyer, pass_from) THEN
        outcome := 'queue_pass_required';
    ELSIF NOT seen.on_sale THEN
        outcome := 'not_on_sale';
    ELSIF wanted > seen.max_tickets_per_booking THEN
        outcome := 'too_many_seats';
        number := seen.max_tickets_per_booking;
    ELSIF seen.rows < ANY (seat_rows) OR cols < ANY (seat_numbers) THEN
        outcome := 'no_seat';
        number := seen.rows;
    ELSIF mode = 'manual' THEN
        seats := ARRAY(SELECT (line - 1) * seen.cols + seat - 1 FROM unnest(seat_rows, seat_numbers) AS s (line, seat));
    END IF;
    IF outcome IS NULL AND deed <> 'accept' THEN
        refused := bookings_taken(seen.letters, seats);
        IF refused IS NOT NULL THEN
            outcome := 'seats_taken';
        ELSIF seen.available < wanted THEN
            outcome := 'not_enough_seats';
        END IF;
    END IF;
    IF outcome IN ('seats_taken', 'not_enough_seats') AND bookings_any_due(block_id) THEN
        outcome := 'due';
    END IF;
    IF outcome IS NOT NULL THEN
        seats := refused;
        RETURN;
    END IF;

    -- 2. Lock the block. What has expired in it is to be released first. An accepted booking that somebody has cancelled
    -- meanwhile wants no seats any more.
    IF deed <> 'accept' THEN
        SELECT s.letters, s.price INTO letters, price FROM events_subsection s
        WHERE s.id = block_id FOR NO KEY UPDATE;
        IF bookings_any_due(block_id) THEN
            outcome := 'due';
            RETURN;
        END IF;
    END IF;
    IF deed = 'allocate' THEN
        PERFORM FROM bookings_booking b WHERE b.id = booking AND b.status = 'processing' FOR NO KEY UPDATE;
        IF NOT FOUND THEN
            outcome := 'settled';
            RETURN;
        END IF;
        held_at := clock_timestamp();
    END IF;

    -- 3. Choose or check.
    IF deed = 'accept' THEN
        price := seen.price;
    ELSIF mode = 'manual' THEN
        refused := bookings_taken(letters, seats);
        IF refused IS NOT NULL THEN
            outcome := 'seats_taken';
        ELSIF NOT seen.allow_single_gaps THEN
            refused := bookings_single_gaps(letters, cols, seats);
            IF refused IS NOT NULL AND bookings_tidy_seats(letters, cols, wanted) IS NOT NULL THEN
                outcome := 'would_leave_single_seat';
            END IF;
        END IF;
    ELSE
        seats := bookings_best_seats(letters, cols, wanted, seen.allow_single_gaps);
        outcome := CASE WHEN cardinality(seats) IS DISTINCT FROM wanted THEN 'not_enough_seats' END;
    END IF;
    IF outcome IS NOT NULL THEN
        seats := refused;
        RETURN;
    END IF;

    -- Then lock the buyer and count, so that parallel requests can't pass the limit. What was accepted is counted.
    IF deed <> 'allocate' THEN
        PERFORM FROM accounts_user u WHERE u.id = buyer FOR NO KEY UPDATE;
        IF key IS NOT NULL AND EXISTS (
            SELECT FROM bookings_booking b WHERE b.buyer_id = buyer AND b.idempotency_key = key
        ) THEN
            outcome := 'known';
            RETURN;
        END IF;
        held_at := clock_timestamp();
        SELECT count(*), min(b.expires_at) INTO number, first_end FROM bookings_booking b
        WHERE b.buyer_id = buyer AND b.status IN ('processing', 'pending_payment')
            AND (b.status = 'processing' OR b.expires_at > held_at);
        IF number >= seen.max_active_holds THEN
            outcome := 'too_many_holds';
            number := extract(epoch FROM first_end - held_at)::integer + 1;
            RETURN;
        END IF;
    END IF;

    -- 4. Move the seats (the guarded update is the last word), write the booking, append to the trail.
    ends_at := held_at + make_interval(secs => seen.hold_seconds);
    event_name := seen.name;
    venue_name := seen.venue_name;
    currency := seen.currency;
    IF deed <> 'accept' THEN
        UPDATE events_ticket t SET status = 'reserved', booking_id = booking
        WHERE t.event_id = wanted_event AND t.subsection_id = block_id AND t.position = ANY (seats)
            AND t.status = 'available';
        GET DIAGNOSTICS number = ROW_COUNT;
        IF number <> wanted THEN
            RAISE EXCEPTION 'a seat was taken under the lock' USING ERRCODE = 'serialization_failure';
        END IF;
    END IF;
    IF deed = 'allocate' THEN
        UPDATE bookings_booking b SET status = 'pending_payment', positions = seats, unit_price = price,
            total_price = price::bigint * wanted, expires_at = ends_at, updated_at = held_at
        WHERE b.id = booking;
    ELSE
        INSERT INTO bookings_booking (
            id, buyer_id, event_id, subsection_id, seat_selection_mode, quantity, positions, unit_price, total_price,
            status, expires_at, extended, failure, idempotency_key, request_hash, created_at, updated_at
        ) VALUES (
            booking, buyer, wanted_event, block_id, mode, wanted, coalesce(seats, '{}'), price, price::bigint * wanted,
            CASE deed WHEN 'accept' THEN 'processing' ELSE 'pending_payment' END, ends_at, false, '', key, fingerprint,
            held_at, held_at
        );
    END IF;
    IF deed = 'accept' THEN
        outcome := 'accepted';
        RETURN;
    END IF;
    SELECT s.version, s.available, s.reserved, s.sold, s.blocked INTO version, available, reserved, sold, blocked
    FROM events_subsection s WHERE s.id = block_id;
    INSERT INTO events_seatchange (subsection_id, version, kind, booking_id, positions, at)
    VALUES (block_id, version, 'held', booking, seats, held_at);
    outcome := 'held';
END $$;
"""

DROP = "DROP FUNCTION bookings_hold"


class Migration(migrations.Migration):
    dependencies = [("bookings", "0008_waiting_room")]

    operations = [
        migrations.RunSQL(DROP, BEFORE),
        migrations.RunSQL(HOLD, DROP),
    ]
