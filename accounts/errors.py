"""Errors of the accounts app; codes as in the API contract."""

from ticketing.errors import DomainError, NotSignedIn


class EmailTaken(DomainError):
    """The address is already registered."""

    code, title = "email_taken", "E-mail address taken"
    detail = "There is an account with this e-mail address already. Sign in, or reset its password."


class InvalidCredentials(NotSignedIn):
    """Unknown address, wrong password or deactivated account: the same error, so that it reveals nothing."""

    code, title = "invalid_credentials", "Sign-in refused"
    detail = "The e-mail address or the password is wrong."


class TokenRefused(NotSignedIn):
    """The bearer token is forged, expired, revoked or of the wrong type."""

    title = "Token refused"
    detail = "The token is not valid or has expired. Sign in again."


class RateLimited(DomainError):
    """The caller made too many requests; the next one is allowed in `retry_after` seconds."""

    status, code, title = 429, "rate_limited", "Too many requests"

    def __init__(self, things: str, retry_after: int) -> None:
        unit = "second" if retry_after == 1 else "seconds"
        super().__init__(f"Too many {things} in a short time. Please try again in {retry_after} {unit}.")
        self.extra["retry_after"] = retry_after
