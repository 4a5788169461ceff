"""Whoever watches an event learns within about a second that its sale has changed: opened, closed, other prices."""

from datetime import UTC, datetime

import pytest

from events.operations.change import change_event
from events.operations.life import refresh_sold_out

pytestmark = pytest.mark.django_db(transaction=True)

SALE = {"status": "available", "is_active": True, "sales_start_at": None, "sales_end_at": None}
CLOSES = datetime(2027, 1, 2, 19, 30, tzinfo=UTC)


def test_the_snapshot_says_how_the_sale_stands(viewer):
    snapshot = viewer.expect("snapshot")
    assert {name: snapshot[name] for name in SALE} == SALE


def test_a_seller_closes_sales_and_viewers_are_told(viewer, concert, carol):
    viewer.expect("snapshot")
    change_event(event_id=concert.pk, seller=carol, status="ended")
    assert viewer.expect("event_updated") == {
        "type": "event_updated", "event_id": concert.pk, **SALE, "status": "ended", "prices": {"A": 5000, "B": 2000},
    }  # fmt: skip


def test_new_times_and_prices_are_told_and_new_viewers_have_them(server, viewer, concert, carol):
    viewer.expect("snapshot")
    change_event(event_id=concert.pk, seller=carol, prices={"A": 7500}, sales_end_at=CLOSES)
    told = viewer.expect("event_updated")
    assert told["prices"] == {"A": 7500, "B": 2000}
    assert datetime.fromisoformat(told["sales_end_at"]) == CLOSES
    with server.socket(f"/ws/event/{concert.pk}") as other:
        snapshot = other.expect("snapshot")
    assert snapshot["sections"][0]["price"] == 7500
    assert datetime.fromisoformat(snapshot["sales_end_at"]) == CLOSES


def test_texts_are_no_news_of_the_sale(viewer, concert, carol):
    viewer.expect("snapshot")
    change_event(event_id=concert.pk, seller=carol, description="Another text.")
    for _ in range(2):  # ticks: by the second one the row has been read
        assert viewer.expect("tick", "event_updated", timeout=10)["type"] == "tick"
    change_event(event_id=concert.pk, seller=carol, is_active=False)
    assert viewer.expect("event_updated")["is_active"] is False


def test_steps_that_nobody_asks_for_are_told_as_well(new_event, server, alice, paid_booking):
    tiny = new_event([{"name": "A", "price": 1000, "subsections": 1}], rows=1, cols=1)
    with server.socket(f"/ws/event/{tiny.pk}") as other:
        other.expect("snapshot")
        paid_booking(alice, "1-1", event=tiny)
        refresh_sold_out(tiny.pk)
        assert other.expect("event_updated")["status"] == "sold_out"


def test_a_stream_is_told_too(server, concert, carol):
    with server.stream(f"/api/event/{concert.pk}/sse") as stream:
        first = stream.receive()
        assert (first.event, first.data["status"]) == ("initial_status", "available")
        change_event(event_id=concert.pk, seller=carol, status="ended")
        told = stream.receive()
    assert (told.event, told.data["event_type"]) == ("event_updated", "event_updated")
    assert told.data["status"] == "ended"
    assert told.id == first.id
