"""Refuse large bodies by their Content-Length, before they are read."""

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from core.errors import DomainError
from events.pictures.limits import MAX_BYTES

FORM = 64 * 1024  # bytes for what a form has beside its file
# Paths with a limit of their own, in bytes. The form in the admin takes larger files than it accepts, so that the error
# is beside its field.
UPLOADS = {
    re.compile(r"/api/event/\d+/picture/?"): MAX_BYTES + FORM,
    re.compile(r"/admin/events/event/[^/]+/picture/"): 4 * MAX_BYTES,
}


class BodyTooLarge(DomainError):
    """The Content-Length is over the limit of the path: DATA_UPLOAD_MAX_MEMORY_SIZE, unless it is for uploads."""

    status, code, title = 413, "payload_too_large", "Body too large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"The body may have at most {limit:,} bytes.")


def check_body_length(environ: Mapping[str, Any]) -> None:
    """Raise BodyTooLarge if the Content-Length of a request (WSGI environment or META) is over its path's limit."""
    length = environ.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        return
    limit = _limit_of(environ.get("PATH_INFO", ""))
    if int(length) > limit:
        raise BodyTooLarge(limit)


def _limit_of(path: str) -> int:
    limits = (limit for pattern, limit in UPLOADS.items() if pattern.fullmatch(path))
    return next(limits, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
