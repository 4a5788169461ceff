"""The sweep by hand."""

from typing import Any

from django.core.management.base import BaseCommand

from bookings.operations.expiry import expire_holds


class Command(BaseCommand):
    """Frees the seats of every hold that is over, as the worker does each second."""

    help = "End every hold whose deadline has passed and free its seats."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{expire_holds()} holds ended.")
