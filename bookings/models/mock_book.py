"""The mock gateway's own book. It stands for another company's database: the product never reads it to decide anything,
and reconciliation compares with it."""

from django.db import models


class MockCharge(models.Model):
    """A charge the mock gateway was asked for, under the id of our payment."""

    payment_id = models.UUIDField(primary_key=True)
    amount = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    card_last4 = models.CharField(max_length=4)
    captured = models.BooleanField()
    code = models.CharField(max_length=50, blank=True, default="")
    detail = models.CharField(max_length=300, blank=True, default="")
    webhook_due_at = models.DateTimeField(null=True)
    webhook_delivered_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.payment_id} {'captured' if self.captured else 'declined'}"


class MockRefund(models.Model):
    """Money the mock gateway has given back, under the id of our refund."""

    refund_id = models.UUIDField(primary_key=True)
    charge = models.ForeignKey(MockCharge, models.PROTECT, related_name="refunds")
    amount = models.PositiveBigIntegerField()

    def __str__(self) -> str:
        return str(self.refund_id)
