-- Keys and constraints of events_layout that Django can't declare. Runs once, when the table has been created.
--
-- Every list has one item per place, and every position in a list exists.

ALTER TABLE events_layout
    ADD CONSTRAINT layout_of_subsection
        FOREIGN KEY (event_id, subsection_id) REFERENCES events_subsection (event_id, id),
    ADD CONSTRAINT layout_has_an_item_per_place CHECK (
        cardinality(names) >= 1
        AND cardinality(row_numbers) = cardinality(names)
        AND cardinality(seat_numbers) = cardinality(names)
        AND cardinality(cells) = cardinality(names)
        AND (closest IS NULL OR cardinality(closest) = cardinality(names))
        AND (tier_of IS NULL OR cardinality(tier_of) = cardinality(names))
    ),
    ADD CONSTRAINT layout_positions_exist CHECK (
        cardinality(names) > ALL (companions)
        AND cardinality(names) > ALL (restricted)
        AND cardinality(names) > ALL (table_starts)
        AND cardinality(names) > ALL (closest)
    ),
    ADD CONSTRAINT layout_tables_have_sizes CHECK (cardinality(table_starts) = cardinality(table_sizes)),
    ADD CONSTRAINT layout_tiers_have_prices CHECK (
        (tier_of IS NULL) = (tiers IS NULL)
        AND (tier_of IS NULL) = (tier_prices IS NULL)
        AND (tier_of IS NULL OR cardinality(tiers) = cardinality(tier_prices) AND cardinality(tiers) > ALL (tier_of))
    );
