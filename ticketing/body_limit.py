"""Refuse large bodies by their Content-Length, before they are read."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from core.errors import DomainError


class BodyTooLarge(DomainError):
    """The Content-Length is over DATA_UPLOAD_MAX_MEMORY_SIZE."""

    status, code, title = 413, "payload_too_large", "Body too large"
    detail = f"The body may have at most {settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} bytes."


def check_body_length(environ: Mapping[str, Any]) -> None:
    """Raise BodyTooLarge if the Content-Length of a request (WSGI environment or META) is over the limit."""
    length = environ.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise BodyTooLarge
