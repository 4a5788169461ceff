"""Seats in several blocks are held as one order: all of them until one deadline, or none."""

import pytest
from django.db import IntegrityError, connection

from accounts.models import User
from bookings.errors import PartOfOrder, TooManyHolds
from bookings.holds.cancel import cancel_booking
from bookings.holds.expiry import expire_holds, expire_in
from bookings.holds.extend import extend_hold
from bookings.holds.models import Booking
from bookings.idempotency import IdempotencyKey
from bookings.notifications.models import EmailMessage
from bookings.orders.cancel import cancel_order, remove_item
from bookings.orders.extend import extend_order
from bookings.orders.hold import add_items, hold_order
from bookings.orders.models import Order
from bookings.orders.tests.stage import breaches, item, order_of
from core.clock import database_now
from core.errors import BadInput, InvalidState, NotFound
from events.errors import SeatsTaken
from events.models import Event, Ticket


def statuses() -> list[str]:
    return list(Booking.objects.order_by("pk").values_list("status", flat=True))


def taken() -> int:
    return Ticket.objects.exclude(status="available").count()


def let_expire(order: list[Booking]) -> None:
    Booking.objects.filter(order_id=order[0].order_id).update(expires_at=database_now())


def test_an_order_holds_seats_in_several_blocks_until_one_deadline(concert: Event, alice: User) -> None:
    order = order_of(alice, concert, "B1", "A2", "A1")
    rows = list(Booking.objects.order_by("pk"))
    assert [booking.pk for booking in rows] == [booking.pk for booking in order]
    assert len({(booking.order_id, booking.expires_at) for booking in rows}) == 1
    assert rows[0].order_id not in {booking.pk for booking in rows}
    assert [booking.total_price for booking in rows] == [4000, 10000, 10000]
    assert [booking.expires_at for booking in order] == [booking.expires_at for booking in rows]
    assert taken() == 6
    assert breaches() == {}


@pytest.mark.parametrize("last", [False, True])
def test_an_order_holds_nothing_if_an_item_is_refused(concert: Event, alice: User, bob: User, last: bool) -> None:
    order_of(bob, concert, "A1")
    items = [item(concert, "B1"), item(concert, "A1", "1-1", "1-2")]
    with pytest.raises(SeatsTaken) as refused:
        hold_order(buyer_id=alice.pk, items=items if last else items[::-1])
    assert refused.value.extra["item"] == int(last)
    assert (taken(), Order.objects.count()) == (2, 1)


def test_what_is_refused_under_the_lock_leaves_nothing(concert: Event, alice: User) -> None:
    items = [item(concert, "B1"), item(concert, "A1", "1-1", "1-2"), item(concert, "A1", "1-2", "1-3")]
    with pytest.raises(SeatsTaken) as refused:
        hold_order(buyer_id=alice.pk, items=items)
    assert (refused.value.extra["item"], refused.value.extra["seats"]) == (2, ["1-2"])
    assert (taken(), Order.objects.count()) == (0, 0)
    assert breaches() == {}


def test_an_invalid_item_is_named(concert: Event, alice: User) -> None:
    with pytest.raises(BadInput) as refused:
        hold_order(buyer_id=alice.pk, items=[item(concert, "A1"), item(concert, "C1")])
    assert [problem["field"] for problem in refused.value.extra["errors"]] == ["items.1.section"]
    with pytest.raises(BadInput) as refused:
        hold_order(buyer_id=alice.pk, items=[item(concert, "A1"), item(concert, "A2", "0-1")])
    assert refused.value.extra["errors"][0]["field"].startswith("items.1.seat_positions")


def test_the_limits_count_an_order_as_one_booking(concert: Event, alice: User) -> None:
    Event.objects.update(max_active_holds=2, max_tickets_per_booking=6)
    with pytest.raises(BadInput, match="see errors"):
        hold_order(buyer_id=alice.pk, items=[item(concert, "A1", quantity=4), item(concert, "B1", quantity=3)])
    order_of(alice, concert, "A1", "A2", "B1")
    order = order_of(alice, concert, "B2")
    with pytest.raises(TooManyHolds):
        order_of(alice, concert, "B2")
    with pytest.raises(BadInput):
        add_items(order_id=order[0].order_id, buyer_id=alice.pk, items=[item(concert, "A1", quantity=5)])
    assert taken() == 8
    assert breaches() == {}


