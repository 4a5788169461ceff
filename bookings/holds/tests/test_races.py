"""Races of operations. For each lock, one test shows that it works, and another what goes wrong without it."""

import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.models import User
from bookings.errors import AlreadyPaid, HoldExpired, PaymentInProgress
from bookings.holds import hold as holding
from bookings.holds.cancel import cancel_booking
from bookings.holds.expiry import expire_holds
from bookings.holds.extend import extend_hold
from bookings.holds.hold import hold_seats
from bookings.holds.hold_request import HoldRequest
from bookings.holds.models import Booking
from bookings.idempotency import IdempotencyKey
from bookings.invariants import check_invariants
from bookings.payments.gateways import Method, gateway
from bookings.payments.models import Payment
from bookings.payments.pay import begin_payment, pay_booking
from bookings.payments.settle import settle_payment
from bookings.states import BookingStatus, SelectionMode
from bookings.testing.crowd import crowd, together
from bookings.testing.surgery import altered
from core.clock import database_now
from core.errors import DomainError
from events.errors import SeatsTaken
from events.inventory.blocking import block_seats, unblock_seats
from events.models import Event, Subsection, Ticket

pytestmark = pytest.mark.django_db(transaction=True)

Hold = Callable[..., Booking]
NewUser = Callable[..., User]
NewEvent = Callable[..., Event]
GOOD_CARD = "4242424242424242"


@pytest.fixture
def buyers(new_user: NewUser) -> list[User]:
    """Forty buyers."""
    return [new_user(f"buyer{number}") for number in range(40)]


def outcomes(results: list[Any]) -> Counter[str]:
    return Counter(type(result).__name__ for result in results)


def check_all_invariants() -> None:
    """Check that no invariant is violated in the whole database."""
    assert {name: found for name, found in check_invariants().items() if found} == {}


# Parts of the database function, and a pause between its checks and its writes, so that requests overlap.
SUBSECTION_LOCK = "WHERE s.id = unlocked.id\n        FOR NO KEY UPDATE;"
BUYER_LOCK = "u.is_active FOR NO KEY UPDATE;"
WRITES = "-- 4. Move the seats"
without_subsection_lock = (SUBSECTION_LOCK, "WHERE s.id = unlocked.id;")
without_buyer_lock = (BUYER_LOCK, "u.is_active;")
pause = (WRITES, f"PERFORM pg_sleep(0.2); {WRITES}")


def test_one_of_forty_parallel_buyers_gets_the_seat(hold: Hold, buyers: list[User]) -> None:
    results = crowd(40, lambda n: hold(buyers[n], "1-1"))
    assert outcomes(results) == {"Booking": 1, "SeatsTaken": 39}
    check_all_invariants()


def test_without_the_lock_the_guarded_update_still_gives_the_seat_to_one(hold: Hold, buyers: list[User]) -> None:
    with altered("bookings_hold", without_subsection_lock, pause):
        results = crowd(10, lambda n: hold(buyers[n], "1-1"))
    assert outcomes(results) == {"Booking": 1, "SeatsTaken": 9}
    check_all_invariants()


def hold_best_seats_in_parallel(hold: Hold, buyers: list[User], event: Event) -> Counter[str]:
    return outcomes(crowd(8, lambda n: hold(buyers[n], quantity=2, event=event)))


def test_parallel_best_available_holds_fill_the_subsection(
    new_event: NewEvent, hold: Hold, buyers: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "MAX_ATTEMPTS", 1)
    event = new_event(rows=2, cols=6)
    with altered("bookings_hold", pause):
        assert hold_best_seats_in_parallel(hold, buyers, event) == {"Booking": 6, "NotEnoughSeats": 2}
    tickets = Ticket.objects.filter(event=event, subsection__number=1, subsection__section="A")
    assert tickets.filter(status="reserved").count() == 12
    check_all_invariants()


def test_without_the_lock_buyers_get_the_same_seats_although_others_are_free(
    new_event: NewEvent, hold: Hold, buyers: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "MAX_ATTEMPTS", 1)
    event = new_event(rows=2, cols=6)
    with altered("bookings_hold", without_subsection_lock, pause):
        assert hold_best_seats_in_parallel(hold, buyers, event)["Overloaded"] > 0
    check_all_invariants()


def hold_twenty_times(hold: Hold, buyer: User) -> Counter[str]:
    return outcomes(crowd(20, lambda n: hold(buyer, f"{n % 5 + 1}-{n // 5 + 1}", section="AB"[n % 2])))


