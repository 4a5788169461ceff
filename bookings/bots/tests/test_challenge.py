"""The proof of work: right once, for its buyer, for a while; and what the API says of it, in both its ways."""

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
from bookings.bots.attempt_store import Wasted, note_attempt, note_wasted
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
    """The payload for X-Challenge-Solution; with parameters changed after it was solved."""
    made = altcha.Challenge.from_dict(challenge)
    solution = altcha.solve_challenge(made)
    assert solution is not None
    payload = altcha.Payload(made, solution).to_dict()
    payload["challenge"]["parameters"] |= changes
    return base64.b64encode(json.dumps(payload).encode()).decode()


def hold_request(event: Event) -> dict[str, Any]:
    best = {"section": "A", "subsection": 1, "seat_selection_mode": "best_available", "quantity": 1}
    return {"event_id": event.pk, **best}


def suspect(buyer: User, event: Event, wasted: int = 4) -> None:
    """So many holds of the buyer's came to nothing."""
    note_wasted([Wasted(buyer.pk, event.pk)] * wasted)


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


def test_a_challenge_of_our_own_making_is_refused() -> None:
    forged = altcha.create_challenge(
        "PBKDF2/SHA-256", 1, counter=0, data={"buyer": 7, "tries": 10**9}, hmac_secret="x", hmac_key_secret="x"
    )
    assert read_solution(solution_of(forged.to_dict()), 7) is None


def test_a_guess_is_refused() -> None:
    payload = {"challenge": make_challenge(7, TRIES), "solution": {"counter": 1, "derivedKey": "00" * 32}}
    assert read_solution(base64.b64encode(json.dumps(payload).encode()).decode(), 7) is None


def test_an_old_challenge_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(challenges, "KEPT_SECONDS", -1)
    assert read_solution(solution_of(make_challenge(7, TRIES)), 7) is None


@pytest.mark.parametrize(
    "payload", ["", "x", "é", "bnVsbA==", "W10=", "e30=", base64.b64encode(b"[" * 2_000).decode(), "A" * 5_000]
)
def test_what_is_no_solution_is_none(payload: str) -> None:
    assert read_solution(payload, 7) is None


def test_work_doubles_from_a_quarter_of_a_second_on() -> None:
    assert [seconds_of_work(points) for points in (7.9, 8, 10.5, 13)] == [0, 0.25, 0.5, 1]


# --- At the API ------------------------------------------------------------------------------------------------------


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """A phone of ours is slow, so that tests need not work for long."""
    monkeypatch.setattr(challenges, "TRIES_PER_SECOND", 100)


def test_a_first_hold_is_not_challenged(bot_challenge: None, concert: Event, alice: User, client_of: ClientOf) -> None:
    assert client_of(alice).post("/api/booking", hold_request(concert)).status_code == 201


def test_a_suspect_holds_with_a_solved_challenge_once(
    bot_challenge: None, cheap: None, concert: Event, alice: User, client_of: ClientOf
) -> None:
    suspect(alice, concert)
    refused = client_of(alice).post("/api/booking", hold_request(concert))
    problem = refused.json()
    assert (refused.status_code, refused["Content-Type"]) == (403, "application/problem+json")
    assert problem["code"] == "challenge_required"
    assert "several of your holds ended unpaid" in problem["detail"]
    assert not Booking.objects.exists()

    solved = {"X-Challenge-Solution": solution_of(problem["challenge"])}
    assert client_of(alice).post("/api/booking", hold_request(concert), headers=solved).status_code == 201
    again = client_of(alice).post("/api/booking", hold_request(concert), headers=solved)
    assert (again.status_code, again.json()["code"]) == (403, "challenge_required")
    assert Booking.objects.count() == 1


def test_a_challenge_that_became_too_easy_is_no_longer_enough(
    bot_challenge: None, cheap: None, concert: Event, alice: User, client_of: ClientOf
) -> None:
    suspect(alice, concert)
    challenge = client_of(alice).post("/api/booking", hold_request(concert)).json()["challenge"]
    suspect(alice, concert, wasted=1)
    solved = {"X-Challenge-Solution": solution_of(challenge)}
    answer = client_of(alice).post("/api/booking", hold_request(concert), headers=solved)
    assert answer.json()["code"] == "challenge_required"
    harder = answer.json()["challenge"]["parameters"]["data"]["tries"]
    assert harder > challenge["parameters"]["data"]["tries"]


def test_who_goes_on_is_refused_with_the_reason_and_the_time(
    bot_challenge: None, concert: Event, alice: User, client_of: ClientOf
) -> None:
    suspect(alice, concert, wasted=8)
    answer = client_of(alice).post("/api/booking", hold_request(concert))
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (403, "permission_denied")
    assert "several of your holds ended unpaid or were let go" in problem["detail"]
    assert answer["Retry-After"] == str(problem["retry_after"])
    assert 10 * 60 < problem["retry_after"] < 2 * 3600


def test_the_bad_name_of_one_is_not_that_of_another(
    bot_challenge: None, concert: Event, alice: User, bob: User, client_of: ClientOf
) -> None:
    suspect(alice, concert, wasted=8)
    assert client_of(bob).post("/api/booking", hold_request(concert)).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_the_fast_path_asks_for_the_same(bot_challenge: None, cheap: None, concert: Event, alice: User) -> None:
    suspect(alice, concert)
    call = Caller(tokens_for(alice)["access"])
    refused = call(application, hold_request(concert))
    assert (refused.status, refused.body["code"], refused.fast) == (403, "challenge_required", True)
    solved = solution_of(refused.body["challenge"])
    assert call(application, hold_request(concert), HTTP_X_CHALLENGE_SOLUTION=solved).status == 201


def test_switched_off_nobody_is_challenged_and_nothing_noted(
    bot_challenge: None, settings: Any, state_redis: Redis, concert: Event, alice: User, client_of: ClientOf
) -> None:
    suspect(alice, concert, wasted=8)
    settings.BOT_CHALLENGE = False
    assert client_of(alice).post("/api/booking", hold_request(concert)).status_code == 201
    assert not list(state_redis.scan_iter("bots:address:*"))


def test_without_redis_nobody_is_challenged(
    bot_challenge: None, concert: Event, alice: User, client_of: ClientOf, use_redis: Callable[[str], None]
) -> None:
    suspect(alice, concert, wasted=8)
    use_redis("redis://127.0.0.1:1/0")
    assert client_of(alice).post("/api/booking", hold_request(concert)).status_code == 201
    suspect(alice, concert)


# --- What is noted ---------------------------------------------------------------------------------------------------


def known_of(buyer: User, event: Event) -> float:
    """How many wasted holds are known of him."""
    return note_attempt(buyer_id=buyer.pk, event_id=event.pk, address="here").facts.wasted


@pytest.mark.django_db(transaction=True)
def test_a_hold_that_is_let_go_or_ends_unpaid_is_noted(
    bot_challenge: None, hold: Hold, paid_booking: Hold, concert: Event, alice: User, bob: User
) -> None:
    cancel_booking(booking_id=hold(alice).pk, buyer=alice)
    hold(alice)
    Booking.objects.update(expires_at=database_now())
    expire_holds()
    paid_booking(bob)
    assert known_of(alice, concert) == pytest.approx(2, abs=0.01)
    assert known_of(bob, concert) == 0
