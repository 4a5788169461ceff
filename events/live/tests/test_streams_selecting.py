"""Viewers see which seats other viewers are selecting."""

import time
from typing import Any

import pytest

from events.models import Subsection
from realtime.tests.servers import daphne

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def viewers(server, concert):
    """Two viewers who watch all seats."""
    path = f"/ws/event/{concert.pk}"
    with server.socket(path) as one, server.socket(path) as other:
        for viewer in (one, other):
            _watch_all(viewer)
        yield one, other


def _watch_all(viewer) -> None:
    viewer.send("watch")
    viewer.send("ping")
    viewer.expect("pong")


def _receives_nothing(viewer) -> bool:
    """Return whether nothing but ticks arrives: messages sent before arrive before the response to a later ping."""
    time.sleep(0.3)
    viewer.send("ping")
    return viewer.expect("selecting", "seats_changed", "pong")["type"] == "pong"


def test_only_other_viewers_see_a_selection(viewers):
    one, other = viewers
    one.send("selecting", section="A", subsection=1, seats=["1-1", "1-2"])
    received = other.expect("selecting")
    assert len(received.pop("viewer")) >= 8
    assert received == {"type": "selecting", "section": "A", "subsection": 1, "seats": ["1-1", "1-2"]}
    assert _receives_nothing(one)


def test_a_selection_changes_no_seat(viewers, concert, alice, hold):
    one, other = viewers
    one.send("selecting", section="A", subsection=1, seats=["1-1"])
    other.expect("selecting")
    subsection = Subsection.objects.get(event=concert, section="A", number=1)
    assert (subsection.available, subsection.version) == (50, 0)
    assert hold(alice, "1-1").positions == [0]


def test_two_viewers_see_each_others_selection_but_not_their_own(viewers):
    one, other = viewers
    one.send("selecting", section="A", subsection=1, seats=["1-1"])
    other.send("selecting", section="B", subsection=2, seats=["5-10"])
    assert one.expect("selecting")["seats"] == ["5-10"]
    assert other.expect("selecting")["seats"] == ["1-1"]
    assert _receives_nothing(one)
    assert _receives_nothing(other)


def test_an_empty_list_clears_the_selection_at_once(viewers):
    one, other = viewers
    one.send("selecting", section="A", subsection=1, seats=["1-1"])
    first = other.expect("selecting")
    one.send("selecting", section="A", subsection=1, seats=[])
    second = other.expect("selecting")
    assert (second["seats"], second["viewer"]) == ([], first["viewer"])
    one.send("selecting", section="A", subsection=1, seats=[])
    assert _receives_nothing(other)


def test_leaving_clears_the_selection(server, concert):
    path = f"/ws/event/{concert.pk}"
    with server.socket(path) as staying:
        _watch_all(staying)
        with server.socket(path) as leaving:
            leaving.expect("snapshot")
            leaving.send("selecting", section="A", subsection=2, seats=["1-1"])
            shown = staying.expect("selecting")
        assert staying.expect("selecting") == {**shown, "seats": []}


def test_selections_within_a_second_of_the_last_one_are_ignored(viewers):
    one, other = viewers
    for seat in range(1, 6):
        one.send("selecting", section="A", subsection=1, seats=[f"1-{seat}"])
    assert other.expect("selecting")["seats"] == ["1-1"]
    assert _receives_nothing(other)
    time.sleep(1)
    one.send("selecting", section="A", subsection=1, seats=["1-9"])
    assert other.expect("selecting")["seats"] == ["1-9"]


def test_viewers_who_watch_no_seats_get_no_selections(server, concert, viewers):
    one, other = viewers
    with server.socket(f"/ws/event/{concert.pk}") as watcher:
        watcher.expect("snapshot")
        one.send("selecting", section="A", subsection=1, seats=["1-1"])
        other.expect("selecting")
        assert _receives_nothing(watcher)


def test_viewers_of_another_process_get_selections(server, concert, viewers):
    with daphne() as another, another.socket(f"/ws/event/{concert.pk}") as watcher:
        _watch_all(watcher)
        viewers[0].send("selecting", section="A", subsection=1, seats=["1-1"])
        assert watcher.expect("selecting")["seats"] == ["1-1"]


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
def test_an_invalid_selection_gets_an_error_and_is_not_sent_to_others(viewers, frame: dict[str, Any], code):
    one, other = viewers
    one.send("selecting", **frame)
    assert one.expect("error")["code"] == code
    assert _receives_nothing(other)
