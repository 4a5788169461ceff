"""Webhooks to sellers. Triggers write them, inside of the transaction in which something becomes true, so that no path
can forget one: the statements that sell and refund, the gate, and the step of an event to sold out.
"""

import bookings.models.booking
import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# For each endpoint of the event's seller that is on and wants this kind: none for most sellers, found by a partial index.
WRITE = """
CREATE FUNCTION bookings_write_deliveries(wanted_event bigint, what text, about text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO bookings_delivery (
        id, endpoint_id, event_id, kind, subject, happened_at, payload, status, attempts, due_at, failure
    )
    SELECT bookings_new_id(), e.id, v.id, what, about, at, '', 'waiting', 0, at, ''
    FROM clock_timestamp() AS at
    CROSS JOIN events_event v JOIN bookings_endpoint e ON e.seller_id = v.seller_id
    WHERE v.id = wanted_event AND e.is_active AND what = ANY (e.kinds);
END $$;
"""

BOOKING = """
CREATE FUNCTION bookings_tell_of_booking() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bookings_write_deliveries(NEW.event_id, 'booking.' || NEW.status, NEW.id::text);
    RETURN NULL;
END $$;
CREATE TRIGGER tell_sellers AFTER UPDATE OF status ON bookings_booking FOR EACH ROW
    WHEN (OLD.status IS DISTINCT FROM NEW.status AND NEW.status IN ('paid', 'refunded'))
    EXECUTE FUNCTION bookings_tell_of_booking();
"""

CHECK_IN = """
CREATE FUNCTION bookings_tell_of_check_in() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bookings_write_deliveries(a.event_id, 'ticket.checked_in', NEW.id::text)
    FROM bookings_admission a WHERE a.id = NEW.admission_id;
    RETURN NULL;
END $$;
CREATE TRIGGER tell_sellers AFTER INSERT ON bookings_checkin FOR EACH ROW
    WHEN (NEW.kind = 'accepted')
    EXECUTE FUNCTION bookings_tell_of_check_in();
"""

EVENT = """
CREATE FUNCTION bookings_tell_of_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bookings_write_deliveries(NEW.id, 'event.sold_out', NEW.id::text);
    RETURN NULL;
END $$;
CREATE TRIGGER tell_sellers AFTER UPDATE OF status ON events_event FOR EACH ROW
    WHEN (OLD.status IS DISTINCT FROM NEW.status AND NEW.status = 'sold_out')
    EXECUTE FUNCTION bookings_tell_of_event();
"""

PARTS = (
    (WRITE, "DROP FUNCTION bookings_write_deliveries"),
    (BOOKING, "DROP TRIGGER tell_sellers ON bookings_booking; DROP FUNCTION bookings_tell_of_booking"),
    (CHECK_IN, "DROP TRIGGER tell_sellers ON bookings_checkin; DROP FUNCTION bookings_tell_of_check_in"),
    (EVENT, "DROP TRIGGER tell_sellers ON events_event; DROP FUNCTION bookings_tell_of_event"),
)


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0011_letters'),
        ('events', '0006_accessible'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Endpoint',
            fields=[
                ('id', models.UUIDField(default=bookings.models.booking.new_id, editable=False, primary_key=True, serialize=False)),
                ('url', models.CharField(max_length=500, verbose_name='address')),
                ('kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('booking.paid', 'Booking paid'), ('booking.refunded', 'Booking refunded'), ('ticket.checked_in', 'Ticket checked in'), ('event.sold_out', 'Event sold out'), ('endpoint.test', 'Test')], max_length=20), size=None)),
                ('is_active', models.BooleanField(default=True, help_text='Nothing is written down for it while it is off.', verbose_name='active')),
                ('off_because', models.CharField(blank=True, default='', help_text='Why it was switched off for you.', max_length=300)),
                ('secret', models.CharField(max_length=100)),
                ('former_secret', models.CharField(blank=True, default='', max_length=100)),
                ('former_until', models.DateTimeField(null=True)),
                ('failing_since', models.DateTimeField(null=True)),
                ('free_at', models.DateTimeField()),
                ('created_at', models.DateTimeField()),
                ('seller', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='endpoints', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'webhook endpoint',
                'ordering': ['created_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.UUIDField(default=bookings.models.booking.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('booking.paid', 'Booking paid'), ('booking.refunded', 'Booking refunded'), ('ticket.checked_in', 'Ticket checked in'), ('event.sold_out', 'Event sold out'), ('endpoint.test', 'Test')], max_length=20)),
                ('subject', models.CharField(max_length=36)),
                ('happened_at', models.DateTimeField()),
                ('payload', models.TextField(blank=True, default='')),
                ('status', models.CharField(choices=[('waiting', 'Waiting'), ('sending', 'Being sent'), ('delivered', 'Delivered'), ('failed', 'Given up')], default='waiting', max_length=9)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('due_at', models.DateTimeField(verbose_name='next attempt')),
                ('http_status', models.PositiveIntegerField(null=True, verbose_name='last answer')),
                ('failure', models.CharField(blank=True, default='', help_text='What went wrong last.', max_length=300)),
                ('delivered_at', models.DateTimeField(null=True)),
                ('event', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='events.event')),
                ('endpoint', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='bookings.endpoint')),
            ],
            options={
                'verbose_name': 'webhook delivery',
                'verbose_name_plural': 'webhook deliveries',
                'ordering': ['-id'],
            },
        ),
        migrations.AddIndex(
            model_name='endpoint',
            index=models.Index(condition=models.Q(('is_active', True)), fields=['seller'], name='endpoint_active'),
        ),
        migrations.AddConstraint(
            model_name='endpoint',
            constraint=models.CheckConstraint(condition=models.Q(('kinds__contained_by', ['booking.paid', 'booking.refunded', 'ticket.checked_in', 'event.sold_out', 'endpoint.test'])), name='endpoint_kinds_known'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['endpoint', '-id'], name='delivery_of_endpoint'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('status__in', ['waiting', 'sending'])), fields=['endpoint', 'due_at'], name='delivery_due'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['booking.paid', 'booking.refunded', 'ticket.checked_in', 'event.sold_out', 'endpoint.test'])), name='delivery_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['waiting', 'sending', 'delivered', 'failed'])), name='delivery_status_known'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('delivered_at__isnull', False), ('status', 'delivered')), models.Q(('status', 'delivered'), _negated=True), _connector='OR'), name='delivery_delivered_has_time'),
        ),
        *(migrations.RunSQL(text, undo) for text, undo in PARTS),
    ]
