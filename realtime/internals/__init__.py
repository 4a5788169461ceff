"""The only package that uses internals of third-party libraries: one module a library, each with a self-check.

Each module is imported only where it is used: `channels_redis` by every process that publishes, `daphne` by those that
serve streams. Each has a portable counterpart that uses public interfaces only:

    fast                                  portable
    realtime.internals.daphne             realtime.portable
    realtime.internals.channels_redis     realtime.senders.LayerSender

The setting `REALTIME_FAST_TRANSPORT` chooses: `auto` takes the fast one if its self-check passes and the portable one
otherwise, `off` always takes the portable one, `on` takes the fast one and raises ImproperlyConfigured if its
self-check fails.
"""

from collections.abc import Callable

import structlog
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

log = structlog.get_logger(__name__)

MODES = ("auto", "on", "off")


def wanted(part: str) -> bool:
    """Return whether REALTIME_FAST_TRANSPORT allows the fast implementation of `part`; if it does not, log that.

    `part` is the name of what is chosen, for logs and errors. Raises ImproperlyConfigured if the setting is not one of
    MODES.
    """
    mode: str = settings.REALTIME_FAST_TRANSPORT
    if mode not in MODES:
        raise ImproperlyConfigured(f"REALTIME_FAST_TRANSPORT is one of {', '.join(MODES)}.")
    if mode == "off":
        log.info("portable_fallback_used", part=part, reason="REALTIME_FAST_TRANSPORT is off")
    return mode != "off"


def usable(part: str, find_problem: Callable[[], str | None]) -> bool:
    """Return whether `find_problem`, the self-check of `part`, finds no problem; otherwise log the problem.

    An exception in the self-check counts as a problem. Raises ImproperlyConfigured instead of logging if
    REALTIME_FAST_TRANSPORT is "on".
    """
    try:
        problem = find_problem()
    except Exception as error:  # whatever a new version of the library brings
        problem = repr(error)
    if problem is not None and settings.REALTIME_FAST_TRANSPORT == "on":
        raise ImproperlyConfigured(f"REALTIME_FAST_TRANSPORT is on, but the {part} can't be used: {problem}.")
    if problem is not None:
        log.warning("portable_fallback_used", part=part, reason=problem)
    return problem is None
