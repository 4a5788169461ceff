-- Which seats a buyer gets: pure functions of the seat status of one subsection. bookings_hold (hold.sql) calls them while
-- it holds the subsection's lock. They take no lock and read no table.
--
-- The same rules exist in two other places: bookings/specification/seat_choice.py, which has them in words, and
-- events/static/events/map/best_seats.js, with which the event's page proposes seats. Tests compare all three
-- (test_best_seats.py, test_choosing.py and e2e/tests/test_seat_rules.py). A change of a rule changes all three.
--
-- Arguments: `seat_status` has one letter per seat, in row order, as bookings_mark_accessible returns it: `a` is free, `k`
--     a free wheelchair place, `r`, `s` and `b` are not free. `cols` is the number of seats per row. Positions count from 0,
--     from the front left. `wanted` seats are requested, `accessible_wanted` of them wheelchair places.
--     A drawn block is written into such a grid first (drawn_seats.sql). Positions are then those of cells; a cell without
--     a seat is a `b`. Two more letters occur there: `c` is a free companion's seat, and `v` a free seat that isn't on
--     offer, because its view is restricted. `closest` are the places from the one nearest to the focal point on, and
--     `cells` the cell of each place; both are NULL if there is no focal point. `wheelchairs` and `companions` are all
--     wheelchair places and companions' seats of the plan, free or not, in ascending order, but those of tables that are
--     sold as a whole; both are NULL if nobody may claim companions' seats, because there are none.
-- Called by: bookings_hold, the functions of drawn_seats.sql, and each other.


-- --- What is free ------------------------------------------------------------------------------------------------------

-- bookings_mark_accessible: the seat status with `k` for each free wheelchair place, kept for buyers who request one.

DROP FUNCTION IF EXISTS bookings_mark_accessible;

