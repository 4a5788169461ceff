"""Refuses large bodies by their announced length, before they are read."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from core.errors import DomainError


class BodyTooLarge(DomainError):
    """The announced length of the body is over DATA_UPLOAD_MAX_MEMORY_SIZE."""

    status, code, title = 413, "payload_too_large", "Body too large"
    detail = f"The body may have at most {settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} bytes."


def check_body_length(environ: Mapping[str, Any]) -> None:
    """Raises BodyTooLarge for a request (WSGI environment or META) that announces a body over the limit."""
    length = environ.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise BodyTooLarge
