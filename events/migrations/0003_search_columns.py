"""Columns for searching events without regard to case and accents. Writes the table of events anew."""

from django.db import migrations

from core.sql_files import install


class Migration(migrations.Migration):
    dependencies = [("events", "0002_sql_files"), ("core", "0002_fold")]

    operations = [install("events", "search_columns")]
