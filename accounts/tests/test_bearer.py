"""Which bearer tokens are accepted, and how they are renewed."""

import base64
import json
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError
from typing import Any

import jwt
import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import tokens
from accounts.models import TokenFamily, User
from accounts.operations.tokens import issue_tokens, refresh_tokens
from conftest import PASSWORD

Bearer = Callable[[str], APIClient]


def claims_of(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def signed(claims: dict[str, Any], key: bytes | None = None, **options: Any) -> str:
    return jwt.encode(claims, key or tokens._key(), **{"algorithm": "HS256"} | options)


def unsigned(claims: dict[str, Any]) -> str:
    parts = [json.dumps(part).encode() for part in ({"alg": "none", "typ": "JWT"}, claims)]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."


def test_a_password_gets_tokens_that_open_the_api(anyone: APIClient, alice: User, bearer: Bearer) -> None:
    answer = anyone.post("/api/user/token", {"email": "ALICE@example.com", "password": PASSWORD})
    assert answer.status_code == 200
    assert set(answer.json()) == {"access", "refresh"}
    assert not answer.cookies
    assert bearer(answer.json()["access"]).get("/api/user").json()["id"] == alice.pk


def test_access_token_lasts_fifteen_minutes_and_names_user_role_and_family(pair: dict[str, str], alice: User) -> None:
    claims = claims_of(pair["access"])
    assert claims["exp"] - claims["iat"] == 15 * 60
    assert (claims["sub"], claims["role"]) == (str(alice.pk), "buyer")
    assert claims["fam"] == str(alice.token_families.get().pk)


def test_one_query_finds_the_user_of_a_token(
    pair: dict[str, str], bearer: Bearer, django_assert_num_queries: Callable[[int], Any]
) -> None:
    with django_assert_num_queries(1):
        bearer(pair["access"]).get("/api/user")


@pytest.mark.parametrize(
    "forge",
    [
        pytest.param(lambda claims: unsigned(claims), id="alg none"),
        pytest.param(lambda claims: signed(claims, key=b"x" * 32), id="wrong key"),
        pytest.param(lambda claims: signed(claims, key=b"x" * 64, algorithm="HS512"), id="another algorithm"),
        pytest.param(lambda claims: signed(claims, key=b"x" * 32, headers={"kid": "/dev/null"}), id="kid traversal"),
        pytest.param(lambda claims: signed(claims | {"exp": int(time.time()) - 11}), id="expired"),
        pytest.param(lambda claims: signed(claims | {"iat": int(time.time()) + 60}), id="issued in the future"),
        pytest.param(lambda claims: signed(claims | {"aud": "another-api"}), id="wrong audience"),
        pytest.param(lambda claims: signed(claims | {"iss": "somebody"}), id="wrong issuer"),
        pytest.param(lambda claims: signed(claims | {"typ": "refresh"}), id="wrong type"),
        pytest.param(lambda claims: signed(claims | {"role": "seller"}), id="another role"),
        pytest.param(lambda claims: signed(claims | {"fam": str(uuid.uuid4())}), id="unknown family"),
        pytest.param(lambda claims: signed(claims | {"sub": "999999"}), id="another user"),
        pytest.param(lambda claims: signed({k: v for k, v in claims.items() if k != "exp"}), id="without expiry"),
        pytest.param(lambda claims: "not.a.token", id="nonsense"),
        pytest.param(lambda claims: "", id="empty"),
        pytest.param(lambda claims: "é" * 40, id="not ASCII"),
    ],
)
def test_forged_or_expired_token_is_refused(
    pair: dict[str, str], bearer: Bearer, forge: Callable[[dict[str, Any]], str]
) -> None:
    answer = bearer(forge(claims_of(pair["access"]))).get("/api/user")
    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authenticated"
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_refresh_token_is_no_access_token(pair: dict[str, str], bearer: Bearer) -> None:
    assert bearer(pair["refresh"]).get("/api/user").status_code == 401


def test_access_token_is_no_refresh_token(anyone: APIClient, pair: dict[str, str]) -> None:
    answer = anyone.post("/api/user/token/refresh", {"refresh": pair["access"]})
    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authenticated"


def test_invalid_token_is_refused_even_with_a_valid_cookie(browser: APIClient) -> None:
    assert browser.get("/api/user", headers={"Authorization": "Bearer nonsense"}).status_code == 401


def test_expired_access_token_does_not_prevent_refreshing(bearer: Bearer, pair: dict[str, str]) -> None:
    answer = bearer("ended").post("/api/user/token/refresh", {"refresh": pair["refresh"]})
    assert answer.status_code == 200


def test_refreshing_gives_a_new_pair(anyone: APIClient, pair: dict[str, str], bearer: Bearer) -> None:
    new = anyone.post("/api/user/token/refresh", {"refresh": pair["refresh"]}).json()
    assert new["refresh"] != pair["refresh"]
    assert bearer(new["access"]).get("/api/user").status_code == 200
    assert anyone.post("/api/user/token/refresh", {"refresh": new["refresh"]}).status_code == 200


def test_refreshing_does_not_extend_the_family(pair: dict[str, str], family: TokenFamily) -> None:
    new = refresh_tokens(refresh=pair["refresh"])
    assert claims_of(new["refresh"])["exp"] == claims_of(pair["refresh"])["exp"]


def test_second_use_of_a_refresh_token_ends_the_whole_family(
    anyone: APIClient, pair: dict[str, str], bearer: Bearer
) -> None:
    new = anyone.post("/api/user/token/refresh", {"refresh": pair["refresh"]}).json()
    assert anyone.post("/api/user/token/refresh", {"refresh": pair["refresh"]}).status_code == 401
    assert bearer(new["access"]).get("/api/user").status_code == 401
    assert anyone.post("/api/user/token/refresh", {"refresh": new["refresh"]}).status_code == 401


def test_revoking_one_family_keeps_the_others(pair: dict[str, str], alice: User, bearer: Bearer) -> None:
    other = issue_tokens(email=alice.email, password=PASSWORD)
    TokenFamily.objects.filter(pk=claims_of(pair["access"])["fam"]).update(revoked_at=timezone.now())
    assert bearer(pair["access"]).get("/api/user").status_code == 401
    assert bearer(other["access"]).get("/api/user").status_code == 200


def test_a_changed_password_ends_all_tokens(
    anyone: APIClient, pair: dict[str, str], alice: User, bearer: Bearer
) -> None:
    alice.set_password("another evening")
    alice.save()
    assert bearer(pair["access"]).get("/api/user").status_code == 401
    assert anyone.post("/api/user/token/refresh", {"refresh": pair["refresh"]}).status_code == 401


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": "seller"}])
def test_deactivation_and_a_changed_role_end_all_tokens(
    anyone: APIClient, pair: dict[str, str], alice: User, bearer: Bearer, change: dict[str, Any]
) -> None:
    User.objects.filter(pk=alice.pk).update(**change)
    assert bearer(pair["access"]).get("/api/user").status_code == 401
    assert anyone.post("/api/user/token/refresh", {"refresh": pair["refresh"]}).status_code == 401


def test_tokens_end_when_their_family_expires(
    anyone: APIClient, pair: dict[str, str], family: TokenFamily, bearer: Bearer
) -> None:
    TokenFamily.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert bearer(pair["access"]).get("/api/user").status_code == 401
    assert anyone.post("/api/user/token/refresh", {"refresh": pair["refresh"]}).status_code == 401


@pytest.mark.django_db(transaction=True)
def test_one_of_two_simultaneous_refreshes_wins_and_the_family_ends(
    pair: dict[str, str], together: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    both_have_read = Barrier(2)
    save = TokenFamily.save

    def save_after_both_have_read(*args: Any, **kwargs: Any) -> None:
        with suppress(BrokenBarrierError):  # with the lock, only one of them reads
            both_have_read.wait(0.5)
        save(*args, **kwargs)

    monkeypatch.setattr(TokenFamily, "save", save_after_both_have_read)
    answers = together(lambda: refresh_tokens(refresh=pair["refresh"]), 2)
    assert sorted(type(answer).__name__ for answer in answers) == ["TokenRefused", "dict"]
    assert TokenFamily.objects.get().revoked_at is not None
