from django.db import migrations

from core.sql_files import install


class Migration(migrations.Migration):
    dependencies = [("bookings", "0009_seating_plans"), ("events", "0011_layout_runs")]

    operations = [
        install("bookings", "seat_rules"),
        install("bookings", "drawn_seats"),
        install("bookings", "hold"),
    ]
