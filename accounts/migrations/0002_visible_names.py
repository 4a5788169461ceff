from django.db import migrations, models

import core.text


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="user",
            name="name",
            field=models.CharField(max_length=150, validators=[core.text.check_visible]),
        )
    ]
