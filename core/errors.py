"""What can go wrong, in the contract's words. The only module of the street that apps import.

An operation raises a `DomainError`; one handler (core/http/problems.py) turns it into problem+json.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, TypedDict

BEARER_CHALLENGE = 'Bearer realm="api"'  # RFC 9110 wants every 401 to say how to sign in


class FieldProblem(TypedDict):
    """One bad field of the request body: where, what kind, and a sentence a person can act on."""

    field: str
    code: str
    detail: str


class DomainError(Exception):
    """A refusal. Nothing was changed and nobody was told.

    `detail` is one sentence for a person; `extra` members (`seats`, `errors`, `retry_after` in seconds) go into
    the answer beside it.
    """

    status: ClassVar[int] = 409
    code: ClassVar[str] = "conflict"
    title: ClassVar[str] = "The request can't be carried out"
    detail: ClassVar[str] = "The request can't be carried out in the present state."

    def __init__(self, detail: str | None = None, **extra: Any) -> None:
        super().__init__(detail or self.detail)
        self.extra = extra

    def body(self) -> dict[str, Any]:
        """The members of the problem+json body (RFC 9457)."""
        members = {"type": "about:blank", "title": self.title, "status": self.status, "detail": str(self)}
        return {**members, "code": self.code, **self.extra}


class BadInput(DomainError):
    """The request itself is wrong; `errors` names each field."""

    status, code, title = 400, "validation_error", "The request is not valid"
    detail = "Some fields are not valid; see errors."

    def __init__(self, errors: Sequence[FieldProblem], detail: str | None = None) -> None:
        super().__init__(detail, errors=list(errors))

    @classmethod
    def field(cls, field: str, detail: str, code: str = "invalid") -> "BadInput":
        """The same for one bad field."""
        return cls([{"field": field, "code": code, "detail": detail}])


class NotSignedIn(DomainError):
    """Nobody is signed in, and this takes somebody."""

    status, code, title = 401, "not_authenticated", "Not signed in"
    detail = "Sign in to do this."
    auth_header: ClassVar[str] = BEARER_CHALLENGE


class PermissionRefused(DomainError):
    """The caller is known but may not do this."""

    status, code, title = 403, "permission_denied", "Not allowed"
    detail = "You are not allowed to do this."


class NotFound(DomainError):
    """No such thing, or it is not for the caller to know of it."""

    status, code, title = 404, "not_found", "Not found"
    detail = "There is no such thing here."


class InvalidState(DomainError):
    """The state machine has no such step."""

    code, title = "invalid_state", "Not possible in this state"


class Unavailable(DomainError):
    """No refusal of what was asked for: the same request may succeed in `retry_after` seconds."""

    status = 503
    soon: ClassVar[int] = 2  # seconds

    def __init__(self, detail: str | None = None, retry_after: int | None = None) -> None:
        super().__init__(detail, retry_after=self.soon if retry_after is None else retry_after)


class Overloaded(Unavailable):
    """Too much at once, or the database is away."""

    code, title = "overloaded", "Busy"
    detail = "The service is busy at the moment. Please try again in a few seconds."


class OutcomeUnknown(Overloaded):
    """The database was lost while it was told to keep what was done: nobody knows whether it did."""

    detail = (
        "The answer was lost; the request may have been carried out. "
        "Please look, or repeat it with the same Idempotency-Key."
    )


class ReadOnly(Unavailable):
    """Nothing can be changed for the moment; all that reads goes on."""

    code, title, soon = "read_only", "Read-only for the moment", 5
    detail = "You can look at everything, but nothing can be changed at the moment. Please try again in a few seconds."


class RateLimited(DomainError):
    """The caller made too many requests; the next one is allowed in `retry_after` seconds."""

    status, code, title = 429, "rate_limited", "Too many requests"

    def __init__(self, things: str, retry_after: int) -> None:
        unit = "second" if retry_after == 1 else "seconds"
        super().__init__(f"Too many {things} in a short time. Please try again in {retry_after} {unit}.")
        self.extra["retry_after"] = retry_after
