-- events_plan_version_is_final(), trigger plan_version_is_final on events_planversion
--
-- Promises: a published version of a seating plan never changes. It can be deleted with its plan while no event uses it.
-- Locks: none.
-- Called by: the trigger alone.

CREATE OR REPLACE FUNCTION events_plan_version_is_final() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'a published version of a seating plan never changes' USING ERRCODE = 'restrict_violation';
END
$$;

CREATE OR REPLACE TRIGGER plan_version_is_final BEFORE UPDATE ON events_planversion
    FOR EACH ROW EXECUTE FUNCTION events_plan_version_is_final();
