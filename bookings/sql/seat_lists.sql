-- The lists of a booking in a drawn block have one item per seat. Runs once, when the columns have been added.

ALTER TABLE bookings_booking
    ADD CONSTRAINT booking_lists_have_an_item_per_seat CHECK (
        (seat_names IS NULL) = (row_numbers IS NULL)
        AND (seat_names IS NULL) = (seat_numbers IS NULL)
        AND (seat_names IS NULL OR cardinality(seat_names) = cardinality(positions))
        AND (row_numbers IS NULL OR cardinality(row_numbers) = cardinality(positions))
        AND (seat_numbers IS NULL OR cardinality(seat_numbers) = cardinality(positions))
        AND (seat_prices IS NULL OR seat_names IS NOT NULL AND cardinality(seat_prices) = cardinality(positions))
    ),
    ADD CONSTRAINT booking_total_is_sum CHECK (seat_prices IS NULL OR total_price = bookings_sum(seat_prices));
