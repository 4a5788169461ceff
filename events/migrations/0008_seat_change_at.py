from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("events", "0007_creation")]

    operations = [
        migrations.AddIndex(
            model_name="seatchange",
            index=BrinIndex(fields=["at"], name="seat_change_at", pages_per_range=32, autosummarize=True),
        ),
    ]
