"""Columns for searching events without regard to case and accents. Writes the table of events anew."""

from django.db import migrations

from core.sql_files import install


class Migration(migrations.Migration):
    dependencies = [("events", "0003_late_entry_and_moved_start"), ("core", "0002_fold")]

    operations = [install("events", "search_columns")]
