"""The database function for searching without regard to case and accents."""

from django.db import migrations

from core.sql_files import install


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [install("core", "fold")]
