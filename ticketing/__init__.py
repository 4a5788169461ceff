"""The project package: settings, URLs, entry points of the servers, and the processes."""

from ticketing.celery import app as celery_app

__all__ = ["celery_app"]
