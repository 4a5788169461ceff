from django.db import migrations

from core.sql_files import install


class Migration(migrations.Migration):
    dependencies = [("bookings", "0013_orders")]

    operations = [
        install("bookings", "hold"),
        install("bookings", "hold_order"),
        install("bookings", "whole_orders"),
    ]
