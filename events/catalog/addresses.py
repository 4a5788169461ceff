"""The public address of an event's page: its number, and its name for people: /events/12/ninth-symphony."""

from django.conf import settings
from django.urls import reverse
from django.utils.text import slugify

from events.models import Event

MAX_SLUG = 80  # characters


def event_slug(event: Event) -> str:
    """Return the name of the event as part of an address, in its own script; "" if it has no letters and digits."""
    return slugify(event.name, allow_unicode=True)[:MAX_SLUG].strip("-")


def event_path(event: Event) -> str:
    """Return the path of the event's page that search engines shall show. The path with the number alone works too."""
    slug = event_slug(event)
    return reverse("event-named", args=[event.pk, slug]) if slug else reverse("event", args=[event.pk])


def event_url(event: Event) -> str:
    """Return the whole address of `event_path`."""
    return f"{settings.SITE_URL}{event_path(event)}"
