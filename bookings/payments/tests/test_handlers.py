"""POST /api/booking/{id}/pay: the fast path and Django give the same responses."""

import io
import json
import uuid
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest

from accounts.models import TokenFamily, User
from accounts.operations.tokens import tokens_for
from bookings.holds.models import Booking
from bookings.payments.models import Payment
from ticketing.fast_path.application import FastPath
from ticketing.wsgi import application, django_application

pytestmark = pytest.mark.django_db(transaction=True)  # because Django closes its connection after each request

Hold = Callable[..., Booking]
Response = tuple[int, dict[str, Any]]
GOOD, DECLINED, LATER, NEVER = "4242424242424242", "4000000000000002", "4000000000000077", "4000000000000119"
PASSED_ON = (0, {"code": "passed_on"})  # the response if the fast path leaves a request to Django


def fast_path(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The fast path alone, without Django behind it."""
    return FastPath(_without_django, application._routes)(environ, start_response)


def _without_django(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("0 Passed on", [])
    return [json.dumps(PASSED_ON[1]).encode()]


def post(app: Callable[..., Iterable[bytes]], buyer: User, path: str, body: Any, **headers: str) -> Response:
    content = json.dumps(body).encode()
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "HTTP_HOST": "127.0.0.1",
        "HTTP_AUTHORIZATION": f"Bearer {tokens_for(buyer)['access']}",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(content)),
        "wsgi.input": io.BytesIO(content),
        **headers,
    }
    setup_testing_defaults(environ)
    statuses: list[int] = []
    content_of_response = b"".join(
        app(environ, lambda status, headers, *error: statuses.append(int(status.split()[0])))
    )
    return statuses[-1], json.loads(content_of_response)


def pay(app: Any, buyer: User, booking: Booking, body: Any, **headers: str) -> Response:
    return post(app, buyer, f"/api/booking/{booking.pk}/pay", body, **headers)


def without_ids(response: Response) -> Response:
    """Return a response with the lengths of ids and times in place of their values, to compare two bookings."""
    replaced = ("booking_id", "payment_id", "reference", "paid_at")
    return response[0], {
        name: len(value) if name in replaced and value else value for name, value in sorted(response[1].items())
    }


@pytest.mark.parametrize("card", [GOOD, DECLINED, LATER, NEVER])
def test_both_give_the_same_response(hold: Hold, alice: User, card: str) -> None:
    fast = pay(fast_path, alice, hold(alice), {"card_number": card})
    assert fast != PASSED_ON
    slow = pay(django_application, alice, hold(alice), {"card_number": card})
    assert without_ids(fast) == without_ids(slow)


def test_the_response_shows_the_payment(hold: Hold, alice: User) -> None:
    booking = hold(alice)
    status, body = pay(fast_path, alice, booking, {"card_number": GOOD})
    assert (status, body["status"], body["booking_id"]) == (200, "paid", str(booking.pk))
    payment = Payment.objects.get()
    assert (body["payment_id"], body["reference"]) == (str(payment.pk), payment.reference)
    assert body["paid_at"] == f"{payment.captured_at:%Y-%m-%dT%H:%M:%S.%fZ}"


def test_refusals_are_the_same(hold: Hold, paid_booking: Hold, alice: User, bob: User) -> None:
    for booking in (hold(bob), paid_booking(alice), Booking(pk=uuid.uuid4())):
        fast, slow = (pay(app, alice, booking, {"card_number": GOOD}) for app in (fast_path, django_application))
        assert fast == slow
        assert fast[0] in (404, 409)


def test_an_idempotency_key_works_the_same_in_both(hold: Hold, alice: User) -> None:
    booking, key = hold(alice), {"HTTP_IDEMPOTENCY_KEY": "key"}
    responses = [
        pay(app, alice, booking, {"card_number": GOOD}, **key) for app in (fast_path, django_application, fast_path)
    ]
    assert responses[0] == responses[1] == responses[2]
    assert responses[0][0] == 200
    other = [pay(app, alice, booking, {"card_number": LATER}, **key) for app in (fast_path, django_application)]
    assert other[0] == other[1]
    assert other[0][0] == 422
    assert Payment.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"card_number": "4242 4242 4242 4242"}, 200),
        ({"card_number": 4242424242424242}, 400),
        ({"card_number": GOOD, "more": 1}, 400),
        ({"card_number": "4242424242424241"}, 400),
        ({}, 400),
        ([GOOD], 400),
        (None, 400),
    ],
)
def test_an_unusual_body_gets_the_same_response_from_both(hold: Hold, alice: User, body: Any, status: int) -> None:
    fast, slow = pay(fast_path, alice, hold(alice), body), pay(django_application, alice, hold(alice), body)
    assert fast[0] == status
    assert without_ids(fast) == without_ids(slow)
    assert Payment.objects.count() == (2 if status == 200 else 0)


def test_a_revoked_token_can_pay_nothing(hold: Hold, alice: User) -> None:
    booking, pair = hold(alice), tokens_for(alice)
    TokenFamily.objects.filter(user=alice).delete()
    headers = {"HTTP_AUTHORIZATION": f"Bearer {pair['access']}"}
    for body in ({"card_number": GOOD}, {}):
        fast, slow = (pay(app, alice, booking, body, **headers) for app in (fast_path, django_application))
        assert (fast[0], fast[1]["code"]) == (401, "not_authenticated")
        assert fast == slow
    assert not Payment.objects.exists()


def test_another_seller_gets_404(hold: Hold, alice: User, dave: User) -> None:
    booking = hold(alice)
    fast, slow = (pay(app, dave, booking, {"card_number": GOOD}) for app in (fast_path, django_application))
    assert (fast[0], fast[1]["code"]) == (404, "not_found")
    assert fast == slow
