"""The database functions of paying leave the same rows, and say the same, as the steps that specify them."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import pytest
from django.db import transaction

from accounts.models import User
from bookings.errors import PaymentDeclined
from bookings.event_changes.complete_bookings import complete_bookings
from bookings.holds.cancel import cancel_booking
from bookings.holds.expiry import expire_holds
from bookings.holds.models import Booking
from bookings.idempotency import IdempotencyKey
from bookings.notifications.models import EmailMessage
from bookings.payments import pay, settle
from bookings.payments.gateways import Charge, Outcome, gateway
from bookings.payments.models import Payment, Refund
from bookings.payments.refund import refund_booking
from bookings.specification import pay as specification
from bookings.tickets.models import Admission
from core.clock import database_now
from core.errors import DomainError
from events.models import Event, SeatChange, Subsection, Ticket

Hold = Callable[..., Booking]
Said = dict[str, Any]
GOOD, DECLINED, NEVER = "4242424242424242", "4000000000000002", "4000000000000119"
TABLES = (Booking, Payment, Refund, Admission, EmailMessage, Event, Subsection, Ticket, SeatChange)
IDS_MADE_ANEW = (Payment, Refund, Admission, EmailMessage, SeatChange)
MADE_ANEW = {
    *("serial", "at", "updated_at", "created_at", "paying_since", "expires_at", "captured_at", "paid_at"),
    *("issued_at", "due_at", "written_at", "hash"),
}  # other ones, equally good
CHARGES = [
    *6 * [Charge(Outcome.CAPTURED, "ref")],
    Charge(Outcome.CAPTURED),
    Charge(Outcome.DECLINED, "ref", "card_declined", "No."),
    Charge(Outcome.PENDING, "ref"),
    Charge(Outcome.UNKNOWN),
]


@pytest.fixture
def hall(new_event: Callable[..., Event]) -> Event:
    """One block of six seats, so that some sales are the last."""
    return new_event([{"name": "A", "price": 5000, "subsections": 1}], rows=2, cols=3, max_active_holds=1000)


@pytest.fixture
def after(
    django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Callable[[], Payment]], Said]:
    """What an act says and what all tables hold after it and after its commit; then it is taken back."""

    within = cast(Any, settle.settle_stepwise).__wrapped__  # within a transaction that is taken back
    monkeypatch.setattr(settle, "settle_stepwise", within)

    def measure(act: Callable[[], Payment]) -> Said:
        with transaction.atomic():
            with django_capture_on_commit_callbacks(execute=True):
                said = _said(act)
            rows = {model.__name__: _rows(model) for model in TABLES}
            transaction.set_rollback(True)
        return {"said": said} | rows

    return measure


def _said(act: Callable[[], Payment]) -> Any:
    try:
        payment = act()
    except DomainError as refusal:
        return refusal.body()
    fields = ("booking_id", "status", "amount", "currency", "gateway", "card_last4", "idempotency_key", "request_hash")
    assert payment.booking.pk == payment.booking_id
    return [getattr(payment, name) for name in fields], payment.booking.status


def _rows(model: type[Any]) -> list[str]:
    made_anew = MADE_ANEW | {"id"} if model in IDS_MADE_ANEW else MADE_ANEW
    # Of a time only whether there is one: a set deadline is held to its length below.
    rows = model._default_manager.order_by("pk").values()
    return sorted(
        repr({name: value is not None if name in made_anew else value for name, value in row.items()}) for row in rows
    )


@pytest.mark.parametrize("story", range(40))
def test_beginning_a_payment_is_as_specified(
    hall: Event, hold: Hold, alice: User, bob: User, carol: User, after: Callable[..., Said], story: int
) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    booking = hold(alice, event=hall, quantity=chance.randint(1, 3))
    idempotency_key = chance.choice(
        [None, IdempotencyKey("key", "hash"), IdempotencyKey("key", "other"), IdempotencyKey("new", "hash")]
    )
    _live(booking, chance, carol)
    who = chance.choice([alice, alice, alice, alice, bob, carol])
    what: dict[str, Any] = {"booking_id": booking.pk, "buyer_id": who.pk, "card_last4": "4242", "provider": gateway()}
    specified = cast(Any, specification.begin_payment).__wrapped__  # its steps, in the transaction of `after`
    assert after(lambda: pay.begin_payment(**what, idempotency_key=idempotency_key)) == after(
        lambda: specified(**what, idempotency_key=idempotency_key)
    )


def _live(booking: Booking, chance: random.Random, seller: User) -> None:
    """What has become of a hold before somebody wants to pay it."""
    idempotency_key = chance.choice([None, IdempotencyKey("key", "hash")])
    fate = chance.choice(
        ["held", "begun", "paid", "declined", "open", "cancelled", "over", "swept", "off", "back", "done"]
    )
    if fate == "begun":
        pay.begin_payment(**_hers(booking), idempotency_key=idempotency_key, card_last4="4242", provider=gateway())
    if fate in ("paid", "back", "done"):
        pay.pay_booking(**_hers(booking), idempotency_key=idempotency_key, card_number=GOOD)
    if fate == "declined":
        with pytest.raises(PaymentDeclined):
            pay.pay_booking(**_hers(booking), idempotency_key=idempotency_key, card_number=DECLINED)
    if fate == "open":
        pay.pay_booking(**_hers(booking), idempotency_key=idempotency_key, card_number=NEVER)
    if fate == "cancelled":
        cancel_booking(booking_id=booking.pk, buyer=booking.buyer)
    if fate in ("over", "swept"):
        _end(booking)
    if fate == "swept":
        expire_holds()
    if fate == "off":
        Event.objects.update(status="cancelled")
    if fate == "back":
        refund_booking(booking_id=booking.pk, user=seller)
    if fate == "done":
        Event.objects.update(status="completed")
        complete_bookings()


def _hers(booking: Booking) -> dict[str, Any]:
    return {"booking_id": booking.pk, "buyer_id": booking.buyer_id}


def _end(booking: Booking) -> None:
    Booking.objects.filter(pk=booking.pk).update(expires_at=database_now())


@pytest.mark.parametrize("story", range(40))
def test_settling_a_payment_is_as_specified(
    hall: Event, hold: Hold, alice: User, bob: User, after: Callable[..., Said], story: int
) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    booking = hold(alice, event=hall, quantity=chance.choice([1, 2, 3]))
    if chance.random() < 0.5:  # the other seats are gone
        rest = hold(bob, event=hall, quantity=6 - booking.quantity)
        if chance.random() < 0.7:
            pay.pay_booking(**_hers(rest), card_number=GOOD)
    payment = pay.begin_payment(**_hers(booking), card_last4="4242", provider=gateway())
    _meanwhile(booking, payment, chance, lambda: hold(bob, event=hall, quantity=1))
    charge = chance.choice(CHARGES)
    assert after(lambda: _settled(settle.settle_payment, payment, charge)) == after(
        lambda: _settled(settle.settle_stepwise, payment, charge)
    )


def _meanwhile(booking: Booking, payment: Payment, chance: random.Random, retake: Callable[[], object]) -> None:
    """What happens while the gateway is thinking: mostly nothing."""
    fate = chance.random()
    if fate < 0.4:
        return
    if fate < 0.5:
        settle.cancel_payment(payment_id=payment.pk)
        if chance.random() < 0.5:
            pay.pay_booking(**_hers(booking), card_number=GOOD)
    elif fate < 0.55:
        Event.objects.update(status="cancelled")
    elif fate < 0.65:
        settle.settle_payment(payment_id=payment.pk, charge=Charge(Outcome.CAPTURED, "earlier"))
    else:
        _end(booking)
        if fate > 0.75:
            expire_holds()
        if fate > 0.9:
            retake()


def _settled(act: Callable[..., Payment], payment: Payment, charge: Charge) -> Payment:
    return act(payment_id=payment.pk, charge=charge)


def test_the_deadline_and_the_times_of_a_sale_are_exact(hold: Hold, alice: User, concert: Event) -> None:
    booking = hold(alice)
    payment = pay.begin_payment(**_hers(booking), card_last4="4242", provider=gateway())
    booking.refresh_from_db()
    assert booking.paying_since == payment.created_at == booking.updated_at
    assert booking.expires_at == booking.paying_since + timedelta(seconds=concert.payment_seconds)
    sold = settle.settle_payment(payment_id=payment.pk, charge=Charge(Outcome.CAPTURED, "ref"))
    booking.refresh_from_db()
    assert sold.captured_at == booking.paid_at == booking.updated_at == SeatChange.objects.latest("version").at
    assert {ticket.issued_at for ticket in booking.admissions.all()} == {booking.paid_at}


def test_ids_are_in_the_order_of_time_and_serials_are_guessed_by_nobody(paid_booking: Hold, alice: User) -> None:
    first, second = paid_booking(alice), paid_booking(alice)
    tickets = [*first.admissions.all(), *second.admissions.all()]
    assert {ticket.id.version for ticket in tickets} == {7}
    assert {ticket.id.variant for ticket in tickets} == {"specified in RFC 4122"}
    assert max(t.id for t in first.admissions.all()).bytes[:6] <= min(t.id for t in second.admissions.all()).bytes[:6]
    serials = {ticket.serial for ticket in tickets}
    assert len(serials) == 4
    assert all(0 <= serial < 2**63 for serial in serials)


def test_paying_is_three_round_trips(hold: Hold, alice: User, round_trips: list[None]) -> None:
    def paid() -> int:
        booking = hold(alice)
        round_trips.clear()
        pay.pay_booking(**_hers(booking), card_number=GOOD)
        return len(round_trips)

    paid()  # the statements get their names
    assert paid() == 3  # begin, the mock gateway's book, settle
