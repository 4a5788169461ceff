-- bookings_new_reference(kind) and the triggers give_reference on bookings_booking, bookings_admission and bookings_payment
--
-- Promises: every inserted booking, ticket (admission) and payment has a reference, whatever code inserts it: 8 characters
--     that people can read, type and say. They are random, so that they don't tell how much was sold; the first one tells
--     the `kind` ('booking', 'ticket' or 'payment'), and the last one is a check character. A row that is inserted with a
--     reference keeps it. A reference that another row of this kind and event has is not given again. If two transactions
--     choose the same one at the same moment, the later one violates the unique constraint and is repeated
--     (core/transactions.py), which happens about once in a hundred million times.
--     The alphabet, the kinds and the check character are explained in bookings/references.py, which reads what people type;
--     a test compares both.
-- Locks: none.
-- Called by: the triggers alone.
--
-- The settings: see begin_payment.sql.

DROP FUNCTION IF EXISTS bookings_new_reference;

CREATE FUNCTION bookings_new_reference(kind text) RETURNS text
LANGUAGE plpgsql VOLATILE PARALLEL SAFE
AS $$
DECLARE
    alphabet CONSTANT text := '23456789CDFHJKMNPRTVWXY';
    initials CONSTANT text := CASE kind
        WHEN 'booking' THEN 'CDFHJKM'
        WHEN 'ticket' THEN 'NPRTVWXY'
        WHEN 'payment' THEN '2345'
    END;
    rest bigint := floor(random() * length(initials) * 148035889); -- 23 ^ 6
    reference text := substr(initials, (rest / 148035889)::integer + 1, 1);
    remainder integer := strpos(alphabet, reference) - 1;
BEGIN
    FOR place IN 2 .. 7 LOOP
        reference := reference || substr(alphabet, (rest % 23)::integer + 1, 1);
        remainder := (5 * remainder + rest % 23) % 23;
        rest := rest / 23;
    END LOOP;
    -- The check character makes the remainder of all eight 1; 116 is 1 more than a multiple of 23, and at least 5 * 22.
    RETURN reference || substr(alphabet, (116 - 5 * remainder) % 23 + 1, 1);
END
$$;

CREATE OR REPLACE FUNCTION bookings_give_reference() RETURNS trigger
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
DECLARE
    kind CONSTANT text := TG_ARGV[0];
BEGIN
    LOOP
        NEW.reference := bookings_new_reference(kind);
        -- `+ 0`, so that Postgres uses the index on the reference, and never one on the event, as it does while a table is
        -- small.
        CASE kind
            WHEN 'booking' THEN
                EXIT WHEN NOT EXISTS (
                    SELECT FROM bookings_booking b WHERE b.reference = NEW.reference AND b.event_id + 0 = NEW.event_id
                );
            WHEN 'ticket' THEN
                EXIT WHEN NOT EXISTS (
                    SELECT FROM bookings_admission a WHERE a.reference = NEW.reference AND a.event_id + 0 = NEW.event_id
                );
            WHEN 'payment' THEN
                EXIT WHEN NOT EXISTS (
                    SELECT FROM bookings_payment p WHERE p.reference = NEW.reference AND p.event_id + 0 = NEW.event_id
                );
        END CASE;
    END LOOP;
    RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER give_reference
BEFORE INSERT ON bookings_booking
FOR EACH ROW
WHEN (NEW.reference = '')
EXECUTE FUNCTION bookings_give_reference('booking');

CREATE OR REPLACE TRIGGER give_reference
BEFORE INSERT ON bookings_admission
FOR EACH ROW
WHEN (NEW.reference = '')
EXECUTE FUNCTION bookings_give_reference('ticket');

CREATE OR REPLACE TRIGGER give_reference
BEFORE INSERT ON bookings_payment
FOR EACH ROW
WHEN (NEW.reference = '')
EXECUTE FUNCTION bookings_give_reference('payment');
