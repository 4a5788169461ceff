from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0013_gate_words'),
    ]

    operations = [
        migrations.AddField(
            model_name='letter',
            name='rank',
            field=models.GeneratedField(db_persist=True, expression=models.Case(models.When(kind__in=('hold_expired', 'event_cancelled', 'event_changed'), then=1), default=0), help_text='0 goes before 1, whatever has waited longer.', output_field=models.SmallIntegerField()),
        ),
        migrations.RemoveIndex(
            model_name='letter',
            name='letter_due',
        ),
        migrations.AddIndex(
            model_name='letter',
            index=models.Index(condition=models.Q(('status__in', ['waiting', 'sending'])), fields=['rank', 'due_at'], name='letter_due'),
        ),
    ]