def test_the_same_key_gets_the_same_order(concert: Event, alice: User) -> None:
    key = IdempotencyKey("once", "hash")
    first = order_of(alice, concert, "A1", "B1", idempotency_key=key)
    again = order_of(alice, concert, "A1", "B1", idempotency_key=key)
    assert [booking.pk for booking in again] == [booking.pk for booking in first]
    assert taken() == 4


@pytest.mark.parametrize("by_sweep", [False, True])
def test_an_order_expires_as_a_whole(concert: Event, alice: User, by_sweep: bool) -> None:
    order = order_of(alice, concert, "A1", "A2", "B1")
    let_expire(order)
    assert (expire_holds() if by_sweep else expire_in(order[1].subsection_id)) == 3
    assert statuses() == ["expired"] * 3
    assert (taken(), EmailMessage.objects.count()) == (0, 1)
    assert breaches() == {}


def test_a_new_hold_ends_the_whole_order_that_is_due(concert: Event, alice: User, bob: User) -> None:
    order = hold_order(buyer_id=alice.pk, items=[item(concert, "A1", "1-1", "1-2"), item(concert, "B1")])
    let_expire(order)
    hold_order(buyer_id=bob.pk, items=[item(concert, "A1", "1-1", "1-2"), item(concert, "B2")])
    assert statuses() == ["expired"] * 2 + ["pending_payment"] * 2


def test_an_order_is_cancelled_as_a_whole(concert: Event, alice: User) -> None:
    order = order_of(alice, concert, "A1", "B1")
    cancel_order(order_id=order[0].order_id, buyer=alice)
    assert (statuses(), taken()) == (["cancelled"] * 2, 0)
    with pytest.raises(InvalidState):
        cancel_order(order_id=order[0].order_id, buyer=alice)


def test_an_order_is_extended_as_a_whole_and_once(concert: Event, alice: User) -> None:
    order = order_of(alice, concert, "A1", "B1")
    extend_order(order_id=order[0].order_id, buyer=alice)
    deadlines = set(Booking.objects.values_list("expires_at", flat=True))
    assert len(deadlines) == 1
    assert deadlines.pop() > order[0].expires_at
    with pytest.raises(InvalidState):
        extend_order(order_id=order[0].order_id, buyer=alice)
    with pytest.raises(PartOfOrder):
        extend_hold(booking_id=order[0].pk, buyer=alice)


def test_seats_are_taken_out_and_added_while_the_order_is_held(concert: Event, alice: User, bob: User) -> None:
    order = order_of(alice, concert, "A1", "B1")
    order_id = order[0].order_id
    remove_item(order_id=order_id, booking_id=order[0].pk, buyer=alice)
    extend_order(order_id=order_id, buyer=alice)
    (added,) = add_items(order_id=order_id, buyer_id=alice.pk, items=[item(concert, "A2", "3-3")])
    rows = Booking.objects.filter(status="pending_payment")
    assert {(row.expires_at, row.extended) for row in rows} == {(added.expires_at, True)}
    assert {row.pk for row in rows} == {order[1].pk, added.pk}
    with pytest.raises(NotFound):
        add_items(order_id=order_id, buyer_id=bob.pk, items=[item(concert, "A2")])
    cancel_booking(booking_id=order[1].pk, buyer=alice)
    cancel_booking(booking_id=added.pk, buyer=alice)
    with pytest.raises(InvalidState):
        add_items(order_id=order_id, buyer_id=alice.pk, items=[item(concert, "A2")])
    assert taken() == 0
    assert breaches() == {}


@pytest.mark.parametrize(
    "change",
    [
        "expires_at = expires_at + interval '1 s'",
        "status = 'expired'",
        "status = 'paid', paid_at = now()",
        "buyer_id = (SELECT max(id) FROM accounts_user)",
    ],
)
def test_the_database_refuses_a_divided_order(concert: Event, alice: User, bob: User, change: str) -> None:
    order = order_of(alice, concert, "A1", "B1")
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE bookings_booking SET {change} WHERE id = %s", [order[1].pk])
        with pytest.raises(IntegrityError, match="bookings of order"):
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
