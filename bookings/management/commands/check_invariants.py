"""`manage.py check_invariants`: check all invariants on a live database."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from bookings.invariants import INVARIANTS, check_invariants


class Command(BaseCommand):
    """Print the result of each invariant; exit with status 1 if any is broken."""

    help = "Check on the live database, in one snapshot, that no seat or payment is out of order."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print {invariant: [breaches]}")

    def handle(self, *args: Any, **options: Any) -> None:
        found = check_invariants()
        if options["json"]:
            self.stdout.write(json.dumps(found, default=str))
        else:
            self._print(found)
        if any(found.values()):
            sys.exit(1)

    def _print(self, found: dict[str, list[dict[str, Any]]]) -> None:
        for invariant in INVARIANTS:
            breaches = found[invariant.name]
            mark = self.style.ERROR("BROKEN") if breaches else self.style.SUCCESS("ok")
            self.stdout.write(f"{mark}  {invariant.name}: {invariant.promise}")
            for breach in breaches:
                self.stdout.write(f"    {breach}")
