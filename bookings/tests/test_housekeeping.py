"""Old finished rows are deleted in batches; everything else stays, and nothing happens twice because of that."""

import json
import threading
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.test import Client

from accounts.models import User
from bookings import housekeeping
from bookings.event_changes.cancel_event import cancel_event, release_cancelled_event
from bookings.event_changes.complete_bookings import complete_bookings
from bookings.holds.expiry import expire_holds
from bookings.holds.models import Booking
from bookings.housekeeping import purge_finished
from bookings.invariants import check_invariants
from bookings.notifications.models import EmailMessage
from bookings.payments.models import Payment, Refund, WebhookEvent
from bookings.payments.pay import pay_booking
from bookings.payments.reconcile import reconcile_payments
from bookings.payments.refund import refund_booking
from bookings.states import DeliveryStatus, EmailStatus
from bookings.testing.crowd import crowd
from bookings.tickets.models import Admission
from bookings.webhooks import endpoints
from bookings.webhooks.endpoints import repeat_delivery
from bookings.webhooks.models import Delivery, Endpoint
from bookings.webhooks.tests.receiver import Receiver
from core.clock import database_now
from core.errors import NotFound
from core.standard_webhooks import sign
from events.models import Event, SeatChange, Ticket

pytestmark = pytest.mark.django_db

Hold = Callable[..., Booking]
NEVER, GOOD = "4000000000000119", "4242424242424242"
DAY = timedelta(days=1)


def create_webhook_events(*ages: timedelta) -> None:
    now = database_now()
    WebhookEvent.objects.bulk_create(
        WebhookEvent(gateway="mock", event_id=str(uuid.uuid4()), received_at=now - age) for age in ages
    )


def age_all() -> None:
    """Make all emails, deliveries and webhook events old and finished."""
    past = database_now() - timedelta(days=settings.EMAIL_DAYS + 1)
    EmailMessage.objects.update(written_at=past, status=EmailStatus.SENT, sent_at=past)
    Delivery.objects.update(happened_at=past, status=DeliveryStatus.DELIVERED, delivered_at=past)
    WebhookEvent.objects.update(received_at=past)


# --- What is deleted, and what stays -------------------------------------------------------------------------


@pytest.mark.parametrize("status", DeliveryStatus)
def test_old_finished_deliveries_are_deleted(
    carols_server: Receiver, paid_booking: Hold, alice: User, status: DeliveryStatus
) -> None:
    for days in (settings.WEBHOOK_DELIVERY_DAYS - 1, settings.WEBHOOK_DELIVERY_DAYS + 1):
        paid_booking(alice, quantity=1)
        Delivery.objects.filter(pk=Delivery.objects.latest("id").pk).update(happened_at=database_now() - days * DAY)
    Delivery.objects.update(status=status, delivered_at=database_now())
    is_deleted = status in ("delivered", "failed")
    assert purge_finished() == is_deleted
    assert (
        Delivery.objects.filter(happened_at__lt=database_now() - settings.WEBHOOK_DELIVERY_DAYS * DAY).exists()
        is not is_deleted
    )
    assert Delivery.objects.count() == 2 - is_deleted


@pytest.mark.parametrize("status", EmailStatus)
def test_old_finished_emails_are_deleted(paid_booking: Hold, alice: User, status: EmailStatus) -> None:
    for days in (settings.EMAIL_DAYS - 1, settings.EMAIL_DAYS + 1):
        paid_booking(alice, quantity=1)
        EmailMessage.objects.filter(pk=EmailMessage.objects.latest("id").pk).update(
            written_at=database_now() - days * DAY
        )
    EmailMessage.objects.update(status=status, sent_at=database_now())
    is_deleted = status in ("sent", "dropped", "failed")
    assert purge_finished() == is_deleted
    assert (
        EmailMessage.objects.filter(written_at__lt=database_now() - settings.EMAIL_DAYS * DAY).exists()
        is not is_deleted
    )


