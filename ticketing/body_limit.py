"""Refuse large bodies by their Content-Length, before they are read."""

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.urls import Resolver404, resolve

from core.errors import DomainError
from core.http.json_body import max_body_bytes
from events.pictures.limits import MAX_BYTES as PICTURE
from events.plans.formats.files import MAX_BYTES as PLAN

# Pages with a form that uploads a file, and their limits in bytes. They take larger files than they accept, so that the
# error is beside the field.
UPLOADS = {
    re.compile(r"/admin/events/event/[^/]+/picture/"): 4 * PICTURE,
    re.compile(r"/admin/events/seatingplan/import/"): 2 * PLAN,
}


class BodyTooLarge(DomainError):
    """The Content-Length is over the limit of the call, in bytes."""

    status, code, title = 413, "payload_too_large", "Body too large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"The body may have at most {limit:,} bytes.")


def check_body_length(environ: Mapping[str, Any]) -> None:
    """Raise BodyTooLarge if the Content-Length of a request (WSGI environment or META) is over the limit.

    That is DATA_UPLOAD_MAX_MEMORY_SIZE, or what the view of the path has as `max_body_bytes`, or what UPLOADS has.
    """
    length = environ.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        limit = _limit_at(environ["PATH_INFO"])
        if int(length) > limit:
            raise BodyTooLarge(limit)


def _limit_at(path: str) -> int:
    for pattern, limit in UPLOADS.items():
        if pattern.fullmatch(path):
            return limit
    try:
        view = resolve(path.rstrip("/")).func
    except Resolver404:
        view = None
    return max_body_bytes(getattr(view, "cls", None))
