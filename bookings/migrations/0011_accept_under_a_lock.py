from django.db import migrations

from core.sql_files import install


class Migration(migrations.Migration):
    dependencies = [("bookings", "0010_hold_seats_of_plans")]

    operations = [install("bookings", "hold")]
