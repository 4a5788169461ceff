"""`manage.py expire_holds`: end overdue holds by hand."""

from typing import Any

from django.core.management.base import BaseCommand

from bookings.holds.expiry import expire_holds


class Command(BaseCommand):
    """End every hold whose deadline has passed, as the worker does four times a second."""

    help = "End every hold whose deadline has passed and free its seats."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{expire_holds()} holds ended.")
