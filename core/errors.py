"""The errors that operations raise, with the codes of the API contract.

One exception handler (core/http/problems.py) turns every `DomainError` into problem+json.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, TypedDict

MAX_PROBLEMS = 100  # of one request; nobody reads more, and a small body can have a hundred thousand
BEARER_CHALLENGE = 'Bearer realm="api"'  # WWW-Authenticate, which RFC 9110 requires in every 401


class FieldProblem(TypedDict):
    """One invalid field of the request body: its path, a code, and a sentence a person can act on."""

    field: str
    code: str
    detail: str


class DomainError(Exception):
    """The refusal of a request. Except with OutcomeUnknown, nothing was changed, and nothing was sent or published.

    `detail` is one sentence for a person. `extra` members (`seats`, `errors`, `retry_after` in seconds) are added to
    the response body.
    """

    status: ClassVar[int] = 409
    code: ClassVar[str] = "conflict"
    title: ClassVar[str] = "The request can't be carried out"
    detail: ClassVar[str] = "The request can't be carried out in the present state."

    def __init__(self, detail: str | None = None, **extra: Any) -> None:
        super().__init__(detail or self.detail)
        self.extra = extra

    def body(self) -> dict[str, Any]:
        """Return the members of the problem+json body (RFC 9457)."""
        members = {"type": "about:blank", "title": self.title, "status": self.status, "detail": str(self)}
        return {**members, "code": self.code, **self.extra}


class BadInput(DomainError):
    """The request itself is invalid; `errors` names each invalid field, up to MAX_PROBLEMS.

    Without any, the request as a whole is at fault: `errors` then repeats the detail, with an empty name.
    """

    status, code, title = 400, "validation_error", "The request is not valid"
    detail = "Some fields are not valid; see errors."

    def __init__(self, errors: Sequence[FieldProblem], detail: str | None = None) -> None:
        super().__init__(detail, errors=list(errors[:MAX_PROBLEMS]) or [self.problem("", detail or self.detail)])

    @classmethod
    def field(cls, field: str, detail: str, code: str = "invalid") -> "BadInput":
        """Return the BadInput error for one invalid field."""
        return cls([cls.problem(field, detail, code)])

    @staticmethod
    def problem(field: str, detail: str, code: str = "invalid") -> FieldProblem:
        """Return one item of `errors`."""
        return {"field": field, "code": code, "detail": detail}


class NotSignedIn(DomainError):
    """The request needs a signed-in user and has none."""

    status, code, title = 401, "not_authenticated", "Not signed in"
    detail = "Sign in to do this."
    auth_header: ClassVar[str] = BEARER_CHALLENGE


class PermissionRefused(DomainError):
    """The caller is not allowed to do this."""

    status, code, title = 403, "permission_denied", "Not allowed"
    detail = "You are not allowed to do this."


class NotFound(DomainError):
    """The object does not exist, or the caller may not know that it does."""

    status, code, title = 404, "not_found", "Not found"
    detail = "There is no such thing here."


class InvalidState(DomainError):
    """The object's state does not allow this operation."""

    code, title = "invalid_state", "Not possible in this state"


class Unavailable(DomainError):
    """A temporary refusal: the same request may succeed in `retry_after` seconds."""

    status = 503
    default_retry_after: ClassVar[int] = 2  # seconds

    def __init__(self, detail: str | None = None, retry_after: int | None = None) -> None:
        super().__init__(detail, retry_after=self.default_retry_after if retry_after is None else retry_after)


class Overloaded(Unavailable):
    """Too many requests at once, or the database is unavailable."""

    code, title = "overloaded", "Busy"
    detail = "The service is busy at the moment. Please try again in a few seconds."


class OutcomeUnknown(Overloaded):
    """The connection was lost during COMMIT, so nobody knows whether the transaction was committed."""

    detail = (
        "The answer was lost; the request may have been carried out. "
        "Please look, or repeat it with the same Idempotency-Key."
    )


class ReadOnly(Unavailable):
    """Nothing can be changed at the moment; reading still works."""

    code, title, default_retry_after = "read_only", "Read-only for the moment", 5
    detail = "You can look at everything, but nothing can be changed at the moment. Please try again in a few seconds."


class RateLimited(DomainError):
    """The caller made too many requests; the next one is allowed in `retry_after` seconds.

    `noun` says in the detail what there were too many of, in the plural ("booking attempts").
    """

    status, code, title = 429, "rate_limited", "Too many requests"

    def __init__(self, noun: str, retry_after: int) -> None:
        unit = "second" if retry_after == 1 else "seconds"
        super().__init__(f"Too many {noun} in a short time. Please try again in {retry_after} {unit}.")
        self.extra["retry_after"] = retry_after
