"""`manage.py recheck_times`: follow changed rules of time zones."""

from importlib.metadata import version
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core.errors import BadInput
from events.lifecycle.recheck import MovedTime, events_with_moved_times, move_times


class Command(BaseCommand):
    """List the events to come whose times differ by the present rules of their zones; with --move, move them."""

    help = (
        "Run it after an update of the package tzdata. Lists the events to come whose times differ by the new rules of "
        "their time zones. With --move, the times by the clock at the venue stay, their instants move, and everyone "
        "who has seats gets an email."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add --move."""
        parser.add_argument("--move", action="store_true", help="Move the times and email the people who have seats.")

    def handle(self, *args: Any, **options: Any) -> None:
        """List the events; move their times, if asked."""
        found = moved = 0
        for event, times in events_with_moved_times():
            found += 1
            self.stdout.write(f"{event.pk} {event.name} ({event.time_zone})")
            for time in times:
                self.stdout.write(f"  {_line(time)}")
            if options["move"]:
                moved += self._move(event.pk)
        done = f", {moved} moved" if options["move"] else ""
        self.stdout.write(f"{found} events with moved times{done} (tzdata {version('tzdata')}).")

    def _move(self, event_id: int) -> int:
        try:
            return 1 if move_times(event_id=event_id) else 0
        except BadInput as refusal:
            details = " ".join(problem["detail"] for problem in refusal.extra["errors"])
            self.stderr.write(f"  Not moved: {details}")
            return 0


def _line(time: MovedTime) -> str:
    what = f"{time.field} {time.local:%Y-%m-%d %H:%M} is"
    if time.now is None:
        return f"{what} a time that the clock no longer shows; correct it in the seller admin."
    return f"{what} {time.now:%Y-%m-%d %H:%M} UTC now, was {time.was:%Y-%m-%d %H:%M} UTC."
