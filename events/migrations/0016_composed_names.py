"""Stores names of sections, tiers and seats in Unicode's normal form C, in which they are looked up."""

from django.db import migrations

# If an event has two sections that only differ in their form, both keep their names.
COMPOSE = """
    UPDATE events_subsection s SET section = normalize(section, NFC), tier = normalize(tier, NFC)
    WHERE (section IS NOT NFC NORMALIZED OR tier IS NOT NFC NORMALIZED) AND NOT EXISTS (
        SELECT FROM events_subsection other
        WHERE other.event_id = s.event_id AND other.number = s.number AND other.id <> s.id
            AND normalize(other.section, NFC) = normalize(s.section, NFC)
    );
    UPDATE events_layout SET
        names = ARRAY(SELECT normalize(name, NFC) FROM unnest(names) WITH ORDINALITY AS n (name, at) ORDER BY at),
        tiers = CASE WHEN tiers IS NOT NULL THEN
            ARRAY(SELECT normalize(tier, NFC) FROM unnest(tiers) WITH ORDINALITY AS t (tier, at) ORDER BY at)
        END
    WHERE array_to_string(names, ' ') || coalesce(array_to_string(tiers, ' '), '') IS NOT NFC NORMALIZED;
    UPDATE events_event SET seating_config = normalize(seating_config::text, NFC)::jsonb
    WHERE seating_config::text IS NOT NFC NORMALIZED;
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0015_notes_of_places")]

    operations = [migrations.RunSQL(COMPOSE, migrations.RunSQL.noop)]
