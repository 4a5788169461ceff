"""Bearer tokens: given for a password, renewed by a refresh token, believed until their family ends."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts import tokens
from accounts.errors import TokenRefused
from accounts.models import TokenFamily, User
from accounts.operations.credentials import user_with
from accounts.tokens import Claims, TokenPair
from accounts.transactions import durably


def issue_tokens(*, email: str, password: str) -> TokenPair:
    """A new family of tokens for whoever has this password; raises `InvalidCredentials`."""
    return tokens_for(user_with(email=email, password=password))


def tokens_for(user: User) -> TokenPair:
    """A new family of tokens of a user whose identity is proved, ending in REFRESH_TOKEN_SECONDS."""
    expires_at = timezone.now() + timedelta(seconds=settings.REFRESH_TOKEN_SECONDS)
    with transaction.atomic(durable=True):
        family = user.token_families.create(refresh_jti=uuid.uuid4(), expires_at=expires_at)
    return tokens.pair_of(user, family)


def refresh_tokens(*, refresh: str) -> TokenPair:
    """A new pair for the newest refresh token of a family; the old access token lives on to its end.

    An older refresh token ends the whole family: who uses it twice may be a thief. The database ends all families of a
    user whose password, role or activity changes. Raises `TokenRefused`.
    """
    pair = _rotate(tokens.read(refresh, "refresh"))
    if pair is None:
        raise TokenRefused  # not inside the transaction: the revocation must stay
    return pair


@durably
def _rotate(claims: Claims) -> TokenPair | None:
    """Lock the family's row, check, write; of simultaneous uses of one token only the first is the newest."""
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
    """Whose token this is, in one query; None if it or its family doesn't count any more."""
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
