-- Keys of the bookings tables that Django can't declare: each contains event_id, so that rows can be divided by event.
--
-- Runs once, when the tables are created. For Django, `id` alone is the primary key. In practice it is unique: ids are UUIDs
-- of version 7 or come from one sequence per table. `id` comes first in the key, so that the key also serves look-ups by id
-- alone. A foreign key to (event_id, id) makes sure that a row's event_id is that of the row it belongs to. Why look-ups
-- name only the id: events/sql/keys.sql.
--
-- Keys that are unique over all events, because a rule requires it (core/tests/test_keys.py has the list):
--     refund_once_per_key: an idempotency key of one user stands for one request.
--     bookings_admission.serial: a QR code names one ticket, wherever it is scanned.

ALTER TABLE bookings_booking
    DROP CONSTRAINT bookings_booking_pkey,
    ADD CONSTRAINT bookings_booking_pkey PRIMARY KEY (id, event_id),
    -- No key to events_event: all holds of an event would share a lock on its row. The subsection's row is locked anyway.
    ADD CONSTRAINT booking_subsection_of_event
        FOREIGN KEY (event_id, subsection_id) REFERENCES events_subsection (event_id, id);

ALTER TABLE bookings_payment
    DROP CONSTRAINT bookings_payment_pkey,
    ADD CONSTRAINT bookings_payment_pkey PRIMARY KEY (id, event_id),
    ADD CONSTRAINT payment_booking_of_event
        FOREIGN KEY (event_id, booking_id) REFERENCES bookings_booking (event_id, id)
        DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE bookings_refund
    DROP CONSTRAINT bookings_refund_pkey,
    ADD CONSTRAINT bookings_refund_pkey PRIMARY KEY (id, event_id),
    ADD CONSTRAINT refund_payment_of_event
        FOREIGN KEY (event_id, payment_id) REFERENCES bookings_payment (event_id, id)
        DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE bookings_admission
    DROP CONSTRAINT bookings_admission_pkey,
    ADD CONSTRAINT bookings_admission_pkey PRIMARY KEY (id, event_id),
    -- As for bookings: all sales of an event would share a lock on its row.
    ADD CONSTRAINT admission_subsection_of_event
        FOREIGN KEY (event_id, subsection_id) REFERENCES events_subsection (event_id, id),
    ADD CONSTRAINT admission_booking_of_event
        FOREIGN KEY (event_id, booking_id) REFERENCES bookings_booking (event_id, id)
        DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE bookings_checkin
    DROP CONSTRAINT bookings_checkin_pkey,
    ADD CONSTRAINT bookings_checkin_pkey PRIMARY KEY (id, event_id),
    ADD CONSTRAINT check_in_admission_of_event
        FOREIGN KEY (event_id, admission_id) REFERENCES bookings_admission (event_id, id)
        DEFERRABLE INITIALLY DEFERRED;

-- event_id is 0 for an email about a webhook endpoint; only emails about a booking have a foreign key to it.
ALTER TABLE bookings_emailmessage
    DROP CONSTRAINT bookings_emailmessage_pkey,
    ADD CONSTRAINT bookings_emailmessage_pkey PRIMARY KEY (id, event_id),
    ADD CONSTRAINT email_without_event_unless_of_booking CHECK ((booking_id IS NULL) = (event_id = 0)),
    ADD CONSTRAINT email_booking_of_event
        FOREIGN KEY (event_id, booking_id) REFERENCES bookings_booking (event_id, id)
        DEFERRABLE INITIALLY DEFERRED;

-- event_id is 0 for a test message. There is no foreign key: the triggers of webhooks.sql insert this row within a sale,
-- which must neither wait for a change of an endpoint nor share a lock on the event's row.
ALTER TABLE bookings_delivery
    DROP CONSTRAINT bookings_delivery_pkey,
    ADD CONSTRAINT bookings_delivery_pkey PRIMARY KEY (id, event_id),
    ADD CONSTRAINT delivery_event_unless_test CHECK ((kind = 'endpoint.test') = (event_id = 0));

ALTER TABLE bookings_queuepass
    DROP CONSTRAINT bookings_queuepass_pkey,
    ADD CONSTRAINT bookings_queuepass_pkey PRIMARY KEY (id, event_id);

ALTER TABLE bookings_gatestaff
    DROP CONSTRAINT bookings_gatestaff_pkey,
    ADD CONSTRAINT bookings_gatestaff_pkey PRIMARY KEY (id, event_id);
