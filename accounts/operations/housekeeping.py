"""Sweeping out what has ended, so that the tables don't grow for ever."""

from importlib import import_module

from django.conf import settings
from django.db.models.functions import Now

from accounts.models import StreamTicket, TokenFamily


def forget_expired() -> None:
    """Deletes ended token families, stream tickets and sessions. None of them counted any more; run it any time."""
    TokenFamily.objects.filter(expires_at__lte=Now()).delete()
    StreamTicket.objects.filter(expires_at__lte=Now()).delete()
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
