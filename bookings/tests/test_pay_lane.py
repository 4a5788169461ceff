"""POST /api/booking/{id}/pay by the express lane: the same answers as by the ordinary way, or none."""

import io
import json
import uuid
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest

from accounts.models import TokenFamily, User
from accounts.operations.tokens import tokens_for
from bookings.express import LANES
from bookings.models import Booking, Payment
from ticketing.express import Express
from ticketing.wsgi import ordinary

pytestmark = pytest.mark.django_db(transaction=True)  # the ordinary way closes its connection as after a request

Hold = Callable[..., Booking]
Answer = tuple[int, dict[str, Any]]
GOOD, DECLINED, LATER, NEVER = "4242424242424242", "4000000000000002", "4000000000000077", "4000000000000119"
GIVEN_BACK = (0, {"code": "given_back"})


def lane_alone(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The lane, behind which nobody answers."""
    return Express(_nobody, LANES)(environ, start_response)


def _nobody(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("0 Given back", [])
    return [json.dumps(GIVEN_BACK[1]).encode()]


def post(app: Callable[..., Iterable[bytes]], buyer: User, path: str, body: Any, **headers: str) -> Answer:
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
    said = b"".join(app(environ, lambda status, headers, *error: statuses.append(int(status.split()[0]))))
    return statuses[-1], json.loads(said)


def pay(app: Any, buyer: User, booking: Booking, body: Any, **headers: str) -> Answer:
    return post(app, buyer, f"/api/booking/{booking.pk}/pay", body, **headers)


def without_ids(answer: Answer) -> Answer:
    """What is the same for two bookings: of ids and times whether they are of the same form."""
    own = ("booking_id", "payment_id", "paid_at")
    return answer[0], {
        name: len(value) if name in own and value else value for name, value in sorted(answer[1].items())
    }


@pytest.mark.parametrize("card", [GOOD, DECLINED, LATER, NEVER])
def test_both_ways_answer_the_same(hold: Hold, alice: User, card: str) -> None:
    fast = pay(lane_alone, alice, hold(alice), {"card_number": card})
    assert fast != GIVEN_BACK
    slow = pay(ordinary, alice, hold(alice), {"card_number": card})
    assert without_ids(fast) == without_ids(slow)


def test_the_lane_tells_the_payment(hold: Hold, alice: User) -> None:
    booking = hold(alice)
    status, body = pay(lane_alone, alice, booking, {"card_number": GOOD})
    assert (status, body["status"], body["booking_id"]) == (200, "paid", str(booking.pk))
    payment = Payment.objects.get()
    assert body["payment_id"] == str(payment.pk)
    assert body["paid_at"] == f"{payment.captured_at:%Y-%m-%dT%H:%M:%S.%fZ}"


def test_refusals_are_the_same(hold: Hold, paid_booking: Hold, alice: User, bob: User) -> None:
    for booking in (hold(bob), paid_booking(alice), Booking(pk=uuid.uuid4())):
        fast, slow = (pay(app, alice, booking, {"card_number": GOOD}) for app in (lane_alone, ordinary))
        assert fast == slow
        assert fast[0] in (404, 409)


def test_a_key_means_the_same_on_both_ways(hold: Hold, alice: User) -> None:
    booking, key = hold(alice), {"HTTP_IDEMPOTENCY_KEY": "key"}
    answers = [pay(app, alice, booking, {"card_number": GOOD}, **key) for app in (lane_alone, ordinary, lane_alone)]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0] == 200
    other = [pay(app, alice, booking, {"card_number": LATER}, **key) for app in (lane_alone, ordinary)]
    assert other[0] == other[1]
    assert other[0][0] == 422
    assert Payment.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        {"card_number": "4242 4242 4242 4242"},
        {"card_number": "4242424242424241"},
        {"card_number": 4242424242424242},
        {"card_number": GOOD, "more": 1},
        {},
        [GOOD],
    ],
)
def test_a_body_that_is_not_plain_goes_the_ordinary_way(hold: Hold, alice: User, body: Any) -> None:
    assert pay(lane_alone, alice, hold(alice), body) == GIVEN_BACK
    assert not Payment.objects.exists()


def test_a_token_that_does_not_count_goes_the_ordinary_way(
    hold: Hold, alice: User, carol: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = hold(alice)
    assert pay(lane_alone, carol, booking, {"card_number": GOOD}) == GIVEN_BACK  # a seller
    pair = tokens_for(alice)
    TokenFamily.objects.filter(user=alice).delete()
    headers = {"HTTP_AUTHORIZATION": f"Bearer {pair['access']}"}
    assert pay(lane_alone, alice, booking, {"card_number": GOOD}, **headers) == GIVEN_BACK
    assert not Payment.objects.exists()
