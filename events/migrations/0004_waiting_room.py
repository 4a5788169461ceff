"""The waiting room, as its seller sets it; each event gets a seed of its own."""

from django.apps.registry import Apps
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Q

import events.models


def sow(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    Event = apps.get_model("events", "Event")
    known = list(Event.objects.only("pk"))
    for event in known:
        event.shuffle_seed = events.models.new_seed()
    Event.objects.bulk_update(known, ["shuffle_seed"], batch_size=1_000)


class Migration(migrations.Migration):
    dependencies = [("events", "0003_letters")]

    operations = [
        migrations.AddField(
            "event",
            "waiting_room_on",
            models.BooleanField(
                default=False,
                help_text="Only who has been let in from the queue can book seats.",
                verbose_name="waiting room",
            ),
        ),
        migrations.AddField(
            "event",
            "admit_per_minute",
            models.PositiveIntegerField(
                default=60,
                help_text="Buyers let in from the queue, evenly.",
                validators=[MinValueValidator(1), MaxValueValidator(100_000)],
            ),
        ),
        migrations.AddField(
            "event",
            "max_active",
            models.PositiveIntegerField(
                default=500,
                help_text="Buyers who have been let in and have neither paid nor run out of time.",
                validators=[MinValueValidator(1), MaxValueValidator(100_000)],
                verbose_name="choosing at once",
            ),
        ),
        migrations.AddField(
            "event",
            "pass_seconds",
            models.PositiveIntegerField(
                default=600,
                help_text="Time a buyer has from being let in to holding seats.",
                validators=[MinValueValidator(1), MaxValueValidator(86_400)],
            ),
        ),
        migrations.AddField(
            "event",
            "admission_paused",
            models.BooleanField(default=False, help_text="Nobody is let in from the queue."),
        ),
        migrations.AddField(
            "event",
            "shuffle_seed",
            models.CharField(default=events.models.new_seed, editable=False, max_length=64),
        ),
        migrations.RunPython(sow, migrations.RunPython.noop),
        migrations.AddField(
            "event",
            "drawn_at",
            models.DateTimeField(editable=False, help_text="When those who came early were shuffled.", null=True),
        ),
        migrations.AddIndex(
            "event",
            models.Index(condition=Q(waiting_room_on=True), fields=["id"], name="event_with_waiting_room"),
        ),
        migrations.AddConstraint(
            "event",
            models.CheckConstraint(
                name="event_waiting_room_in_range",
                condition=Q(
                    admit_per_minute__gte=1,
                    admit_per_minute__lte=100_000,
                    max_active__gte=1,
                    max_active__lte=100_000,
                    pass_seconds__gte=1,
                    pass_seconds__lte=86_400,
                ),
            ),
        ),
    ]
