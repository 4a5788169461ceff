"""An event's live feed through a running server."""

from contextlib import suppress
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from events.lifecycle.change import change_event
from events.live.streams import MEMBERS
from events.models import Subsection

pytestmark = pytest.mark.django_db(transaction=True)


def _signed_in(client) -> dict[str, str]:
    return {"Cookie": f"sessionid={client.cookies['sessionid'].value}"}


def _close_code(viewer) -> int:
    with suppress(ConnectionClosed):
        while True:
            viewer.receive()
    return viewer.connection.close_code


# --- WebSocket -------------------------------------------------------------------------------------


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_viewer_gets_the_whole_state_at_once(server, concert, hold, alice, slash):
    hold(alice, "1-1", "1-2")
    with server.socket(f"/ws/event/{concert.pk}{slash}") as viewer:
        snapshot = viewer.receive()
    assert snapshot["type"] == "snapshot"
    assert snapshot["event_id"] == concert.pk
    assert snapshot["stats"] == {"available": 198, "reserved": 2, "sold": 0, "blocked": 0, "total": 200}
    assert snapshot["sections"][0] == {
        "section": "A", "subsection": 1, "kind": "grid", "tier": "Regular", "price": 5000, "rows": 5, "cols": 10,
        "available": 48, "reserved": 2, "sold": 0, "total": 50, "version": 1,
    }  # fmt: skip
    assert [(row["section"], row["subsection"]) for row in snapshot["sections"]] == [
        ("A", 1), ("A", 2), ("B", 1), ("B", 2),
    ]  # fmt: skip


def test_a_viewer_who_watches_a_subsection_gets_its_seats_and_then_each_change(viewer, hold, alice):
    hold(alice, "1-1")
    viewer.send("watch", section="A", subsection=1)
    seats = viewer.expect("seats")
    assert seats == {"type": "seats", "section": "A", "subsection": 1, "version": 1, "seats": "r" + "a" * 49}
    hold(alice, "5-10")
    changed = viewer.expect("seats_changed")
    if changed["version"] == seats["version"]:  # the first hold was published after the seats had been read
        changed = viewer.expect("seats_changed")
    assert changed.pop("at").endswith(("Z", "+00:00"))
    assert changed == {
        "type": "seats_changed", "section": "A", "subsection": 1, "from_version": 1, "version": 2,
        "available": 48, "reserved": 2, "sold": 0, "seats": {"5-10": "reserved"},
    }  # fmt: skip


def test_a_viewer_who_does_not_watch_a_subsection_gets_its_counts(viewer, hold, alice):
    viewer.send("watch", section="B", subsection=1)
    viewer.expect("seats")
    hold(alice, "1-1", "1-2")
    changed = viewer.expect("counts_changed")
    assert (changed["section"], changed["subsection"], changed["from_version"], changed["version"]) == ("A", 1, 0, 1)
    assert (changed["available"], changed["reserved"], "seats" in changed) == (48, 2, False)


def test_watch_without_a_section_watches_all_and_unwatch_ends_it(viewer, hold, alice):
    viewer.expect("snapshot")
    viewer.send("watch")
    assert [viewer.expect("seats", "seats_changed")["type"] for _ in range(4)] == ["seats"] * 4
    hold(alice, "1-1")
    assert viewer.expect("seats_changed", "counts_changed")["type"] == "seats_changed"
    viewer.send("unwatch")
    viewer.send("ping")
    assert viewer.expect("pong") == {"type": "pong"}
    hold(alice, "1-2")
    assert viewer.expect("seats_changed", "counts_changed")["type"] == "counts_changed"


def test_a_tick_contains_all_versions(viewer, hold, alice):
    hold(alice, "1-1")
    tick = viewer.expect("tick", timeout=7)
    assert tick["versions"] == {"A": {"1": 1, "2": 0}, "B": {"1": 0, "2": 0}}


def test_invalid_frames_get_an_error_and_the_socket_stays_open(viewer):
    viewer.expect("snapshot")
    viewer.send("sing")
    assert viewer.receive()["code"] == "validation_error"
    unknown: list[dict[str, Any]] = [
        {"section": "Z"},
        {"section": "A", "subsection": 9},
        {"section": [], "subsection": {}},
    ]
    for place in unknown:
        viewer.send("watch", **place)
        error = viewer.receive()
        assert (error["type"], error["code"], error["detail"]) == (
            "error",
            "not_found",
            "This event has no such block.",
        )
    viewer.connection.send("[1]")
    assert viewer.receive()["code"] == "validation_error"
    viewer.send("ping")
    viewer.expect("pong")


