"""Where a user goes next: the page they came from, or the first page of people with their work."""

from collections.abc import Callable
from typing import NamedTuple

from django.utils.http import url_has_allowed_host_and_scheme

from accounts.models import User


class Landing(NamedTuple):
    """The first page of a user: its path, and what a button that leads there says."""

    path: str
    label: str


HOME = Landing("/", "Go to the events")
# Apps append functions that return the first page of users with special work, and None for all others.
LANDING_PAGES: list[Callable[[User], Landing | None]] = []


def landing_page(user: User) -> Landing:
    """Return the user's first page: what a function in LANDING_PAGES says, otherwise the list of events."""
    return next((landing for of in LANDING_PAGES if (landing := of(user))), HOME)


def own_path(wanted: str) -> str:
    """Return `wanted` if it is the path of a page of this site (not of the API), else "/". Prevents open redirects."""
    is_path = wanted.startswith("/") and not wanted.startswith(("//", "/api/"))
    return wanted if is_path and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else HOME.path
