"""The proof of work is valid once, for its buyer, for a few minutes; and the API's responses with a challenge."""

import base64
import json
from collections.abc import Callable
from typing import Any

import altcha
import pytest
from redis import Redis
from rest_framework.test import APIClient

from accounts.models import User
from accounts.operations.tokens import tokens_for
from bookings.bots import challenge as challenges
from bookings.bots.attempt_store import WastedHold, record_attempt, record_wasted_holds
from bookings.bots.challenge import make_challenge, read_solution, seconds_of_work
from bookings.holds.cancel import cancel_booking
from bookings.holds.expiry import expire_holds
from bookings.holds.models import Booking
from core.clock import database_now
from events.models import Event
from ticketing.tests.test_fast_path import Caller
from ticketing.wsgi import application

ClientOf = Callable[[User | None], APIClient]
Hold = Callable[..., Booking]
TRIES = 40


def solution_of(challenge: dict[str, Any], **changes: Any) -> str:
    """Return the payload for X-Challenge-Solution, with parameters changed after it was solved."""
    parsed = altcha.Challenge.from_dict(challenge)
    solution = altcha.solve_challenge(parsed)
    assert solution is not None
    payload = altcha.Payload(parsed, solution).to_dict()
    payload["challenge"]["parameters"] |= changes
    return base64.b64encode(json.dumps(payload).encode()).decode()


def hold_request(event: Event) -> dict[str, Any]:
    best = {"section": "A", "subsection": 1, "seat_selection_mode": "best_available", "quantity": 1}
    return {"event_id": event.pk, **best}


def waste_holds(buyer: User, event: Event, number: int = 4) -> None:
    """Record so many wasted holds of the buyer."""
    record_wasted_holds([WastedHold(buyer.pk, event.pk)] * number)


# --- The proof of work -----------------------------------------------------------------------------------------------


def test_a_solved_challenge_is_worth_the_tries_it_was_made_for() -> None:
    solved = read_solution(solution_of(make_challenge(7, TRIES)), 7)
    assert solved is not None and solved.tries == TRIES


def test_a_solution_is_for_one_buyer() -> None:
    assert read_solution(solution_of(make_challenge(7, TRIES)), 8) is None


@pytest.mark.parametrize(
    "changes", [{"data": {"buyer": 8, "tries": TRIES}}, {"expiresAt": 2**33}, {"keyPrefix": "00"}, {"cost": 1}]
)
def test_an_altered_challenge_is_refused(changes: dict[str, Any]) -> None:
    assert read_solution(solution_of(make_challenge(7, TRIES), **changes), 7) is None
    assert read_solution(solution_of(make_challenge(7, TRIES), **changes), 8) is None


def test_a_challenge_that_the_client_created_is_refused() -> None:
    forged = altcha.create_challenge(
        "PBKDF2/SHA-256", 1, counter=0, data={"buyer": 7, "tries": 10**9}, hmac_secret="x", hmac_key_secret="x"
    )
    assert read_solution(solution_of(forged.to_dict()), 7) is None


def test_a_guessed_solution_is_refused() -> None:
    payload = {"challenge": make_challenge(7, TRIES), "solution": {"counter": 1, "derivedKey": "00" * 32}}
    assert read_solution(base64.b64encode(json.dumps(payload).encode()).decode(), 7) is None


def test_an_old_challenge_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(challenges, "VALID_SECONDS", -1)
    assert read_solution(solution_of(make_challenge(7, TRIES)), 7) is None


@pytest.mark.parametrize(
    "payload", ["", "x", "é", "bnVsbA==", "W10=", "e30=", base64.b64encode(b"[" * 2_000).decode(), "A" * 5_000]
)
def test_a_malformed_solution_is_refused(payload: str) -> None:
    assert read_solution(payload, 7) is None


def test_work_starts_at_a_quarter_of_a_second_and_doubles() -> None:
    assert [seconds_of_work(points) for points in (7.9, 8, 10.5, 13)] == [0, 0.25, 0.5, 1]


# --- In the API ------------------------------------------------------------------------------------------------------


