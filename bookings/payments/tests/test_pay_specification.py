"""The database functions of payments leave the same rows and return the same results as their specifications."""

import random
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
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
from bookings.references import ReferenceKind, read_reference
from bookings.specification import pay as specification
from bookings.tickets.models import Admission
from core.clock import database_now
from core.errors import DomainError
from events.models import Event, SeatChange, Subsection, Ticket

Hold = Callable[..., Booking]
Result = dict[str, Any]
GOOD, DECLINED, NEVER = "4242424242424242", "4000000000000002", "4000000000000119"
TABLES = (Booking, Payment, Refund, Admission, EmailMessage, Event, Subsection, Ticket, SeatChange)
GENERATED_IDS = (Payment, Refund, Admission, EmailMessage, SeatChange)
GENERATED = {
    *("serial", "at", "updated_at", "created_at", "paying_since", "expires_at", "captured_at", "paid_at"),
    *("issued_at", "due_at", "written_at", "hash", "reference"),
}  # different in each run
STATES = (
    *("held", "begun", "paid", "declined", "open", "cancelled"),
    *("overdue", "expired", "event cancelled", "refunded", "completed"),
)
CHARGES = [
    Charge(Outcome.DECLINED, "ref", "card_declined", "No."),
    Charge(Outcome.PENDING, "ref"),
    Charge(Outcome.UNKNOWN),
]


@pytest.fixture
def hall(new_event: Callable[..., Event]) -> Event:
    """An event with one subsection of six seats, so that some sales are the last."""
    return new_event([{"name": "A", "price": 5000, "subsections": 1}], rows=2, cols=3, max_active_holds=1000)


@pytest.fixture
def after(
    django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Callable[[], Any]], Result]:
    """A function that returns the result of an operation and all rows after its commit, and rolls it back."""

    without_transaction = cast(Any, settle.settle_stepwise).__wrapped__  # it runs in a transaction that is rolled back
    monkeypatch.setattr(settle, "settle_stepwise", without_transaction)

    def measure(operation: Callable[[], Any]) -> Result:
        with transaction.atomic():
            with django_capture_on_commit_callbacks(execute=True):
                result = _result_of(operation)
            rows = {model.__name__: _rows(model) for model in TABLES}
            transaction.set_rollback(True)
        return {"result": result} | rows

    return measure


def _result_of(operation: Callable[[], Any]) -> Any:
    try:
        result = operation()
    except DomainError as error:
        return error.body()
    payment, *begun = result if isinstance(result, tuple) else (result,)
    fields = ("order_id", "status", "amount", "currency", "gateway", "card_last4", "idempotency_key", "request_hash")
    assert payment.booking.pk == payment.order_id
    assert payment.reference == Payment.objects.values_list("reference", flat=True).get(pk=payment.pk)
    assert read_reference(payment.booking.reference).kind == ReferenceKind.BOOKING
    return [getattr(payment, name) for name in fields], payment.booking.status, begun


def _rows(model: type[Any]) -> list[str]:
    generated = GENERATED | {"id"} if model in GENERATED_IDS else GENERATED
    # Of a time, only whether it is set; test_the_deadline_and_the_times_of_a_sale_are_exact checks its value.
    rows = model._default_manager.order_by("pk").values()
    return sorted(
        repr({name: value is not None if name in generated else value for name, value in row.items()}) for row in rows
    )


@pytest.mark.parametrize("run", range(40))
def test_beginning_a_payment_is_as_specified(
    hall: Event, hold: Hold, alice: User, bob: User, carol: User, after: Callable[..., Result], run: int
) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    dice = random.Random(seed)
    booking = hold(alice, event=hall, quantity=dice.randint(1, 3))
    idempotency_key = dice.choice(
        [None, IdempotencyKey("key", "hash"), IdempotencyKey("key", "other"), IdempotencyKey("new", "hash")]
    )
    _continue(booking, dice, carol)
    payer = dice.choice([alice, alice, alice, alice, bob, carol])
    fields: dict[str, Any] = {
        "order_id": booking.pk,
        "buyer_id": payer.pk,
        "card_last4": "4242",
        "provider": gateway(),
    }
    specified = cast(Any, specification.begin_payment).__wrapped__  # its steps, in the transaction of `after`
    assert after(lambda: pay.begin_payment(**fields, idempotency_key=idempotency_key)) == after(
        lambda: specified(**fields, idempotency_key=idempotency_key)
    )


def _continue(booking: Booking, dice: random.Random, seller: User) -> None:
    """Bring a hold into a random state before the payment."""
    idempotency_key = dice.choice([None, IdempotencyKey("key", "hash")])
    state = dice.choice(STATES)
    if state == "begun":
        pay.begin_payment(
            order_id=booking.pk,
            buyer_id=booking.buyer_id,
            idempotency_key=idempotency_key,
            card_last4="4242",
            provider=gateway(),
        )
    if state in ("paid", "refunded", "completed"):
        pay.pay_booking(**_ids(booking), idempotency_key=idempotency_key, card_number=GOOD)
    if state == "declined":
        with pytest.raises(PaymentDeclined):
            pay.pay_booking(**_ids(booking), idempotency_key=idempotency_key, card_number=DECLINED)
    if state == "open":
        pay.pay_booking(**_ids(booking), idempotency_key=idempotency_key, card_number=NEVER)
    if state == "cancelled":
        cancel_booking(booking_id=booking.pk, buyer=booking.buyer)
    if state in ("overdue", "expired"):
        _end(booking)
    if state == "expired":
        expire_holds()
    if state == "event cancelled":
        Event.objects.update(status="cancelled")
    if state == "refunded":
        refund_booking(booking_id=booking.pk, user=seller)
    if state == "completed":
        Event.objects.update(status="completed")
        complete_bookings()


