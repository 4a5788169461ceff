"""The only package that uses internals of third-party libraries: one module a library, each with a self-check.

The modules lie beside each other but are loaded apart, because every process publishes (`channels_redis`) and only
those that serve streams load Daphne (`daphne`). Each has a portable counterpart that uses public interfaces only:

    fast                                  portable
    realtime.internals.daphne             realtime.portable
    realtime.internals.channels_redis     realtime.senders.LayerSender

The setting `REALTIME_FAST_TRANSPORT` chooses: `auto` takes the fast one if its self-check passes and the portable one
otherwise, `off` always takes the portable one, `on` raises ImproperlyConfigured instead of becoming slower silently.
"""

from collections.abc import Callable

import structlog
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

log = structlog.get_logger(__name__)

MODES = ("auto", "on", "off")


def wanted(part: str) -> bool:
    """Return whether the setting allows the fast implementation of `part`. Logs if it does not."""
    mode: str = settings.REALTIME_FAST_TRANSPORT
    if mode not in MODES:
        raise ImproperlyConfigured(f"REALTIME_FAST_TRANSPORT is one of {', '.join(MODES)}.")
    if mode == "off":
        log.info("portable_fallback_used", part=part, reason="REALTIME_FAST_TRANSPORT is off")
    return mode != "off"


def usable(part: str, find_problem: Callable[[], str | None]) -> bool:
    """Return whether the self-check of `part` passes. If not, log why; in mode `on`, raise ImproperlyConfigured."""
    try:
        problem = find_problem()
    except Exception as error:  # whatever a new version of the library brings
        problem = repr(error)
    if problem is not None and settings.REALTIME_FAST_TRANSPORT == "on":
        raise ImproperlyConfigured(f"REALTIME_FAST_TRANSPORT is on, but the {part} can't be used: {problem}.")
    if problem is not None:
        log.warning("portable_fallback_used", part=part, reason=problem)
    return problem is None
