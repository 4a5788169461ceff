"""Old bookings that were never paid lose their buyer; whatever money depends on stays as it is."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType

from accounts.models import User
from accounts.operations.deletion import DELETED_NAME
from bookings.holds.models import Booking
from bookings.housekeeping import purge_finished
from bookings.invariants import check_invariants
from bookings.orders.models import Order
from bookings.payments.models import Payment
from bookings.privacy.retention import forget_unpaid_buyers
from bookings.waiting_room.models import QueuePass
from core.clock import database_now
from events.models import Event, Ticket

pytestmark = pytest.mark.django_db

Hold = Callable[..., Booking]
DAY = timedelta(days=1)


def end(booking: Booking, *, days: int, status: str = "expired") -> None:
    """Let a hold have ended so many days ago."""
    Ticket.objects.filter(booking_id=booking.pk).update(status="available", booking_id=None)
    Booking.objects.filter(pk=booking.pk).update(status=status, updated_at=database_now() - days * DAY)


@pytest.mark.parametrize("status", ["expired", "cancelled", "failed"])
def test_an_old_unpaid_booking_loses_its_buyer(hold: Hold, alice: User, status: str) -> None:
    old, recent = hold(alice, "1-1"), hold(alice, "1-2")
    Order.objects.filter(pk=old.order_id).update(idempotency_key="alice-s-key", request_hash="0" * 64)
    end(old, days=settings.UNPAID_BOOKING_DAYS + 1, status=status)
    end(recent, days=settings.UNPAID_BOOKING_DAYS - 1, status=status)
    assert forget_unpaid_buyers() == 1
    assert forget_unpaid_buyers() == 0
    old.refresh_from_db()
    assert (old.buyer.name, old.buyer.is_active, old.order.idempotency_key) == (DELETED_NAME, False, None)
    assert old.order.buyer == old.buyer
    assert not old.buyer.has_usable_password()
    assert alice.bookings.get() == recent


@pytest.mark.parametrize("status", ["captured", "pending", "refunded"])
def test_a_booking_with_money_keeps_its_buyer(hold: Hold, alice: User, status: str) -> None:
    booking = hold(alice, "1-1")
    now = database_now()
    Payment.objects.create(
        order_id=booking.order_id, event_id=booking.event_id, status=status, amount=5000, currency="USD",
        gateway="mock",
        captured_at=None if status == "pending" else now, captured_amount=None if status == "pending" else 5000,
        captured_currency="" if status == "pending" else "USD", created_at=now,
        refunded_amount=5000 if status == "refunded" else 0,
    )  # fmt: skip
    end(booking, days=settings.UNPAID_BOOKING_DAYS + 1)
    assert forget_unpaid_buyers() == 0
    assert alice.bookings.get() == booking


def test_paid_and_held_bookings_keep_their_buyers(hold: Hold, paid_booking: Hold, alice: User) -> None:
    hold(alice, "1-1")
    paid_booking(alice, "1-3")
    Booking.objects.update(updated_at=database_now() - (settings.UNPAID_BOOKING_DAYS + 1) * DAY)
    assert forget_unpaid_buyers() == 0


@pytest.mark.django_db(transaction=True)
def test_no_invariant_breaks(hold: Hold, paid_booking: Hold, alice: User) -> None:
    paid_booking(alice, "1-3")
    end(hold(alice, "1-1"), days=settings.UNPAID_BOOKING_DAYS + 1)
    before = check_invariants()
    assert forget_unpaid_buyers() == 1
    assert check_invariants() == before


def test_old_queue_passes_and_lines_of_the_admin_log_are_deleted(concert: Event, alice: User, carol: User) -> None:
    now = database_now()
    kind = ContentType.objects.get_for_model(Event)
    for past in (-1, 1):
        over = now - (settings.QUEUE_PASS_DAYS + past) * DAY
        QueuePass.objects.create(event=concert, user=alice, issued_at=over - DAY, ends_at=over)
        line = LogEntry.objects.create(user=carol, content_type=kind, object_repr="A concert", action_flag=CHANGE)
        LogEntry.objects.filter(pk=line.pk).update(action_time=now - (settings.ADMIN_LOG_DAYS + past) * DAY)
    assert purge_finished() == 2
    assert (QueuePass.objects.count(), LogEntry.objects.count()) == (1, 1)


def test_the_page_states_the_periods(client: Any, alice: User) -> None:
    client.force_login(alice)
    page = client.get("/account/data").content.decode()
    assert f"{settings.BOT_SIGNAL_HOURS} hours after your last attempt" in page
