-- bookings_terms_are_final(), trigger terms_are_final on bookings_terms
--
-- Promises: terms never change, so that the breakdown of an order doesn't, either. They can be deleted with an event that
--     has no orders.
-- Locks: none.
-- Called by: the trigger alone.

CREATE OR REPLACE FUNCTION bookings_terms_are_final() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'terms never change' USING ERRCODE = 'restrict_violation';
END
$$;

CREATE OR REPLACE TRIGGER terms_are_final BEFORE UPDATE ON bookings_terms
    FOR EACH ROW EXECUTE FUNCTION bookings_terms_are_final();
