"""The seat rules, all of them (bookings/seat_rules.py says them in words), and the hold that follows them."""

from importlib import import_module

from django.db import migrations, models

# --- What is free: pure functions over the letters of a block ------------------------------------------------------
#
# To the rules a free wheelchair place is a `k`: kept for those who ask for it. All the other letters are those of the
# map; a seat is free if it is an `a` or a `k`.

KEEP = """
CREATE FUNCTION bookings_keep(letters text, accessible integer[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    FOR i IN 1 .. cardinality(accessible) LOOP
        IF substr(letters, accessible[i] + 1, 1) = 'a' THEN
            letters := overlay(letters PLACING 'k' FROM accessible[i] + 1);
        END IF;
    END LOOP;
    RETURN letters;
END $$;
"""

# Of free seats, without a look at where they are: `places` of the wanted ones are to be kept ones.
HAS_ROOM = """
CREATE FUNCTION bookings_has_room(letters text, wanted integer, places integer) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN places = 0 THEN length(translate(letters, 'rsbk', '')) >= wanted
        ELSE length(translate(letters, 'rsba', '')) >= places AND length(translate(letters, 'rsb', '')) >= wanted END
$$;
"""

TAKEN = """
CREATE OR REPLACE FUNCTION bookings_taken(letters text, seats integer[]) RETURNS integer[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_agg(seat ORDER BY seat) FROM unnest(seats) AS seat
    WHERE substr(letters, seat + 1, 1) NOT IN ('a', 'k')
$$;
"""

# --- Single gaps ---------------------------------------------------------------------------------------------------

# The seats beside the chosen ones that would be left alone. Beyond both ends of a row is no seat. A wheelchair place
# is never a gap, it is kept; nor is the seat beside it, which is a companion's.
SINGLE_GAPS = """
CREATE OR REPLACE FUNCTION bookings_single_gaps(letters text, cols integer, chosen integer[]) RETURNS integer[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    after text := events_paint(letters, chosen, array_fill('x'::text, ARRAY[cardinality(chosen)]));
BEGIN
    RETURN (
        SELECT array_agg(DISTINCT seat ORDER BY seat)
        FROM unnest(chosen) AS taken CROSS JOIN LATERAL (VALUES (taken - 1), (taken + 1)) AS beside (seat)
        WHERE seat >= 0 AND seat / cols = taken / cols AND substr(after, seat + 1, 1) = 'a'
            AND (seat % cols = 0 OR substr(after, seat, 1) NOT IN ('a', 'k'))
            AND (seat % cols = cols - 1 OR substr(after, seat + 2, 1) NOT IN ('a', 'k'))
    );
END $$;
"""

# The first run of free seats, from the front left, that leaves no single gap: on both sides of it is no free seat, or
# a kept one, or a free one that is not alone. Beyond both ends of a row is no seat.
TIDY_SEATS = """
CREATE OR REPLACE FUNCTION bookings_tidy_seats(letters text, cols integer, wanted integer) RETURNS integer
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    tidy text := format('(?<=x|k|[ak]a)a{%s}(?=x|k|a[ak])', wanted);
    seats text := translate(letters, 'rsb', 'xxx');
    place integer;
BEGIN
    FOR front IN 0 .. length(letters) - 1 BY cols LOOP
        place := regexp_instr('x' || substr(seats, front + 1, cols) || 'x', tidy);
        IF place > 0 THEN
            RETURN front + place - 2;
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
"""

# Whether as many seats side by side, with as many kept ones among them, could be had without a single gap.
TIDY_CHOICE = """
CREATE FUNCTION bookings_tidy_choice(letters text, cols integer, chosen integer[]) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    places integer := (SELECT count(*) FROM unnest(chosen) AS seat WHERE substr(letters, seat + 1, 1) = 'k');
BEGIN
    IF places = 0 THEN
        RETURN bookings_tidy_seats(letters, cols, cardinality(chosen)) IS NOT NULL;
    END IF;
    RETURN bookings_accessible_window(letters, cols, cardinality(chosen), places, true) IS NOT NULL;
END $$;
"""

# --- The best, for those who ask for no wheelchair place -----------------------------------------------------------

