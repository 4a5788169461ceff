"""What Django can't declare: keys with the event, functions and triggers (bookings/sql)."""

from django.db import migrations

from core.sql_files import install


class Migration(migrations.Migration):
    dependencies = [("bookings", "0001_initial"), ("events", "0002_sql_files"), ("accounts", "0001_initial")]

    operations = [
        install("bookings", "keys"),
        install("bookings", "new_ids"),
        install("bookings", "queue_pass"),
        install("bookings", "seat_rules"),
        install("bookings", "hold"),
        install("bookings", "begin_payment"),
        install("bookings", "sell"),
        install("bookings", "webhooks"),
    ]
