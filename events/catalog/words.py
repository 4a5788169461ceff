"""Searches events by words, whatever their case and accents: "zurich" finds Zürich, and "Zürich" finds Zurich."""

from typing import Any

from django.db.models import F, QuerySet, TextField
from django.db.models.expressions import Col

from core.text.folding import folded
from events.models import Event


def with_words(events: QuerySet[Event], text: str) -> QuerySet[Event]:
    """Return the events that contain each word of the text in name, venue or description."""
    events = events.alias(words=_Column("folded_words"))
    for word in text.split():
        events = events.filter(words__contains=folded(word))
    return events


def in_venue(events: QuerySet[Event], text: str) -> QuerySet[Event]:
    """Return the events whose venue contains the text."""
    return events.alias(venue_words=_Column("folded_venue")).filter(venue_words__contains=folded(text))


class _Column(F):
    """A column of the events table that is not a field of the model (events/sql/search_columns.sql)."""

    def resolve_expression(self, query: Any = None, *args: Any, **kwargs: Any) -> Col:
        """Return the column in the query's table of events."""
        field: TextField[str, str] = TextField()
        field.set_attributes_from_name(self.name)  # type: ignore[attr-defined]  # F has a name
        field.model = Event
        return Col(query.get_initial_alias(), field)
