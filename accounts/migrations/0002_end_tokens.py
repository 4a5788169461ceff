"""A user who changes (password, role, active) has no bearer tokens any more, whoever changes him: API, admin or by hand.

So a living family of tokens is all that a request has to be asked for.
"""

from django.db import migrations

END_TOKENS = """
CREATE FUNCTION accounts_end_tokens() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE accounts_tokenfamily SET revoked_at = clock_timestamp() WHERE user_id = NEW.id AND revoked_at IS NULL;
    RETURN NULL;
END $$;

CREATE TRIGGER end_tokens AFTER UPDATE ON accounts_user FOR EACH ROW
WHEN ((OLD.password, OLD.role, OLD.is_active) IS DISTINCT FROM (NEW.password, NEW.role, NEW.is_active))
EXECUTE FUNCTION accounts_end_tokens();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunSQL(END_TOKENS, "DROP FUNCTION accounts_end_tokens() CASCADE")]
