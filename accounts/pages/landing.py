"""Where a user lands after signing in, if they did not come from another page."""

from collections.abc import Callable

from accounts.models import User

HOME = "/"
# Apps append functions that return the path of a page for users with special work, and None for all others.
LANDING_PAGES: list[Callable[[User], str | None]] = []


def landing_page(user: User) -> str:
    """Return the path of the user's first page: what a function in LANDING_PAGES says, otherwise the home page."""
    return next((path for of in LANDING_PAGES if (path := of(user))), HOME)
