"""Close sales at the start of an event or the end of late entry; no webhook reports a corrected date as a sale."""

from django.db import migrations

from core.sql_files import install


class Migration(migrations.Migration):
    dependencies = [("bookings", "0002_sql_files"), ("events", "0003_late_entry_and_moved_start")]

    operations = [install("bookings", "hold"), install("bookings", "webhooks")]
