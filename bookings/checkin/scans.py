"""The rule that decides which of several scans of one ticket is the entry, when reports of scanners are merged.

The entry is the scan with which the holder came in: the earliest one by `CheckIn.counted_at`. Undoing a check-in ends a
*period*; a scan after the undo is a new entry, so each period has an earliest scan of its own. The result depends only
on the scans, not on the order in which they are reported.

A scan can be neither much earlier than its ticket was issued nor later than its report. If its scanner says so, such as
one whose clock was reset to 1970, somebody has entered nevertheless: the scan counts, but from the time of its record.
"""

from bisect import bisect_left
from collections.abc import Iterable
from datetime import datetime

from bookings.checkin.models import MAX_CLOCK_LEAD, CheckIn
from bookings.states import CheckInKind
from bookings.tickets.models import MAX_CLOCK_DELAY, Admission

ScanKey = tuple[str, datetime]  # device, and time of the scan (`scanned_at`); identifies a scan of one ticket


def key_of(row: CheckIn) -> ScanKey:
    """Return the device and time of a scan, which identify it among the scans of its ticket."""
    return row.device, row.scanned_at


def is_possible(scanned_at: datetime, *, ticket: Admission, now: datetime) -> bool:
    """Return whether the ticket can have been scanned at this time, if the scan is reported `now`."""
    return ticket.issued_at - MAX_CLOCK_DELAY <= scanned_at <= now + MAX_CLOCK_LEAD


class Scans:
    """All scans and undos of one ticket; the caller leaves out those recorded after it became void."""

    def __init__(self, rows: Iterable[CheckIn]) -> None:
        ordered = sorted(rows, key=lambda row: row.recorded_at)
        self._undone = [row.recorded_at for row in ordered if row.kind == CheckInKind.UNDONE]
        self._known: dict[ScanKey, CheckIn] = {}
        for row in ordered:
            if row.kind != CheckInKind.UNDONE:
                self._known.setdefault(key_of(row), row)
        self._firsts: dict[int, CheckIn] = {}
        for row in sorted(self._known.values(), key=lambda row: (row.counted_at, row.scanned_at, row.device)):
            self._firsts.setdefault(self._period(row), row)

    def __contains__(self, key: ScanKey) -> bool:
        return key in self._known

    def first_with(self, key: ScanKey) -> CheckIn:
        """Return the entry of the period that the scan with this key belongs to; it may be the same scan."""
        return self._firsts[self._period(self._known[key])]

    @property
    def entry(self) -> CheckIn | None:
        """The entry of the current period; None if the ticket is not checked in."""
        return self._firsts.get(len(self._undone))

    @property
    def last_undone(self) -> datetime | None:
        """When a check-in of this ticket was last undone; None if never."""
        return self._undone[-1] if self._undone else None

    def _period(self, row: CheckIn) -> int:
        """Return the number of the period that the scan belongs to: how many undos came before the scan."""
        return bisect_left(self._undone, row.counted_at)
