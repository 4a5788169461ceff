from django.db import migrations

from core.sql_files import install


class Migration(migrations.Migration):
    dependencies = [("bookings", "0010_hold_seats_of_plans"), ("events", "0014_release_companion_seats")]

    operations = [
        install("bookings", "seat_rules"),
        install("bookings", "drawn_seats"),
        install("bookings", "hold"),
    ]
