"""`manage.py verify_shuffle`: verify the lottery of a waiting room."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bookings.waiting_room.verify import verify_shuffle
from core.errors import DomainError
from core.text.times import time_text


class Command(BaseCommand):
    """Compare the stored order with that of the published seed; exit with status 1 if they differ."""

    help = "Verify that users who joined before the sale were queued in the order of the published seed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--event", type=int, required=True, help="Id of the event.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = verify_shuffle(event_id=options["event"])
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"seed       {found.seed}")
        self.stdout.write(f"seed hash  {found.seed_hash}")
        self.stdout.write(f"held at    {time_text(found.drawn_at, 'date-time-seconds')}, {found.early:,} came early")
        self.stdout.write(f"admitted   {found.admitted:,} of them so far, {found.overtaken:,} after a user behind them")
        if found.first_wrong is not None:
            raise CommandError(f"The order is not that of the seed, from place {found.first_wrong + 1} on.")
        self.stdout.write("The order is that of the seed.")
