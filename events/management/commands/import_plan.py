"""Makes a seating plan from a file: `manage.py import_plan FILE --venue ID`."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import BadInput
from core.text.formatting import pluralize
from events.plans.document import read_plan
from events.plans.formats.files import MAX_BYTES, read_file
from events.plans.formats.problems import Understood
from events.plans.formats.reports import Format, summary
from events.venue_models import Venue
from events.venues.plans import add_plan, publish_plan


class Command(BaseCommand):
    """Reads a file, says what was understood and what is wrong with it, and adds a plan to a venue.

    Nothing is stored, and the exit code is 1, if the file has a problem, unless each has a proposal and `--accept`
    follows them.
    """

    help = "Make a seating plan from a JSON file of pretix, a CSV file or a seating plan in JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--venue", type=int, metavar="ID", help="the venue that gets the plan")
        parser.add_argument("--name", default="", help="the plan's name; that in the file, or the file's, by default")
        parser.add_argument("--format", choices=Format.values, default="", help="told from the content by default")
        parser.add_argument("--unit-cm", type=float, help="how many centimetres a pixel of a file of pretix is")
        parser.add_argument("--accept", action="store_true", help="follow the proposals for mistakes in the file")
        parser.add_argument("--check", action="store_true", help="only say what was understood")
        parser.add_argument("--publish", action="store_true", help="publish the plan, so that events can have it")

    def handle(self, *args: Any, **options: Any) -> None:
        venue = None if options["check"] else self._venue(options["venue"])
        understood = self._read(options["file"], options)
        document = self._accepted(understood, options["accept"])
        if venue is None:
            self.stdout.write("Nothing was stored, because this was a check.")
        else:
            self._store(venue, options["name"] or document["name"], document, options["publish"])

    def _venue(self, venue_id: int | None) -> Venue:
        if venue_id is None:
            raise CommandError("Name the venue with --venue, or only check the file with --check.")
        try:
            return Venue.objects.select_related("seller").get(pk=venue_id)
        except Venue.DoesNotExist:
            raise CommandError(f"There is no venue {venue_id}.") from None

    def _read(self, path: Path, options: dict[str, Any]) -> Understood:
        try:
            with path.open("rb") as file:
                content = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}.") from None
        self.stderr.write(f"Reading {path.name}, {len(content):,} bytes …")
        return read_file(
            content,
            name=options["name"] or path.stem,
            max_places=settings.MAX_SEATS_PER_EVENT,
            kind=options["format"],
            unit_cm=options["unit_cm"],
        )

    def _accepted(self, understood: Understood, accept: bool) -> dict[str, Any]:
        """Say what was understood; return the document. Raises CommandError for problems that aren't accepted."""
        if understood.document is not None:
            plan = read_plan(understood.document, max_places=settings.MAX_SEATS_PER_EVENT)
            self.stdout.write("\n".join(summary(plan)))
        for sentence in understood.left_out:
            self.stdout.write(f"Not in the plan: {sentence}")
        for problem in understood.problems:
            self.stderr.write(str(problem))
        if understood.total > len(understood.problems):
            self.stderr.write(f"… and {understood.total - len(understood.problems):,} more.")
        if understood.document is None or (understood.problems and not accept):
            hint = "" if understood.document is None else " Run it again with --accept to follow the proposals."
            raise CommandError(f"{pluralize(understood.total, 'problem')}; nothing was stored.{hint}")
        return understood.document

    def _store(self, venue: Venue, name: str, document: dict[str, Any], publish: bool) -> None:
        self.stderr.write("Storing …")
        try:
            plan = add_plan(venue_id=venue.pk, seller=venue.seller, name=name, draft=document)
        except BadInput as error:
            raise CommandError("; ".join(found["detail"] for found in error.extra["errors"])) from None
        self.stdout.write(f"Plan {plan.pk} “{plan.name}” of {venue.name}")
        if publish:
            version = publish_plan(plan_id=plan.pk, seller=venue.seller)
            self.stdout.write(
                f"Version {version.number} with {version.places:,} places: /api/plan-version/{version.pk}"
            )
