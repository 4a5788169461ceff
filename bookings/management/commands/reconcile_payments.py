"""Reconciliation by hand."""

from typing import Any

from django.core.management.base import BaseCommand

from bookings.operations.reconcile import reconcile_payments


class Command(BaseCommand):
    """Asks the gateways for open charges and sends open refunds, as the worker does every ten seconds."""

    help = "Find out what became of open charges and send open refunds."

    def handle(self, *args: Any, **options: Any) -> None:
        done = reconcile_payments()
        self.stdout.write(f"{done['charges']} charges settled, {done['refunds']} refunds sent.")
