"""The state of a subsection in a realtime process, and how changes are applied to it.

Every change carries the version it made. Changes are applied in the order of their versions, each once, so it does not
matter how often, how late or from where (a published message or the database) they arrive.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from events.seating.names import PlaceNames
from events.states import SubsectionKind

COUNTS = ("available", "reserved", "sold", "blocked")


class Counts(NamedTuple):
    """The number of seats of a subsection in each status."""

    available: int
    reserved: int
    sold: int
    blocked: int


class Change(NamedTuple):
    """One committed change: the seats at `positions` now have `status`.

    `counts` are those after the change, or None if it was read from the audit log, which doesn't have them.

    A change makes one version, or several (`version_count`) if it reports the end of several holds.
    """

    version: int
    status: str
    positions: list[int]
    at: datetime | str
    counts: Counts | None = None
    version_count: int = 1

    @property
    def from_version(self) -> int:
        """The version before the change."""
        return self.version - self.version_count


class Snapshot(NamedTuple):
    """A subsection as the database has it, with the changes since the version that this process knew."""

    version: int
    price: int
    counts: Counts
    changes: list[Change]


@dataclass(slots=True, eq=False)
class LiveSubsection:
    """The state of a subsection as this process knows it, and the changes that viewers have not received yet.

    `sent_version` is the version that viewers have received. `tiers` has the price of each category ({name: minor
    units}) if the seats are of several.
    """

    id: int
    section: str
    number: int
    tier: str
    price: int
    rows: int
    cols: int
    counts: Counts
    version: int
    kind: str = SubsectionKind.GRID.value
    tiers: dict[str, int] = field(default_factory=dict)
    names: PlaceNames = None  # type: ignore[assignment]  # by default those of rows × cols seats
    total: int = field(init=False)
    sent_version: int = field(init=False)
    pending: bool = False  # whether there is something to send
    changed: dict[int, str] = field(default_factory=dict)  # position: status, since `sent_version`
    changed_at: datetime | str = ""
    early: dict[int, Change] = field(default_factory=dict)  # by `from_version`; they wait for the changes before them
    seat_status: "SeatStatusMap | None" = None  # None until somebody watches the seats

    def __post_init__(self) -> None:
        self.names = self.names or PlaceNames(self.kind, self.rows, self.cols)
        self.total = sum(self.counts)
        self.sent_version = self.version

    # --- Changes -----------------------------------------------------------------------------------

    def handle(self, change: Change) -> None:
        """Process a published change: apply it if it is the next one, keep it if it is early, ignore it if known."""
        if change.version > self.version:
            self.early[change.from_version] = change
            self._apply_early()

    def apply_snapshot(self, snapshot: Snapshot) -> None:
        """Update the state from a snapshot of the database.

        If changes are missing between the known version and the snapshot's, skip to the snapshot's version; viewers
        then fetch the subsection again.
        """
        self.price = snapshot.price
        for change in snapshot.changes:
            if change.version == self.version + 1:
                self._apply(change)
        if self.version < snapshot.version:
            self._skip_to(snapshot.version)
        if self.version == snapshot.version:
            self.counts = snapshot.counts
        self.early = {change.from_version: change for change in self.early.values() if change.version > self.version}
        self._apply_early()

    def mark_sent(self) -> None:
        """Note that viewers have received all changes up to `version`."""
        self.sent_version, self.pending = self.version, False
        self.changed.clear()

    def _apply_early(self) -> None:
        while (change := self.early.pop(self.version, None)) is not None:
            self._apply(change)

    def _apply(self, change: Change) -> None:
        self.version = change.version
        self.counts = change.counts or self.counts
        self.changed.update(dict.fromkeys(change.positions, change.status))
        self.changed_at = change.at
        self.pending = True
        if self.seat_status is not None:
            self.seat_status.apply(change)

    def _skip_to(self, version: int) -> None:
        """Skip changes that left no record, such as those made by hand in SQL.

        Viewers get a `from_version` that none of them knows, so they fetch the subsection again.
        """
        self.version = self.sent_version = version
        self.changed.clear()
        self.changed_at = datetime.now(UTC)
        self.pending = True
        self.seat_status = None

    # --- Output ------------------------------------------------------------------------------------

    def row(self) -> dict[str, Any]:
        """Return the subsection as a row of `sections`, as the live feed sends it."""
        tiers = [{"tier": tier, "price": price} for tier, price in self.tiers.items()]
        return {
            "section": self.section,
            "subsection": self.number,
            "kind": self.kind,
            "tier": self.tier,
            "price": self.price,
            "rows": self.rows,
            "cols": self.cols,
            "available": self.counts.available,
            "reserved": self.counts.reserved,
            "sold": self.counts.sold,
            "total": self.total,
            "version": self.version,
            **({"tiers": tiers} if tiers else {}),
        }

    def counts_delta(self) -> dict[str, Any]:
        """Return the present counts, and the versions between which they changed, without the seats."""
        return {
            "section": self.section,
            "subsection": self.number,
            "from_version": self.sent_version,
            "version": self.version,
            "available": self.counts.available,
            "reserved": self.counts.reserved,
            "sold": self.counts.sold,
            "at": self.changed_at,
        }

    def changed_seats(self) -> dict[str, str]:
        """Return {name: present status} of the seats that changed since `sent_version`."""
        return {self.names.name(position): status for position, status in self.changed.items()}


class SeatStatusMap:
    """The status of each seat of a subsection: one letter (a r s b) per seat, in row order, kept up to date.

    Changes that arrive while the letters are being read from the database wait and are applied afterwards.
    """

    __slots__ = ("version", "letters", "_waiting")

    def __init__(self) -> None:
        self.version = -1  # not loaded yet
        self.letters = bytearray()
        self._waiting: list[Change] = []

    @property
    def loaded(self) -> bool:
        """Whether the letters have been read from the database."""
        return self.version >= 0

    def apply(self, change: Change) -> None:
        """Apply a change, unless the letters already contain it."""
        if not self.loaded:
            self._waiting.append(change)
        elif change.version > self.version:
            self._write(change)

    def load(self, version: int, letters: str) -> None:
        """Set the letters as the database had them at `version`, and apply the changes that arrived meanwhile."""
        self.version, self.letters = version, bytearray(letters, "ascii")
        for change in self._waiting:
            self.apply(change)
        self._waiting.clear()

    def _write(self, change: Change) -> None:
        letter = ord(change.status[0])
        for position in change.positions:
            self.letters[position] = letter
        self.version = change.version


def total_counts(subsections: Iterable[LiveSubsection]) -> dict[str, int]:
    """Return the event's `stats`: its number of seats in each status, and in `total`."""
    sums = [sum(column) for column in zip(*(subsection.counts for subsection in subsections), strict=True)]
    return {**dict(zip(COUNTS, sums, strict=True)), "total": sum(sums)}
