-- Keys of orders that Django can't declare (see keys.sql). Runs once, when the table has been created and filled.
--
-- Key that is unique over all events:
--     order_once_per_key: an idempotency key of one user stands for one request.

ALTER TABLE bookings_order
    DROP CONSTRAINT bookings_order_pkey,
    ADD CONSTRAINT bookings_order_pkey PRIMARY KEY (id, event_id);

ALTER TABLE bookings_booking
    ADD CONSTRAINT booking_order_of_event
        FOREIGN KEY (event_id, order_id) REFERENCES bookings_order (event_id, id);

ALTER TABLE bookings_payment
    ADD CONSTRAINT payment_order_of_event
        FOREIGN KEY (event_id, order_id) REFERENCES bookings_order (event_id, id)
        DEFERRABLE INITIALLY DEFERRED;
