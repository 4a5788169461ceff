from django.db import migrations

from core.sql_files import install


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0006_record_returned_money'),
    ]

    operations = [
        install("bookings", "hold"),
    ]
