"""Copying an event: the form of a new event, filled in from an existing one."""

import json
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from events.admin.forms import NewEventForm
from events.lifecycle.dates import DATES
from events.models import Event
from events.seller_admin.rows import OwnRows


def copy_url(event: Event) -> str:
    """Return the URL of the form for a new event, filled in from this event."""
    return f"{reverse('admin:events_event_add')}?copy={event.pk}"


def copy_of(event: Event) -> dict[str, Any]:
    """Return initial data for the form of a copy, with current prices.

    It has all fields but the dates, and what is released shortly before one event isn't released for the next one.
    """
    once = (*DATES, "release_companion_seats")
    fields = [name for name in (*NewEventForm.Meta.fields, "seller") if name not in once]
    text = seating_text(event.seating_config)
    return {name: getattr(event, name) for name in fields} | {"seating_config": text}


def seating_text(config: dict[str, Any]) -> str:
    """Return a seating configuration as readable JSON, one section per line; or the choice of a seating plan."""
    if "plan_version" in config:
        return json.dumps(config, indent=2, ensure_ascii=False)
    sections = ",\n".join(f"    {json.dumps(section, ensure_ascii=False)}" for section in config["sections"])
    counts = "".join(f'  "{name}": {config[name]},\n' for name in ("rows", "cols") if name in config)
    return f'{{\n{counts}  "sections": [\n{sections}\n  ]\n}}'


class Copying(OwnRows):
    """Adds the action "Copy one event" to the list of events; an event's own page links to `copy_url` instead."""

    actions = ("copy",)

    @admin.action(description="Copy one event", permissions=["add"])
    def copy(self, request: HttpRequest, events: QuerySet[Event]) -> HttpResponse | None:
        """Redirect to the form of a new event, filled in from the selected one; warn unless exactly one is selected."""
        if len(events) == 1:
            return HttpResponseRedirect(copy_url(events[0]))
        self.message_user(request, "Select one event to copy.", messages.WARNING)
        return None
