"""The waiting room's page."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from core.errors import NotFound
from events.catalog.selectors import visible_event


@require_safe
@never_cache
@login_required
def waiting_room(request: HttpRequest, event_id: int) -> HttpResponse:
    """`/queue/{id}`: the page whose script joins the queue and shows the buyer's position.

    Redirects to the event's page if the waiting room is off.
    """
    try:
        event = visible_event(event_id, cast(User, request.user))
    except NotFound as error:
        raise Http404(str(error)) from error
    if not event.waiting_room_on:
        return redirect("event", event_id)
    return render(request, "bookings/queue.html", {"event": event})
