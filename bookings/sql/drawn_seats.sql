-- The seats of a drawn block: which names are which places, and which seats a buyer gets. The rules themselves are those of
-- seat_rules.sql: a block is written into a grid for them, and cells are turned back into places.
--
-- Promises: nothing is written. The functions read the block's row of events_layout. `place_status` has one letter (a r s b)
--     per place. Places count from 0, row by row from the front, each row from the left.
-- Locks: none. bookings_hold calls the functions that choose while it holds the subsection's lock, under which a layout is
--     replaced, too (events/lifecycle/take_over.py).
-- Called by: bookings_hold, and each other.


-- bookings_place_letters: the seat status in the grid of the layout, with the letters of seat_rules.sql. Seats of tables that
-- are sold as a whole are taken (`b`), except at tables with exactly `wanted` seats.
--
-- It cuts bytes, because finding the n-th letter of a text takes a time that grows with n.

DROP FUNCTION IF EXISTS bookings_place_letters;

CREATE FUNCTION bookings_place_letters(
    place_status text,
    run_starts integer[],
    run_sizes integer[],
    run_gaps integer[],
    run_letters text[],
    run_tables integer[],
    wanted integer
) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    statuses bytea := convert_to(place_status, 'UTF8');
    nothing bytea := convert_to(repeat('b', length(place_status)), 'UTF8');
BEGIN
    RETURN convert_from(
        (
            SELECT string_agg(
                CASE WHEN gap = 0 THEN '' ELSE convert_to(repeat('b', gap), 'UTF8') END || CASE
                    WHEN table_size <> wanted THEN substr(nothing, 1, size)
                    WHEN letter = 'a' THEN substr(statuses, start + 1, size)
                    ELSE convert_to(translate(substr(place_status, start + 1, size), 'a', letter), 'UTF8')
                END,
                ''
            )
            FROM unnest(run_starts, run_sizes, run_gaps, run_letters, run_tables)
                AS run (start, size, gap, letter, table_size)
        ),
        'UTF8'
    );
END
$$;

-- bookings_kept_cells: the cells of the places with this letter in the plan, free or not, but those of tables that are sold as
-- a whole: the `wheelchairs` (`k`) and `companions` (`c`) of seat_rules.sql.

DROP FUNCTION IF EXISTS bookings_kept_cells;

CREATE FUNCTION bookings_kept_cells(
    cells integer[],
    run_starts integer[],
    run_sizes integer[],
    run_letters text[],
    run_tables integer[],
    wanted_letter text
) RETURNS integer[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT coalesce(array_agg(cells[place + 1] ORDER BY place), '{}')
    FROM unnest(run_starts, run_sizes, run_letters, run_tables) AS run (start, size, letter, table_size),
        generate_series(start, start + size - 1) AS place
    WHERE letter = wanted_letter AND table_size IS NULL
$$;

-- bookings_unclaimed_places: the companions' seats among the chosen places that no wheelchair place among them brings with it;
-- NULL if there are none.

DROP FUNCTION IF EXISTS bookings_unclaimed_places;

CREATE FUNCTION bookings_unclaimed_places(of_event bigint, of_subsection bigint, chosen integer[]) RETURNS integer[]
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    layout record;
    cells integer[];
    unclaimed integer[];
BEGIN
    -- Most choices have no companion's seat, so that nothing else is read.
    IF NOT EXISTS (
        SELECT FROM events_layout l
        WHERE l.event_id = of_event AND l.subsection_id = of_subsection AND l.companions && chosen
    ) THEN
        RETURN NULL;
    END IF;
    SELECT l.* INTO layout FROM events_layout l WHERE l.event_id = of_event AND l.subsection_id = of_subsection;
    cells := layout.cells;
    unclaimed := bookings_unclaimed(
        bookings_kept_cells(cells, layout.run_starts, layout.run_sizes, layout.run_letters, layout.run_tables, 'k'),
        bookings_kept_cells(cells, layout.run_starts, layout.run_sizes, layout.run_letters, layout.run_tables, 'c'),
        ARRAY(SELECT cells[place + 1] FROM unnest(chosen) AS place)
    );
    IF unclaimed IS NULL THEN
        RETURN NULL;
    END IF;
    RETURN ARRAY(SELECT width_bucket(cell, cells) - 1 FROM unnest(unclaimed) AS cell);
END
$$;

-- bookings_named_places: the places with these names, in their order. They can't be held if a name is unknown (`refusal` is
-- 'no_seat', and its place NULL), if they are only some of the seats of a table that is sold as a whole (`refusal` is
-- 'whole_table', and `places` are those that are missing), or if companions' seats among them are unclaimed and not released
-- (`refusal` is 'needs_wheelchair_place', and `places` are these).