# The first run of free seats from the front left; one that reaches over the end of its row is none, and behind its
# beginning there is no other in that row.
FIRST_SEATS = """
CREATE OR REPLACE FUNCTION bookings_first_seats(letters text, cols integer, wanted integer) RETURNS integer
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
CREATE OR REPLACE FUNCTION bookings_longest_runs(letters text, cols integer, wanted integer) RETURNS integer[]
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

# --- The best with wheelchair places -------------------------------------------------------------------------------

# The first free seats side by side with enough kept ones among them: of a row those with the fewest more than that,
# then the leftmost. `tidy`: only such as leave no single gap.
ACCESSIBLE_WINDOW = """
CREATE FUNCTION bookings_accessible_window(letters text, cols integer, wanted integer, places integer, tidy boolean)
RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT first FROM generate_series(0, length(letters) - wanted) AS first,
        LATERAL (SELECT substr(letters, first + 1, wanted)) AS run (seats),
        LATERAL (SELECT length(translate(seats, 'a', ''))) AS kept (number)
    WHERE first % cols + wanted <= cols AND translate(seats, 'ak', '') = '' AND number >= places
        AND CASE WHEN tidy THEN bookings_single_gaps(
            letters, cols, ARRAY(SELECT generate_series(first, first + wanted - 1))
        ) IS NULL ELSE true END
    ORDER BY first / cols, number, first LIMIT 1
