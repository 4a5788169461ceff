-- Keys of terms that Django can't declare (see keys.sql). Runs once, when the table and the orders' column have been added.
-- The order of the primary key's columns is that in which a hold looks for the newest terms of its event.

ALTER TABLE bookings_terms
    DROP CONSTRAINT bookings_terms_pkey,
    ADD CONSTRAINT bookings_terms_pkey PRIMARY KEY (event_id, id);

ALTER TABLE bookings_order
    ADD CONSTRAINT order_terms_of_event
        FOREIGN KEY (event_id, terms_id) REFERENCES bookings_terms (event_id, id);