@pytest.fixture
def easy_challenges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make challenges need few tries, so that tests are fast."""
    monkeypatch.setattr(challenges, "TRIES_PER_SECOND", 100)


def test_a_first_hold_is_not_challenged(bot_challenge: None, concert: Event, alice: User, client_of: ClientOf) -> None:
    assert client_of(alice).post("/api/booking", hold_request(concert)).status_code == 201


def test_a_suspect_can_hold_seats_once_with_a_solved_challenge(
    bot_challenge: None, easy_challenges: None, concert: Event, alice: User, client_of: ClientOf
) -> None:
    waste_holds(alice, concert)
    refused = client_of(alice).post("/api/booking", hold_request(concert))
    problem = refused.json()
    assert (refused.status_code, refused["Content-Type"]) == (403, "application/problem+json")
    assert problem["code"] == "challenge_required"
    assert "several of your reservations ended unpaid" in problem["detail"]
    assert not Booking.objects.exists()

    solved = {"X-Challenge-Solution": solution_of(problem["challenge"])}
    assert client_of(alice).post("/api/booking", hold_request(concert), headers=solved).status_code == 201
    again = client_of(alice).post("/api/booking", hold_request(concert), headers=solved)
    assert (again.status_code, again.json()["code"]) == (403, "challenge_required")
    assert Booking.objects.count() == 1


def test_a_challenge_that_became_too_easy_is_no_longer_enough(
    bot_challenge: None, easy_challenges: None, concert: Event, alice: User, client_of: ClientOf
) -> None:
    waste_holds(alice, concert)
    challenge = client_of(alice).post("/api/booking", hold_request(concert)).json()["challenge"]
    waste_holds(alice, concert, number=1)
    solved = {"X-Challenge-Solution": solution_of(challenge)}
    response = client_of(alice).post("/api/booking", hold_request(concert), headers=solved)
    assert response.json()["code"] == "challenge_required"
    harder = response.json()["challenge"]["parameters"]["data"]["tries"]
    assert harder > challenge["parameters"]["data"]["tries"]


def test_a_buyer_who_goes_on_is_refused_with_the_reason_and_the_waiting_time(
    bot_challenge: None, concert: Event, alice: User, client_of: ClientOf
) -> None:
    waste_holds(alice, concert, number=8)
    response = client_of(alice).post("/api/booking", hold_request(concert))
    problem = response.json()
    assert (response.status_code, problem["code"]) == (403, "permission_denied")
    assert "several of your reservations ended unpaid or were cancelled" in problem["detail"]
    assert response["Retry-After"] == str(problem["retry_after"])
    assert 10 * 60 < problem["retry_after"] < 2 * 3600


def test_wasted_holds_of_one_buyer_do_not_count_for_another(
    bot_challenge: None, concert: Event, alice: User, bob: User, client_of: ClientOf
) -> None:
    waste_holds(alice, concert, number=8)
    assert client_of(bob).post("/api/booking", hold_request(concert)).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_the_fast_path_requires_the_same_challenge(
    bot_challenge: None, easy_challenges: None, concert: Event, alice: User
) -> None:
    waste_holds(alice, concert)
    call = Caller(tokens_for(alice)["access"])
    refused = call(application, hold_request(concert))
    assert (refused.status, refused.body["code"], refused.fast) == (403, "challenge_required", True)
    solved = solution_of(refused.body["challenge"])
    assert call(application, hold_request(concert), HTTP_X_CHALLENGE_SOLUTION=solved).status == 201


# --- Repeated requests -----------------------------------------------------------------------------------------------


def suspect(buyer: User, event: Event, client_of: ClientOf, wasted: int) -> tuple[dict[str, str], dict[str, Any]]:
    """Hold seats under a key, then make the buyer a suspect. Return the key's header and the booking."""
    key = {"Idempotency-Key": "first"}
    first = client_of(buyer).post("/api/booking", hold_request(event), headers=key)
    assert first.status_code == 201
    waste_holds(buyer, event, wasted)
    return key, first.json()


