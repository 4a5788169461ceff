"""Delete expired rows, so that tables don't grow forever."""

from importlib import import_module

from django.conf import settings
from django.db.models.functions import Now

from accounts.models import StreamTicket, TokenFamily


def purge_expired() -> None:
    """Delete expired token families, stream tickets and sessions. Safe at any time."""
    TokenFamily.objects.filter(expires_at__lte=Now()).delete()
    StreamTicket.objects.filter(expires_at__lte=Now()).delete()
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
