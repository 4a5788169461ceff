"""The hold as one statement (bookings/operations/hold.py says what it promises), and one foreign key instead of two."""

import django.db.models.deletion
from django.db import migrations, models

# With a key to the event, all holds of an event would share a lock on its one row; the block's row is locked anyway.
# And the pair says more: a booking's block is a block of its event.
BLOCK_OF_EVENT = """
ALTER TABLE bookings_booking ADD CONSTRAINT booking_block_of_event
    FOREIGN KEY (event_id, subsection_id) REFERENCES events_subsection (event_id, id);
"""

# --- Choosing: pure functions over the letters of a block ----------------------------------------------------------

TAKEN = """
CREATE FUNCTION bookings_taken(letters text, seats integer[]) RETURNS integer[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_agg(seat ORDER BY seat) FROM unnest(seats) AS seat WHERE substr(letters, seat + 1, 1) <> 'a'
$$;
"""

# The seats beside the chosen ones that would be left alone. Beyond both ends of a row is no seat.
SINGLE_GAPS = """
CREATE FUNCTION bookings_single_gaps(letters text, cols integer, chosen integer[]) RETURNS integer[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    after text := events_paint(letters, chosen, array_fill('x'::text, ARRAY[cardinality(chosen)]));
BEGIN
    RETURN (
        SELECT array_agg(DISTINCT seat ORDER BY seat)
        FROM unnest(chosen) AS taken CROSS JOIN LATERAL (VALUES (taken - 1), (taken + 1)) AS beside (seat)
        WHERE seat >= 0 AND seat / cols = taken / cols AND substr(after, seat + 1, 1) = 'a'
            AND (seat % cols = 0 OR substr(after, seat, 1) <> 'a')
            AND (seat % cols = cols - 1 OR substr(after, seat + 2, 1) <> 'a')
    );
END $$;
"""

# The first run of free seats, from the front left, that leaves no single gap: on both sides of it is no free seat, or
# are two. Rows are joined by a letter that is no seat.
TIDY_SEATS = """
CREATE FUNCTION bookings_tidy_seats(letters text, cols integer, wanted integer) RETURNS integer
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    joined text;
    place integer;
BEGIN
    SELECT 'x' || string_agg(substr(translate(letters, 'rsb', 'xxx'), first + 1, cols), 'x' ORDER BY first) || 'x'
    INTO joined FROM generate_series(0, length(letters) - 1, cols) AS first;
    place := regexp_instr(joined, format('(?<=x|aa)a{%s}(?=x|aa)', wanted)) - 2;
    RETURN CASE WHEN place >= 0 THEN place / (cols + 1) * cols + place % (cols + 1) END;
END $$;
"""

# The first run of free seats from the front left; one that reaches over the end of its row is none, and behind its
# beginning there is no other in that row.
FIRST_SEATS = """
CREATE FUNCTION bookings_first_seats(letters text, cols integer, wanted integer) RETURNS integer
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    run text := repeat('a', wanted);
    first integer := 0;
    place integer;
BEGIN
    LOOP
        place := strpos(substr(letters, first + 1), run);
        IF place = 0 THEN
            RETURN NULL;
        END IF;
        first := first + place - 1;
        IF first % cols + wanted <= cols THEN
            RETURN first;
        END IF;
        first := (first / cols + 1) * cols;
    END LOOP;
END $$;
"""

LONGEST_RUNS = """
CREATE FUNCTION bookings_longest_runs(letters text, cols integer, wanted integer) RETURNS integer[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_agg(position ORDER BY position) FROM (
        SELECT position FROM (
            SELECT position, min(position) OVER run AS first, count(*) OVER run AS length FROM (
                SELECT number - 1 AS position, (number - 1) / cols AS line,
                    number - row_number() OVER (PARTITION BY (number - 1) / cols ORDER BY number) AS island
                FROM (
                    SELECT number::integer FROM string_to_table(letters, NULL) WITH ORDINALITY AS l (letter, number)
                    WHERE letter = 'a'
                ) free
            ) numbered WINDOW run AS (PARTITION BY line, island)
        ) runs ORDER BY length DESC, first, position LIMIT wanted
    ) chosen
$$;
"""

# Where single gaps are not allowed, seats that leave none are preferred to seats nearer the front.
BEST_SEATS = """
CREATE FUNCTION bookings_best_seats(letters text, cols integer, wanted integer, gaps_allowed boolean)
RETURNS integer[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    first integer;
BEGIN
    IF NOT gaps_allowed THEN
        first := bookings_tidy_seats(letters, cols, wanted);
    END IF;
    IF first IS NULL THEN
        first := bookings_first_seats(letters, cols, wanted);
    END IF;
    IF first IS NULL THEN
        RETURN bookings_longest_runs(letters, cols, wanted);
    END IF;
    RETURN ARRAY(SELECT generate_series(first, first + wanted - 1));
END $$;
"""

# --- The hold ------------------------------------------------------------------------------------------------------

