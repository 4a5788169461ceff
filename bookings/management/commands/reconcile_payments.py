"""`manage.py reconcile_payments`: run reconciliation by hand."""

from typing import Any

from django.core.management.base import BaseCommand

from bookings.payments.reconcile import reconcile_payments


class Command(BaseCommand):
    """Settle open charges and send open refunds, as the worker does every ten seconds."""

    help = "Get the outcomes of open charges from the gateways, and send open refunds."

    def handle(self, *args: Any, **options: Any) -> None:
        done = reconcile_payments()
        self.stdout.write(f"{done['charges']} charges settled, {done['refunds']} refunds sent.")
