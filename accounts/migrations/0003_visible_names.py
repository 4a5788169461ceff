from django.db import migrations, models

import core.text.visible


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_organizer")]

    operations = [
        migrations.AlterField(
            model_name="user",
            name="name",
            field=models.CharField(max_length=150, validators=[core.text.visible.check_visible]),
        ),
        migrations.AlterField(
            model_name="user",
            name="organizer_name",
            field=models.CharField(
                blank=True,
                db_default="",
                help_text="Shown to buyers as the organizer; if empty, the name is.",
                max_length=150,
                validators=[core.text.visible.check_visible],
            ),
        ),
    ]
