from django.db import migrations

from core.sql_files import install


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0007_believe_only_possible_times_of_scans'),
    ]

    operations = [
        install("bookings", "hold"),
    ]
