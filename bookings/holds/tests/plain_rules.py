"""The seat rules once more, slow and plain: straight from the rows of a plan, without cells, runs or layouts.

Tests compare bookings/sql/drawn_seats.sql and the specification with it. Seats are (row, place), both from 0.
"""

from events.plans.plan import Block, Plan
from events.states import PlaceKind

Seat = tuple[int, int]


class PlainRules:
    """The rules for one block, whose `free` seats are given."""

    def __init__(self, plan: Plan, block: Block, free: set[Seat], *, quantity: int, places: int) -> None:
        self.plan, self.block, self.free = plan, block, free
        self.quantity, self.places = quantity, places
        self.whole = {table.row for table in block.tables if table.whole}

    def kind(self, seat: Seat) -> PlaceKind:
        row, place = seat
        return self.block.rows[row].places[place].kind

    def beside(self, seat: Seat) -> list[Seat]:
        """The neighbours of a seat: at most one on each side, none across an aisle."""
        row, place = seat
        line = self.block.rows[row].places
        left = [(row, place - 1)] if place > 0 and not line[place - 1].ends_run else []
        return left + ([(row, place + 1)] if place + 1 < len(line) and not line[place].ends_run else [])

    def kept(self, seat: Seat) -> bool:
        return self.kind(seat) in (PlaceKind.WHEELCHAIR, PlaceKind.COMPANION)

    def gaps(self, chosen: list[Seat]) -> list[Seat]:
        left = self.free - {*chosen}
        touched = {other for seat in chosen for other in self.beside(seat)}
        return sorted(
            seat for seat in touched & left if not self.kept(seat) and not any(n in left for n in self.beside(seat))
        )

    def offered(self, *, restricted: bool, whole_tables: bool) -> set[Seat]:
        """The free seats that this buyer may get."""

        def may(seat: Seat) -> bool:
            row = seat[0]
            if row in self.whole and not (whole_tables and len(self.block.rows[row].places) == self.quantity):
                return False
            if self.kind(seat) == PlaceKind.RESTRICTED and not restricted:
                return False
            return self.places > 0 or not self.kept(seat)

        return {seat for seat in self.free if may(seat)}

    def windows(self, offered: set[Seat]) -> list[list[Seat]]:
        """All choices of seats side by side, in row order."""
        found = []
        for first in sorted(offered):
            window = [first]
            while len(window) < self.quantity:
                following = (first[0], first[1] + len(window))
                if following not in offered or following not in self.beside(window[-1]):
                    break
                window.append(following)
            enough = len(window) == self.quantity and self.wheelchairs(window) >= self.places
            if enough and not (self.places and self.unclaimed(window)):
                found.append(window)
        return found

    def wheelchairs(self, seats: list[Seat]) -> int:
        return sum(self.kind(seat) == PlaceKind.WHEELCHAIR for seat in seats)

    def group(self, seat: Seat) -> set[Seat]:
        """The wheelchair places and companions' seats that are side by side with a seat of these kinds, and itself."""
        found, new = {seat}, [seat]
        while new:
            new = [other for each in new for other in self.beside(each) if self.kept(other) and other not in found]
            found.update(new)
        return found

    def unclaimed(self, chosen: list[Seat]) -> list[Seat]:
        """The companions' seats that no wheelchair place among the chosen seats brings."""
        rows = enumerate(self.block.rows)
        seats = {(row, place) for row, line in rows if row not in self.whole for place in range(len(line.places))}
        wheelchairs = {seat for seat in seats if self.kind(seat) == PlaceKind.WHEELCHAIR}
        companions = {seat for seat in seats if self.kind(seat) == PlaceKind.COMPANION}
        apart = {seat for seat in companions if not self.group(seat) & wheelchairs}
        refused: set[Seat] = set()
        for seat in companions:
            places = wheelchairs if seat in apart else self.group(seat) & wheelchairs
            fellows = apart if seat in apart else self.group(seat) & companions
            given = len(places & {*chosen})
            claim = len(fellows) if given == len(places) else given * max(1, len(fellows) // len(places))
            refused |= {*sorted(fellows & {*chosen})[claim if given else 0 :]}
        return sorted(refused)

    def rank(self, window: list[Seat]) -> tuple[int, ...]:
        companions = sum(self.kind(seat) == PlaceKind.COMPANION for seat in window)
        row, place = middle = window[(self.quantity - 1) // 2]
        if self.plan.focal_point is None:
            return row, self.wheelchairs(window), -companions, place
        x, y = self.plan.focal_point
        seat = self.block.rows[row].places[place]
        return self.wheelchairs(window), -companions, (seat.x - x) ** 2 + (seat.y - y) ** 2, *middle

    def best(self, *, gaps_allowed: bool) -> list[Seat] | None:
        for restricted in (False, True):
            found = self.windows(self.offered(restricted=restricted, whole_tables=True))
            tidy = [] if gaps_allowed else [window for window in found if not self.gaps(window)]
            if found:
                return min(tidy or found, key=self.rank)
            if scattered := self.scattered(self.offered(restricted=restricted, whole_tables=False)):
                return scattered
        return None

    def scattered(self, offered: set[Seat]) -> list[Seat] | None:
        if len(offered) < self.quantity or self.wheelchairs(list(offered)) < self.places:
            return None
        if not self.places:
            runs = sorted(self.runs(offered), key=lambda run: (-len(run), run[0]))
            return sorted([seat for run in runs for seat in run][: self.quantity])
        given = self.given_places(offered)
        company = self.company(offered, given)
        return sorted(given + company) if len(company) == self.quantity - self.places else None

    def runs(self, offered: set[Seat]) -> list[list[Seat]]:
        runs: list[list[Seat]] = []
        for seat in sorted(offered):
            if runs and seat in self.beside(runs[-1][-1]):
                runs[-1].append(seat)
            else:
                runs.append([seat])
        return runs

    def given_places(self, offered: set[Seat]) -> list[Seat]:
        """The wheelchair places: of the first row that has enough and seats for all, or enough, or the first of all."""
        free = sorted(seat for seat in offered if self.kind(seat) == PlaceKind.WHEELCHAIR)
        rows = {row: [seat for seat in offered if seat[0] == row] for row, _ in free}
        enough = [row for row in sorted(rows) if self.wheelchairs(rows[row]) >= self.places]
        for candidates in ([row for row in enough if len(rows[row]) >= self.quantity], enough):
            if candidates:
                return [seat for seat in free if seat[0] == candidates[0]][: self.places]
        return free[: self.places]

    def company(self, offered: set[Seat], given: list[Seat]) -> list[Seat]:
        """The other seats, nearest to any of the places, wheelchair places last; no unclaimed companions' seats."""

        def key(seat: Seat) -> tuple[bool, tuple[int, int], Seat]:
            away = min((abs(seat[0] - row), abs(self.cell(seat) - self.cell((row, place)))) for row, place in given)
            return self.kind(seat) == PlaceKind.WHEELCHAIR, away, seat

        company: list[Seat] = []
        for seat in sorted((seat for seat in offered if seat not in given), key=key):
            if len(company) < self.quantity - self.places and not self.is_beyond(seat, given, company):
                company.append(seat)
        return company

    def is_beyond(self, seat: Seat, given: list[Seat], company: list[Seat]) -> bool:
        """Whether a companion's seat is too many beside those in `company`, if only the `given` places bring any."""
        before = [other for other in company if self.kind(other) == PlaceKind.COMPANION]
        return self.kind(seat) == PlaceKind.COMPANION and bool(self.unclaimed([*given, *before, seat]))

    def cell(self, seat: Seat) -> int:
        """The distance from the left of the row, in seats; an aisle is as wide as one."""
        row, place = seat
        return place + sum(each.ends_run for each in self.block.rows[row].places[:place])

    def avoidable_gaps(self, chosen: list[Seat]) -> list[Seat]:
        """The gaps of named seats, if as many others side by side would leave none."""
        self.places = self.wheelchairs(chosen)
        others = self.windows(self.offered(restricted=False, whole_tables=True))
        gaps = self.gaps(chosen)
        return gaps if gaps and any(not self.gaps(window) for window in others) else []
