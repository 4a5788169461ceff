"""Types and helpers for the tests of rate limits."""

from collections.abc import Callable
from typing import Any

from rest_framework.test import APIClient

from accounts.models import User

ClientOf = Callable[[User | None], APIClient]
Rates = Callable[..., None]
ME = "/api/user"


def statuses(times: int, call: Callable[[], Any]) -> list[int]:
    """Make the call so many times; return the statuses."""
    return [call().status_code for _ in range(times)]
