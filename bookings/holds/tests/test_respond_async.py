"""`Prefer: respond-async`: bookings are accepted at once and held or failed soon, by the same rules as other holds."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db.models import F
from rest_framework.test import APIClient

from accounts.models import User
from accounts.operations.tokens import tokens_for
from bookings.errors import IdempotencyKeyReused, TooManyHolds
from bookings.event_changes.cancel_event import cancel_event
from bookings.holds.cancel import cancel_booking
from bookings.holds.hold import hold_seats
from bookings.holds.hold_request import HoldRequest
from bookings.holds.models import Booking
from bookings.holds.respond_async import (
    OVERDUE_AFTER,
    accept_hold_request,
    allocate_overdue,
    allocate_seats,
)
from bookings.idempotency import IdempotencyKey
from bookings.invariants import check_invariants
from bookings.states import BookingStatus, SelectionMode
from bookings.testing.crowd import crowd, together
from bookings.testing.surgery import altered
from core.clock import database_now
from core.errors import BadInput, DomainError, NotFound
from events.errors import NotEnoughSeats, NotOnSale
from events.models import Event, SeatChange, Ticket
from ticketing.tests.test_fast_path import Caller
from ticketing.wsgi import application, django_application

pytestmark = pytest.mark.django_db(transaction=True)

Hold = Callable[..., Booking]
Accept = Callable[..., Booking]
ASYNC = {"Prefer": "respond-async"}


@pytest.fixture
def accept(concert: Event) -> Accept:
    """A function like `hold` in the root conftest.py that accepts the request. Tasks run only with `eager`."""

    def make(
        buyer: User, *seats: str, quantity: int = 2, idempotency_key: IdempotencyKey | None = None, **hold_request: Any
    ) -> Booking:
        named = {"mode": SelectionMode.MANUAL, "quantity": len(seats), "seats": list(seats)}
        best = {"mode": SelectionMode.BEST_AVAILABLE, "quantity": quantity}
        subsection = {"event_id": concert.pk, "section": "A", "subsection": 1}
        return accept_hold_request(
            buyer_id=buyer.pk,
            hold_request=HoldRequest(**{**subsection, **(named if seats else best), **hold_request}),
            idempotency_key=idempotency_key,
        )

    return make


@pytest.fixture
def body(concert: Event) -> dict[str, Any]:
    subsection = {"event_id": concert.pk, "section": "A", "subsection": 1}
    return subsection | {"seat_selection_mode": "manual", "quantity": 2, "seat_positions": ["1-1", "1-2"]}


def reloaded(booking: Booking) -> Booking:
    """Return the booking as it is in the database now."""
    return Booking.objects.for_display().get(pk=booking.pk)


def taken_seats() -> int:
    return Ticket.objects.exclude(status="available").count()


def check_all_invariants() -> None:
    assert {name: found for name, found in check_invariants().items() if found} == {}


def test_the_answer_is_202_and_the_booking_can_be_read_at_once(
    alice: User, client_of: Callable[[User], APIClient], body: dict[str, Any]
) -> None:
    client = client_of(alice)
    response = client.post("/api/booking", body, headers=ASYNC)
    assert (response.status_code, response["Preference-Applied"]) == (202, "respond-async")
    booking = client.get(response["Location"]).json()
    assert booking == response.json() | {"seconds_left": 0}
    assert (booking["status"], booking["seat_positions"], booking["failure"]) == ("processing", ["1-1", "1-2"], None)
    assert {ticket["status"] for ticket in booking["tickets"]} == {"available"}
    assert taken_seats() == 0
    allocate_seats(booking_id=booking["id"])
    booking = client.get(response["Location"]).json()
    assert (booking["status"], booking["total_price"]) == ("pending_payment", 10_000)
    assert 0 < booking["seconds_left"] <= 300
    assert {ticket["status"] for ticket in booking["tickets"]} == {"reserved"}
    check_all_invariants()


@pytest.mark.usefixtures("eager")
def test_the_task_runs_at_once(alice: User, accept: Accept) -> None:
    assert accept(alice).status == BookingStatus.PROCESSING
    assert reloaded(Booking.objects.get()).shown_status == BookingStatus.PENDING_PAYMENT
    check_all_invariants()


@pytest.mark.parametrize("prefer", ["respond-async", "return=minimal, Respond-Async; wait=10", "a,respond-async"])
def test_fast_path_and_django_read_the_preference_alike(alice: User, body: dict[str, Any], prefer: str) -> None:
    call = Caller(tokens_for(alice)["access"])
    fast = call(application, body, HTTP_PREFER=prefer)
    slow = call(django_application, body, HTTP_PREFER=prefer)
    assert (fast.fast, slow.fast) == (True, False)
    assert fast.status == slow.status == 202
    assert fast.body.keys() == slow.body.keys()
    assert fast.headers["Preference-Applied"] == slow.headers["Preference-Applied"] == "respond-async"
    assert fast.headers["Location"] == f"/api/booking/{fast.body['id']}"


@pytest.mark.parametrize("prefer", ["", "wait=10", "respond-asynchronously", "x=respond-async"])
def test_other_preferences_are_ignored(alice: User, body: dict[str, Any], prefer: str) -> None:
    response = Caller(tokens_for(alice)["access"])(application, body, HTTP_PREFER=prefer)
    assert (response.status, response.body["status"]) == (201, "pending_payment")
    assert "Preference-Applied" not in response.headers


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"event_id": 999_999}, NotFound),
        ({"section": "Z"}, BadInput),
        ({"quantity": 11}, BadInput),
        ({"mode": SelectionMode.MANUAL, "quantity": 1, "seats": ["9-99"]}, BadInput),
    ],
)
def test_an_impossible_hold_request_is_refused_at_once(
    alice: User, accept: Accept, fields: dict[str, Any], error: type[DomainError]
) -> None:
    with pytest.raises(error):
        accept(alice, **fields)
    assert not Booking.objects.exists()


def test_nothing_is_accepted_outside_the_sales_window(alice: User, accept: Accept) -> None:
    Event.objects.update(sales_end_at=database_now())
    with pytest.raises(NotOnSale):
        accept(alice)
    assert not Booking.objects.exists()


def test_taken_seats_make_the_booking_fail_with_the_reason(alice: User, bob: User, hold: Hold, accept: Accept) -> None:
    hold(bob, "1-1")
    booking = accept(alice, "1-1", "1-2")
    allocate_seats(booking_id=booking.pk)
    failed = reloaded(booking)
    assert (failed.status, failed.failure) == ("failed", "Seat 1-1 not available.")
    assert taken_seats() == 1
    check_all_invariants()


def test_more_seats_than_are_left_make_the_booking_fail(
    alice: User, bob: User, accept: Accept, new_event: Callable[..., Event]
) -> None:
    small = new_event(rows=1, cols=3)
    first, second = accept(alice, event_id=small.pk), accept(bob, event_id=small.pk)
    allocate_seats(booking_id=first.pk)
    allocate_seats(booking_id=second.pk)
    assert reloaded(first).status == BookingStatus.PENDING_PAYMENT
    assert reloaded(second).failure == NotEnoughSeats.detail
    check_all_invariants()


def test_the_seats_of_an_expired_hold_can_be_allocated(alice: User, bob: User, hold: Hold, accept: Accept) -> None:
    hold(bob, "1-1")
    Booking.objects.update(expires_at=database_now())
    booking = accept(alice, "1-1")
    allocate_seats(booking_id=booking.pk)
    assert reloaded(booking).status == BookingStatus.PENDING_PAYMENT
    assert Booking.objects.get(buyer=bob).status == BookingStatus.EXPIRED
    check_all_invariants()


def test_one_key_makes_one_booking_with_and_without_the_preference(alice: User, accept: Accept, concert: Event) -> None:
    idempotency_key = IdempotencyKey("key", "hash")
    booking = accept(alice, idempotency_key=idempotency_key)
    assert accept(alice, idempotency_key=idempotency_key).pk == booking.pk
    allocate_seats(booking_id=booking.pk)
    assert accept(alice, idempotency_key=idempotency_key).status == BookingStatus.PENDING_PAYMENT
    with pytest.raises(IdempotencyKeyReused):
        accept(alice, idempotency_key=IdempotencyKey("key", "another"))
    hold_request = HoldRequest(concert.pk, "A", 1, SelectionMode.BEST_AVAILABLE, 2)
    assert hold_seats(buyer_id=alice.pk, hold_request=hold_request, idempotency_key=idempotency_key).pk == booking.pk
    assert Booking.objects.count() == 1


def test_a_repeated_request_without_the_preference_responds_202_while_processing(
    alice: User, client_of: Callable[[User], APIClient], body: dict[str, Any]
) -> None:
    client, key = client_of(alice), {"Idempotency-Key": "k"}
    first = client.post("/api/booking", body, headers=ASYNC | key)
    again = client.post("/api/booking", body, headers=key)
    assert (again.status_code, again.json()["id"]) == (202, first.json()["id"])
    assert "Preference-Applied" not in again


def test_one_key_makes_one_booking_under_fifty_parallel_requests(alice: User, accept: Accept) -> None:
    results = crowd(50, lambda n: accept(alice, idempotency_key=IdempotencyKey("key", "hash")))
    assert {booking.pk for booking in results} == {Booking.objects.get().pk}


def test_accepted_bookings_count_as_open_holds(alice: User, hold: Hold, accept: Accept) -> None:
    for _ in range(3):
        accept(alice)
    for operation in (accept, hold):
        with pytest.raises(TooManyHolds) as raised:
            operation(alice)
        assert 1 <= raised.value.extra["retry_after"] <= 301
    for booking in Booking.objects.all():
        allocate_seats(booking_id=booking.pk)
    assert set(Booking.objects.values_list("status", flat=True)) == {"pending_payment"}
    check_all_invariants()


def test_twenty_parallel_requests_do_not_exceed_the_limit_of_holds(alice: User, accept: Accept, hold: Hold) -> None:
    results = crowd(20, lambda n: (accept if n % 2 else hold)(alice, section="AB"[n // 2 % 2]))
    assert Counter(type(result).__name__ for result in results) == {"Booking": 3, "TooManyHolds": 17}


def test_one_of_forty_accepted_bookings_gets_the_seat(new_user: Callable[..., User], accept: Accept) -> None:
    bookings = [accept(new_user(f"buyer{n}"), "1-1") for n in range(40)]
    crowd(40, lambda n: allocate_seats(booking_id=bookings[n].pk))
    assert Counter(Booking.objects.values_list("status", flat=True)) == {"pending_payment": 1, "failed": 39}
    assert set(Booking.objects.filter(status="failed").values_list("failure", flat=True)) == {"Seat 1-1 not available."}
    check_all_invariants()


def test_a_repeated_task_message_holds_seats_once(alice: User, accept: Accept) -> None:
    booking = accept(alice)
    crowd(10, lambda n: allocate_seats(booking_id=booking.pk))
    allocate_seats(booking_id=booking.pk)
    assert SeatChange.objects.count() == 1
    assert taken_seats() == 2
    check_all_invariants()


def test_without_the_check_of_its_status_a_booking_would_get_seats_twice(alice: User, accept: Accept) -> None:
    without_check = (" AND b.status = 'processing'\n        FOR NO KEY UPDATE", " FOR NO KEY UPDATE")
    pause = ("-- 3. Choose or check", "PERFORM pg_sleep(0.2); -- 3. Choose or check")
    booking = accept(alice)
    with altered("bookings_hold", without_check, pause):
        crowd(3, lambda n: allocate_seats(booking_id=booking.pk))
    assert taken_seats() > 2


def test_a_booking_cancelled_while_it_is_processing_takes_no_seats(alice: User, accept: Accept) -> None:
    booking = accept(alice)
    cancel_booking(booking_id=booking.pk, buyer=alice)
    allocate_seats(booking_id=booking.pk)
    assert reloaded(booking).status == BookingStatus.CANCELLED
    assert taken_seats() == 0
    check_all_invariants()


def test_parallel_cancelling_and_allocating_leave_no_seat_reserved(alice: User, accept: Accept) -> None:
    seen: Counter[int] = Counter()
    for _ in range(25):
        booking = accept(alice)
        results = together(
            partial(cancel_booking, booking_id=booking.pk, buyer=alice),
            partial(allocate_seats, booking_id=booking.pk),
        )
        assert not [result for result in results if isinstance(result, Exception)], results
        assert reloaded(booking).status == BookingStatus.CANCELLED
        seen[SeatChange.objects.filter(booking_id=booking.pk).count()] += 1
    print(seen)  # 0: cancelled first, 2: held and then cancelled
    assert set(seen) <= {0, 2}
    assert taken_seats() == 0
    check_all_invariants()


def test_the_sweep_handles_overdue_bookings_only(alice: User, bob: User, accept: Accept) -> None:
    old, young = accept(alice), accept(bob)
    Booking.objects.filter(pk=old.pk).update(created_at=F("created_at") - OVERDUE_AFTER - timedelta(seconds=1))
    Booking.objects.filter(pk=young.pk).update(created_at=F("created_at") + timedelta(minutes=1))
    allocate_overdue()
    assert (reloaded(old).status, reloaded(young).status) == ("pending_payment", "processing")
    check_all_invariants()


def test_parallel_sweeps_and_workers_handle_each_booking_once(new_user: Callable[..., User], accept: Accept) -> None:
    bookings = [accept(new_user(f"buyer{n}"), quantity=3, section="AB"[n % 2]) for n in range(20)]
    Booking.objects.update(created_at=F("created_at") - timedelta(minutes=1))
    crowd(12, lambda n: allocate_overdue() if n % 3 == 0 else allocate_seats(booking_id=bookings[n].pk))
    assert Counter(Booking.objects.values_list("status", flat=True)) == {"pending_payment": 20}
    assert SeatChange.objects.count() == 20
    check_all_invariants()


def test_a_booking_of_a_cancelled_event_fails(alice: User, carol: User, accept: Accept, concert: Event) -> None:
    booking = accept(alice)
    cancel_event(event_id=concert.pk, seller=carol)
    allocate_seats(booking_id=booking.pk)
    assert (reloaded(booking).status, reloaded(booking).failure) == ("failed", NotOnSale.detail)
    check_all_invariants()


def test_a_processing_booking_can_be_neither_paid_nor_extended(
    alice: User, client_of: Callable[[User], APIClient], accept: Accept
) -> None:
    path = f"/api/booking/{accept(alice).pk}"
    client = client_of(alice)
    for response in (
        client.post(f"{path}/pay", {"card_number": "4242424242424242"}),
        client.post(f"{path}/extend"),
        client.post(f"{path}/refund"),
    ):
        assert (response.status_code, response.json()["code"]) == (409, "invalid_state")


def test_the_outcome_is_published_to_both_feeds(
    live_server_of_streams: Any,
    alice: User,
    bob: User,
    concert: Event,
    client_of: Callable[[User], APIClient],
    hold: Hold,
    accept: Accept,
) -> None:
    cookie = f"sessionid={client_of(alice).cookies['sessionid'].value}"
    hold(bob, "2-2")
    with (
        live_server_of_streams.socket(f"/ws/event/{concert.pk}", additional_headers={"Cookie": cookie}) as viewer,
        live_server_of_streams.stream(f"/api/booking/event/{concert.pk}/sse", cookie=cookie) as stream,
    ):
        viewer.expect("snapshot")
        stream.wait_for_comment()
        lucky, late = accept(alice, "1-1"), accept(alice, "2-2")
        allocate_seats(booking_id=lucky.pk)
        allocate_seats(booking_id=late.pk)
        updates: dict[str, dict[str, Any]] = {}
        while {updates.get(str(b.pk), {}).get("status") for b in (lucky, late)} != {"pending_payment", "failed"}:
            message = stream.receive().data
            updates[message["booking_id"]] = message
        assert updates[str(late.pk)]["error_message"] == "Seat 2-2 not available."
        assert updates[str(lucky.pk)]["tickets"][0]["status"] == "reserved"
        seen: dict[str, str] = {}
        while set(seen.values()) != {"pending_payment", "failed"}:
            shown = viewer.expect("booking_updated")["booking"]
            seen[shown["id"]] = shown["status"]
