-- The key of a refund's booking, which Django can't declare (see keys.sql). Runs once, when the column has been added.

ALTER TABLE bookings_refund
    ADD CONSTRAINT refund_booking_of_event
        FOREIGN KEY (event_id, booking_id) REFERENCES bookings_booking (event_id, id)
        DEFERRABLE INITIALLY DEFERRED;
