-- bookings_nearest_block(wanted_event, wanted_section, wanted_number, wanted, accessible_wanted)
--
-- Promises: returns the section and number of the block in which `wanted` people can sit side by side, `accessible_wanted` of
--     them in wheelchair places, and which is nearest to the block that they asked for; NULL if there is none, or no such
--     block. Blocks of the same tier and price count, and only standing areas for a standing area. The nearest one is the
--     block itself, then those of its section by the distance of their numbers, then those of other sections by their
--     distance in the order of the event's blocks; of two at the same distance, the earlier one.
-- Locks: none. bookings_hold chooses the seats under the block's lock; others may be faster.
-- Called by: nearest_block (bookings/orders/hold_function.py).

DROP FUNCTION IF EXISTS bookings_nearest_block;

CREATE FUNCTION bookings_nearest_block(
    wanted_event bigint,
    wanted_section text,
    wanted_number integer,
    wanted integer,
    accessible_wanted integer,
    OUT section text,
    OUT number integer
)
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    asked record;
    block record;
    seats integer[];
BEGIN
    SELECT s.id, s.kind, s.tier, s.price INTO asked
    FROM events_subsection s
    WHERE s.event_id = wanted_event AND s.section = wanted_section AND s.number = wanted_number;
    FOR block IN
        SELECT s.id, s.section, s.number, s.kind, s.cols, s.seat_status, s.accessible, l.cells
        FROM events_subsection s
        LEFT JOIN events_layout l ON l.event_id = s.event_id AND l.subsection_id = s.id
        WHERE s.event_id = wanted_event AND s.tier = asked.tier AND s.price = asked.price AND s.available >= wanted
            AND (s.kind = 'standing') = (asked.kind = 'standing')
        ORDER BY
            s.section <> wanted_section,
            CASE WHEN s.section = wanted_section THEN abs(s.number - wanted_number) ELSE abs(s.id - asked.id) END,
            s.id
    LOOP
        seats := CASE block.kind
            WHEN 'standing' THEN ARRAY[1]
            WHEN 'drawn' THEN ARRAY(
                SELECT block.cells[place + 1]
                FROM unnest(bookings_best_places(
                    wanted_event, block.id, block.seat_status, wanted, accessible_wanted, true
                )) AS place
                ORDER BY 1
            )
            ELSE bookings_best_seats(
                bookings_mark_accessible(block.seat_status, block.accessible), block.cols, wanted, accessible_wanted, true
            )
        END;
        CONTINUE WHEN block.kind <> 'standing' AND (
            cardinality(seats) IS DISTINCT FROM wanted
            OR seats[wanted] - seats[1] <> wanted - 1
            OR block.kind = 'grid' AND seats[1] / block.cols <> seats[wanted] / block.cols
        );
        section := block.section;
        number := block.number;
        RETURN;
    END LOOP;
END
$$;