CREATE FUNCTION bookings_mark_accessible(seat_status text, accessible integer[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
    FOR i IN 1 .. cardinality(accessible) LOOP
        IF substr(seat_status, accessible[i] + 1, 1) = 'a' THEN
            seat_status := overlay(seat_status PLACING 'k' FROM accessible[i] + 1);
        END IF;
    END LOOP;
    RETURN seat_status;
END
$$;

-- bookings_has_room: whether enough seats are free, wherever they are.

DROP FUNCTION IF EXISTS bookings_has_room;

CREATE FUNCTION bookings_has_room(seat_status text, wanted integer, accessible_wanted integer) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN accessible_wanted = 0 THEN length(translate(seat_status, 'rsbkc', '')) >= wanted
        ELSE length(translate(seat_status, 'rsbacv', '')) >= accessible_wanted
            AND length(translate(seat_status, 'rsb', '')) >= wanted
    END
$$;

-- bookings_taken: the given seats that are not free; NULL if all are free.

DROP FUNCTION IF EXISTS bookings_taken;

CREATE FUNCTION bookings_taken(seat_status text, seats integer[]) RETURNS integer[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT array_agg(seat ORDER BY seat)
    FROM unnest(seats) AS seat
    WHERE substr(seat_status, seat + 1, 1) NOT IN ('a', 'k')
$$;


-- --- Companions' seats -------------------------------------------------------------------------------------------------

-- bookings_companion_claims: for each companion's seat, its group, and how many of the group's companions' seats the
-- wheelchair places among the chosen seats bring with them. Wheelchair places and companions' seats side by side are a
-- group; companions' seats without a wheelchair place in theirs form one (NULL) with all wheelchair places.

DROP FUNCTION IF EXISTS bookings_companion_claims;

CREATE FUNCTION bookings_companion_claims(wheelchairs integer[], companions integer[], chosen integer[])
RETURNS TABLE (seat integer, of_group bigint, claim bigint)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    WITH kept AS (
        SELECT
            k.seat,
            is_place,
            is_place AND k.seat = ANY (chosen) AS is_given,
            k.seat - row_number() OVER (ORDER BY k.seat) AS run
        FROM (SELECT unnest(wheelchairs), true UNION ALL SELECT unnest(companions), false) AS k (seat, is_place)
    ), grouped AS (
        SELECT run AS member_of, CASE WHEN bool_or(is_place) THEN run END AS id FROM kept GROUP BY run
    ), counted AS (
        SELECT
            g.id,
            count(*) FILTER (WHERE NOT is_place) AS seats,
            CASE WHEN g.id IS NULL THEN cardinality(wheelchairs) ELSE count(*) FILTER (WHERE is_place) END AS places,
            CASE
                WHEN g.id IS NULL THEN (SELECT count(*) FROM kept WHERE is_given)
                ELSE count(*) FILTER (WHERE is_given)
            END AS given
        FROM kept k
        JOIN grouped g ON member_of = run
        GROUP BY g.id
    )
    SELECT
        k.seat,
        g.id,
        CASE WHEN given = 0 THEN 0 WHEN given = places THEN seats ELSE given * greatest(1, seats / places) END
    FROM kept k
    JOIN grouped g ON member_of = run
    JOIN counted c ON c.id IS NOT DISTINCT FROM g.id
    WHERE NOT is_place
$$;

-- bookings_unclaimed: the companions' seats among the chosen seats that no wheelchair place among them brings; NULL if there
-- are none. If a group has too many, these are its last ones.

DROP FUNCTION IF EXISTS bookings_unclaimed;

CREATE FUNCTION bookings_unclaimed(wheelchairs integer[], companions integer[], chosen integer[]) RETURNS integer[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT array_agg(seat ORDER BY seat)
    FROM (
        SELECT seat, claim, row_number() OVER (PARTITION BY of_group ORDER BY seat) AS number
        FROM bookings_companion_claims(wheelchairs, companions, chosen)
        WHERE seat = ANY (chosen)
    ) named
    WHERE number > claim
$$;


-- --- Single gaps -------------------------------------------------------------------------------------------------------

-- bookings_single_gaps: the free seats beside the chosen ones that would be left alone; NULL if there are none. Beyond the
-- ends of a row there is no seat. A wheelchair place or a companion's seat is not a gap; nor is the seat beside a free one.

DROP FUNCTION IF EXISTS bookings_single_gaps;

CREATE FUNCTION bookings_single_gaps(seat_status text, cols integer, chosen integer[]) RETURNS integer[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    after text := events_set_seat_status(seat_status, chosen, array_fill('x'::text, ARRAY[cardinality(chosen)]));
BEGIN
    RETURN (
        SELECT array_agg(DISTINCT seat ORDER BY seat)
        FROM unnest(chosen) AS taken
        CROSS JOIN LATERAL (VALUES (taken - 1), (taken + 1)) AS beside (seat)
        WHERE seat >= 0 AND seat / cols = taken / cols AND substr(after, seat + 1, 1) IN ('a', 'v')
            AND (seat % cols = 0 OR substr(after, seat, 1) NOT IN ('a', 'k', 'c', 'v'))
            AND (seat % cols = cols - 1 OR substr(after, seat + 2, 1) NOT IN ('a', 'k', 'c', 'v'))
    );
END
$$;

-- bookings_tidy_seats: the first position of the first `wanted` free seats side by side, from the front left, that leave no
-- single gap; NULL if there are none. On each side of them is no free seat, a free wheelchair place or companion's seat, or a
-- free seat that is not alone.

DROP FUNCTION IF EXISTS bookings_tidy_seats;

CREATE FUNCTION bookings_tidy_seats(seat_status text, cols integer, wanted integer) RETURNS integer
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    tidy text := format('(?<=[xkc]|[akcv][av])a{%s}(?=[xkc]|[av][akcv])', wanted);
    seats text := translate(seat_status, 'rsb', 'xxx');
    place integer;
BEGIN
    FOR front IN 0 .. length(seat_status) - 1 BY cols LOOP
        place := regexp_instr('x' || substr(seats, front + 1, cols) || 'x', tidy);
        IF place > 0 THEN
            RETURN front + place - 2;
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;

-- bookings_tidy_choice: whether as many seats side by side, with as many wheelchair places among them, are free that leave
-- no single gap.

DROP FUNCTION IF EXISTS bookings_tidy_choice;

CREATE FUNCTION bookings_tidy_choice(
    seat_status text,
    cols integer,
    chosen integer[],
    wheelchairs integer[] DEFAULT NULL,
    companions integer[] DEFAULT NULL
) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    places integer := (SELECT count(*) FROM unnest(chosen) AS seat WHERE substr(seat_status, seat + 1, 1) = 'k');
BEGIN
    IF places = 0 THEN
        RETURN bookings_tidy_seats(seat_status, cols, cardinality(chosen)) IS NOT NULL;
    END IF;
    RETURN bookings_accessible_window(
        seat_status, cols, cardinality(chosen), places, true, wheelchairs => wheelchairs, companions => companions
    ) IS NOT NULL;
END
$$;


-- --- The best available without wheelchair places ----------------------------------------------------------------------

-- bookings_first_seats: the first position of the first `wanted` free seats side by side, from the front left; NULL if there
-- are none. If free seats reach beyond the end of a row, that row has no others, and the search goes on in the next row.

DROP FUNCTION IF EXISTS bookings_first_seats;

CREATE FUNCTION bookings_first_seats(seat_status text, cols integer, wanted integer) RETURNS integer
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    run text := repeat('a', wanted);
    first integer := 0;
    place integer;
BEGIN
    LOOP
        place := strpos(substr(seat_status, first + 1), run);
        IF place = 0 THEN
            RETURN NULL;
        END IF;
        first := first + place - 1;
        IF first % cols + wanted <= cols THEN
            RETURN first;
        END IF;
        first := (first / cols + 1) * cols;
    END LOOP;
END
$$;

-- bookings_closest_seats: the first position of the `wanted` free seats side by side whose middle seat is nearest to the
-- focal point; NULL if there are none. With `tidy`, only seats that leave no single gap.
--
-- The letters are compared as bytes, because finding the n-th letter of a text takes a time that grows with n.

DROP FUNCTION IF EXISTS bookings_closest_seats;

CREATE FUNCTION bookings_closest_seats(
    seat_status text,
    cols integer,
    wanted integer,
    tidy boolean,
    closest integer[],
    cells integer[]
) RETURNS integer
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    seats bytea := convert_to(seat_status, 'UTF8');
    run bytea := convert_to(repeat('a', wanted), 'UTF8');
    before integer := (wanted - 1) / 2;
    middle integer;
    first integer;
BEGIN
    FOREACH middle IN ARRAY closest LOOP
        first := cells[middle + 1] - before;
        IF substr(seats, first + 1, wanted) = run THEN
            IF first % cols + wanted <= cols AND (
                NOT tidy
                OR bookings_single_gaps(seat_status, cols, ARRAY(SELECT generate_series(first, first + wanted - 1))) IS NULL
            ) THEN
                RETURN first;
            END IF;
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;

-- bookings_longest_runs: `wanted` seats of the longest runs; fewer, or NULL, if there are not enough.

DROP FUNCTION IF EXISTS bookings_longest_runs;

CREATE FUNCTION bookings_longest_runs(seat_status text, cols integer, wanted integer) RETURNS integer[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT array_agg(position ORDER BY position)
    FROM (
        SELECT position
        FROM (
            SELECT position, min(position) OVER run AS first, count(*) OVER run AS length
            FROM (
                SELECT
                    number - 1 AS position,
                    (number - 1) / cols AS line,
                    number - row_number() OVER (PARTITION BY (number - 1) / cols ORDER BY number) AS island
                FROM (
                    SELECT number::integer
                    FROM string_to_table(seat_status, NULL) WITH ORDINALITY AS l (letter, number)
                    WHERE letter = 'a'
                ) free
            ) numbered
            WINDOW run AS (PARTITION BY line, island)
        ) runs
        ORDER BY length DESC, first, position
        LIMIT wanted
    ) chosen
$$;


-- --- The best available with wheelchair places -------------------------------------------------------------------------

-- bookings_accessible_window: the first position of free seats side by side with enough wheelchair places among them, in
-- the first row that has any; in that row, those with the fewest places beyond that, then with the most companions' seats,
-- then the leftmost; NULL if there are none. None of them is an unclaimed companion's seat; with `tidy`, they leave no single
-- gap. With a focal point, the row doesn't count, and the nearest middle seat takes the place of the leftmost.

DROP FUNCTION IF EXISTS bookings_accessible_window;

CREATE FUNCTION bookings_accessible_window(
    seat_status text,
    cols integer,
    wanted integer,
    accessible_wanted integer,
    tidy boolean,
    closest integer[] DEFAULT NULL,
    cells integer[] DEFAULT NULL,
    wheelchairs integer[] DEFAULT NULL,
    companions integer[] DEFAULT NULL
) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT first
    FROM generate_series(0, length(seat_status) - wanted) AS first,
        LATERAL (SELECT substr(seat_status, first + 1, wanted)) AS run (seats),
        LATERAL (SELECT length(translate(seats, 'ac', ''))) AS kept (number)
    WHERE first % cols + wanted <= cols
        AND translate(seats, 'akc', '') = ''
        AND number >= accessible_wanted
        AND CASE
            WHEN strpos(seats, 'c') > 0 THEN bookings_unclaimed(
                wheelchairs, companions, ARRAY(SELECT generate_series(first, first + wanted - 1))
            ) IS NULL
            ELSE true
        END
        AND CASE
            WHEN tidy THEN bookings_single_gaps(
                seat_status, cols, ARRAY(SELECT generate_series(first, first + wanted - 1))
            ) IS NULL
            ELSE true
        END
    ORDER BY
        CASE WHEN closest IS NULL THEN first / cols END,
        number,
        length(translate(seats, 'c', '')),
        CASE
            WHEN closest IS NULL THEN first
            ELSE array_position(closest, width_bucket(first + (wanted - 1) / 2, cells) - 1)
        END
    LIMIT 1
$$;

-- bookings_accessible_seats: the best seats if no row has them side by side; NULL if there are not enough. The wheelchair
-- places are in the first row that has enough of them and seats for all; otherwise in the first row that has enough of them;
-- otherwise they are the first from the front left. The other seats are as near as possible to any of them, in the same row
-- before other rows. They are wheelchair places only if nothing else is left, and no unclaimed companions' seats.

DROP FUNCTION IF EXISTS bookings_accessible_seats;

CREATE FUNCTION bookings_accessible_seats(
    seat_status text,
    cols integer,
    wanted integer,
    accessible_wanted integer,
    wheelchairs integer[] DEFAULT NULL,
    companions integer[] DEFAULT NULL
) RETURNS integer[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    WITH free AS (
        SELECT
            number::integer - 1 AS seat,
            (number::integer - 1) / cols AS line,
            (number::integer - 1) % cols AS place,
            letter = 'k' AS kept
        FROM string_to_table(seat_status, NULL) WITH ORDINALITY AS l (letter, number)
        WHERE letter IN ('a', 'k', 'c')
    ), lines AS (
        SELECT
            line,
            count(*) FILTER (WHERE kept) >= accessible_wanted AS has_places,
            count(*) >= wanted AS has_all
        FROM free
        GROUP BY line
    ), given AS (
        SELECT f.*
        FROM free f
        JOIN lines USING (line)
        WHERE kept
        ORDER BY has_places AND has_all DESC, has_places DESC, seat
        LIMIT accessible_wanted
    ), others AS (
        SELECT
            f.seat,
            f.kept,
            away.lines,
            away.seats,
            claims.claim,
            row_number() OVER (PARTITION BY claims.seat IS NULL, of_group ORDER BY away.lines, away.seats, f.seat) AS number
        FROM free f
        LEFT JOIN bookings_companion_claims(wheelchairs, companions, ARRAY(SELECT seat FROM given)) AS claims USING (seat),
            LATERAL (
                SELECT abs(f.line - g.line) AS lines, abs(f.place - g.place) AS seats
                FROM given g
                ORDER BY 1, 2
                LIMIT 1
            ) AS away
        WHERE f.seat NOT IN (SELECT seat FROM given)
    ), company AS (
        SELECT seat
        FROM others
        WHERE claim IS NULL OR number <= claim
        ORDER BY kept, lines, seats, seat
        LIMIT wanted - accessible_wanted
    )
    SELECT array_agg(seat ORDER BY seat)
    FROM (SELECT seat FROM given UNION ALL SELECT seat FROM company) chosen
    WHERE (SELECT count(*) FROM given) = accessible_wanted
$$;


-- --- The best ----------------------------------------------------------------------------------------------------------

-- bookings_best_window: the first position of the best available seats side by side; NULL if there are none. If single gaps
-- are not allowed, seats that leave none are preferred to seats nearer the front.

DROP FUNCTION IF EXISTS bookings_best_window;

CREATE FUNCTION bookings_best_window(
    seat_status text,
    cols integer,
    wanted integer,
    accessible_wanted integer,
    gaps_allowed boolean,
    closest integer[] DEFAULT NULL,
    cells integer[] DEFAULT NULL,
    wheelchairs integer[] DEFAULT NULL,
    companions integer[] DEFAULT NULL
) RETURNS integer
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    first integer;
BEGIN
    IF NOT gaps_allowed THEN
        first := CASE
            WHEN accessible_wanted > 0
                THEN bookings_accessible_window(
                    seat_status, cols, wanted, accessible_wanted, true, closest, cells, wheelchairs, companions
                )
            WHEN closest IS NULL THEN bookings_tidy_seats(seat_status, cols, wanted)
            ELSE bookings_closest_seats(seat_status, cols, wanted, true, closest, cells)
        END;
    END IF;
    IF first IS NULL THEN
        first := CASE
            WHEN accessible_wanted > 0
                THEN bookings_accessible_window(
                    seat_status, cols, wanted, accessible_wanted, false, closest, cells, wheelchairs, companions
                )
            WHEN closest IS NULL THEN bookings_first_seats(seat_status, cols, wanted)
            ELSE bookings_closest_seats(seat_status, cols, wanted, false, closest, cells)
        END;
    END IF;
    RETURN first;
END
$$;

-- bookings_scattered_seats: the best available seats if none are side by side; fewer than wanted, or NULL, if there are not
-- enough.

DROP FUNCTION IF EXISTS bookings_scattered_seats;

CREATE FUNCTION bookings_scattered_seats(
    seat_status text,
    cols integer,
    wanted integer,
    accessible_wanted integer,
    wheelchairs integer[] DEFAULT NULL,
    companions integer[] DEFAULT NULL
) RETURNS integer[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
    IF accessible_wanted = 0 THEN
        RETURN bookings_longest_runs(seat_status, cols, wanted);
    END IF;
    RETURN bookings_accessible_seats(seat_status, cols, wanted, accessible_wanted, wheelchairs, companions);
END
$$;

-- bookings_best_seats: the best available seats; fewer than wanted, or NULL, if there are not enough.

DROP FUNCTION IF EXISTS bookings_best_seats;

CREATE FUNCTION bookings_best_seats(
    seat_status text,
    cols integer,
    wanted integer,
    accessible_wanted integer,
    gaps_allowed boolean
) RETURNS integer[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    first integer := bookings_best_window(seat_status, cols, wanted, accessible_wanted, gaps_allowed);
BEGIN
    IF first IS NOT NULL THEN
        RETURN ARRAY(SELECT generate_series(first, first + wanted - 1));
    END IF;
    RETURN bookings_scattered_seats(seat_status, cols, wanted, accessible_wanted);
END
$$;


-- --- Standing areas ----------------------------------------------------------------------------------------------------

-- bookings_first_places: the first `wanted` free places, wherever they are; fewer if there are not enough.

DROP FUNCTION IF EXISTS bookings_first_places;

CREATE FUNCTION bookings_first_places(seat_status text, wanted integer) RETURNS integer[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    places integer[] := '{}';
    place integer := 0;
    step integer;
BEGIN
    WHILE cardinality(places) < wanted LOOP
        step := strpos(substr(seat_status, place + 1), 'a');
        EXIT WHEN step = 0;
        place := place + step;
        places := places || (place - 1);
    END LOOP;
    RETURN places;
END
$$;