def test_webhook_events_are_deleted_once_the_gateway_no_longer_repeats_them() -> None:
    create_webhook_events((settings.WEBHOOK_EVENT_DAYS - 1) * DAY, (settings.WEBHOOK_EVENT_DAYS + 1) * DAY)
    assert purge_finished() == 1
    assert WebhookEvent.objects.get().received_at > database_now() - settings.WEBHOOK_EVENT_DAYS * DAY


def test_waiting_deliveries_of_a_removed_endpoint_are_deleted(
    carols_server: Receiver, paid_booking: Hold, alice: User
) -> None:
    paid_booking(alice)
    Delivery.objects.update(happened_at=database_now() - (settings.WEBHOOK_DELIVERY_DAYS + 1) * DAY)
    assert purge_finished() == 0
    Endpoint.objects.all()._raw_delete("default")  # as left by a sale that runs while the endpoint is removed
    assert purge_finished() == 1


# --- Batches and locks ---------------------------------------------------------------------------------------------


def test_rows_are_deleted_in_small_batches_until_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    create_webhook_events(*[40 * DAY] * 5)
    monkeypatch.setattr(housekeeping, "BATCH", 2)
    sizes: list[int] = []
    delete_batch = housekeeping._delete_batch

    def delete_and_count(rows: QuerySet) -> int:
        sizes.append(delete_batch(rows))
        return sizes[-1]

    monkeypatch.setattr(housekeeping, "_delete_batch", delete_and_count)
    with monkeypatch.context() as patch:
        patch.setattr(housekeeping, "SWEEP_SECONDS", 0)
        assert purge_finished() == 0
    assert purge_finished() == 5
    assert [size for size in sizes if size] == [2, 2, 1]


def test_old_rows_are_found_by_an_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # as if the tables were large
    found = housekeeping._finished()
    [done, orphaned], [emails], [events] = (found[name] for name in ("deliveries", "emails", "gateway_messages"))
    assert "delivery_done" in done.explain()
    assert "delivery_due" in orphaned.explain()
    assert "email_done" in emails.explain()
    assert "webhook_received" in events.explain()


@pytest.mark.django_db(transaction=True)
def test_a_delivery_locked_for_sending_again_is_skipped_without_waiting(
    carols_server: Receiver, paid_booking: Hold, alice: User
) -> None:
    paid_booking(alice)
    age_all()
    changed, over = threading.Event(), threading.Event()

    def send_again(number: int) -> None:
        with transaction.atomic():
            Delivery.objects.update(status=DeliveryStatus.WAITING)
            changed.set()
            over.wait(10)

    seller = threading.Thread(target=crowd, args=(1, send_again))
    seller.start()
    changed.wait(10)
    assert purge_finished() == 1  # the email
    assert not over.is_set() and seller.is_alive()
    over.set()
    seller.join(10)
    assert Delivery.objects.get().status == DeliveryStatus.WAITING


def test_sending_a_delivery_again_fails_if_it_is_deleted_at_that_moment(
    carols_server: Receiver, paid_booking: Hold, alice: User, carol: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid_booking(alice)
    age_all()
    lock = endpoints._lock_own_active
    monkeypatch.setattr(endpoints, "_lock_own_active", lambda *args: (lock(*args), Delivery.objects.all().delete())[0])
    with pytest.raises(NotFound):
        repeat_delivery(delivery_id=Delivery.objects.get().pk, by=carol)


# --- Nothing happens twice ---------------------------------------------------------------------------


def all_rows() -> dict[str, Any]:
    """Return all rows of the tables that a sale writes to."""
    models = (Booking, Payment, Refund, Admission, Ticket, SeatChange, EmailMessage, Delivery)
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in models}


