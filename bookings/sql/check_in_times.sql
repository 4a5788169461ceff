-- bookings_refuse_check_in_before_issue(), trigger not_before_issue on bookings_checkin
--
-- Promises: no check-in counts from a time more than a day before its ticket was issued, such as one of a scanner whose
--     clock was reset: a row with such a `scanned_at` must have `clock_ignored`, or it is refused with check_violation. A
--     constraint of the table can't promise this, because the time of issue is in another table.
-- Locks: none; a ticket's time of issue never changes.
-- Called by: the trigger alone.

CREATE OR REPLACE FUNCTION bookings_refuse_check_in_before_issue() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF EXISTS (
        SELECT FROM bookings_admission a
        WHERE a.id = NEW.admission_id AND NEW.scanned_at < a.issued_at - interval '1 day'
    ) THEN
        RAISE EXCEPTION 'a check-in can''t count from %, before ticket % was issued', NEW.scanned_at, NEW.admission_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'check_in_not_before_issue';
    END IF;
    RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER not_before_issue
BEFORE INSERT OR UPDATE OF scanned_at, clock_ignored ON bookings_checkin
FOR EACH ROW
WHEN (NOT NEW.clock_ignored)
EXECUTE FUNCTION bookings_refuse_check_in_before_issue();
