"""The system check of the database's rules of time zones."""

from collections.abc import Callable
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.checks import Tags, run_checks
from django.core.management import call_command

from events import checks
from events.checks import check_zone_rules, differs
from events.models import Event


@pytest.mark.django_db
def test_zones_that_agree_pass(new_event: Callable[..., Event]) -> None:
    new_event(time_zone="Europe/Berlin")
    assert check_zone_rules(databases=["default"]) == []
    call_command("check", "--database", "default", "--fail-level", "WARNING", stdout=StringIO(), stderr=StringIO())


@pytest.mark.django_db
def test_a_zone_with_other_rules_is_named(new_event: Callable[..., Event], monkeypatch: pytest.MonkeyPatch) -> None:
    # Stands for a package that knows more than the database: there, summer time in Berlin is over.
    new_event(time_zone="Europe/Berlin")
    new_event(time_zone="Europe/Paris")
    lagos = ZoneInfo("Africa/Lagos")
    monkeypatch.setattr(checks, "ZoneInfo", lambda name: lagos if name == "Europe/Berlin" else ZoneInfo(name))
    (warning,) = run_checks(tags=[Tags.database], databases=["default"])
    assert warning.id == "events.W001"
    assert "Europe/Berlin" in warning.msg and "Paris" not in warning.msg


@pytest.mark.django_db
def test_a_zone_that_the_database_does_not_know_differs() -> None:
    assert differs("Mars/Olympus")
    assert not differs("UTC")
