from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0013_replanned")]

    operations = [
        migrations.AddField(
            model_name="event",
            name="release_companion_seats",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Whether companions' seats are sold without wheelchair places, to those who name them.",
            ),
        ),
    ]
