"""Installs the keys with the event, the partitioned tickets, and the functions and triggers of events/sql."""

import django.db.models.deletion
from django.db import migrations, models

from core.sql_files import install


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]

    operations = [
        install("events", "keys"),
        install("events", "ticket_table"),
        # Django can't create a partitioned table; this only records the model.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='Ticket',
                    fields=[
                        ('pk', models.CompositePrimaryKey('event_id', 'subsection_id', 'position', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('position', models.PositiveIntegerField()),
                        ('status', models.CharField(choices=[('available', 'Available'), ('reserved', 'Reserved'), ('sold', 'Sold'), ('blocked', 'Blocked')], db_default='available', max_length=9)),
                        ('booking_id', models.UUIDField(null=True)),
                        ('event', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='events.event')),
                        ('subsection', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='events.subsection')),
                    ],
                    options={
                        'ordering': ['event_id', 'subsection_id', 'position'],
                    },
                ),
                migrations.AddConstraint(
                    model_name='ticket',
                    constraint=models.CheckConstraint(condition=models.Q(('status__in', ['available', 'reserved', 'sold', 'blocked'])), name='ticket_status_known'),
                ),
                migrations.AddConstraint(
                    model_name='ticket',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('booking_id__isnull', False), ('status__in', ['reserved', 'sold'])), models.Q(('booking_id__isnull', True), ('status__in', ['available', 'blocked'])), _connector='OR'), name='ticket_taken_means_booked'),
                ),
            ],
        ),
        install("events", "set_seat_status"),
        install("events", "ticket_trigger"),
        install("events", "seat_change_hash"),
        install("events", "seat_change_chain"),
        install("events", "seat_change_append_only"),
    ]
