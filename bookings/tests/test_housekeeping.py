"""What is done with and old goes, batch after batch; what counts stays, and nothing happens twice for that."""

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
from bookings.invariants import check_invariants
from bookings.models import Admission, Booking, Delivery, Endpoint, Letter, Payment, Refund, WebhookEvent
from bookings.operations import endpoints, housekeeping
from bookings.operations.call_off import cancel_event, release_cancelled_event
from bookings.operations.complete import complete_bookings
from bookings.operations.endpoints import repeat_delivery
from bookings.operations.expiry import expire_holds
from bookings.operations.housekeeping import DELIVERY_DAYS, LETTER_DAYS, WEBHOOK_EVENT_DAYS, forget_finished
from bookings.operations.pay import pay_booking
from bookings.operations.reconcile import reconcile_payments
from bookings.operations.refund import refund_booking
from bookings.signatures import sign
from bookings.states import DeliveryStatus, LetterStatus
from bookings.tests.crowd import crowd
from bookings.tests.receiver import Receiver
from events.clock import database_now
from events.models import Event, SeatChange, Ticket
from ticketing.errors import NotFound

pytestmark = pytest.mark.django_db

Hold = Callable[..., Booking]
NEVER, GOOD = "4000000000000119", "4242424242424242"
DAY = timedelta(days=1)


def write_events(*ages: timedelta) -> None:
    now = database_now()
    WebhookEvent.objects.bulk_create(
        WebhookEvent(gateway="mock", event_id=str(uuid.uuid4()), received_at=now - age) for age in ages
    )


def age_all() -> None:
    """Everything was written long ago, and is sent."""
    past = database_now() - timedelta(days=LETTER_DAYS + 1)
    Letter.objects.update(written_at=past, status=LetterStatus.SENT, sent_at=past)
    Delivery.objects.update(happened_at=past, status=DeliveryStatus.DELIVERED, delivered_at=past)
    WebhookEvent.objects.update(received_at=past)


# --- What goes, and what stays -------------------------------------------------------------------------


@pytest.mark.parametrize("status", DeliveryStatus)
def test_deliveries_that_are_done_with_go(
    carols_server: Receiver, paid_booking: Hold, alice: User, status: DeliveryStatus
) -> None:
    for days in (DELIVERY_DAYS - 1, DELIVERY_DAYS + 1):
        paid_booking(alice, quantity=1)
        Delivery.objects.filter(pk=Delivery.objects.latest("id").pk).update(happened_at=database_now() - days * DAY)
    Delivery.objects.update(status=status, delivered_at=database_now())
    gone = status in ("delivered", "failed")
    assert forget_finished() == gone
    assert Delivery.objects.filter(happened_at__lt=database_now() - DELIVERY_DAYS * DAY).exists() is not gone
    assert Delivery.objects.count() == 2 - gone


@pytest.mark.parametrize("status", LetterStatus)
def test_letters_that_are_done_with_go(paid_booking: Hold, alice: User, status: LetterStatus) -> None:
    for days in (LETTER_DAYS - 1, LETTER_DAYS + 1):
        paid_booking(alice, quantity=1)
        Letter.objects.filter(pk=Letter.objects.latest("id").pk).update(written_at=database_now() - days * DAY)
    Letter.objects.update(status=status, sent_at=database_now())
    gone = status in ("sent", "dropped", "failed")
    assert forget_finished() == gone
    assert Letter.objects.filter(written_at__lt=database_now() - LETTER_DAYS * DAY).exists() is not gone


def test_what_gateways_told_goes_when_they_can_not_tell_it_again() -> None:
    write_events((WEBHOOK_EVENT_DAYS - 1) * DAY, (WEBHOOK_EVENT_DAYS + 1) * DAY)
    assert forget_finished() == 1
    assert WebhookEvent.objects.get().received_at > database_now() - WEBHOOK_EVENT_DAYS * DAY


def test_what_waits_for_an_endpoint_that_was_removed_goes(
    carols_server: Receiver, paid_booking: Hold, alice: User
) -> None:
    paid_booking(alice)
    Delivery.objects.update(happened_at=database_now() - (DELIVERY_DAYS + 1) * DAY)
    assert forget_finished() == 0
    Endpoint.objects.all()._raw_delete("default")  # as a sale leaves it that is open while the endpoint goes
    assert forget_finished() == 1


# --- How ---------------------------------------------------------------------------------------------


def test_it_goes_in_small_batches_and_stops_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    write_events(*[40 * DAY] * 5)
    monkeypatch.setattr(housekeeping, "BATCH", 2)
    sizes: list[int] = []
    forget = housekeeping._forget_batch

    def forget_and_count(rows: QuerySet) -> int:
        sizes.append(forget(rows))
        return sizes[-1]

    monkeypatch.setattr(housekeeping, "_forget_batch", forget_and_count)
    with monkeypatch.context() as over:
        over.setattr(housekeeping, "SWEEP_SECONDS", 0)
        assert forget_finished() == 0
    assert forget_finished() == 5
    assert [size for size in sizes if size] == [2, 2, 1]


