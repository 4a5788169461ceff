import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0016_booking_total'),
        ('events', '0009_creation_asked_by'),
    ]

    operations = [
        migrations.AddField(
            model_name='letter',
            name='endpoint',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='letters', to='bookings.endpoint'),
        ),
        migrations.AlterField(
            model_name='letter',
            name='booking',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='bookings.booking'),
        ),
        migrations.AlterField(
            model_name='letter',
            name='kind',
            field=models.CharField(choices=[('confirmation', 'Booking confirmed, with the tickets'), ('payment_failed', 'A payment that was open has failed'), ('hold_expired', 'The time to pay was over'), ('seats_lost', 'The payment came too late'), ('refund', 'Refunded'), ('event_cancelled', 'The event was cancelled'), ('hold_released', 'The organiser let the hold go'), ('tickets_again', 'The tickets, sent again'), ('event_changed', 'The event has changed'), ('endpoint_off', 'To the seller: a webhook endpoint was switched off')], max_length=16),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('status', 'sending')), fields=['endpoint'], name='delivery_under_way'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('status__in', ['delivered', 'failed'])), fields=['happened_at'], name='delivery_done'),
        ),
        migrations.AddIndex(
            model_name='letter',
            index=models.Index(condition=models.Q(('endpoint__isnull', False)), fields=['endpoint'], name='letter_of_endpoint'),
        ),
        migrations.AddIndex(
            model_name='letter',
            index=models.Index(condition=models.Q(('status__in', ['sent', 'dropped', 'failed'])), fields=['written_at'], name='letter_done'),
        ),
        migrations.AddIndex(
            model_name='webhookevent',
            index=models.Index(fields=['received_at'], name='webhook_received'),
        ),
        migrations.AddConstraint(
            model_name='letter',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('booking__isnull', True), ('endpoint__isnull', False), ('kind', 'endpoint_off')), models.Q(models.Q(('kind', 'endpoint_off'), _negated=True), ('booking__isnull', False), ('endpoint__isnull', True)), _connector='OR'), name='letter_of_booking_or_endpoint'),
        ),
    ]