DROP FUNCTION IF EXISTS bookings_named_places;

CREATE FUNCTION bookings_named_places(
    of_event bigint,
    of_subsection bigint,
    wanted_names text[],
    released boolean,
    OUT places integer[],
    OUT refusal text
)
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    layout record;
    names text[];
    missing integer[];
    unclaimed integer[];
BEGIN
    SELECT l.names, l.table_starts, l.table_sizes, l.companions INTO layout
    FROM events_layout l
    WHERE l.event_id = of_event AND l.subsection_id = of_subsection;
    names := layout.names;
    places := ARRAY(SELECT array_position(names, name) - 1 FROM unnest(wanted_names) AS name);
    IF array_position(places, NULL) IS NOT NULL THEN
        refusal := 'no_seat';
    ELSIF layout.table_starts <> '{}' THEN
        missing := ARRAY(
            SELECT place
            FROM unnest(layout.table_starts, layout.table_sizes) AS whole (start, size),
                generate_series(start, start + size - 1) AS place
            WHERE EXISTS (SELECT FROM unnest(places) AS chosen WHERE chosen >= start AND chosen < start + size)
                AND place <> ALL (places)
            ORDER BY place
        );
        IF missing <> '{}' THEN
            refusal := 'whole_table';
            places := missing;
        END IF;
    END IF;
    IF refusal IS NULL AND NOT released AND layout.companions && places THEN
        unclaimed := bookings_unclaimed_places(of_event, of_subsection, places);
        IF unclaimed IS NOT NULL THEN
            refusal := 'needs_wheelchair_place';
            places := unclaimed;
        END IF;
    END IF;
END
$$;

-- bookings_any_room: whether enough places are free and on offer, wherever they are.

DROP FUNCTION IF EXISTS bookings_any_room;

CREATE FUNCTION bookings_any_room(
    of_event bigint,
    of_subsection bigint,
    place_status text,
    wanted integer,
    accessible_wanted integer
) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    layout record;
BEGIN
    SELECT l.* INTO layout FROM events_layout l WHERE l.event_id = of_event AND l.subsection_id = of_subsection;
    RETURN bookings_has_room(
        bookings_place_letters(
            place_status, layout.run_starts, layout.run_sizes, layout.run_gaps, layout.run_letters, layout.run_tables, wanted
        ),
        wanted,
        accessible_wanted
    );
END
$$;

-- bookings_best_places: the best available places; fewer than wanted, or NULL, if there are not enough. First as if those
-- with a restricted view were not free, then with them.

DROP FUNCTION IF EXISTS bookings_best_places;

CREATE FUNCTION bookings_best_places(
    of_event bigint,
    of_subsection bigint,
    place_status text,
    wanted integer,
    accessible_wanted integer,
    gaps_allowed boolean
) RETURNS integer[]
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    layout record;
    cells integer[];
    closest integer[];
    letters text[];
    wheelchairs integer[];
    companions integer[];
    seats text;
    first integer;
    chosen integer[];
BEGIN
    SELECT l.* INTO layout FROM events_layout l WHERE l.event_id = of_event AND l.subsection_id = of_subsection;
    cells := layout.cells;
    closest := layout.closest;
    letters := layout.run_letters;
    IF accessible_wanted > 0 AND layout.companions <> '{}' THEN
        wheelchairs := bookings_kept_cells(cells, layout.run_starts, layout.run_sizes, letters, layout.run_tables, 'k');
        companions := bookings_kept_cells(cells, layout.run_starts, layout.run_sizes, letters, layout.run_tables, 'c');
    END IF;
    LOOP
        seats := bookings_place_letters(
            place_status, layout.run_starts, layout.run_sizes, layout.run_gaps, letters, layout.run_tables, wanted
        );
        first := bookings_best_window(
            seats, layout.width, wanted, accessible_wanted, gaps_allowed, closest, cells, wheelchairs, companions
        );
        IF first IS NOT NULL THEN
            first := width_bucket(first, cells) - 1;
            RETURN ARRAY(SELECT generate_series(first, first + wanted - 1));
        END IF;
        IF layout.table_starts <> '{}' THEN
            seats := bookings_place_letters(
                place_status, layout.run_starts, layout.run_sizes, layout.run_gaps, letters, layout.run_tables, 0
            );
        END IF;
        chosen := bookings_scattered_seats(seats, layout.width, wanted, accessible_wanted, wheelchairs, companions);
        EXIT WHEN cardinality(chosen) = wanted OR 'v' <> ALL (letters);
        letters := array_replace(letters, 'v', 'a');
    END LOOP;
    RETURN ARRAY(SELECT width_bucket(cell, cells) - 1 FROM unnest(chosen) AS cell);