def _ids(booking: Booking) -> dict[str, Any]:
    return {"booking_id": booking.pk, "buyer_id": booking.buyer_id}


def _end(booking: Booking) -> None:
    Booking.objects.filter(pk=booking.pk).update(expires_at=database_now())


@pytest.mark.parametrize("run", range(40))
def test_settling_a_payment_is_as_specified(
    hall: Event, hold: Hold, alice: User, bob: User, after: Callable[..., Result], run: int
) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    dice = random.Random(seed)
    booking = hold(alice, event=hall, quantity=dice.choice([1, 2, 3]))
    if dice.random() < 0.5:  # the other seats are taken
        other = hold(bob, event=hall, quantity=6 - booking.quantity)
        if dice.random() < 0.7:
            pay.pay_booking(**_ids(other), card_number=GOOD)
    payment = pay.begin_payment(order_id=booking.pk, buyer_id=booking.buyer_id, card_last4="4242", provider=gateway())[
        0
    ]
    _meanwhile(booking, payment, dice, lambda: hold(bob, event=hall, quantity=1))
    charge = dice.choice([*6 * [_capture(payment)], _capture(payment, ""), *_wrong_captures(payment), *CHARGES])
    assert after(lambda: _settled(settle.settle_payment, payment, charge)) == after(
        lambda: _settled(settle.settle_stepwise, payment, charge)
    )


def _meanwhile(booking: Booking, payment: Payment, dice: random.Random, take_seat: Callable[[], object]) -> None:
    """Do something at random while the charge is open; often nothing."""
    number = dice.random()
    if number < 0.4:
        return
    if number < 0.5:
        settle.cancel_payment(payment_id=payment.pk)
        if dice.random() < 0.5:
            pay.pay_booking(**_ids(booking), card_number=GOOD)
    elif number < 0.55:
        Event.objects.update(status="cancelled")
    elif number < 0.65:
        settle.settle_payment(payment_id=payment.pk, charge=_capture(payment, "earlier"))
    else:
        _end(booking)
        if number > 0.75:
            expire_holds()
        if number > 0.9:
            take_seat()


def _capture(payment: Payment, reference: str = "ref") -> Charge:
    return Charge(Outcome.CAPTURED, reference, amount=payment.amount, currency=payment.currency)


def _wrong_captures(payment: Payment) -> list[Charge]:
    wrong: list[tuple[Decimal | int, str]] = [
        (payment.amount - 1, "USD"),
        (payment.amount, "JPY"),
        (Decimal(payment.amount) + Decimal("0.5"), "USD"),
    ]
    return [Charge(Outcome.CAPTURED, "ref", amount=amount, currency=currency) for amount, currency in wrong]


def _settled(settle_payment: Callable[..., Payment], payment: Payment, charge: Charge) -> Payment:
    return settle_payment(payment_id=payment.pk, charge=charge)


def test_the_deadline_and_the_times_of_a_sale_are_exact(hold: Hold, alice: User, concert: Event) -> None:
    booking = hold(alice)
    payment = pay.begin_payment(order_id=booking.pk, buyer_id=booking.buyer_id, card_last4="4242", provider=gateway())[
        0
    ]
    booking.refresh_from_db()
    assert booking.paying_since == payment.created_at == booking.updated_at
    assert booking.expires_at == booking.paying_since + timedelta(seconds=concert.payment_seconds)
    sold = settle.settle_payment(payment_id=payment.pk, charge=_capture(payment))
    booking.refresh_from_db()
    assert sold.captured_at == booking.paid_at == booking.updated_at == SeatChange.objects.latest("version").at
    assert {ticket.issued_at for ticket in booking.admissions.all()} == {booking.paid_at}


def test_ids_are_in_the_order_of_time_and_serials_are_random(paid_booking: Hold, alice: User) -> None:
    first, second = paid_booking(alice), paid_booking(alice)
    tickets = [*first.admissions.all(), *second.admissions.all()]
    assert {ticket.id.version for ticket in tickets} == {7}
    assert {ticket.id.variant for ticket in tickets} == {"specified in RFC 4122"}
    assert max(t.id for t in first.admissions.all()).bytes[:6] <= min(t.id for t in second.admissions.all()).bytes[:6]
    serials = {ticket.serial for ticket in tickets}
    assert len(serials) == 4
    assert all(0 <= serial < 2**63 for serial in serials)


def test_paying_takes_three_round_trips(hold: Hold, alice: User, round_trips: list[None]) -> None:
    def paid() -> int:
        booking = hold(alice)
        round_trips.clear()
        pay.pay_booking(**_ids(booking), card_number=GOOD)
        return len(round_trips)

    paid()  # prepares the statements
    assert paid() == 3  # begin, the mock gateway's own record, settle