@pytest.mark.parametrize("wasted", [4, 8])  # enough for a challenge, and for a refusal
def test_a_repeated_hold_gets_its_booking_instead_of_a_challenge(
    bot_challenge: None, easy_challenges: None, concert: Event, alice: User, client_of: ClientOf, wasted: int
) -> None:
    key, first = suspect(alice, concert, client_of, wasted)
    for _ in range(5):  # at once, as a client does that got no response
        again = client_of(alice).post("/api/booking", hold_request(concert), headers=key)
        assert (again.status_code, again.json()["id"]) == (201, first["id"])
    assert Booking.objects.count() == 1
    assert record_attempt(buyer_id=alice.pk, event_id=concert.pk, address="here").facts.unanswered == 0


@pytest.mark.parametrize("wasted", [4, 8])
def test_a_key_that_was_used_for_another_request_is_422_without_a_challenge(
    bot_challenge: None, easy_challenges: None, concert: Event, alice: User, client_of: ClientOf, wasted: int
) -> None:
    key, _ = suspect(alice, concert, client_of, wasted)
    response = client_of(alice).post("/api/booking", hold_request(concert) | {"quantity": 2}, headers=key)
    assert (response.status_code, response.json()["code"]) == (422, "idempotency_key_reused")
    assert Booking.objects.count() == 1


def test_a_new_key_and_another_buyers_key_do_not_spare_the_challenge(
    bot_challenge: None, easy_challenges: None, concert: Event, alice: User, bob: User, client_of: ClientOf
) -> None:
    key, _ = suspect(alice, concert, client_of, 4)
    waste_holds(bob, concert)
    for buyer, header in ((alice, {"Idempotency-Key": "second"}), (bob, key), (alice, {})):
        response = client_of(buyer).post("/api/booking", hold_request(concert), headers=header)
        assert (response.status_code, response.json()["code"]) == (403, "challenge_required")
    assert Booking.objects.count() == 1


def test_a_key_costs_a_query_only_before_a_refusal(
    bot_challenge: None, concert: Event, alice: User, client_of: ClientOf, round_trips: list[None]
) -> None:
    browser, key = client_of(alice), {"Idempotency-Key": "one"}
    numbers = []
    for headers in ({}, key):
        round_trips.clear()
        assert browser.post("/api/booking", hold_request(concert), headers=headers).status_code == 201
        numbers.append(len(round_trips))
    assert numbers[0] == numbers[1]


def test_without_the_setting_nobody_is_challenged_and_nothing_is_recorded(
    bot_challenge: None, settings: Any, state_redis: Redis, concert: Event, alice: User, client_of: ClientOf
) -> None:
    waste_holds(alice, concert, number=8)
    settings.BOT_CHALLENGE = False
    assert client_of(alice).post("/api/booking", hold_request(concert)).status_code == 201
    assert not list(state_redis.scan_iter("bots:address:*"))


def test_without_redis_nobody_is_challenged(
    bot_challenge: None, concert: Event, alice: User, client_of: ClientOf, use_redis: Callable[[str], None]
) -> None:
    waste_holds(alice, concert, number=8)
    use_redis("redis://127.0.0.1:1/0")
    assert client_of(alice).post("/api/booking", hold_request(concert)).status_code == 201
    waste_holds(alice, concert)


# --- What is recorded ------------------------------------------------------------------------------------------------


def wasted_holds_of(buyer: User, event: Event) -> float:
    """Return how many wasted holds of the buyer are recorded."""
    return record_attempt(buyer_id=buyer.pk, event_id=event.pk, address="here").facts.wasted


@pytest.mark.django_db(transaction=True)
def test_cancelled_and_expired_holds_are_recorded(
    bot_challenge: None, hold: Hold, paid_booking: Hold, concert: Event, alice: User, bob: User
) -> None:
    cancel_booking(booking_id=hold(alice).pk, buyer=alice)
    hold(alice)
    Booking.objects.update(expires_at=database_now())
    expire_holds()
    paid_booking(bob)
    assert wasted_holds_of(alice, concert) == pytest.approx(2, abs=0.01)
    assert wasted_holds_of(bob, concert) == 0
