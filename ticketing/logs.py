"""Logs as JSON: one object per line, with the request's id during a request.

Our own lines are written directly; those of libraries go through the standard library's logging, in the same format.
"""

import logging
import sys
from typing import Any

import orjson
import structlog

# ticketing.request_context binds the request's id, which merge_contextvars adds.
SHARED_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configuration(level: str) -> dict[str, Any]:
    """Configure structlog, and return Django's LOGGING, which gives the lines of libraries the same format."""
    structlog.configure(
        processors=[
            *SHARED_PROCESSORS,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=orjson.dumps, default=repr),
        ],
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [structlog.stdlib.add_logger_name, *SHARED_PROCESSORS],
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    structlog.processors.JSONRenderer(),
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            # A refused request is not an incident; the access log line has its status.
            "django.request": {"level": "ERROR"},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            # ticketing.request_context writes the access log, without query strings, which may contain tickets.
            "daphne": {"level": "WARNING"},
            "stripe": {"level": "WARNING"},
            "fontTools": {"level": "WARNING"},  # otherwise logs the glyphs of names for each PDF
            "celery": {"level": "WARNING"},  # otherwise logs two lines for each of many tasks
        },
    }
