"""The trail of seats can only grow, and each row's hash pins down all rows of its block before it."""

from django.db import migrations, models
from django.db.models.functions import Length
from django.db.models.lookups import Exact

# All that a row says as one line of text, without anything a session could set otherwise (time zone, date style), so
# that a chain can be recomputed anywhere: SHA-256 of the hash before it and
#     block|version|microseconds since 1970|booking or nothing|{positions}|kind
# Only the last part could contain a "|". Before the first row of a block there is the hash of "trail of block <id>".
# In plpgsql, since a function in SQL that no query can take in costs several times as much to call.
HASH = """
CREATE FUNCTION events_change_hash(
    previous bytea, subsection_id bigint, version bigint, kind text, booking_id uuid, positions integer[],
    at timestamptz
) RETURNS bytea LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN sha256(
        coalesce(previous, sha256(convert_to('trail of block ' || subsection_id, 'UTF8')))
        || convert_to(
            subsection_id || '|' || version || '|' || (extract(epoch FROM at) * 1000000)::bigint || '|'
            || coalesce(booking_id::text, '') || '|' || positions::text || '|' || kind, 'UTF8'
        )
    );
END $$;
"""

# A step of the recursion is one row of each block, found by the unique index.
FILL = """
WITH RECURSIVE chain AS (
    SELECT id, subsection_id, version,
        events_change_hash(NULL, subsection_id, version, kind, booking_id, positions, at) AS hash
    FROM (SELECT DISTINCT ON (subsection_id) * FROM events_seatchange ORDER BY subsection_id, version) first
    UNION ALL
    SELECT next.id, next.subsection_id, next.version,
        events_change_hash(
            chain.hash, next.subsection_id, next.version, next.kind, next.booking_id, next.positions, next.at
        )
    FROM chain CROSS JOIN LATERAL (
        SELECT * FROM events_seatchange c
        WHERE c.subsection_id = chain.subsection_id AND c.version > chain.version ORDER BY c.version LIMIT 1
    ) next
)
UPDATE events_seatchange c SET hash = chain.hash FROM chain WHERE c.id = chain.id
"""

# Being volatile, it sees the rows that the same statement has already written. Whoever appends holds the block's lock,
# so no other row can come between the look and the insert. Without `enable_seqscan = off`, a session that first looks
# while the table is all but empty would go on reading all of it for each row, however large it grows (measured: 20
# times the cost of an append at 5,000 rows).
CHAIN = """
CREATE FUNCTION events_chain_change() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    last_version bigint;
    last_hash bytea;
BEGIN
    SELECT c.version, c.hash INTO last_version, last_hash FROM events_seatchange c
    WHERE c.subsection_id = NEW.subsection_id ORDER BY c.version DESC LIMIT 1;
    IF last_version >= NEW.version THEN
        RAISE EXCEPTION 'the trail of block % is at version %, so version % can''t be appended',
            NEW.subsection_id, last_version, NEW.version USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    NEW.hash := events_change_hash(
        last_hash, NEW.subsection_id, NEW.version, NEW.kind, NEW.booking_id, NEW.positions, NEW.at
    );
    RETURN NEW;
END $$;

CREATE TRIGGER chain_change BEFORE INSERT ON events_seatchange
    FOR EACH ROW EXECUTE FUNCTION events_chain_change();
"""

APPEND_ONLY = """
CREATE FUNCTION events_keep_trail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the trail of seats (events_seatchange) is append-only: % is refused', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER keep_trail BEFORE UPDATE OR DELETE ON events_seatchange
    FOR EACH STATEMENT EXECUTE FUNCTION events_keep_trail();
CREATE TRIGGER keep_whole_trail BEFORE TRUNCATE ON events_seatchange
    FOR EACH STATEMENT EXECUTE FUNCTION events_keep_trail();
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0004_waiting_room")]

    operations = [
        migrations.RunSQL(
            HASH, "DROP FUNCTION events_change_hash(bytea, bigint, bigint, text, uuid, integer[], timestamptz)"
        ),
        migrations.AddField(
            "seatchange",
            "hash",
            models.BinaryField(default=b"", help_text="Of this row and the one before it in the block's trail."),
            preserve_default=False,
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "seatchange",
            models.CheckConstraint(name="seat_change_hash_is_sha256", condition=Exact(Length("hash"), 32)),
        ),
        migrations.RunSQL(CHAIN, "DROP FUNCTION events_chain_change() CASCADE"),
        migrations.RunSQL(APPEND_ONLY, "DROP FUNCTION events_keep_trail() CASCADE"),
    ]
