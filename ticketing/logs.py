"""Machine-readable logs: one JSON object a line, with the request's id during a request.

The project's own lines are written directly; libraries' lines come through the standard library's logging, in the same
shape.
"""

import logging
import sys
from typing import Any

import orjson
import structlog

# ticketing.request_context binds the request's id during a request.
SHARED_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configuration(level: str) -> dict[str, Any]:
    """Configures structlog and returns Django's LOGGING."""
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
            # A refusal is no incident; the access log line has its status.
            "django.request": {"level": "ERROR"},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            # ticketing.request_context writes the access log, without query strings: those may carry tickets.
            "daphne": {"level": "WARNING"},
            "stripe": {"level": "WARNING"},
            "fontTools": {"level": "WARNING"},  # else it logs the glyphs of names with each PDF
            "celery": {"level": "WARNING"},  # two lines for each task otherwise, and the sweep is four a second
        },
    }
