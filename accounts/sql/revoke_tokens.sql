-- accounts_revoke_tokens(), trigger revoke_tokens on accounts_user
--
-- Promises: a user whose password, role or activity changes has no valid bearer token any more, whoever makes the change:
--     the API, the admin, or a person with SQL. So a request need only check that its token family is not revoked.
-- Locks: the user's token families, after the user's row, which the statement that fires the trigger has locked.
-- Called by: the trigger alone.

CREATE OR REPLACE FUNCTION accounts_revoke_tokens() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE accounts_tokenfamily SET revoked_at = clock_timestamp()
    WHERE user_id = NEW.id AND revoked_at IS NULL;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER revoke_tokens
AFTER UPDATE ON accounts_user
FOR EACH ROW
WHEN ((OLD.password, OLD.role, OLD.is_active) IS DISTINCT FROM (NEW.password, NEW.role, NEW.is_active))
EXECUTE FUNCTION accounts_revoke_tokens();