$$;
"""

# Where no row has them side by side. The kept ones: of the first row that has them and seats for the others, else of
# the first row that has them, else from the front left. The others: as near to any of them as can be, the same row
# before the next ones, kept ones only where nothing else is left.
ACCESSIBLE_SEATS = """
CREATE FUNCTION bookings_accessible_seats(letters text, cols integer, wanted integer, places integer)
RETURNS integer[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    WITH free AS (
        SELECT number::integer - 1 AS seat, (number::integer - 1) / cols AS line, (number::integer - 1) % cols AS place,
            letter = 'k' AS kept
        FROM string_to_table(letters, NULL) WITH ORDINALITY AS l (letter, number) WHERE letter IN ('a', 'k')
    ), lines AS (
        SELECT line, count(*) FILTER (WHERE kept) >= places AS has_places, count(*) >= wanted AS has_all
        FROM free GROUP BY line
    ), given AS (
        SELECT f.* FROM free f JOIN lines USING (line) WHERE kept
        ORDER BY has_places AND has_all DESC, has_places DESC, seat LIMIT places
    ), companions AS (
        SELECT f.seat FROM free f,
            LATERAL (SELECT abs(f.line - g.line) AS lines, abs(f.place - g.place) AS seats FROM given g
                ORDER BY 1, 2 LIMIT 1) AS away
        WHERE f.seat NOT IN (SELECT seat FROM given)
        ORDER BY f.kept, away.lines, away.seats, f.seat LIMIT wanted - places
    )
    SELECT array_agg(seat ORDER BY seat) FROM (SELECT seat FROM given UNION ALL SELECT seat FROM companions) chosen
    WHERE (SELECT count(*) FROM given) = places
$$;
"""

# --- The best ------------------------------------------------------------------------------------------------------

# Fewer than wanted, or null, if there are not enough. Where single gaps are not allowed, seats that leave none are
# preferred to seats nearer the front.
BEST_SEATS = """
CREATE FUNCTION bookings_best_seats(
    letters text, cols integer, wanted integer, places integer, gaps_allowed boolean
) RETURNS integer[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    first integer;
BEGIN
    IF NOT gaps_allowed THEN
        first := CASE places WHEN 0 THEN bookings_tidy_seats(letters, cols, wanted)
            ELSE bookings_accessible_window(letters, cols, wanted, places, true) END;
    END IF;
    IF first IS NULL THEN
        first := CASE places WHEN 0 THEN bookings_first_seats(letters, cols, wanted)
            ELSE bookings_accessible_window(letters, cols, wanted, places, false) END;
    END IF;
    IF first IS NOT NULL THEN
        RETURN ARRAY(SELECT generate_series(first, first + wanted - 1));
    ELSIF places = 0 THEN
        RETURN bookings_longest_runs(letters, cols, wanted);
    END IF;
    RETURN bookings_accessible_seats(letters, cols, wanted, places);
END $$;
"""

# --- The hold: the rules, and the buyer's limits -------------------------------------------------------------------

# Three deeds by one set of rules. 'hold' does it at once. 'accept' looks at all that no other buyer can change, counts
# the booking among the buyer's open holds and keeps it as processing; 'allocate' looks for its seats later.
#
# Writes only if the outcome is 'held' or 'accepted'. Of any other the caller makes an error, from `seats` and `number`
# where these help. The seats' last guard raises: nothing of what was written before it stays.
HOLD = """
CREATE FUNCTION bookings_hold(
    deed text, booking uuid, family uuid, buyer bigint, key text, fingerprint text,
    wanted_event bigint, wanted_section text, wanted_number integer, mode text, wanted integer, places integer,
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
    SELECT s.id, s.rows, s.cols, s.letters, s.available, s.accessible, s.price, e.name, e.venue_name, e.currency, e.hold_seconds,
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
        ELSIF seen.available < wanted OR mode = 'best_available' AND (places > 0 OR seen.accessible <> '{}')
            AND NOT bookings_has_room(bookings_keep(seen.letters, seen.accessible), wanted, places) THEN
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
    letters := bookings_keep(letters, seen.accessible);
    IF deed = 'accept' THEN
        price := seen.price;
    ELSIF mode = 'manual' THEN
        refused := bookings_taken(letters, seats);
        IF refused IS NOT NULL THEN
            outcome := 'seats_taken';
        ELSIF NOT seen.allow_single_gaps THEN
            refused := bookings_single_gaps(letters, cols, seats);
            IF refused IS NOT NULL AND bookings_tidy_choice(letters, cols, seats) THEN
                outcome := 'would_leave_single_seat';
            END IF;
        END IF;
    ELSE
        seats := bookings_best_seats(letters, cols, wanted, places, seen.allow_single_gaps);
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
            id, buyer_id, event_id, subsection_id, seat_selection_mode, quantity, accessible_wanted, positions,
            unit_price, total_price, status, expires_at, extended, failure, idempotency_key, request_hash, created_at,
            updated_at
        ) VALUES (
            booking, buyer, wanted_event, block_id, mode, wanted, places, coalesce(seats, '{}'), price,
            price::bigint * wanted, CASE deed WHEN 'accept' THEN 'processing' ELSE 'pending_payment' END, ends_at,
            false, '', key, fingerprint, held_at, held_at
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

BEFORE = import_module("bookings.migrations.0006_hold")
HOLD_BEFORE = import_module("bookings.migrations.0009_respond_async").HOLD


def _new(text: str, name: str) -> migrations.RunSQL:
    return migrations.RunSQL(text, f"DROP FUNCTION {name}")


def _changed(text: str, before: str) -> migrations.RunSQL:
    return migrations.RunSQL(text, before.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))


def _replaced(text: str, before: str, name: str) -> list[migrations.RunSQL]:
    """With other parameters, so that it is another function."""
    return [migrations.RunSQL(f"DROP FUNCTION {name}", before), _new(text, name.partition("(")[0])]


class Migration(migrations.Migration):
    dependencies = [("bookings", "0009_respond_async"), ("events", "0006_accessible")]

    operations = [
        migrations.AddField(
            "booking",
            "accessible_wanted",
            models.PositiveIntegerField(
                default=0, db_default=0, help_text="So many of the best available are wheelchair places."
            ),
        ),
        migrations.AddConstraint(
            "booking",
            models.CheckConstraint(
                name="booking_accessible_are_its_seats",
                condition=models.Q(accessible_wanted__lte=models.F("quantity")),
            ),
        ),
        _new(KEEP, "bookings_keep(text, integer[])"),
        _new(HAS_ROOM, "bookings_has_room(text, integer, integer)"),
        _changed(TAKEN, BEFORE.TAKEN),
        _changed(SINGLE_GAPS, BEFORE.SINGLE_GAPS),
        _changed(TIDY_SEATS, BEFORE.TIDY_SEATS),
        _changed(FIRST_SEATS, BEFORE.FIRST_SEATS),
        _changed(LONGEST_RUNS, BEFORE.LONGEST_RUNS),
        _new(ACCESSIBLE_WINDOW, "bookings_accessible_window(text, integer, integer, integer, boolean)"),
        _new(ACCESSIBLE_SEATS, "bookings_accessible_seats(text, integer, integer, integer)"),
        _new(TIDY_CHOICE, "bookings_tidy_choice(text, integer, integer[])"),
        *_replaced(BEST_SEATS, BEFORE.BEST_SEATS, "bookings_best_seats(text, integer, integer, boolean)"),
        *_replaced(HOLD, HOLD_BEFORE, "bookings_hold"),
    ]
