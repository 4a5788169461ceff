"""What viewers look at, shown to the others."""

import time
from typing import Any

import pytest

from events.models import Subsection
from realtime.tests.servers import daphne

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def viewers(server, concert):
    """Two who follow the seats."""
    path = f"/ws/event/{concert.pk}"
    with server.socket(path) as one, server.socket(path) as other:
        for viewer in (one, other):
            _follow(viewer)
        yield one, other


def _follow(viewer) -> None:
    viewer.send("watch")
    viewer.send("ping")
    viewer.expect("pong")


def _hears_nothing(viewer) -> bool:
    """Nothing but ticks: whatever was under way has come before the answer to a ping a moment later."""
    time.sleep(0.3)
    viewer.send("ping")
    return viewer.expect("selecting", "seats_changed", "pong")["type"] == "pong"


def test_others_see_what_a_viewer_looks_at_and_he_does_not(viewers):
    one, other = viewers
    one.send("selecting", section="A", subsection=1, seats=["1-1", "1-2"])
    told = other.expect("selecting")
    assert len(told.pop("viewer")) >= 8
    assert told == {"type": "selecting", "section": "A", "subsection": 1, "seats": ["1-1", "1-2"]}
    assert _hears_nothing(one)


def test_nothing_is_changed_by_looking(viewers, concert, alice, hold):
    one, other = viewers
    one.send("selecting", section="A", subsection=1, seats=["1-1"])
    other.expect("selecting")
    block = Subsection.objects.get(event=concert, section="A", number=1)
    assert (block.available, block.version) == (50, 0)
    assert hold(alice, "1-1").positions == [0]


def test_two_who_look_at_once_see_each_other_only(viewers):
    one, other = viewers
    one.send("selecting", section="A", subsection=1, seats=["1-1"])
    other.send("selecting", section="B", subsection=2, seats=["5-10"])
    assert one.expect("selecting")["seats"] == ["5-10"]
    assert other.expect("selecting")["seats"] == ["1-1"]
    assert _hears_nothing(one)
    assert _hears_nothing(other)


def test_an_empty_list_takes_it_back_at_once(viewers):
    one, other = viewers
    one.send("selecting", section="A", subsection=1, seats=["1-1"])
    first = other.expect("selecting")
    one.send("selecting", section="A", subsection=1, seats=[])
    second = other.expect("selecting")
    assert (second["seats"], second["viewer"]) == ([], first["viewer"])
    one.send("selecting", section="A", subsection=1, seats=[])
    assert _hears_nothing(other)


def test_leaving_takes_it_back(server, concert):
    path = f"/ws/event/{concert.pk}"
    with server.socket(path) as stays:
        _follow(stays)
        with server.socket(path) as leaves:
            leaves.expect("snapshot")
            leaves.send("selecting", section="A", subsection=2, seats=["1-1"])
            shown = stays.expect("selecting")
        assert stays.expect("selecting") == {**shown, "seats": []}


def test_what_comes_faster_than_once_a_second_is_left_out(viewers):
    one, other = viewers
    for seat in range(1, 6):
        one.send("selecting", section="A", subsection=1, seats=[f"1-{seat}"])
    assert other.expect("selecting")["seats"] == ["1-1"]
    assert _hears_nothing(other)
    time.sleep(1)
    one.send("selecting", section="A", subsection=1, seats=["1-9"])
    assert other.expect("selecting")["seats"] == ["1-9"]


def test_who_follows_no_seats_is_not_told(server, concert, viewers):
    one, other = viewers
    with server.socket(f"/ws/event/{concert.pk}") as far:
        far.expect("snapshot")
        one.send("selecting", section="A", subsection=1, seats=["1-1"])
        other.expect("selecting")
        assert _hears_nothing(far)


def test_a_viewer_of_another_process_is_told(server, concert, viewers):
    with daphne() as another, another.socket(f"/ws/event/{concert.pk}") as far:
        _follow(far)
        viewers[0].send("selecting", section="A", subsection=1, seats=["1-1"])
        assert far.expect("selecting")["seats"] == ["1-1"]


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (
            {"section": "A", "subsection": 1, "seats": [f"1-{seat}" for seat in range(1, 11)] + ["2-1"]},
            "validation_error",
        ),
        ({"section": "A", "subsection": 1, "seats": ["6-1"]}, "validation_error"),
        ({"section": "A", "subsection": 1, "seats": ["1-1", "1-1"]}, "validation_error"),
        ({"section": "A", "subsection": 1, "seats": ["<b>"]}, "validation_error"),
        ({"section": "A", "subsection": 1, "seats": [1]}, "validation_error"),
        ({"section": "A", "subsection": 1, "seats": "1-1"}, "validation_error"),
        ({"section": "A", "subsection": 1}, "validation_error"),
        ({"section": "A", "seats": ["1-1"]}, "validation_error"),
        ({"seats": ["1-1"]}, "validation_error"),
        ({"section": "Z", "subsection": 1, "seats": ["1-1"]}, "not_found"),
        ({"section": "A", "subsection": {}, "seats": ["1-1"]}, "not_found"),
    ],
)
def test_what_makes_no_sense_is_explained_and_nobody_is_told(viewers, frame: dict[str, Any], code):
    one, other = viewers
    one.send("selecting", **frame)
    assert one.expect("error")["code"] == code
    assert _hears_nothing(other)
