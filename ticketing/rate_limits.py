"""Which calls are limited, and to how many. One table for Django's middleware and the fast path.

Every call below /api counts, whatever its outcome, by user or, for anonymous calls, by address. Not counted:
- pages, static files and feeds;
- webhooks: gateways send many at once from few addresses, and news of payments must not wait. The signature decides;
- for signed-in users, the scanners at the gate and the codes that tickets are shown with: people are queuing there, and
  a page of ten tickets shows ten codes;
- for signed-in users, the operators' calls: their page asks every second, and is needed most when limits are strict.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.conf import settings

from accounts.callers import Caller, address_of, caller_of
from core import feature_switches, rate_limits
from core.counters import count
from core.errors import RateLimited
from core.rate_limits import Limit, RateLimitResult
from events.catalog.peak_mode import is_in_peak_mode
from ticketing.rates import Rate

WEBHOOKS = "/api/payment/webhook/"
FREE_TO_USERS = re.compile(
    r"/api/event/\d+/check-in(/.*)?|/api/booking/[^/]+/admissions/[^/]+/qr\.(svg|png)|/api/operator(/.*)?"
)
ABOUT_EVENT = re.compile(r"/api/event/(\d{1,18})(/.*)?")
BOOKING = ("POST", "/api/booking")
RESULT = "rate_limits.result"  # in the environment of a counted call, so that a second try of it is not counted


class AddressLimit(NamedTuple):
    """The limit of calls that try passwords or make accounts: by address, whoever calls."""

    name: str
    noun: str  # what the refusal says there are too many of
    setting: str


SIGN_IN = AddressLimit("login", "attempts to sign in", "LOGIN_RATE")
REGISTER = AddressLimit("registration", "registrations", "REGISTRATION_RATE")
RESET = AddressLimit("password-reset", "requests for a new password", "PASSWORD_RESET_RATE")
BY_ADDRESS = {
    ("POST", "/api/user/login"): SIGN_IN,
    ("POST", "/api/user/token"): SIGN_IN,
    ("PATCH", "/api/user"): SIGN_IN,  # asks for the current password
    ("POST", "/admin/login"): SIGN_IN,
    ("POST", "/api/user"): REGISTER,
    ("POST", "/api/user/password/reset"): RESET,
    ("POST", "/api/user/password/reset/confirm"): RESET,
}
NOUNS = {limit.name: limit.noun for limit in BY_ADDRESS.values()} | {"booking": "booking attempts"}


def count_call(environ: dict[str, Any]) -> RateLimitResult | None:
    """Counts the call (WSGI environment or META); None if nothing limits it."""
    if settings.API_RATE is None and settings.BOOKING_RATE is None:
        return None
    if RESULT not in environ:
        its_limits = list(_limits_of(environ))
        environ[RESULT] = result = rate_limits.count(its_limits) if its_limits else None
        if result is not None and not result.passes:
            count(f"limit_hit:{result.exceeded.limit.name}")
    found: RateLimitResult | None = environ[RESULT]
    return found


def refusal(result: RateLimitResult) -> RateLimited:
    """The 429 for a call that does not pass."""
    status = result.exceeded
    return RateLimited(NOUNS.get(status.limit.name, "calls"), status.wait)


def _limits_of(environ: dict[str, Any]) -> Iterator[Limit]:
    method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"].rstrip("/")
    by_address = BY_ADDRESS.get((method, path))
    is_api = path.startswith("/api/") and not path.startswith(WEBHOOKS)
    if not is_api and by_address is None:
        return
    caller = caller_of(environ)
    if settings.API_RATE and is_api and not (caller.is_user and FREE_TO_USERS.fullmatch(path)):
        yield from _api_limits(path, caller, settings.API_RATE)
    if settings.API_RATE and by_address is not None and (rate := getattr(settings, by_address.setting)):
        yield _limit(by_address.name, rate, address_of(environ))
    if settings.BOOKING_RATE and (method, path) == BOOKING and caller.is_user:
        yield _limit("booking", settings.BOOKING_RATE, caller)


def _api_limits(path: str, caller: Caller, rate: Rate) -> Iterator[Limit]:
    yield _limit("api", rate, caller)
    if settings.API_RATE_SURGE and _is_in_peak_mode(path):
        yield _limit("surge", settings.API_RATE_SURGE, caller)


def _limit(name: str, rate: Rate, caller: Caller) -> Limit:
    most, seconds = rate
    return Limit(name, most, seconds, caller.key)


def _is_in_peak_mode(path: str) -> bool:
    about = ABOUT_EVENT.fullmatch(path)
    return feature_switches.is_on(feature_switches.SURGE) or (about is not None and is_in_peak_mode(int(about[1])))
