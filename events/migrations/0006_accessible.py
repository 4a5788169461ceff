"""Wheelchair places: which positions of a block are accessible. They lie in the block."""

import django.contrib.postgres.fields
from django.db import migrations, models

IN_THE_BLOCK = """
ALTER TABLE events_subsection ADD CONSTRAINT subsection_accessible_in_block
    CHECK (0 <= ALL (accessible) AND total > ALL (accessible));
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0005_trail")]

    operations = [
        migrations.AddField(
            "subsection",
            "accessible",
            django.contrib.postgres.fields.ArrayField(
                models.PositiveIntegerField(),
                default=list,
                editable=False,
                help_text="Positions of wheelchair places.",
                size=None,
            ),
        ),
        migrations.RunSQL(
            IN_THE_BLOCK, "ALTER TABLE events_subsection DROP CONSTRAINT subsection_accessible_in_block"
        ),
    ]
