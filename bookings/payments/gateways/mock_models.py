"""The mock gateway's own records.

They represent the database of an external provider: the product never decides anything from them, and reconciliation
asks the gateway about them. `check_invariants` compares them with the payments.
"""

from django.db import models


class MockCharge(models.Model):
    """A charge that the mock gateway received, identified by the id of our payment."""

    payment_id = models.UUIDField(primary_key=True)
    amount = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    card_last4 = models.CharField(max_length=4, blank=True)
    method = models.CharField(max_length=20, blank=True, default="")
    captured = models.BooleanField()
    waits_until = models.DateTimeField(null=True)  # for the buyer on the bank's page; NULL: it doesn't wait
    code = models.CharField(max_length=50, blank=True, default="")
    detail = models.CharField(max_length=300, blank=True, default="")
    webhook_due_at = models.DateTimeField(null=True)
    webhook_delivered_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.payment_id} {'captured' if self.captured else 'declined'}"


class MockRefund(models.Model):
    """A refund that the mock gateway executed, identified by the id of our refund."""

    refund_id = models.UUIDField(primary_key=True)
    charge = models.ForeignKey(MockCharge, models.PROTECT, related_name="refunds")
    amount = models.PositiveBigIntegerField()

    def __str__(self) -> str:
        return str(self.refund_id)
