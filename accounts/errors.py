"""The errors of the accounts app."""

from core.errors import DomainError, NotSignedIn


class EmailTaken(DomainError):
    """The address is already registered."""

    code, title = "email_taken", "Email address taken"
    detail = "This email address already has an account. Sign in, or reset its password."


class InvalidCredentials(NotSignedIn):
    """Unknown address, wrong password or deactivated account: the same error, so that it reveals nothing."""

    code, title = "invalid_credentials", "Sign-in refused"
    detail = "The email address or the password is wrong."


class TokenRefused(NotSignedIn):
    """The bearer token is forged, expired, revoked or of the wrong type."""

    title = "Token refused"
    detail = "The token is not valid or has expired. Sign in again."
