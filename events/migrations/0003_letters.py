"""A block knows its seats as the map shows them: one letter a seat, painted by the trigger that keeps the counts.

Choosing seats, the map and a viewer's first look then read one row a block instead of its tickets.
"""

from django.db import migrations, models
from django.db.models.functions import Length
from django.db.models.lookups import Exact

# One seat is an overlay; from some dozens on, taking the text apart and joining it again is cheaper.
PAINT = """
CREATE FUNCTION events_paint(letters text, positions integer[], colours text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    IF cardinality(positions) > 32 THEN
        RETURN (
            SELECT string_agg(coalesce(p.colour, l.letter), '' ORDER BY l.number)
            FROM string_to_table(letters, NULL) WITH ORDINALITY AS l (letter, number)
            LEFT JOIN unnest(positions, colours) AS p (position, colour) ON p.position = l.number - 1
        );
    END IF;
    FOR i IN 1 .. cardinality(positions) LOOP
        letters := overlay(letters PLACING colours[i] FROM positions[i] + 1);
    END LOOP;
    RETURN letters;
END $$;
"""

FILL = """
UPDATE events_subsection s SET letters = (
    SELECT string_agg(left(t.status, 1), '' ORDER BY t.position)
    FROM events_ticket t WHERE t.event_id = s.event_id AND t.subsection_id = s.id
);
"""

COUNT_AND_PAINT = """
CREATE OR REPLACE FUNCTION events_count_tickets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE events_subsection s SET
        available = s.available + change.available,
        reserved = s.reserved + change.reserved,
        sold = s.sold + change.sold,
        blocked = s.blocked + change.blocked,
        letters = events_paint(s.letters, change.positions, change.colours),
        version = s.version + 1
    FROM (
        SELECT subsection_id,
            sum(sign * (status = 'available')::int) AS available,
            sum(sign * (status = 'reserved')::int) AS reserved,
            sum(sign * (status = 'sold')::int) AS sold,
            sum(sign * (status = 'blocked')::int) AS blocked,
            array_agg(position) FILTER (WHERE sign = 1) AS positions,
            array_agg(left(status, 1)) FILTER (WHERE sign = 1) AS colours
        FROM (
            SELECT subsection_id, position, status, 1 AS sign FROM after_update
            UNION ALL SELECT subsection_id, position, status, -1 FROM before_update
        ) seats GROUP BY subsection_id
    ) change WHERE s.id = change.subsection_id;
    RETURN NULL;
END $$;
"""

COUNT = """
CREATE OR REPLACE FUNCTION events_count_tickets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE events_subsection s SET
        available = s.available + change.available,
        reserved = s.reserved + change.reserved,
        sold = s.sold + change.sold,
        blocked = s.blocked + change.blocked,
        version = s.version + 1
    FROM (
        SELECT subsection_id,
            sum(sign * (status = 'available')::int) AS available,
            sum(sign * (status = 'reserved')::int) AS reserved,
            sum(sign * (status = 'sold')::int) AS sold,
            sum(sign * (status = 'blocked')::int) AS blocked
        FROM (
            SELECT subsection_id, status, 1 AS sign FROM after_update
            UNION ALL SELECT subsection_id, status, -1 FROM before_update
        ) seats GROUP BY subsection_id
    ) change WHERE s.id = change.subsection_id;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0002_tickets")]

    operations = [
        migrations.AddField("subsection", "letters", models.TextField(default="", editable=False, help_text="One letter (a r s b) a seat, in row order."), preserve_default=False),
        migrations.RunSQL(PAINT, "DROP FUNCTION events_paint(text, integer[], text[])"),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(COUNT_AND_PAINT, COUNT),
        migrations.AddConstraint(
            "subsection",
            models.CheckConstraint(name="subsection_has_a_letter_a_seat", condition=Exact(Length("letters"), models.F("total"))),
        ),
    ]
