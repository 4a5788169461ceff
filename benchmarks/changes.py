"""A new event whose seats change one by one, as the product changes them: lock, guarded update, trail, commit, news."""

import math
import os
import time
from itertools import count
from typing import Any
from unittest import mock

from benchmarks import shop

BLOCKS, ROWS, COLS = 4, 5, 10

Change = tuple[int, int, float]  # block (its number), the version made, when it was committed on the monotonic clock


class Changes:
    """Blocks one seat after the other, in each block in turn, and brings them back on sale in the next round.

    It calls the only hand on seat state directly: who may block seats is not what is measured.
    """

    def __init__(self) -> None:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ticketing.settings")
        import django

        django.setup()
        from accounts.models import User
        from events.operations.create import create_event
        from events.seating import read_seating

        fields = shop.new_event(
            "Benchmark: viewers", [{"name": "A", "price": 5000, "subsections": BLOCKS}], rows=ROWS, cols=COLS
        )
        seating = read_seating(fields.pop("seating_config"), max_seats=200_000)
        seller = User.objects.get(email=shop.SELLER)
        event = create_event(seller=seller, seating=seating, is_active=False, **fields)
        self.event_id: int = event.pk
        self._blocks = list(event.subsections.order_by("number").values_list("pk", flat=True))
        self._numbers = count()

    def next(self) -> Change:
        """Changes the next seat."""
        from django.db import transaction

        from events.operations.seats import change_seats, lock_subsection
        from events.states import ChangeKind
        from realtime.news import publish

        committed = math.nan

        def note(group: str, message: dict[str, Any]) -> None:
            nonlocal committed
            committed = time.monotonic()  # this runs as soon as the transaction is committed
            publish(group, message)

        turn, place = divmod(next(self._numbers), BLOCKS)
        round, position = divmod(turn, ROWS * COLS)
        kind = ChangeKind.UNBLOCKED if round % 2 else ChangeKind.BLOCKED
        with mock.patch("events.news.publish", note), transaction.atomic():
            block = lock_subsection(self._blocks[place])
            change_seats(subsection=block, positions=[position], kind=kind)
        return place + 1, block.version, committed
