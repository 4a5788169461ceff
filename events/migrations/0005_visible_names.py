from django.db import migrations, models

import core.text.visible


class Migration(migrations.Migration):
    dependencies = [("events", "0004_search_columns")]

    operations = [
        migrations.AlterField(
            model_name="event",
            name=name,
            field=models.CharField(max_length=200, validators=[core.text.visible.check_visible]),
        )
        for name in ("name", "venue_name")
    ]
