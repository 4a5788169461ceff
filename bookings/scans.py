"""Which of several scans of one ticket let somebody in: the rule by which the reports of scanners are merged.

The first one did, by the time at which it counts. An undone check-in ends a *stay*; whoever is scanned after it enters
again, so each stay has a first scan of its own. The verdict depends on the scans alone, not on the order in which they
were reported.
"""

from bisect import bisect_left
from collections.abc import Iterable
from datetime import datetime

from bookings.models import CheckIn
from bookings.states import CheckInKind

ScanKey = tuple[str, datetime]  # device and time by its clock: by which a scan of a ticket is known again


def key_of(row: CheckIn) -> ScanKey:
    """By what a scan is known again."""
    return row.device, row.scanned_at


class Scans:
    """All that was ever scanned of one ticket, except after it became void."""

    def __init__(self, rows: Iterable[CheckIn]) -> None:
        ordered = sorted(rows, key=lambda row: row.recorded_at)
        self._undone = [row.recorded_at for row in ordered if row.kind == CheckInKind.UNDONE]
        self._known: dict[ScanKey, CheckIn] = {}
        for row in ordered:
            if row.kind != CheckInKind.UNDONE:
                self._known.setdefault(key_of(row), row)
        self._firsts: dict[int, CheckIn] = {}
        for row in sorted(self._known.values(), key=lambda row: (row.counted_at, row.device)):
            self._firsts.setdefault(self._stay(row), row)

    def __contains__(self, key: ScanKey) -> bool:
        return key in self._known

    def first_with(self, key: ScanKey) -> CheckIn:
        """The scan that let somebody in, of the stay to which this one belongs; it may be the same."""
        return self._firsts[self._stay(self._known[key])]

    @property
    def entry(self) -> CheckIn | None:
        """The scan by which somebody is inside now; None if nobody is."""
        return self._firsts.get(len(self._undone))

    @property
    def last_undone(self) -> datetime | None:
        """When a check-in of this ticket was last undone."""
        return self._undone[-1] if self._undone else None

    def _stay(self, row: CheckIn) -> int:
        return bisect_left(self._undone, row.counted_at)
