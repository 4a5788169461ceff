"""The admin page with the history of one seat."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from bookings.holds.kinds import kinds_and_notes, with_remark
from bookings.holds.models import Booking
from bookings.holds.places import block_name, place_text, places_of
from bookings.seat_history.texts import HistoryKind
from bookings.seat_history.timeline import seat_history
from events.catalog.selectors import STATUS_BY_LETTER
from events.models import Event, Subsection
from events.ownership import may_manage
from events.seating.names import names_of
from events.seller_admin.rows import user_of
from events.seller_admin.site import PAGES, Page

# CSS class of an entry by its kind; other kinds are neutral.
TONES = {
    HistoryKind.HELD: "waiting",
    HistoryKind.PAYMENT_OPEN: "waiting",
    HistoryKind.REFUND_PROMISED: "waiting",
    HistoryKind.PAID: "good",
    HistoryKind.PAYMENT_CAPTURED: "good",
    HistoryKind.TICKET_ISSUED: "good",
    HistoryKind.CHECKED_IN: "good",
    HistoryKind.PAYMENT_DECLINED: "bad",
    HistoryKind.CHECK_IN_CONFLICT: "bad",
}


@require_safe
def seat_history_page(request: HttpRequest, event_id: int, subsection_id: int, position: int) -> HttpResponse:
    """The history of a seat, for users who may manage its event; 404 for others."""
    event = Event.objects.filter(pk=event_id).first()
    subsection = Subsection.objects.filter(pk=subsection_id, event=event_id).first()
    if event is None or subsection is None or position >= subsection.total or not may_manage(event, user_of(request)):
        raise Http404
    context = _context(event, subsection, position)
    return TemplateResponse(request, "admin/bookings/seat_history.html", admin.site.each_context(request) | context)


def _context(event: Event, subsection: Subsection, position: int) -> dict[str, Any]:
    place, block = names_of(subsection).place(position), block_name(subsection, event)
    return {
        "title": f"{block.short}, {place_text(place, block.row_word)}",
        "event": event,
        "status": STATUS_BY_LETTER[subsection.seat_status[position]],
        "history": [(entry, TONES.get(entry.kind, "")) for entry in seat_history(subsection, position)],
    }


def seat_links(booking: Booking) -> SafeString:
    """Return the seats of a booking, each a link to its history."""
    row_word = block_name(booking.subsection, booking.event).row_word
    special = kinds_and_notes(booking, booking.subsection)
    links = (
        (
            reverse("admin:bookings_seat_history", args=[booking.event_id, booking.subsection_id, position]),
            place_text(place, row_word).replace(",", ""),
            with_remark("", each.remark()),
        )
        for position, place, each in zip(booking.positions, places_of(booking), special, strict=True)
    )
    return format_html_join(", ", '<a href="{}">{}</a>{}', links)


PAGES.append(
    Page(
        "bookings/seat/<int:event_id>/<int:subsection_id>/<int:position>/",
        seat_history_page,
        "bookings_seat_history",
    )
)
