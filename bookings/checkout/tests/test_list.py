"""The list of all bookings of a buyer: its order, its pages, and what it shows of each booking."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from bookings.checkout.tests.stage import end_hold, text_of
from bookings.holds.cancel import cancel_booking
from bookings.holds.models import Booking
from bookings.holds.selectors import Urgency, bought_by
from core.clock import database_now
from events.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

ClientOf = Callable[[User | None], APIClient]
Hold = Callable[..., Booking]


def test_the_list_has_open_holds_first_then_future_events_then_past_ones(
    hold: Hold, paid_booking: Hold, alice: User, new_event: Callable[..., Event]
) -> None:
    now = database_now()

    def on(days: int) -> Event:
        return new_event(starts_at=now + timedelta(days=days), ends_at=now + timedelta(days=days, hours=2))

    undated = paid_booking(alice, "1-1")
    later, soon = paid_booking(alice, "1-1", event=on(9)), paid_booking(alice, "1-1", event=on(2))
    past = paid_booking(alice, "1-1", event=on(1))
    Event.objects.filter(pk=past.event_id).update(starts_at=now - timedelta(days=1), ends_at=now - timedelta(hours=1))
    second, first = hold(alice, "1-3"), hold(alice, "1-4")
    Booking.objects.filter(pk=first.pk).update(expires_at=now + timedelta(seconds=20))
    over = hold(alice, "1-5")
    end_hold(over)
    listed = [(booking.pk, booking.urgency) for booking in bought_by(alice)]  # type: ignore[attr-defined]
    assert [pk for pk, _ in listed] == [one.pk for one in (first, second, soon, later, undated, over, past)]
    assert [urgency for _, urgency in listed] == [
        *[Urgency.WAITING] * 2, *[Urgency.COMING] * 3, *[Urgency.PAST] * 2
    ]  # fmt: skip


def test_the_list_shows_the_status_and_the_possible_actions_of_each_booking(
    client_of: ClientOf, hold: Hold, paid_booking: Hold, alice: User
) -> None:
    paid, held, lost = paid_booking(alice, "1-1"), hold(alice, "1-2"), hold(alice, "1-3")
    cancel_booking(booking_id=lost.pk, buyer=alice)
    page = client_of(alice).get("/bookings")
    html, text = page.content.decode(), text_of(page)
    assert text.index("Waiting for you") < text.index("Coming up") < text.index("Earlier")
    assert f'href="/checkout/{held.pk}"' in html and f'id="extend-{held.pk}"' in html
    assert f'id="cancel-{held.pk}"' in html and f'id="cancel-{paid.pk}"' not in html
    assert f'href="/checkout/{paid.pk}/done"' in html
    for words in ("Waiting for payment", "Paid", "Cancelled", "left to pay", "Choose again"):
        assert words in text


def test_the_list_has_pages(client_of: ClientOf, hold: Hold, alice: User, new_event: Callable[..., Event]) -> None:
    event = new_event(max_active_holds=30)
    for seat in range(1, 11):
        hold(alice, f"1-{seat}", event=event)
    hold(alice, "2-1", event=event)
    client = client_of(alice)
    assert client.get("/bookings").content.count(b'class="card booking"') == 10
    assert "Page 1 of 2" in text_of(client.get("/bookings"))
    assert client.get("/bookings?page=2").content.count(b'class="card booking"') == 1
    assert "Page 2 of 2" in text_of(client.get("/bookings?page=999"))
    assert "Page 1 of 2" in text_of(client.get("/bookings?page=x%00"))


@pytest.mark.parametrize(("path", "queries"), [("/checkout/{}", 5), ("/bookings", 6)])
def test_the_number_of_queries_does_not_grow_with_the_bookings(
    client_of: ClientOf, hold: Hold, alice: User, django_assert_max_num_queries: Callable, path: str, queries: int
) -> None:
    path = path.format(hold(alice, "1-1").pk)
    for seat in ("1-2", "1-3"):
        hold(alice, seat)
    client = client_of(alice)
    with django_assert_max_num_queries(queries):  # session, user, whether they work at a gate, then up to three
        assert client.get(path).status_code == 200
