"""Writes a seating plan as a file: `manage.py export_plan ID --format csv`."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from events.plan_models import PlanVersion
from events.plans.document import read_plan
from events.plans.formats.reports import Format, write_file


class Command(BaseCommand):
    """Writes a published version of a seating plan to a file or the standard output.

    What the format can't say is told on the standard error.
    """

    help = "Write a published version of a seating plan as JSON of pretix, CSV or a seating plan in JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("version", type=int, help="the id of the version, as in /api/plan-version/ID")
        parser.add_argument("--format", choices=Format.values, default=Format.PRETIX.value)
        parser.add_argument("--output", type=Path, metavar="FILE", help="the standard output by default")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            document = PlanVersion.objects.get(pk=options["version"]).document
        except PlanVersion.DoesNotExist:
            raise CommandError(f"There is no version {options['version']}.") from None
        plan = read_plan(document, max_places=settings.MAX_SEATS_PER_EVENT)
        text, left_out = write_file(document, plan, options["format"], max_places=settings.MAX_SEATS_PER_EVENT)
        for sentence in left_out:
            self.stderr.write(f"Not in the file: {sentence}")
        self._write(text, options["output"])

    def _write(self, text: str, output: Path | None) -> None:
        if output is None:
            self.stdout.write(text, ending="")
            return
        try:
            output.write_text(text, encoding="utf-8", newline="")
        except OSError as error:
            raise CommandError(f"{output}: {error.strerror}.") from None
        self.stdout.write(f"{output}: {len(text.encode()):,} bytes")
