"""The errors of the accounts app."""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

from core.errors import BadInput, DomainError, NotSignedIn


class EmailTaken(DomainError):
    """The address is already registered."""

    code, title = "email_taken", "Email address taken"
    detail = "This email address already has an account. Sign in, or reset its password."

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail, errors=[BadInput.problem("email", detail or self.detail, self.code)])


class InvalidCredentials(NotSignedIn):
    """Unknown address, wrong password or deactivated account: the same error, so that it reveals nothing."""

    code, title = "invalid_credentials", "Sign-in refused"
    detail = "The email address or the password is wrong."


class TokenRefused(NotSignedIn):
    """The bearer token is forged, expired, revoked or of the wrong type."""

    title = "Token refused"
    detail = "The token is not valid or has expired. Sign in again."


class AccountObstacle(TypedDict):
    """Why an account can't be deleted yet: a booking or an event that is still to come. `path` is its page."""

    kind: str
    id: str
    name: str
    path: NotRequired[str]


class AccountInUse(DomainError):
    """The account can't be deleted yet; `obstacles` says why."""

    code, title = "account_in_use", "The account is still needed"
    detail = "The account can't be deleted while there are bookings or events of yours to come; see obstacles."

    def __init__(self, obstacles: Sequence[AccountObstacle]) -> None:
        super().__init__(obstacles=list(obstacles))
