from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0004_short_references"),
    ]

    operations = [
        migrations.AddField(
            model_name="checkin",
            name="clock_ignored",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="An online scan whose time was not believed. It counts from `recorded_at`.",
            ),
        ),
        migrations.AlterField(
            model_name="checkin",
            name="scanned_at",
            field=models.DateTimeField(
                help_text="By the scanner's clock, if it reported a time; else the database's."
            ),
        ),
    ]
