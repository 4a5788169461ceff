"""When an event is over, as conditions of queries; for a single event, see `over_at` and `sales_close_at` of Event."""

from datetime import timedelta

from django.conf import settings
from django.db.models import DateTimeField, ExpressionWrapper, F, Q
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThan, IsNull, LessThanOrEqual

from core.clock import Now


def default_length() -> timedelta:
    """Return how long an event lasts that has a start but no end: the setting DEFAULT_EVENT_HOURS."""
    return timedelta(hours=settings.DEFAULT_EVENT_HOURS)


def over_at(event: str = "") -> Coalesce:
    """Return the query expression of `Event.over_at`; `event` is the path to the event, such as "event__"."""
    default = ExpressionWrapper(F(f"{event}starts_at") + default_length(), output_field=DateTimeField())
    return Coalesce(f"{event}ends_at", default)


def is_over() -> Q:
    """Return the condition that an event is over by the database's clock; one without dates never is."""
    return Q(LessThanOrEqual(over_at(), Now()))


def still_on() -> Q:
    """Return the opposite of `is_over`."""
    return Q(IsNull(over_at(), True)) | Q(GreaterThan(over_at(), Now()))


def sold_now() -> Q:
    """Return the condition that seats can still be sold: the event has not begun, or late entry is possible."""
    return Q(late_entry_until__gt=Now()) | Q(starts_at__isnull=True) | Q(starts_at__gt=Now())
