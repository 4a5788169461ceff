"""Clocks on walls: times that exist once, never or twice, and the rules of the pinned tz database."""

import zoneinfo
from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from events.admin.zone_choices import FORMER_REGIONS, zone_choices
from events.venue_models import countries
from events.zones import (
    NoSuchTime,
    TwoTimes,
    check_place_zone,
    check_zone,
    instant_of,
    instants_of,
    place_zones,
    wall_clock,
    zone_names,
    zones_of_countries,
)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def test_the_rules_are_those_of_the_package_and_not_of_the_system() -> None:
    assert zoneinfo.TZPATH == ()


@pytest.mark.parametrize(
    ("zone", "wall", "instant"),
    [
        ("UTC", datetime(2027, 5, 1, 19, 30), utc(2027, 5, 1, 19, 30)),
        ("Europe/Berlin", datetime(2027, 5, 1, 19, 30), utc(2027, 5, 1, 17, 30)),
        ("Europe/Berlin", datetime(2027, 1, 1, 19, 30), utc(2027, 1, 1, 18, 30)),
        ("Asia/Kathmandu", datetime(2027, 5, 1, 19, 30), utc(2027, 5, 1, 13, 45)),
        # British Columbia stays on summer time from 2026 on: tzdata 2025b says 20:30 in December.
        ("America/Vancouver", datetime(2026, 12, 31, 19, 30), utc(2027, 1, 1, 2, 30)),
    ],
)
def test_a_wall_clock_and_its_instant(zone: str, wall: datetime, instant: datetime) -> None:
    assert instant_of(wall, zone) == instant
    assert wall_clock(instant, zone) == wall


def test_a_time_that_the_clocks_jump_over_is_refused_with_the_first_time_after_it() -> None:
    with pytest.raises(NoSuchTime) as refused:
        instant_of(datetime(2027, 3, 28, 2, 30), "Europe/Berlin")
    assert refused.value.after == datetime(2027, 3, 28, 3, 0)


def test_a_jump_of_half_an_hour() -> None:
    with pytest.raises(NoSuchTime) as refused:
        instant_of(datetime(2027, 10, 3, 2, 10), "Australia/Lord_Howe")
    assert refused.value.after == datetime(2027, 10, 3, 2, 30)


def test_a_time_that_comes_twice_is_refused_with_both_instants() -> None:
    wall = datetime(2027, 10, 31, 2, 30)
    with pytest.raises(TwoTimes) as refused:
        instant_of(wall, "Europe/Berlin")
    first, second = refused.value.instants
    assert (first, second) == (utc(2027, 10, 31, 0, 30), utc(2027, 10, 31, 1, 30))
    assert instant_of(wall, "Europe/Berlin", near=first) == first
    assert instant_of(wall, "Europe/Berlin", near=second) == second


@given(
    instant=st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2037, 12, 31), timezones=st.just(UTC)),
    zone=st.sampled_from(sorted(zone_names())),
)
def test_every_instant_is_among_those_of_its_wall_clock(instant: datetime, zone: str) -> None:
    assert instant in instants_of(wall_clock(instant, zone), zone)


@pytest.mark.parametrize("name", ["Europe/Berlin", "UTC", "Asia/Calcutta", "America/Argentina/Buenos_Aires"])
def test_names_of_zones(name: str) -> None:
    check_zone(name)


@pytest.mark.parametrize(
    "name",
    ["", "europe/berlin", "Mars/Olympus", "localtime", "Factory", "../etc/passwd", "CET ", "+02:00", "posixrules"],
)
def test_what_is_no_zone(name: str) -> None:
    with pytest.raises(ValidationError):
        check_zone(name)


@pytest.mark.parametrize("name", ["EST5EDT", "CET", "GMT", "Etc/GMT+5", "Japan"])
def test_zones_of_fixed_rules_and_names_without_a_region_are_no_places(name: str) -> None:
    check_zone(name)  # whoever has one keeps it
    with pytest.raises(ValidationError):
        check_place_zone(name)


def test_the_forms_offer_what_a_place_can_be_given() -> None:
    regions = [zones for _, zones in zone_choices() if not isinstance(zones, str)]
    offered = {name for zones in regions for name, _ in zones} | {"UTC"}
    assert {name.partition("/")[0] for name in place_zones() - offered} == FORMER_REGIONS


def test_the_zones_of_a_country() -> None:
    zones = zones_of_countries()
    assert zones["FR"] == ["Europe/Paris"]
    assert zones["US"][0] == "America/New_York"
    assert set(zones["DE"]) == {"Europe/Berlin", "Europe/Busingen"}
    assert {name for names in zones.values() for name in names} <= zone_names()
    assert set(zones) <= set(countries())
