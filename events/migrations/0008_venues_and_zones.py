"""Venues of sellers; events have a time zone, and keep what the clock there shows beside each instant.

Events from before are in UTC, as they were shown.
"""

import core.text.lines
import core.text.visible
import django.core.validators
import django.db.models.deletion
import events.venue_models
import events.wall_clocks
import events.zones
from django.conf import settings
from django.db import migrations, models


WALL_CLOCKS = """
    UPDATE events_event
    SET starts_at_local = starts_at AT TIME ZONE 'UTC',
        ends_at_local = ends_at AT TIME ZONE 'UTC',
        sales_start_at_local = sales_start_at AT TIME ZONE 'UTC',
        sales_end_at_local = sales_end_at AT TIME ZONE 'UTC',
        late_entry_until_local = late_entry_until AT TIME ZONE 'UTC'
"""


class Migration(migrations.Migration):

    dependencies = [
        ('events', '0007_one_line_names'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='event',
            name='ends_at_local',
            field=events.wall_clocks.WallClockField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='event',
            name='late_entry_until_local',
            field=events.wall_clocks.WallClockField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='event',
            name='sales_end_at_local',
            field=events.wall_clocks.WallClockField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='event',
            name='sales_start_at_local',
            field=events.wall_clocks.WallClockField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='event',
            name='starts_at_local',
            field=events.wall_clocks.WallClockField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='event',
            name='time_zone',
            field=models.CharField(db_default='UTC', default='UTC', help_text='Of the clock at the venue, as in Europe/Berlin.', max_length=64, validators=[events.zones.check_zone]),
        ),
        migrations.CreateModel(
            name='Venue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, validators=[core.text.visible.check_visible, core.text.lines.check_line])),
                ('address', models.CharField(blank=True, default='', help_text='Street, town and postal code.', max_length=400, validators=[core.text.lines.check_line])),
                ('country', models.CharField(blank=True, default='', help_text='Two letters, as in DE or CA.', max_length=2, validators=[events.venue_models.check_country])),
                ('time_zone', models.CharField(help_text='Of the clock on its wall, as in Europe/Berlin.', max_length=64, validators=[events.zones.check_zone])),
                ('latitude', models.DecimalField(blank=True, decimal_places=6, help_text='In degrees; south is negative.', max_digits=8, null=True, validators=[django.core.validators.MinValueValidator(-90), django.core.validators.MaxValueValidator(90)])),
                ('longitude', models.DecimalField(blank=True, decimal_places=6, help_text='In degrees; west is negative.', max_digits=9, null=True, validators=[django.core.validators.MinValueValidator(-180), django.core.validators.MaxValueValidator(180)])),
                ('accessibility', models.TextField(blank=True, default='', help_text='How people with a wheelchair or other needs get in, and whom they can ask. Buyers read it.', max_length=2000, validators=[core.text.lines.check_paragraphs])),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('seller', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='venues', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['name', 'id'],
            },
        ),
        migrations.AddField(
            model_name='event',
            name='venue',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='events.venue'),
        ),
        migrations.AddIndex(
            model_name='venue',
            index=models.Index(fields=['seller', 'name'], name='venue_of_seller'),
        ),
        migrations.AddConstraint(
            model_name='venue',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('latitude__isnull', True), ('longitude__isnull', True)), models.Q(('latitude__range', (-90, 90)), ('longitude__range', (-180, 180))), _connector='OR'), name='venue_has_both_coordinates_or_none'),
        ),
        migrations.AddConstraint(
            model_name='venue',
            constraint=models.CheckConstraint(condition=models.Q(('country__regex', '^([A-Z]{2})?$')), name='venue_country_is_code'),
        ),
        migrations.RunSQL(WALL_CLOCKS, migrations.RunSQL.noop),
    ]
