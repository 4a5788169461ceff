"""Tickets: partitioned by event, with the trigger that keeps counts and version of their blocks.

Django can't make a partitioned table, so the table is made here by hand and the model only takes note of it.
"""

import django.db.models.deletion
from django.db import migrations, models

PARTITIONS = 8

# fillfactor: room for the new version of a row on its own page, so that an update touches no index (HOT).
# The foreign key costs 0.1 s per 50,000 seats when they are made and nothing afterwards.
TABLE = f"""
ALTER TABLE events_subsection ADD CONSTRAINT subsection_of_event UNIQUE (event_id, id);

CREATE TABLE events_ticket (
    event_id bigint NOT NULL,
    subsection_id bigint NOT NULL,
    position integer NOT NULL CHECK (position >= 0),
    status varchar(9) NOT NULL DEFAULT 'available',
    booking_id uuid NULL,
    PRIMARY KEY (event_id, subsection_id, position),
    FOREIGN KEY (event_id, subsection_id) REFERENCES events_subsection (event_id, id),
    CONSTRAINT ticket_status_known CHECK (status IN ('available', 'reserved', 'sold', 'blocked')),
    CONSTRAINT ticket_taken_means_booked CHECK ((status IN ('reserved', 'sold')) = (booking_id IS NOT NULL))
) PARTITION BY HASH (event_id);

DO $$ BEGIN
    FOR i IN 0..{PARTITIONS - 1} LOOP
        EXECUTE format(
            'CREATE TABLE events_ticket_%s PARTITION OF events_ticket
             FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER %s) WITH (fillfactor = 75)', i, i);
    END LOOP;
END $$;
"""

# One statement-level trigger, so that a statement over 500 seats costs one update of their block. It hangs on
# each partition too: a statement by hand on a partition does not fire its parent's trigger.
TRIGGER = f"""
CREATE FUNCTION events_count_tickets() RETURNS trigger LANGUAGE plpgsql AS $$
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

DO $$ DECLARE place regclass; BEGIN
    FOR place IN SELECT 'events_ticket'::regclass UNION ALL
        SELECT ('events_ticket_' || i)::regclass FROM generate_series(0, {PARTITIONS - 1}) i
    LOOP
        EXECUTE format(
            'CREATE TRIGGER count_tickets AFTER UPDATE ON %s
             REFERENCING OLD TABLE AS before_update NEW TABLE AS after_update
             FOR EACH STATEMENT EXECUTE FUNCTION events_count_tickets()', place);
    END LOOP;
END $$;
"""

# The row every change of its block updates: room for its new versions.
FILLFACTOR = "ALTER TABLE events_subsection SET (fillfactor = 50)"


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    TABLE,
                    "DROP TABLE events_ticket; ALTER TABLE events_subsection DROP CONSTRAINT subsection_of_event",
                ),
                migrations.RunSQL(TRIGGER, "DROP FUNCTION events_count_tickets() CASCADE"),
                migrations.RunSQL(FILLFACTOR, "ALTER TABLE events_subsection RESET (fillfactor)"),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="Ticket",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "event_id",
                                "subsection_id",
                                "position",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("position", models.PositiveIntegerField()),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("available", "Available"),
                                    ("reserved", "Reserved"),
                                    ("sold", "Sold"),
                                    ("blocked", "Blocked"),
                                ],
                                db_default="available",
                                max_length=9,
                            ),
                        ),
                        ("booking_id", models.UUIDField(null=True)),
                        (
                            "event",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="tickets",
                                to="events.event",
                            ),
                        ),
                        (
                            "subsection",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="tickets",
                                to="events.subsection",
                            ),
                        ),
                    ],
                    options={"ordering": ["event_id", "subsection_id", "position"]},
                ),
                migrations.AddConstraint(
                    model_name="ticket",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("status__in", ["available", "reserved", "sold", "blocked"])),
                        name="ticket_status_known",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="ticket",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("booking_id__isnull", False), ("status__in", ["reserved", "sold"])),
                            models.Q(("booking_id__isnull", True), ("status__in", ["available", "blocked"])),
                            _connector="OR",
                        ),
                        name="ticket_taken_means_booked",
                    ),
                ),
            ],
        ),
    ]