def test_a_frame_with_a_member_that_its_type_does_not_have_is_refused_and_does_nothing(viewer):
    viewer.expect("snapshot")
    for kind, members in MEMBERS.items():
        own = {"section": "A", "subsection": 1, "seats": ["1-1"]}
        viewer.send(kind, **{name: own[name] for name in members}, sections=["A"])
        error = viewer.receive()
        assert (error["type"], error["code"]) == ("error", "validation_error")
        assert error["detail"] == f"A {kind} frame has no member sections."
        assert [(one["field"], one["code"]) for one in error["errors"]] == [("sections", "unknown")]
    viewer.send("ping")
    assert viewer.expect("pong", "seats")["type"] == "pong"  # and no seats: nothing is watched
    for kind in ("{}", '["watch"]', "null", "5"):
        viewer.connection.send(f'{{"type": {kind}}}')
        assert viewer.receive()["errors"][0]["field"] == "type"


@pytest.mark.parametrize("frame", ["{", "", b"{}", '{"type": "' + "x" * 5000 + '"}', "[" * 4000, "x" * 100_000])
def test_malformed_frames_close_the_socket(viewer, frame):
    viewer.connection.send(frame)
    assert _close_code(viewer) == 4400


def test_more_than_twenty_frames_in_ten_seconds_close_the_socket(viewer):
    for _ in range(20):
        viewer.send("ping")
    for _ in range(20):
        viewer.expect("pong")
    viewer.send("ping")
    assert _close_code(viewer) == 4429


@pytest.mark.parametrize("path", ["/ws/event/987654321", "/ws/event/999999999999999999"])
def test_an_unknown_event_closes_with_4404(server, db, path):
    with server.socket(path) as viewer:
        assert _close_code(viewer) == 4404


def test_only_the_seller_and_operators_can_watch_a_draft(server, new_event, client_of, alice, carol, dave, olga):
    draft = new_event(draft=True)
    for user in (None, alice, dave):
        headers = _signed_in(client_of(user)) if user else {}
        with server.socket(f"/ws/event/{draft.pk}", additional_headers=headers) as viewer:
            assert _close_code(viewer) == 4404
        assert httpx.get(f"{server.url}/api/event/{draft.pk}/sse", headers=headers).status_code == 404
    for user in (carol, olga):
        with server.socket(f"/ws/event/{draft.pk}", additional_headers=_signed_in(client_of(user))) as viewer:
            assert viewer.receive()["type"] == "snapshot"


def test_everyone_can_watch_a_draft_once_it_is_published(server, new_event, client_of, carol):
    draft = new_event(draft=True)
    with server.socket(f"/ws/event/{draft.pk}", additional_headers=_signed_in(client_of(carol))) as seller:
        seller.expect("snapshot")
        change_event(event_id=draft.pk, seller=carol, status="available")
        assert seller.expect("event_updated")["status"] == "available"
        with server.socket(f"/ws/event/{draft.pk}") as viewer:
            assert viewer.receive()["type"] == "snapshot"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "nonsense", "http://[::1"])
def test_pages_of_other_sites_are_refused(server, concert, origin):
    with pytest.raises(InvalidStatus) as refused, server.socket(f"/ws/event/{concert.pk}", origin=origin):
        pass
    assert refused.value.response.status_code in {403, 400}  # Daphne returns 400 if it is not a valid origin
    response = httpx.get(f"{server.url}/api/event/{concert.pk}/sse", headers={"Origin": origin})
    assert (response.status_code, response.json()["code"]) == (403, "permission_denied")


def test_a_foreign_host_name_of_this_server_is_refused(server, concert):
    headers = {"Host": "evil.example", "Origin": "http://evil.example"}
    assert httpx.get(f"{server.url}/api/event/{concert.pk}/sse", headers=headers).status_code == 403


def test_pages_of_the_same_site_are_accepted(server, concert):
    with server.socket(f"/ws/event/{concert.pk}", origin=server.url) as viewer:
        assert viewer.receive()["type"] == "snapshot"


# --- SSE -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_stream_starts_with_the_whole_state_and_continues_with_changes(server, concert, hold, alice, slash):
    with server.stream(f"/api/event/{concert.pk}/sse{slash}") as stream:
        assert stream.response.headers["content-type"].startswith("text/event-stream")
        assert stream.response.headers["cache-control"] == "no-store"
        assert stream.response.headers["x-accel-buffering"] == "no"
        first = stream.receive()
        hold(alice, "1-1", "1-2")
        second = stream.receive()
    assert (first.event, first.data["event_type"], first.data["event_id"]) == ("initial_status",) * 2 + (concert.pk,)
    assert (first.data["total_sections"], len(first.data["sections"])) == (4, 4)
    assert first.data["stats"]["available"] == 200
    assert (second.event, second.data["event_type"]) == ("status_update",) * 2
    assert (second.data["total_sections"], second.data["stats"]["reserved"]) == (4, 2)
    (row,) = second.data["sections"]
    assert row["seats"] == {"1-1": "reserved", "1-2": "reserved"}
    assert (row["section"], row["subsection"], row["from_version"], row["version"]) == ("A", 1, 0, 1)
    assert (row["available"], row["reserved"], row["tier"], row["price"]) == (48, 2, "Regular", 5000)
    assert first.id != second.id