def test_twenty_parallel_requests_do_not_exceed_the_limit_of_holds(hold: Hold, alice: User) -> None:
    assert hold_twenty_times(hold, alice) == {"Booking": 3, "TooManyHolds": 17}
    check_all_invariants()


def hold_in_four_subsections(hold: Hold, buyer: User, seat: str = "1-1") -> Counter[str]:
    subsections = [("A", 1), ("A", 2), ("B", 1), ("B", 2)]
    return outcomes(crowd(4, lambda n: hold(buyer, seat, section=subsections[n][0], subsection=subsections[n][1])))


def test_without_the_lock_on_the_buyer_the_limit_is_exceeded(hold: Hold, alice: User, bob: User) -> None:
    with altered("bookings_hold", pause):
        assert hold_in_four_subsections(hold, alice) == {"Booking": 3, "TooManyHolds": 1}
    with altered("bookings_hold", without_buyer_lock, pause):
        assert hold_in_four_subsections(hold, bob, seat="1-2") == {"Booking": 4}


def test_fifty_parallel_requests_with_one_idempotency_key_make_one_booking(alice: User, concert: Event) -> None:
    hold_request = HoldRequest(concert.pk, "A", 1, SelectionMode.BEST_AVAILABLE, 2)
    idempotency_key = IdempotencyKey("key", "hash")
    results = crowd(
        50, lambda n: hold_seats(buyer_id=alice.pk, hold_request=hold_request, idempotency_key=idempotency_key)
    )
    assert outcomes(results) == {"Booking": 50}
    assert len({booking.pk for booking in results}) == 1
    check_all_invariants()


def test_overlapping_holds_get_all_their_seats_or_none(hold: Hold, buyers: list[User], concert: Event) -> None:
    Event.objects.update(max_active_holds=1000)
    seed = random.randrange(10**6)
    print(f"seed {seed}")

    def shop(number: int) -> Counter[str]:
        dice = random.Random(seed + number)
        results: list[Booking | DomainError] = []
        for _ in range(12):
            seats = dice.sample([f"{row}-{seat}" for row in range(1, 5) for seat in range(1, 11)], dice.randint(1, 8))
            try:
                results.append(hold(buyers[number], *seats))
            except DomainError as error:
                results.append(error)
        return outcomes(results)

    results = crowd(20, shop)
    total: Counter[str] = sum(results, Counter())
    assert set(total) <= {"Booking", "SeatsTaken"}
    held = [position for booking in Booking.objects.all() for position in booking.positions]
    assert len(held) == len(set(held)) > 0
    check_all_invariants()


def test_fifty_parallel_payments_charge_once(hold: Hold, alice: User) -> None:
    booking = hold(alice)
    results = crowd(50, lambda n: pay_booking(booking_id=booking.pk, buyer_id=alice.pk, card_number=GOOD_CARD))
    assert outcomes(results)["Payment"] == 1
    assert set(map(type, results)) <= {Payment, PaymentInProgress, AlreadyPaid}
    assert Payment.objects.count() == 1
    check_all_invariants()


def test_of_a_cancellation_and_a_payment_at_once_one_succeeds(hold: Hold, alice: User) -> None:
    for _ in range(25):
        booking = hold(alice)
        together(
            partial(cancel_booking, booking_id=booking.pk, buyer=alice),
            partial(pay_booking, booking_id=booking.pk, buyer_id=alice.pk, card_number=GOOD_CARD),
        )
        booking.refresh_from_db()
        captured = booking.payments.filter(status="captured").count()
        assert (booking.status, captured) in [("cancelled", 0), ("paid", 1)]
    check_all_invariants()


def test_at_the_deadline_either_the_paying_or_the_next_buyer_gets_the_seat(
    hold: Hold, alice: User, bob: User, concert: Event
) -> None:
    """The hold ends at about the moment when its buyer pays and another buyer takes the seat."""
    Event.objects.update(max_active_holds=1000)
    wins: Counter[str] = Counter()
    for round_number in range(60):
        seat = f"{round_number % 5 + 1}-{round_number // 5 % 10 + 1}"
        booking = hold(alice, seat, section="AB"[round_number % 2])
        ends = database_now() + timedelta(milliseconds=20 + random.uniform(-1.5, 1.5))
        Booking.objects.filter(pk=booking.pk).update(expires_at=ends)
        taken, paid = together(
            partial(shortly_after, 0.017, hold, bob, seat, section=booking.subsection.section),
            partial(shortly_after, 0.017, pay_booking, booking_id=booking.pk, buyer_id=alice.pk, card_number=GOOD_CARD),
        )
        booking.refresh_from_db()
        if booking.status == BookingStatus.PAID:
            assert isinstance(taken, SeatsTaken), taken
            wins["payer"] += 1
        else:
            assert isinstance(paid, HoldExpired), paid
            wins["next" if isinstance(taken, Booking) else "nobody"] += 1
        Booking.objects.filter(buyer=bob, status="pending_payment").update(expires_at=database_now())
        expire_holds()
    print(wins)
    check_all_invariants()


