-- events_refuse_change(), triggers append_only and append_only_truncate on events_seatchange
--
-- Promises: rows of the seat history are only ever added. UPDATE, DELETE and TRUNCATE are refused with
--     insufficient_privilege, even if they would change no row.
-- Locks: none.
-- Called by: the triggers alone. Tests that empty all tables disable append_only_truncate (conftest.py).

CREATE OR REPLACE FUNCTION events_refuse_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'the seat history (events_seatchange) is append-only: % is refused', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE OR REPLACE TRIGGER append_only
BEFORE UPDATE OR DELETE ON events_seatchange
FOR EACH STATEMENT
EXECUTE FUNCTION events_refuse_change();

CREATE OR REPLACE TRIGGER append_only_truncate
BEFORE TRUNCATE ON events_seatchange
FOR EACH STATEMENT
EXECUTE FUNCTION events_refuse_change();
