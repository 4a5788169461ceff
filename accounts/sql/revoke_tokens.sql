-- accounts_revoke_tokens(), trigger revoke_tokens on accounts_user
--
-- Promises: when a user's password, role or activity changes, all their bearer tokens are revoked, whether the change is
--     made by the API, the admin or SQL. So a request only needs to check that its token family is not revoked.
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
