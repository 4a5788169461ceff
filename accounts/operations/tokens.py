"""Issue, renew and check bearer tokens."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db.models.functions import Now
from django.utils import timezone

from accounts import tokens
from accounts.errors import TokenRefused
from accounts.models import TokenFamily, User
from accounts.operations.credentials import user_with
from accounts.tokens import Claims, TokenPair
from core.transactions import retrying_transaction


def issue_tokens(*, email: str, password: str, device: str = "") -> TokenPair:
    """Return the tokens of a new family for the user with this password; raises `InvalidCredentials`.

    `device` is shown to the user in the list of their sign-ins.
    """
    return tokens_for(user_with(email=email, password=password), device)


def tokens_for(user: User, device: str = "") -> TokenPair:
    """Return the tokens of a new family for a user whose identity is proven.

    The family ends after REFRESH_TOKEN_SECONDS.
    """
    return tokens.pair_of(user, _new_family(user, device))


@retrying_transaction
def _new_family(user: User, device: str) -> TokenFamily:
    User.objects.filter(pk=user.pk).update(last_login=Now())  # as Django does for a sign-in by cookie
    expires_at = timezone.now() + timedelta(seconds=settings.REFRESH_TOKEN_SECONDS)
    return user.token_families.create(refresh_jti=uuid.uuid4(), expires_at=expires_at, device=device)


def refresh_tokens(*, refresh: str) -> TokenPair:
    """Return a new pair for the newest refresh token of a family. Raises `TokenRefused`.

    The old access token stays valid until it expires. An older refresh token revokes the whole family, because a
    second use may be theft. The database revokes all families of a user whose password, role or `is_active` changes.
    """
    pair = _rotate(tokens.read(refresh, "refresh"))
    if pair is None:
        raise TokenRefused  # outside the transaction, so that the revocation is committed
    return pair


@retrying_transaction
def _rotate(claims: Claims) -> TokenPair | None:
    """Replace the family's refresh token and return the new pair; None if the token is refused.

    1. Lock the family's row.
    2. Check that the family is valid and the token is its newest; an older token revokes the family.
    3. Store the id of the new refresh token.

    If one token is used several times at once, only the first use finds it to be the newest.
    """
    families = TokenFamily.objects.select_for_update(of=("self",), no_key=True).select_related("user")
    family = families.filter(pk=claims["fam"], revoked_at=None, expires_at__gt=Now()).first()
    if family is None:
        return None

    if str(family.refresh_jti) != claims["jti"]:
        family.revoked_at = timezone.now()
        family.save(update_fields=["revoked_at"])
        return None

    family.refresh_jti = uuid.uuid4()
    family.save(update_fields=["refresh_jti"])
    return tokens.pair_of(family.user, family)


def user_of_access_token(*, token: str) -> User | None:
    """Return the token's user, with one query; None if the token or its family is not valid."""
    try:
        claims = tokens.read(token, "access")
    except TokenRefused:
        return None
    return User.objects.filter(
        pk=claims["sub"],
        role=claims["role"],
        token_families__id=claims["fam"],
        token_families__revoked_at=None,
        token_families__expires_at__gt=Now(),
    ).first()