def shortly_after(seconds: float, act: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call `act` after a wait, which is more exact than the start of a thread."""
    time.sleep(seconds)
    return act(*args, **kwargs)


def test_a_late_capture_never_gives_a_seat_two_owners(hold: Hold, alice: User, bob: User) -> None:
    """Settling a payment races with the next buyer for the seat of an ended hold."""
    winners: Counter[str] = Counter()
    for number in range(20):
        seat = f"{number % 5 + 1}-{number // 5 + 1}"
        booking = hold(alice, seat)
        payment = begin_payment(order_id=booking.pk, buyer_id=alice.pk, card_last4="4242", provider=gateway())[0]
        Booking.objects.filter(pk=booking.pk).update(expires_at=database_now())
        _, taken = together(
            partial(
                settle_payment, payment_id=payment.pk, charge=gateway().begin(payment, Method(card_number=GOOD_CARD))
            ),
            partial(hold, bob, seat),
        )
        booking.refresh_from_db()
        owners = (booking.status == BookingStatus.PAID) + isinstance(taken, Booking)
        assert owners == 1
        winners[booking.status] += 1
        if isinstance(taken, Booking):
            cancel_booking(booking_id=taken.pk, buyer=bob)
    print(winners)
    check_all_invariants()


def test_all_operations_at_once_on_one_subsection_never_deadlock(
    hold: Hold, buyers: list[User], carol: User, concert: Event
) -> None:
    Event.objects.update(hold_seconds=1, max_active_holds=1000)
    before = deadlocks()
    seed = random.randrange(10**6)
    print(f"seed {seed}")

    def act_randomly(number: int) -> list[str]:
        dice, results = random.Random(seed + number), []
        for _ in range(15):
            try:
                results.append(random_operation(dice, buyers[number % 6], carol, concert, hold))
            except DomainError as error:
                results.append(type(error).__name__)
        return results

    results = crowd(12, act_randomly)
    assert all(isinstance(result, list) for result in results), results
    assert deadlocks() == before
    check_all_invariants()


def random_operation(dice: random.Random, buyer: User, seller: User, event: Event, hold: Hold) -> str:
    mine = Booking.objects.filter(buyer=buyer).order_by("?").first()
    seat = f"{dice.randint(1, 5)}-{dice.randint(1, 10)}"
    seats: dict[str, Any] = {"event_id": event.pk, "seller": seller, "section": "A", "subsection": 1, "seats": [seat]}
    acts: list[Callable[[], Any]] = [
        lambda: hold(buyer, seat),
        lambda: hold(buyer, quantity=dice.randint(1, 4)),
        expire_holds,
        lambda: block_seats(**seats),
        lambda: unblock_seats(**seats),
    ]
    if mine is not None:
        acts += [
            lambda: pay_booking(booking_id=mine.pk, buyer_id=buyer.pk, card_number=GOOD_CARD),
            lambda: cancel_booking(booking_id=mine.pk, buyer=buyer),
            lambda: extend_hold(booking_id=mine.pk, buyer=buyer),
        ]
    act = dice.choice(acts)
    act()
    return "done"


def test_parallel_sweeps_expire_each_hold_once(hold: Hold, buyers: list[User]) -> None:
    bookings = [hold(buyer, section="AB"[n % 2], quantity=1) for n, buyer in enumerate(buyers[:20])]
    Booking.objects.update(expires_at=database_now())
    assert sum(crowd(4, lambda n: expire_holds())) + expire_holds() == len(bookings)
    check_all_invariants()


def test_a_sweep_skips_a_locked_subsection(hold: Hold, alice: User, bob: User) -> None:
    hold(alice)
    hold(bob, section="B")
    Booking.objects.update(expires_at=database_now())
    with transaction.atomic():
        Subsection.objects.select_for_update().earliest("id")
        assert crowd(1, lambda n: expire_holds()) == [1]
    assert expire_holds() == 1


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush(), pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]
