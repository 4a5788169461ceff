"""Viewers of an event get changes of its sale (start, end, status, prices) within about a second."""

from datetime import UTC, datetime, timedelta

import pytest

from events.inventory.blocking import block_seats
from events.inventory.sold_out import refresh_sold_out
from events.lifecycle.change import change_event
from realtime.tests.servers import daphne

pytestmark = pytest.mark.django_db(transaction=True)

TIMES = dict.fromkeys(["starts_at", "sales_start_at", "sales_end_at", "sales_close_at"])
SALE = {"status": "available", "is_active": True, **TIMES}
CLOSES = datetime(2027, 1, 2, 19, 30, tzinfo=UTC)


def test_the_snapshot_contains_the_state_of_the_sale(viewer):
    snapshot = viewer.expect("snapshot")
    assert {name: snapshot[name] for name in SALE} == SALE


def test_viewers_get_a_new_status(viewer, concert, carol):
    viewer.expect("snapshot")
    change_event(event_id=concert.pk, seller=carol, status="ended")
    assert viewer.expect("event_updated") == {
        "type": "event_updated", "event_id": concert.pk, **SALE, "status": "ended", "prices": {"A": 5000, "B": 2000},
    }  # fmt: skip


def test_viewers_get_new_times_and_prices_and_new_viewers_have_them(server, viewer, concert, carol):
    viewer.expect("snapshot")
    change_event(event_id=concert.pk, seller=carol, prices={"A": 7500}, sales_end_at=CLOSES)
    updated = viewer.expect("event_updated")
    assert updated["prices"] == {"A": 7500, "B": 2000}
    assert datetime.fromisoformat(updated["sales_end_at"]) == CLOSES
    with server.socket(f"/ws/event/{concert.pk}") as other:
        snapshot = other.expect("snapshot")
    assert snapshot["sections"][0]["price"] == 7500
    assert datetime.fromisoformat(snapshot["sales_end_at"]) == CLOSES


def test_viewers_learn_that_sales_close_at_the_start_and_at_the_end_of_late_entry(viewer, concert, carol):
    viewer.expect("snapshot")
    change_event(event_id=concert.pk, seller=carol, starts_at=CLOSES)
    assert datetime.fromisoformat(viewer.expect("event_updated")["sales_close_at"]) == CLOSES
    late = CLOSES + timedelta(hours=1)
    change_event(event_id=concert.pk, seller=carol, late_entry_until=late)
    assert datetime.fromisoformat(viewer.expect("event_updated")["sales_close_at"]) == late


def test_new_texts_cause_no_event_updated_frame(viewer, concert, carol):
    viewer.expect("snapshot")
    change_event(event_id=concert.pk, seller=carol, description="Another text.")
    for _ in range(2):  # ticks: by the second one the row has been read
        assert viewer.expect("tick", "event_updated", timeout=10)["type"] == "tick"
    change_event(event_id=concert.pk, seller=carol, is_active=False)
    assert viewer.expect("event_updated")["is_active"] is False


def test_viewers_get_automatic_status_changes_too(new_event, server, alice, paid_booking):
    tiny = new_event([{"name": "A", "price": 1000, "subsections": 1}], rows=1, cols=1)
    with server.socket(f"/ws/event/{tiny.pk}") as other:
        other.expect("snapshot")
        paid_booking(alice, "1-1", event=tiny)
        refresh_sold_out(tiny.pk)
        assert other.expect("event_updated")["status"] == "sold_out"


def test_a_stream_gets_a_new_status_too(server, concert, carol):
    with server.stream(f"/api/event/{concert.pk}/sse") as stream:
        first = stream.receive()
        assert (first.event, first.data["status"]) == ("initial_status", "available")
        change_event(event_id=concert.pk, seller=carol, status="ended")
        updated = stream.receive()
    assert (updated.event, updated.data["event_type"]) == ("event_updated", "event_updated")
    assert updated.data["status"] == "ended"


def test_a_reconnecting_client_gets_a_missed_offer_once(server, concert, carol, hold, alice):
    """First only the offer was missed, later seats as well."""
    path = f"/api/event/{concert.pk}/sse"
    with server.stream(path) as stream:
        last = stream.receive()
    change_event(event_id=concert.pk, seller=carol, prices={"A": 7500})
    with server.stream(path, last_event_id=last.id) as stream:
        updated = stream.receive()
        assert (updated.event, updated.data["prices"]) == ("event_updated", {"A": 7500, "B": 2000})
    with server.stream(path, last_event_id=updated.id) as stream:
        stream.wait_for_comment()
        change_event(event_id=concert.pk, seller=carol, sales_end_at=CLOSES)
        last = stream.receive()
        assert (last.event, datetime.fromisoformat(last.data["sales_end_at"])) == ("event_updated", CLOSES)
    hold(alice, "1-1")
    change_event(event_id=concert.pk, seller=carol, status="ended")
    with server.stream(path, last_event_id=last.id) as stream:
        missed = [stream.receive(), stream.receive()]
    assert [message.event for message in missed] == ["event_updated", "status_update"]
    with server.stream(path, last_event_id=missed[0].id) as stream:  # the connection was lost between the two
        assert stream.receive().event == "status_update"


def test_a_reconnecting_client_gets_no_offer_for_new_texts(server, concert, carol, hold, alice):
    path = f"/api/event/{concert.pk}/sse"
    with server.stream(path) as stream:
        last = stream.receive()
    change_event(event_id=concert.pk, seller=carol, description="Another text.")
    hold(alice, "1-1")
    with server.stream(path, last_event_id=last.id) as stream:
        assert stream.receive().event == "status_update"


def test_a_reconnecting_client_never_gets_an_older_offer_from_a_slower_server(server, concert, carol):
    """Another server has sent the new offer within the second before this server reads it."""
    path = f"/api/event/{concert.pk}/sse"
    with server.stream(path) as stream, daphne() as other:
        old = stream.receive()
        for number in range(1, 11):
            change_event(event_id=concert.pk, seller=carol, prices={"A": number})
            with other.stream(path, last_event_id=old.id) as elsewhere:
                new = elsewhere.receive()
                assert new.data["prices"]["A"] == number
            block_seats(event_id=concert.pk, seller=carol, section="A", subsection=1, seats=[f"1-{number}"])
            with server.stream(path, last_event_id=new.id) as resumed:
                assert resumed.receive().event == "status_update"
