"""The admin page with the history of one seat."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from bookings.models import Booking
from bookings.seat_story import seat_story
from bookings.seat_words import StoryKind
from events.desk import user_of
from events.desk_site import PAGES, Page
from events.models import Event, Subsection
from events.positions import place_of
from events.reads import STATUS_OF_LETTER, may_manage

# Colour of an entry by its kind. Kinds that are missing here are neutral.
TONES = {
    StoryKind.HELD: "waiting",
    StoryKind.PAYMENT_OPEN: "waiting",
    StoryKind.REFUND_PROMISED: "waiting",
    StoryKind.PAID: "good",
    StoryKind.PAYMENT_CAPTURED: "good",
    StoryKind.TICKET_ISSUED: "good",
    StoryKind.CHECKED_IN: "good",
    StoryKind.PAYMENT_DECLINED: "bad",
    StoryKind.CHECK_IN_CONFLICT: "bad",
}


@require_safe
def seat_story_page(request: HttpRequest, event_id: int, subsection_id: int, position: int) -> HttpResponse:
    """Render the history of a seat. Answers 404 to users who may not manage its event.

    `position` is the seat's position in the subsection, from 0.
    """
    event = Event.objects.filter(pk=event_id).first()
    subsection = Subsection.objects.filter(pk=subsection_id, event=event_id).first()
    if event is None or subsection is None or position >= subsection.total or not may_manage(event, user_of(request)):
        raise Http404
    context = _context(event, subsection, position)
    return TemplateResponse(request, "admin/bookings/seat_story.html", admin.site.each_context(request) | context)


def _context(event: Event, subsection: Subsection, position: int) -> dict[str, Any]:
    row, seat = place_of(position, subsection.cols)
    return {
        "title": f"{subsection}, row {row}, seat {seat}",
        "event": event,
        "status": STATUS_OF_LETTER[subsection.letters[position]],
        "story": [(entry, TONES.get(entry.kind, "")) for entry in seat_story(subsection, position)],
    }


def seat_links(booking: Booking) -> SafeString:
    """Return the seats of a booking by name, each as a link to its history."""
    subsection = booking.subsection
    links = (
        (
            reverse("admin:bookings_seat_story", args=[booking.event_id, subsection.pk, position]),
            *place_of(position, subsection.cols),
        )
        for position in booking.positions
    )
    return format_html_join(", ", '<a href="{}">row {} seat {}</a>', links)


PAGES.append(
    Page(
        "bookings/seat/<int:event_id>/<int:subsection_id>/<int:position>/",
        seat_story_page,
        "bookings_seat_story",
    )
)
