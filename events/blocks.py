"""A block (subsection) as a realtime process knows it, and how it follows the changes.

Every change carries the version it made. Changes are applied in the order of their versions, each once; so it does
not matter how often, how late or from where (news, the trail) they are heard.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from events.positions import seat_name

COUNTS = ("available", "reserved", "sold", "blocked")


class Counts(NamedTuple):
    """The seats of a block by state."""

    available: int
    reserved: int
    sold: int
    blocked: int


class Change(NamedTuple):
    """One committed change: these positions are now `status`. Counts only where the source tells them.

    It makes one version, or several (`steps`) where the ends of several holds are told as one.
    """

    version: int
    status: str
    positions: list[int]
    at: datetime | str
    counts: Counts | None = None
    steps: int = 1

    @property
    def from_version(self) -> int:
        """The version it is applied to."""
        return self.version - self.steps


class Truth(NamedTuple):
    """A block as the database has it, and the trail from the version that was known to this one."""

    version: int
    price: int
    counts: Counts
    trail: list[Change]


@dataclass(slots=True, eq=False)
class Block:
    """What is known of a block, and what of it the viewers were not told yet (since `told`)."""

    id: int
    section: str
    number: int
    tier: str
    price: int
    rows: int
    cols: int
    counts: Counts
    version: int
    total: int = field(init=False)
    told: int = field(init=False)
    due: bool = False
    changed: dict[int, str] = field(default_factory=dict)
    changed_at: datetime | str = ""
    early: dict[int, Change] = field(default_factory=dict)  # by `from_version`: they wait for what comes before
    seats: "Seats | None" = None  # from when somebody watches them

    def __post_init__(self) -> None:
        self.total = sum(self.counts)
        self.told = self.version

    # --- Following ---------------------------------------------------------------------------------

    def hear(self, change: Change) -> None:
        """News: applied if it is the next one, kept if it is too early, ignored if it is known."""
        if change.version > self.version:
            self.early[change.from_version] = change
            self._catch_up()

    def learn(self, truth: Truth) -> None:
        """The truth: what the trail explains is applied; what it does not explain makes viewers ask again."""
        self.price = truth.price
        for change in truth.trail:
            if change.version == self.version + 1:
                self._apply(change)
        if self.version < truth.version:
            self._jump(truth.version)
        if self.version == truth.version:
            self.counts = truth.counts
        self.early = {change.from_version: change for change in self.early.values() if change.version > self.version}
        self._catch_up()

    def tell(self) -> None:
        """The viewers now know all of it."""
        self.told, self.due = self.version, False
        self.changed.clear()

    def _catch_up(self) -> None:
        while (change := self.early.pop(self.version, None)) is not None:
            self._apply(change)

    def _apply(self, change: Change) -> None:
        self.version = change.version
        self.counts = change.counts or self.counts
        self.changed.update(dict.fromkeys(change.positions, change.status))
        self.changed_at = change.at
        self.due = True
        if self.seats is not None:
            self.seats.apply(change)

    def _jump(self, version: int) -> None:
        """Somebody changed seats past the trail. A `from_version` that nobody knows makes viewers fetch the block."""
        self.version = self.told = version
        self.changed.clear()
        self.changed_at = datetime.now(UTC)
        self.due = True
        self.seats = None

    # --- As told -----------------------------------------------------------------------------------

    def row(self) -> dict[str, Any]:
        """The contract's section row."""
        return {
            "section": self.section,
            "subsection": self.number,
            "tier": self.tier,
            "price": self.price,
            "rows": self.rows,
            "cols": self.cols,
            "available": self.counts.available,
            "reserved": self.counts.reserved,
            "sold": self.counts.sold,
            "total": self.total,
            "version": self.version,
        }

    def counts_delta(self) -> dict[str, Any]:
        """What changed since `told`, without the seats."""
        return {
            "section": self.section,
            "subsection": self.number,
            "from_version": self.told,
            "version": self.version,
            "available": self.counts.available,
            "reserved": self.counts.reserved,
            "sold": self.counts.sold,
            "at": self.changed_at,
        }

    def changed_seats(self) -> dict[str, str]:
        """The seats that changed since `told`, as they now are: {"row-seat": status}."""
        return {seat_name(position, self.cols): status for position, status in self.changed.items()}


class Seats:
    """The letters of a block's seats (a r s b, in row order), kept up to date from when they are asked for.

    Changes that come while the letters are being read are remembered and applied on top of them.
    """

    __slots__ = ("version", "letters", "_meanwhile")

    def __init__(self) -> None:
        self.version = -1  # not read yet
        self.letters = bytearray()
        self._meanwhile: list[Change] = []

    @property
    def known(self) -> bool:
        """Whether the letters have been read."""
        return self.version >= 0

    def apply(self, change: Change) -> None:
        """Paints a change, unless the letters have it already."""
        if not self.known:
            self._meanwhile.append(change)
        elif change.version > self.version:
            self._paint(change)

    def read(self, version: int, letters: str) -> None:
        """The letters as the database had them at `version`."""
        self.version, self.letters = version, bytearray(letters, "ascii")
        for change in self._meanwhile:
            self.apply(change)
        self._meanwhile.clear()

    def _paint(self, change: Change) -> None:
        letter = ord(change.status[0])
        for position in change.positions:
            self.letters[position] = letter
        self.version = change.version


def total_counts(blocks: Iterable[Block]) -> dict[str, int]:
    """The event's `stats`."""
    sums = [sum(column) for column in zip(*(block.counts for block in blocks), strict=True)]
    return {**dict(zip(COUNTS, sums, strict=True)), "total": sum(sums)}
