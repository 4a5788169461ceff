"""An event whose seats change one by one, as the product changes them.

Each change is a lock, a guarded update, an entry of the audit log, a commit and a publish.
"""

import math
import os
import time
from itertools import count
from typing import Any
from unittest import mock

from benchmarks.tools import shop

SUBSECTIONS, ROWS, COLS = 4, 5, 10

Change = tuple[int, int, float]  # subsection number, new version, time of the commit (monotonic clock)


class Changes:
    """Blocks one seat after the other, in each subsection in turn; the next round unblocks them.

    It calls the function that changes seats directly, because permissions are not measured.
    """

    def __init__(self) -> None:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ticketing.settings")
        import django

        django.setup()
        from accounts.models import User
        from events.lifecycle.create import create_event
        from events.seating.configuration import read_seating

        fields = shop.new_event(
            "Benchmark: viewers", [{"name": "A", "price": 5000, "subsections": SUBSECTIONS}], rows=ROWS, cols=COLS
        )
        seating = read_seating(fields.pop("seating_config"), max_seats=200_000)
        seller = User.objects.get(email=shop.SELLER)
        event = create_event(seller=seller, seating=seating, is_active=False, **fields)
        self.event_id: int = event.pk
        self._subsections = list(event.subsections.order_by("number").values_list("pk", flat=True))
        self._numbers = count()

    def next(self) -> Change:
        """Change the next seat."""
        from django.db import transaction

        from events.inventory.seats import change_seats, lock_subsection
        from events.states import ChangeKind
        from realtime.publish import publish

        committed = math.nan

        def note_commit_and_publish(group: str, message: dict[str, Any]) -> None:
            nonlocal committed
            committed = time.monotonic()  # called right after the commit
            publish(group, message)

        turn, index = divmod(next(self._numbers), SUBSECTIONS)
        round, position = divmod(turn, ROWS * COLS)
        kind = ChangeKind.UNBLOCKED if round % 2 else ChangeKind.BLOCKED
        with mock.patch("events.publish.publish", note_commit_and_publish), transaction.atomic():
            subsection = lock_subsection(self._subsections[index])
            change_seats(subsection=subsection, positions=[position], kind=kind)
        return index + 1, subsection.version, committed