# Writes only if the outcome is 'held'. Of any other the caller makes an error, from `seats` and `number` where these
# help. The seats' last guard raises: nothing of what was written before it stays.
HOLD = """
CREATE FUNCTION bookings_hold(
    booking uuid, family uuid, buyer bigint, key text, fingerprint text,
    wanted_event bigint, wanted_section text, wanted_number integer, mode text, wanted integer,
    seat_rows integer[], seat_numbers integer[],
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
    SELECT s.id, s.rows, s.cols, s.letters, s.available, e.name, e.venue_name, e.currency, e.hold_seconds,
        e.max_tickets_per_booking, e.max_active_holds, e.allow_single_gaps,
        e.is_active AND e.status IN ('available', 'sold_out')
            AND clock_timestamp() >= coalesce(e.sales_start_at, '-infinity')
            AND clock_timestamp() < coalesce(e.sales_end_at, 'infinity') AS on_sale
    INTO seen FROM events_subsection s JOIN events_event e ON e.id = s.event_id
    WHERE s.event_id = wanted_event AND s.section = wanted_section AND s.number = wanted_number;
    block_id := seen.id;
    cols := seen.cols;
    IF block_id IS NULL THEN
        outcome := 'no_block';
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
        refused := bookings_taken(seen.letters, seats);
        outcome := CASE WHEN refused IS NOT NULL THEN 'seats_taken' END;
    ELSIF seen.available < wanted THEN
        outcome := 'not_enough_seats';
    END IF;
    IF outcome IN ('seats_taken', 'not_enough_seats') AND bookings_any_due(block_id) THEN
        outcome := 'due';
    END IF;
    IF outcome IS NOT NULL THEN
        seats := refused;
        RETURN;
    END IF;

    -- 2. Lock the block. What has expired in it is to be released first.
    SELECT s.letters, s.price INTO letters, price FROM events_subsection s WHERE s.id = block_id FOR NO KEY UPDATE;
    IF bookings_any_due(block_id) THEN
        outcome := 'due';
        RETURN;
    END IF;

    -- 3. Choose or check; then lock the buyer and count, so that parallel requests can't pass the limit.
    IF mode = 'manual' THEN
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

    -- 4. Move the seats (the guarded update is the last word), insert the booking, append to the trail.
    UPDATE events_ticket t SET status = 'reserved', booking_id = booking
    WHERE t.event_id = wanted_event AND t.subsection_id = block_id AND t.position = ANY (seats)
        AND t.status = 'available';
    GET DIAGNOSTICS number = ROW_COUNT;
    IF number <> wanted THEN
        RAISE EXCEPTION 'a seat was taken under the lock' USING ERRCODE = 'serialization_failure';
    END IF;
    ends_at := held_at + make_interval(secs => seen.hold_seconds);
    INSERT INTO bookings_booking (
        id, buyer_id, event_id, subsection_id, seat_selection_mode, quantity, positions, unit_price, total_price,
        status, expires_at, extended, failure, idempotency_key, request_hash, created_at, updated_at
    ) VALUES (
        booking, buyer, wanted_event, block_id, mode, wanted, seats, price, price::bigint * wanted,
        'pending_payment', ends_at, false, '', key, fingerprint, held_at, held_at
    );
    SELECT s.version, s.available, s.reserved, s.sold, s.blocked INTO version, available, reserved, sold, blocked
    FROM events_subsection s WHERE s.id = block_id;
    INSERT INTO events_seatchange (subsection_id, version, kind, booking_id, positions, at)
    VALUES (block_id, version, 'held', booking, seats, held_at);
    outcome := 'held';
    event_name := seen.name;
    venue_name := seen.venue_name;
    currency := seen.currency;
END $$;
"""

ANY_DUE = """
CREATE FUNCTION bookings_any_due(block bigint) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM bookings_booking b
        WHERE b.subsection_id = block AND b.status = 'pending_payment' AND b.expires_at <= clock_timestamp()
    );
END $$;
"""

FUNCTIONS = {
    "bookings_taken(text, integer[])": TAKEN,
    "bookings_single_gaps(text, integer, integer[])": SINGLE_GAPS,
    "bookings_tidy_seats(text, integer, integer)": TIDY_SEATS,
    "bookings_first_seats(text, integer, integer)": FIRST_SEATS,
    "bookings_longest_runs(text, integer, integer)": LONGEST_RUNS,
    "bookings_best_seats(text, integer, integer, boolean)": BEST_SEATS,
    "bookings_any_due(bigint)": ANY_DUE,
    "bookings_hold": HOLD,
}


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0005_refund_reasons"),
        ("events", "0003_letters"),
        ("accounts", "0002_end_tokens"),
    ]

    operations = [
        *(
            migrations.AlterField(
                "booking",
                name,
                models.ForeignKey(
                    db_constraint=False,
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="bookings",
                    to=f"events.{name}",
                ),
            )
            for name in ("event", "subsection")
        ),
        migrations.RunSQL(
            BLOCK_OF_EVENT, "ALTER TABLE bookings_booking DROP CONSTRAINT booking_block_of_event"
        ),
        *(migrations.RunSQL(text, f"DROP FUNCTION {name}") for name, text in FUNCTIONS.items()),
    ]