def post_webhook(payment: Payment, outcome: str) -> None:
    """Post the gateway's message about a payment, with the same id each time."""
    data = {
        **{"payment_id": str(payment.pk), "outcome": outcome, "reference": "ch_1", "code": "no", "detail": "No."},
        **{"amount": payment.amount, "currency": payment.currency},
    }
    body, key = json.dumps({"data": data}).encode(), settings.MOCK_WEBHOOK_SECRET.encode()
    headers = sign(key, message_id=f"{payment.pk} {outcome}", timestamp=int(time.time()), body=body)
    url = "/api/payment/webhook/mock"
    assert Client().post(url, body, content_type="application/json", headers=headers).status_code == 200


def pay_open(booking: Booking) -> Payment:
    return pay_booking(booking_id=booking.pk, buyer_id=booking.buyer_id, card_number=NEVER)


def end_hold(booking: Booking) -> None:
    Booking.objects.filter(pk=booking.pk).update(expires_at=database_now())
    expire_holds()


SEQUENCES: dict[str, list[str]] = {
    "paid": ["captured"],
    "declined": ["declined"],
    "open": ["pending"],
    "declined, then paid after all": ["declined", "captured"],
    "paid, then reported as declined": ["captured", "declined"],
    "too late, the seats are free": ["lose", "captured"],
    "too late, the seats are lost": ["lose", "other", "captured"],
    "paid twice": ["declined", "pay again", "captured"],
    "refunded": ["captured", "refund"],
    "event cancelled": ["captured", "cancel event"],
    "event cancelled before": ["cancel event", "captured"],
}


@pytest.mark.parametrize("sequence", SEQUENCES)
def test_a_gateway_message_repeated_after_the_purge_changes_nothing(
    hold: Hold,
    alice: User,
    bob: User,
    carol: User,
    carols_server: Receiver,
    sequence: str,
    django_capture_on_commit_callbacks: Any,
) -> None:
    booking = hold(alice, "1-1")
    payment = pay_open(booking)
    steps: dict[str, Callable[[], object]] = {
        "lose": lambda: end_hold(booking),
        "other": lambda: hold(bob, "1-1"),
        "pay again": lambda: pay_booking(booking_id=booking.pk, buyer_id=alice.pk, card_number=GOOD),
        "refund": lambda: refund_booking(booking_id=booking.pk, user=carol),
        "cancel event": lambda: cancel_completely(booking.event, carol),
    }
    for step in SEQUENCES[sequence]:
        steps.get(step, lambda step=step: post_webhook(payment, step))()
    age_all()
    assert purge_finished()
    assert not (WebhookEvent.objects.exists() or EmailMessage.objects.exists() or Delivery.objects.exists())
    before = all_rows()
    with django_capture_on_commit_callbacks() as published:
        for step in SEQUENCES[sequence]:
            if step not in steps:
                post_webhook(payment, step)
    assert all_rows() == before
    assert not published


def cancel_completely(event: Event, seller: User) -> None:
    cancel_event(event_id=event.pk, seller=seller)
    release_cancelled_event(event_id=event.pk)


@pytest.mark.django_db(transaction=True)
def test_no_sweep_queues_a_deleted_email_again_and_no_invariant_needs_it(
    hold: Hold, paid_booking: Hold, new_event: Callable[..., Event], alice: User, bob: User, carol: User
) -> None:
    expired, cancelled = hold(bob), paid_booking(alice, event=new_event(name="Cancelled"))
    end_hold(expired)
    refund_booking(booking_id=paid_booking(alice).pk, user=carol)
    cancel_completely(cancelled.event, carol)
    assert set(EmailMessage.objects.values_list("kind", flat=True)) == {
        *("confirmation", "hold_expired", "refund", "event_cancelled")
    }
    age_all()
    purge_finished()
    for sweep in (expire_holds, reconcile_payments, complete_bookings):
        sweep()
    release_cancelled_event(event_id=cancelled.event_id)
    assert not EmailMessage.objects.exists()
    assert not any(check_invariants().values())