def test_what_is_old_is_found_by_an_index_however_much_is_young() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # as if the tables were large
    done, of_nobody, letters, events = (rows.explain() for rows in housekeeping._finished())
    assert "delivery_done" in done
    assert "delivery_due" in of_nobody
    assert "letter_done" in letters
    assert "webhook_received" in events


@pytest.mark.django_db(transaction=True)
def test_a_delivery_that_is_sent_again_just_now_stays_and_is_not_waited_for(
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
    assert forget_finished() == 1  # the letter
    assert not over.is_set() and seller.is_alive()
    over.set()
    seller.join(10)
    assert Delivery.objects.get().status == DeliveryStatus.WAITING


def test_a_delivery_that_goes_while_it_is_to_be_sent_again_is_not_there(
    carols_server: Receiver, paid_booking: Hold, alice: User, carol: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid_booking(alice)
    age_all()
    own = endpoints._own_active
    monkeypatch.setattr(endpoints, "_own_active", lambda *of: (own(*of), Delivery.objects.all().delete())[0])
    with pytest.raises(NotFound):
        repeat_delivery(delivery_id=Delivery.objects.get().pk, by=carol)


# --- Nothing happens twice ---------------------------------------------------------------------------


def everything() -> dict[str, Any]:
    """All that the sale has written."""
    models = (Booking, Payment, Refund, Admission, Ticket, SeatChange, Letter, Delivery)
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in models}


def tell(payment: Payment, outcome: str) -> None:
    """The gateway's message, with the same id each time."""
    data = {"payment_id": str(payment.pk), "outcome": outcome, "reference": "ch_1", "code": "no", "detail": "No."}
    body, key = json.dumps({"data": data}).encode(), settings.MOCK_WEBHOOK_SECRET.encode()
    headers = sign(key, message_id=f"{payment.pk} {outcome}", timestamp=int(time.time()), body=body)
    url = "/api/payment/webhook/mock"
    assert Client().post(url, body, content_type="application/json", headers=headers).status_code == 200


def pay_open(booking: Booking) -> Payment:
    return pay_booking(booking_id=booking.pk, buyer_id=booking.buyer_id, card_number=NEVER)


def end_hold(booking: Booking) -> None:
    Booking.objects.filter(pk=booking.pk).update(expires_at=database_now())
    expire_holds()


STORIES: dict[str, list[str]] = {
    "paid": ["captured"],
    "declined": ["declined"],
    "open": ["pending"],
    "declined, then paid after all": ["declined", "captured"],
    "paid, then told to be declined": ["captured", "declined"],
    "too late, the seats are free": ["lose", "captured"],
    "too late, the seats are lost": ["lose", "other", "captured"],
    "paid twice": ["declined", "pay again", "captured"],
    "refunded": ["captured", "refund"],
    "called off": ["captured", "call off"],
    "called off before": ["call off", "captured"],
}


@pytest.mark.parametrize("story", STORIES)
def test_a_message_that_comes_again_after_all_was_forgotten_changes_nothing(
    hold: Hold,
    alice: User,
    bob: User,
    carol: User,
    carols_server: Receiver,
    story: str,
    django_capture_on_commit_callbacks: Any,
) -> None:
    booking = hold(alice, "1-1")
    payment = pay_open(booking)
    steps: dict[str, Callable[[], object]] = {
        "lose": lambda: end_hold(booking),
        "other": lambda: hold(bob, "1-1"),
        "pay again": lambda: pay_booking(booking_id=booking.pk, buyer_id=alice.pk, card_number=GOOD),
        "refund": lambda: refund_booking(booking_id=booking.pk, user=carol),
        "call off": lambda: call_off(booking.event, carol),
    }
    for step in STORIES[story]:
        steps.get(step, lambda step=step: tell(payment, step))()
    age_all()
    assert forget_finished()
    assert not (WebhookEvent.objects.exists() or Letter.objects.exists() or Delivery.objects.exists())
    before = everything()
    with django_capture_on_commit_callbacks() as announced:
        for step in STORIES[story]:
            if step not in steps:
                tell(payment, step)
    assert everything() == before
    assert not announced


def call_off(event: Event, seller: User) -> None:
    cancel_event(event_id=event.pk, seller=seller)
    release_cancelled_event(event_id=event.pk)


@pytest.mark.django_db(transaction=True)
def test_no_sweep_writes_a_forgotten_letter_anew_and_no_invariant_misses_it(
    hold: Hold, paid_booking: Hold, new_event: Callable[..., Event], alice: User, bob: User, carol: User
) -> None:
    over, called_off = hold(bob), paid_booking(alice, event=new_event(name="Called off"))
    end_hold(over)
    refund_booking(booking_id=paid_booking(alice).pk, user=carol)
    call_off(called_off.event, carol)
    assert set(Letter.objects.values_list("kind", flat=True)) == {
        *("confirmation", "hold_expired", "refund", "event_cancelled")
    }
    age_all()
    forget_finished()
    for sweep in (expire_holds, reconcile_payments, complete_bookings):
        sweep()
    release_cancelled_event(event_id=called_off.event_id)
    assert not Letter.objects.exists()
    assert not any(check_invariants().values())
