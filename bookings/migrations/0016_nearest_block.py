from django.db import migrations

from core.sql_files import install


class Migration(migrations.Migration):
    dependencies = [("bookings", "0015_pay_orders")]

    operations = [
        install("bookings", "nearest_block"),
    ]
