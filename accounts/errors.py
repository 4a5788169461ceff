"""Refusals of this app, in the contract's words."""

from ticketing.errors import DomainError, NotSignedIn


class EmailTaken(DomainError):
    """Somebody is registered with this address."""

    code, title = "email_taken", "E-mail address taken"
    detail = "There is an account with this e-mail address already. Sign in, or reset its password."


class InvalidCredentials(NotSignedIn):
    """Unknown address, wrong password or deactivated account: the same answer, so that it tells nothing."""

    code, title = "invalid_credentials", "Sign-in refused"
    detail = "The e-mail address and the password don't belong together."


class TokenRefused(NotSignedIn):
    """A bearer token that was forged, has ended or was revoked, or is of the other kind."""

    title = "Token refused"
    detail = "The token is not valid or has ended. Sign in again."


class RateLimited(DomainError):
    """Too many calls; the next one is welcome in `retry_after` seconds."""

    status, code, title = 429, "rate_limited", "Too many requests"

    def __init__(self, things: str, retry_after: int) -> None:
        unit = "second" if retry_after == 1 else "seconds"
        super().__init__(f"Too many {things} in a short time. Please try again in {retry_after} {unit}.")
        self.extra["retry_after"] = retry_after
