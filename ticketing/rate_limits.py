"""Which calls are rate limited, for Django's middleware and the fast path.

Every call under /api counts, whatever its outcome, by user or, for anonymous calls, by address. Not counted are:
- pages, static files and feeds, except forms with a password (BY_ADDRESS);
- gateway webhooks: many come at once from few addresses, and payments must not wait; they are checked by signature;
- calls of signed-in users that check tickets in or show ticket codes: people queue at the entrance, and a page of ten
  tickets loads ten codes. Searches by gate staff have a limit of their own, because they show names;
- operators' calls: their page polls every second, and is needed most when limits are strict.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.conf import settings

from accounts.callers import Caller, address_caller, caller_of
from core import feature_switches, rate_limits
from core.counters import count
from core.errors import RateLimited
from core.rate_limits import Limit, RateLimitResult
from events.catalog.peak_mode import is_in_peak_mode
from ticketing.setting_types.rates import Rate

WEBHOOKS = "/api/payment/webhook/"
UNLIMITED_FOR_USERS = re.compile(
    r"/api/event/\d+/check-in(/.*)?|/api/booking/[^/]+/admissions/[^/]+/qr\.(svg|png)|/api/operator(/.*)?"
)
TICKET_SEARCH = re.compile(r"/api/event/\d+/check-in/tickets")
EVENT_PATH = re.compile(r"/api/event/(\d{1,18})(/.*)?")
BOOKING = ("POST", "/api/booking")
RESULT = "rate_limits.result"  # key in `environ` of a counted call, so that repeating the view counts nothing


class AddressLimit(NamedTuple):
    """A rate limit by the client's IP address, even for signed-in users: calls with passwords or new accounts.

    `setting` is the name of the setting with the limit's rate.
    """

    name: str
    noun: str  # for the error: “Too many `noun` in a short time.”
    setting: str


# Changes of one's own account, most of which ask for the password: counted for the user, so that nobody keeps others at
# the same address from signing in.
ACCOUNT = AddressLimit("account", "changes of your account", "LOGIN_RATE")
SIGN_IN = AddressLimit("login", "attempts to sign in", "LOGIN_RATE")
REGISTER = AddressLimit("registration", "registrations", "REGISTRATION_RATE")
RESET = AddressLimit("password-reset", "requests for an email", "PASSWORD_RESET_RATE")
BY_ADDRESS = {
    ("POST", "/api/user/login"): SIGN_IN,
    ("POST", "/api/user/token"): SIGN_IN,
    ("PATCH", "/api/user"): ACCOUNT,
    ("POST", "/api/user/email"): ACCOUNT,
    ("DELETE", "/api/user"): ACCOUNT,
    ("POST", "/account/email"): ACCOUNT,
    ("POST", "/account/password"): ACCOUNT,
    ("POST", "/account/delete"): ACCOUNT,
    ("POST", "/admin/login"): SIGN_IN,
    ("POST", "/api/user"): REGISTER,
    ("POST", "/api/user/password/reset"): RESET,
    ("POST", "/api/user/verify/resend"): RESET,
    ("POST", "/account/verify/resend"): RESET,
    ("POST", "/api/user/password/reset/confirm"): RESET,
    # The same, by forms that a browser sends without a script:
    ("POST", "/login"): SIGN_IN,
    ("POST", "/register"): REGISTER,
    ("POST", "/reset"): RESET,
}
RESET_PAGE = re.compile(r"/reset/[^/]+/[^/]+")
NOUNS = {limit.name: limit.noun for limit in BY_ADDRESS.values()}
NOUNS |= {"booking": "booking attempts", "ticket-search": "searches"}


def count_call(environ: dict[str, Any]) -> RateLimitResult | None:
    """Count the call (WSGI environment or META) against its limits and return the result; None if it has no limits.

    Counts a call only once: further calls with the same `environ` return the same result.
    """
    if settings.API_RATE is None and settings.BOOKING_RATE is None:
        return None
    if RESULT not in environ:
        limits = list(_limits_of(environ))
        environ[RESULT] = result = rate_limits.count(limits) if limits else None
        if result is not None and not result.passes:
            count(f"limit_hit:{result.exceeded.limit.name}")
    found: RateLimitResult | None = environ[RESULT]
    return found


def refusal(result: RateLimitResult) -> RateLimited:
    """Return the error (429) for a call that exceeds a limit, from the result of `count_call`."""
    status = result.exceeded
    return RateLimited(NOUNS.get(status.limit.name, "calls"), status.wait)


def _limits_of(environ: dict[str, Any]) -> Iterator[Limit]:
    method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"].rstrip("/")
    by_address = BY_ADDRESS.get((method, "/reset" if RESET_PAGE.fullmatch(path) else path))
    is_api = path.startswith("/api/") and not path.startswith(WEBHOOKS)
    if not is_api and by_address is None:
        return
    caller = caller_of(environ)
    if settings.API_RATE and is_api and not (caller.is_user and UNLIMITED_FOR_USERS.fullmatch(path)):
        yield from _api_limits(path, caller, settings.API_RATE)
    if settings.API_RATE and by_address is not None and (rate := getattr(settings, by_address.setting)):
        yield _limit(by_address.name, rate, caller if by_address is ACCOUNT else address_caller(environ))
    if settings.API_RATE and settings.TICKET_SEARCH_RATE and TICKET_SEARCH.fullmatch(path):
        yield _limit("ticket-search", settings.TICKET_SEARCH_RATE, caller)
    if settings.BOOKING_RATE and (method, path) == BOOKING and caller.is_user:
        yield _limit("booking", settings.BOOKING_RATE, caller)


def _api_limits(path: str, caller: Caller, rate: Rate) -> Iterator[Limit]:
    yield _limit("api", rate, caller)
    if settings.API_RATE_SURGE and _is_in_peak_mode(path):
        yield _limit("surge", settings.API_RATE_SURGE, caller)


def _limit(name: str, rate: Rate, caller: Caller) -> Limit:
    max_calls, seconds = rate
    return Limit(name, max_calls, seconds, caller.key)


def _is_in_peak_mode(path: str) -> bool:
    match = EVENT_PATH.fullmatch(path)
    return feature_switches.is_on(feature_switches.SURGE) or (match is not None and is_in_peak_mode(int(match[1])))
