"""The street between the houses: settings, urls, servers' entry points and the errors all apps share."""

from ticketing.celery import app as celery_app

__all__ = ["celery_app"]
