"""Time zones of venues: their names, and the instants that a clock on the wall means.

The rules are those of the pinned package tzdata, and not the system's: `ticketing.settings` takes the system's files
off the search path, because two machines with different ones would differ by an hour.
"""

from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError

from core.text.times import wall_text

# In the list of zones, but no places: what the machine is set to, and a placeholder that says so.
NOT_PLACES = frozenset({"localtime", "Factory"})
# Groups of zones by a fixed rule, which is no place's. So are those without "/" in their names, as EST5EDT and CET.
FIXED_RULES = frozenset({"Etc", "SystemV"})


class NoSuchTime(ValueError):
    """The clocks go forward over this time: no clock on the wall shows it. `after` is the first time that follows."""

    def __init__(self, after: datetime) -> None:
        super().__init__(f"The clocks go forward to {wall_text(after, 'clock')} then: this time does not exist.")
        self.after = after


class TwoTimes(ValueError):
    """The clocks go back over this time: it comes twice. `instants` are both, in order."""

    def __init__(self, first: datetime, second: datetime) -> None:
        super().__init__("The clocks go back then: this time comes twice.")
        self.instants = (first, second)


@cache
def zone_names() -> frozenset[str]:
    """Return the IANA names of all zones, also those of former names ("Asia/Calcutta")."""
    return frozenset(available_timezones()) - NOT_PLACES


@cache
def place_zones() -> frozenset[str]:
    """Return the names of the zones that a place can be given: those of places ("Europe/Berlin"), and UTC."""
    places = {name for name in zone_names() if "/" in name and name.partition("/")[0] not in FIXED_RULES}
    return frozenset({"UTC", *places})


@cache
def zones_of_countries() -> dict[str, list[str]]:
    """Return the zones of each country or territory, by its ISO 3166-1 code; usually the most populous comes first.

    From zone.tab of the package tzdata, whose header promises that order where geography permits it.
    """
    found: dict[str, list[str]] = {}
    for line in files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            country, _, name, *_ = line.split("\t")
            found.setdefault(country, []).append(name)
    return found


def check_zone(name: str) -> None:
    """Raise Django's ValidationError unless this is the name of a zone, in the spelling of the list."""
    if name not in zone_names():
        raise ValidationError("There is no such time zone. Write it as in Europe/Berlin.", "unknown")


def check_place_zone(name: str) -> None:
    """Raise Django's ValidationError unless this is the name of a zone that a place can be given."""
    if name not in place_zones():
        raise ValidationError("There is no place with this time zone. Write it as in Europe/Berlin.", "unknown")


def wall_clock(instant: datetime, zone: str) -> datetime:
    """Return what the clock on the wall shows, as a time without a zone."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def instants_of(wall: datetime, zone: str) -> list[datetime]:
    """Return the instants, in UTC and in order, at which the clock on the wall shows this: none, one or two."""
    sides = {wall.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(instant for instant in sides if wall_clock(instant, zone) == wall)


def instant_of(wall: datetime, zone: str, *, near: datetime | None = None) -> datetime:
    """Return the instant, in UTC, at which the clock on the wall shows this.

    If it does so twice, the one closer to `near`. Raises NoSuchTime, and TwoTimes without `near`.
    """
    instants = instants_of(wall, zone)
    if not instants:
        raise NoSuchTime(_after_gap(wall, zone))
    if len(instants) == 2 and near is None:
        raise TwoTimes(*instants)
    return min(instants, key=lambda instant: abs(instant - near)) if near else instants[0]


def _after_gap(wall: datetime, zone: str) -> datetime:
    """Return the first time that the clock shows after it has jumped over `wall`, to the second.

    With the offset from after the jump, `wall` is an instant before it, and the other way round; the jump is between.
    """
    place = ZoneInfo(zone)
    before, after = (wall.replace(tzinfo=place, fold=fold).astimezone(UTC) for fold in (1, 0))
    offset = after.astimezone(place).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(place).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return wall_clock(after, zone)
