"""The operator's feature switches."""

from collections.abc import Callable

import pytest
from django.db import OperationalError, connection

from accounts.models import User
from core import feature_switches
from core.errors import BadInput
from core.feature_switches import READ_ONLY, SURGE
from core.models import FeatureSwitch

pytestmark = pytest.mark.django_db


def test_a_switch_is_off_at_first() -> None:
    assert not feature_switches.is_on(SURGE)
    assert not feature_switches.is_on(READ_ONLY)


def test_turning_a_switch_has_effect_at_once_and_records_the_user(olga: User) -> None:
    switch = feature_switches.turn(name=SURGE, on=True, by=olga)
    assert feature_switches.is_on(SURGE) and not feature_switches.is_on(READ_ONLY)
    assert (switch.is_on, switch.changed_by) == (True, olga)
    feature_switches.turn(name=SURGE, on=False, by=olga)
    assert not feature_switches.is_on(SURGE)
    assert FeatureSwitch.objects.get().changed_at > switch.changed_at


def test_unknown_switch_is_refused(olga: User) -> None:
    with pytest.raises(BadInput):
        feature_switches.turn(name="everything", on=True, by=olga)
    assert not FeatureSwitch.objects.exists()


def test_another_process_sees_the_change_after_a_while(olga: User, monkeypatch: pytest.MonkeyPatch) -> None:
    feature_switches.turn(name=SURGE, on=True, by=olga)
    feature_switches.forget()
    monkeypatch.setattr(feature_switches, "LIFE_SECONDS", 60)
    assert feature_switches.is_on(SURGE)
    FeatureSwitch.objects.update(is_on=False)
    assert feature_switches.is_on(SURGE)  # read a moment ago
    monkeypatch.setattr(feature_switches, "LIFE_SECONDS", 0)
    assert not feature_switches.is_on(SURGE)


def test_repeated_checks_cost_one_query(
    django_assert_num_queries: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    feature_switches.forget()
    monkeypatch.setattr(feature_switches, "LIFE_SECONDS", 60)
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        for _ in range(100):
            feature_switches.is_on(SURGE)


def test_while_the_database_is_unavailable_the_last_value_counts(olga: User, monkeypatch: pytest.MonkeyPatch) -> None:
    feature_switches.turn(name=READ_ONLY, on=True, by=olga)

    def unavailable(*args: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(feature_switches, "LIFE_SECONDS", 0)
    monkeypatch.setattr(connection, "cursor", unavailable)
    assert feature_switches.is_on(READ_ONLY)