END
$$;

-- bookings_avoidable_gaps: the single gaps that a choice of free places leaves; NULL if there are none, or if no other seats
-- of the block would leave none.

DROP FUNCTION IF EXISTS bookings_avoidable_gaps;

CREATE FUNCTION bookings_avoidable_gaps(
    of_event bigint,
    of_subsection bigint,
    place_status text,
    chosen integer[]
) RETURNS integer[]
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    layout record;
    cells integer[];
    seats text;
    chosen_cells integer[];
    gaps integer[];
BEGIN
    SELECT l.* INTO layout FROM events_layout l WHERE l.event_id = of_event AND l.subsection_id = of_subsection;
    cells := layout.cells;
    seats := bookings_place_letters(
        place_status, layout.run_starts, layout.run_sizes, layout.run_gaps, layout.run_letters, layout.run_tables,
        cardinality(chosen)
    );
    chosen_cells := ARRAY(SELECT cells[place + 1] FROM unnest(chosen) AS place);
    gaps := bookings_single_gaps(seats, layout.width, chosen_cells);
    IF gaps IS NULL OR NOT bookings_tidy_choice(
        seats,
        layout.width,
        chosen_cells,
        bookings_kept_cells(cells, layout.run_starts, layout.run_sizes, layout.run_letters, layout.run_tables, 'k'),
        bookings_kept_cells(cells, layout.run_starts, layout.run_sizes, layout.run_letters, layout.run_tables, 'c')
    ) THEN
        RETURN NULL;
    END IF;
    RETURN ARRAY(SELECT width_bucket(cell, cells) - 1 FROM unnest(gaps) AS cell);
END
$$;

-- bookings_place_lists: what a booking keeps of its places: names, and numbers of rows and seats. If the block has seats of
-- several prices, `price` becomes the lowest of these places, and `prices` has all of them unless they are equal.

DROP FUNCTION IF EXISTS bookings_place_lists;

CREATE FUNCTION bookings_place_lists(
    of_event bigint,
    of_subsection bigint,
    places integer[],
    INOUT price integer,
    OUT names text[],
    OUT row_numbers integer[],
    OUT seat_numbers integer[],
    OUT prices integer[]
)
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    layout record;
    all_names text[];
    all_rows integer[];
    all_numbers integer[];
    tiers integer[];
BEGIN
    SELECT l.* INTO layout FROM events_layout l WHERE l.event_id = of_event AND l.subsection_id = of_subsection;
    all_names := layout.names;
    all_rows := layout.row_numbers;
    all_numbers := layout.seat_numbers;
    names := ARRAY(SELECT all_names[place + 1] FROM unnest(places) AS place);
    row_numbers := ARRAY(SELECT all_rows[place + 1] FROM unnest(places) AS place);
    seat_numbers := ARRAY(SELECT all_numbers[place + 1] FROM unnest(places) AS place);
    IF layout.tier_of IS NOT NULL THEN
        tiers := layout.tier_of;
        prices := ARRAY(SELECT layout.tier_prices[tiers[place + 1] + 1] FROM unnest(places) AS place);
        price := (SELECT min(one) FROM unnest(prices) AS one);
        IF price = ALL (prices) THEN
            prices := NULL;
        END IF;
    END IF;
END
$$;

-- bookings_place_kinds: what a booking keeps of what is special about its places. `accessible` are the wheelchair places of
-- the subsection. `kinds` is NULL if all are ordinary seats, and `notes` if the plan says nothing to buyers of any.

DROP FUNCTION IF EXISTS bookings_place_kinds;

CREATE FUNCTION bookings_place_kinds(
    of_event bigint,
    of_subsection bigint,
    accessible integer[],
    places integer[],
    OUT kinds text[],
    OUT notes text[]
)
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    companions integer[];
    restricted integer[];
    all_notes text[];
BEGIN
    SELECT l.companions, l.restricted, l.notes INTO companions, restricted, all_notes
    FROM events_layout l
    WHERE l.event_id = of_event AND l.subsection_id = of_subsection;
    kinds := ARRAY(
        SELECT CASE
            WHEN place = ANY (accessible) THEN 'wheelchair'
            WHEN place = ANY (companions) THEN 'companion'
            WHEN place = ANY (restricted) THEN 'restricted'
            ELSE 'seat'
        END
        FROM unnest(places) AS place
    );
    IF 'seat' = ALL (kinds) THEN
        kinds := NULL;
    END IF;
    notes := ARRAY(SELECT all_notes[place + 1] FROM unnest(places) AS place);
    IF all_notes IS NULL OR '' = ALL (notes) THEN
        notes := NULL;
    END IF;
END
$$;