def test_a_stream_of_an_unknown_event_is_refused_as_json(server, db):
    response = httpx.get(f"{server.url}/api/event/987654321/sse")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == "not_found"


def test_a_stream_can_only_be_read(server, concert):
    response = httpx.post(f"{server.url}/api/event/{concert.pk}/sse")
    assert (response.status_code, response.headers["allow"]) == (405, "GET")
    assert response.json()["code"] == "method_not_allowed"


def test_a_reconnecting_client_gets_exactly_what_it_missed(server, concert, hold, alice, bob):
    path = f"/api/event/{concert.pk}/sse"
    with server.stream(path) as stream:
        stream.receive()
        hold(alice, "1-1")
        last = stream.receive()
    hold(alice, "1-2")
    hold(bob, "1-3", section="B")
    with server.stream(path, last_event_id=last.id) as stream:
        missed = stream.receive()
        hold(bob, "2-2")
        row = stream.receive().data["sections"][0]
        while row["version"] < 3:  # sent to other viewers meanwhile, already known here
            row = stream.receive().data["sections"][0]
    assert missed.event == "status_update"
    received = {(row["section"], row["from_version"], row["version"]): row["seats"] for row in missed.data["sections"]}
    assert received == {("A", 1, 2): {"1-2": "reserved"}, ("B", 0, 1): {"1-3": "reserved"}}
    assert row["from_version"] <= 2
    assert row["seats"]["2-2"] == "reserved"


def test_a_reconnecting_client_that_missed_nothing_gets_nothing(server, concert, hold, alice):
    path = f"/api/event/{concert.pk}/sse"
    hold(alice, "1-1")
    with server.stream(path) as stream:
        last = stream.receive()
    with server.stream(path, last_event_id=last.id) as stream:
        stream.wait_for_comment()
        hold(alice, "3-3")
        assert stream.receive().data["sections"][0]["seats"] == {"3-3": "reserved"}


@pytest.mark.parametrize(
    "claim", ["AAAAAAA", "", "nonsense!", "AAAAAA", "AH8AAAA", "_____w", "AA", "A" * 4000, "ü".encode()]
)
def test_an_unusable_last_event_id_gets_the_whole_state(server, concert, hold, alice, claim):
    hold(alice, "1-1")
    headers = {"Last-Event-ID": claim}
    expected = "event_updated" if claim == "AAAAAAA" else "initial_status"  # a fingerprint and four versions, all 0
    with httpx.stream("GET", f"{server.url}/api/event/{concert.pk}/sse", headers=headers, timeout=5) as response:
        lines = [line for line, _ in zip(response.iter_lines(), range(3), strict=False)]
    assert f"event: {expected}" in lines


# --- Failures --------------------------------------------------------------------------------------


def test_viewers_get_changes_of_lost_messages_within_a_second_and_a_half(viewer, hold, alice, monkeypatch):
    viewer.send("watch", section="A", subsection=1)
    viewer.expect("seats")
    monkeypatch.setattr("realtime.publish.Publisher.publish", lambda self, messages: None)
    hold(alice, "1-1")
    hold(alice, "1-2")
    seats: dict[str, str] = {}
    while len(seats) < 2:
        changed = viewer.expect("seats_changed", timeout=1.5)
        seats |= changed["seats"]
    assert changed["version"] == 2
    assert seats == {"1-1": "reserved", "1-2": "reserved"}


def test_seats_changed_by_sql_make_viewers_fetch_the_subsection_again(viewer, concert):
    viewer.send("watch", section="A", subsection=1)
    viewer.expect("seats")
    subsection = Subsection.objects.get(event=concert, section="A", number=1)
    subsection.tickets.filter(position=0).update(status="blocked")
    changed = viewer.expect("seats_changed", timeout=2)
    assert (changed["from_version"], changed["version"], changed["seats"]) == (1, 1, {})
    assert changed["available"] == 49
    viewer.send("watch", section="A", subsection=1)
    assert viewer.expect("seats")["seats"][0] == "b"
