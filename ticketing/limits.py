"""Which calls are limited, and to how many. One table for both ways in: the middleware and the express lane.

Counted is what is below /api, whatever comes of it, by user or by the address of the unknown. Not counted:
- pages, static files and feeds;
- webhooks: gateways send many at once from few addresses, and news of money must not wait. The signature decides;
- the gate's scanners and the codes that tickets are shown with, for those who are signed in: people stand at the door,
  and a page of ten tickets is one look at it;
- the operators' calls, for those who are signed in: their page asks every second, and is for hours like these.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.conf import settings

from accounts import limits, switches
from accounts.callers import Caller, address_of, caller_of
from accounts.counters import count
from accounts.errors import RateLimited
from accounts.limits import Limit, Verdict
from events.surge import is_surging
from ticketing.rates import Rate

WEBHOOKS = "/api/payment/webhook/"
FREE_TO_USERS = re.compile(
    r"/api/event/\d+/check-in(/.*)?|/api/booking/[^/]+/admissions/[^/]+/qr\.(svg|png)|/api/operator(/.*)?"
)
ABOUT_EVENT = re.compile(r"/api/event/(\d{1,18})(/.*)?")
BOOKING = ("POST", "/api/booking")
VERDICT = "limits.verdict"  # in the environment of a call that was counted, so that it is counted once


class Door(NamedTuple):
    """A call where passwords are tried or accounts are made: limited by address, whoever calls."""

    name: str
    things: str  # what is said to be too many
    setting: str


SIGN_IN = Door("login", "attempts to sign in", "LOGIN_RATE")
REGISTER = Door("registration", "registrations", "REGISTRATION_RATE")
RESET = Door("password-reset", "requests for a new password", "PASSWORD_RESET_RATE")
DOORS = {
    ("POST", "/api/user/login"): SIGN_IN,
    ("POST", "/api/user/token"): SIGN_IN,
    ("PATCH", "/api/user"): SIGN_IN,  # asks for the current password
    ("POST", "/admin/login"): SIGN_IN,
    ("POST", "/api/user"): REGISTER,
    ("POST", "/api/user/password/reset"): RESET,
    ("POST", "/api/user/password/reset/confirm"): RESET,
}
THINGS = {door.name: door.things for door in DOORS.values()} | {"booking": "booking attempts"}


def count_call(environ: dict[str, Any]) -> Verdict | None:
    """Counts the call (WSGI environment or META) once, however often it is asked; None if nothing limits it."""
    if settings.API_RATE is None and settings.BOOKING_RATE is None:
        return None
    if VERDICT not in environ:
        its_limits = list(_limits_of(environ))
        environ[VERDICT] = verdict = limits.count(its_limits) if its_limits else None
        if verdict is not None and not verdict.passes:
            count(f"limit_hit:{verdict.exceeded.limit.name}")
    return environ[VERDICT]


def refusal(verdict: Verdict) -> RateLimited:
    """What a caller is told whose call did not pass."""
    standing = verdict.exceeded
    return RateLimited(THINGS.get(standing.limit.name, "calls"), standing.wait)


def _limits_of(environ: dict[str, Any]) -> Iterator[Limit]:
    method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"].rstrip("/")
    door = DOORS.get((method, path))
    is_api = path.startswith("/api/") and not path.startswith(WEBHOOKS)
    if not is_api and door is None:
        return
    caller = caller_of(environ)
    if settings.API_RATE and is_api and not (caller.is_user and FREE_TO_USERS.fullmatch(path)):
        yield _limit("api", settings.API_RATE, caller)
        if settings.API_RATE_SURGE and _in_surge(path):
            yield _limit("surge", settings.API_RATE_SURGE, caller)
    if settings.API_RATE and door is not None and (rate := getattr(settings, door.setting)):
        yield _limit(door.name, rate, address_of(environ))
    if settings.BOOKING_RATE and (method, path) == BOOKING and caller.is_user:
        yield _limit("booking", settings.BOOKING_RATE, caller)


def _limit(name: str, rate: Rate, caller: Caller) -> Limit:
    most, seconds = rate
    return Limit(name, most, seconds, caller.key)


def _in_surge(path: str) -> bool:
    about = ABOUT_EVENT.fullmatch(path)
    return switches.is_on(switches.SURGE) or (about is not None and is_surging(int(about[1])))
