"""The page that blocks and unblocks seats of an event: by seat, row, subsection or section."""

from itertools import groupby
from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.admin.utils import quote
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods

from core.errors import BadInput, DomainError, Unavailable
from core.text.formatting import join_names, pluralize
from events.admin.action_pages import EventActionPages
from events.admin.seat_forms import SeatPicks, SubsectionPicks, subsections_of
from events.catalog.selectors import STATUS_BY_LETTER, sum_counts
from events.errors import SeatsTaken
from events.inventory.blocking import (
    batches_of,
    block_free_seats,
    block_seats,
    unblock_all_seats,
    unblock_seats,
)
from events.models import Event, Subsection
from events.plans.plan import labels_of
from events.seating.names import PlaceNames, names_of
from events.seller_admin.rows import user_of
from events.states import ChangeKind, SubsectionKind

MAX_SEATS_SHOWN = 5_000  # larger subsections are shown in pages of whole rows
POSITION_PLACEHOLDER = 2**31 - 1  # the script replaces it in the history URL with a seat's position
STATUS_LABELS = {"available": "free", "reserved": "reserved", "sold": "sold", "blocked": "blocked"}


class SeatOperations(NamedTuple):
    """One kind of change, blocking or unblocking: the operations that do it, and words for messages about it."""

    change_seats: Any  # named seats of one subsection, all or none
    change_subsections: Any  # all seats of some subsections that have the required status
    done: str
    required: str  # the status that seats must have to be changed, as a word


CHANGES = {
    ChangeKind.BLOCKED: SeatOperations(block_seats, block_free_seats, "Blocked", "free"),
    ChangeKind.UNBLOCKED: SeatOperations(unblock_seats, unblock_all_seats, "Unblocked", "blocked"),
}


class Batch(NamedTuple):
    """Subsections that one operation changes, in the order of the seating."""

    subsections: list[Subsection]

    def __str__(self) -> str:
        first, last = self.subsections[0], self.subsections[-1]
        return str(first) if first is last else f"{first} to {last}"


class SeatPages(EventActionPages):
    """An overview of all subsections and the seats of one of them, with forms to block and unblock."""

    def get_urls(self) -> list[URLPattern]:
        """Add the URL of the page with an event's seats."""
        view = self.admin_site.admin_view(self.seats_page)
        return [path("<path:object_id>/seats/", view, name="events_event_seats"), *super().get_urls()]

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def seats_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show all subsections, and the seats of the one with the id in `?block=`.

        A POST blocks or unblocks single seats if it has `block`, otherwise all free (or blocked) seats of the selected
        subsections.
        """
        event = self.own_event(request, object_id)
        if request.method != "POST":
            return self._show(request, event, _shown_subsection(event, request.GET.get("block", "")))
        if "block" in request.POST:
            return self._change_seats(request, event, SeatPicks(event, request.POST))
        return self._change_subsections(request, event, SubsectionPicks(event, request.POST))

    # --- Changing seats ----------------------------------------------------------------------------

    def _change_seats(self, request: HttpRequest, event: Event, form: SeatPicks) -> HttpResponse:
        """Block or unblock all picked seats or none.

        If the operation refuses, show the page with the reason; the seats that caused no refusal are still picked.
        """
        if not form.is_valid():
            return self._show_errors(request, event, form)
        subsection, seats = form.cleaned_data["block"], form.cleaned_data["seats"]
        change = CHANGES[form.cleaned_data["do"]]
        place = {"event_id": event.pk, "section": subsection.section, "subsection": subsection.number}
        try:
            changed = change.change_seats(**place, seller=user_of(request), seats=seats)
        except Unavailable:
            raise
        except DomainError as refusal:
            subsection = subsections_of(event).defer(None).get(pk=subsection.pk)
            self.message_user(request, _refusal_message(refusal, subsection, change), messages.ERROR)
            still_picked = [seat for seat in seats if seat not in refusal.extra.get("seats", ())]
            return self._show(request, event, subsection, picked=still_picked, doing=form.cleaned_data["do"])
        done = f"{change.done} {pluralize(len(changed.seats), 'seat')} of block {subsection}"
        self.log_change(request, event, f"{done}: {join_names(changed.seats, 50)}.")
        others = changed.seats[len(seats) :]
        tables = f": also {join_names(others, 20)}, because these tables are sold as a whole" if others else ""
        self.message_user(request, f"{done}{tables}.", messages.SUCCESS)
        return HttpResponseRedirect(f"{_seats_url(event)}?block={subsection.pk}#block")

    def _change_subsections(self, request: HttpRequest, event: Event, form: SubsectionPicks) -> HttpResponse:
        """Block or unblock the selected subsections in batches.

        There is one operation per batch, and a log entry if seats changed.
        """
        if not form.is_valid():
            return self._show_errors(request, event, form)
        change, subsections, seats = CHANGES[form.cleaned_data["do"]], 0, 0
        remaining = [Batch(batch) for batch in batches_of(form.selected())]
        with self.reporting_unfinished(request, remaining):
            try:
                while remaining:
                    seats += self._change_batch(request, event, remaining[0], change)
                    subsections += len(remaining.pop(0).subsections)
            finally:
                if subsections:
                    message = f"{change.done} {pluralize(seats, 'seat')} in {pluralize(subsections, 'block')}."
                    self.message_user(request, message, messages.SUCCESS if seats else messages.WARNING)
        return HttpResponseRedirect(_seats_url(event))

    def _change_batch(self, request: HttpRequest, event: Event, batch: Batch, change: SeatOperations) -> int:
        ids = [subsection.pk for subsection in batch.subsections]
        changed = change.change_subsections(event_id=event.pk, seller=user_of(request), subsection_ids=ids)
        names = [str(subsection) for subsection in batch.subsections if subsection.pk in changed]
        seats: int = sum(changed.values())
        if seats:
            blocks = f"{pluralize(len(names), 'block')}: {join_names(names, len(names))}"
            self.log_change(
                request, event, f"{change.done} all {pluralize(seats, f'{change.required} seat')} of {blocks}."
            )
        return seats

    def _show_errors(self, request: HttpRequest, event: Event, form: Form) -> HttpResponse:
        for problems in form.errors.values():
            for problem in problems:
                self.message_user(request, str(problem), messages.ERROR)
        return HttpResponseRedirect(_url_after_errors(event, request.POST.get("block", "")))

    # --- Showing the page --------------------------------------------------------------------------

    def _show(
        self,
        request: HttpRequest,
        event: Event,
        subsection: Subsection | None,
        *,
        picked: list[str] | None = None,
        doing: str = ChangeKind.BLOCKED,
    ) -> HttpResponse:
        subsections = list(subsections_of(event))
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": "Seats",
            "subtitle": event.name,
            "opts": self.opts,
            "event": event,
            "subsections": subsections,
            "totals": sum_counts([vars(row) for row in subsections]),
            "shown": subsection,
            "picked": ("\n" if subsection and subsection.kind == SubsectionKind.DRAWN else " ").join(picked or []),
            "doing": doing,
        }
        if subsection is not None:
            context |= _grid(subsection, request.GET.get("row", "")) | {"history_url": _history_url(event, subsection)}
        return TemplateResponse(request, "admin/events/event/seats.html", context)


def _shown_subsection(event: Event, number: str) -> Subsection | None:
    return subsections_of(event).defer(None).filter(pk=number).first() if _is_number(number) else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _seats_url(event: Event) -> str:
    return reverse("admin:events_event_seats", args=[quote(event.pk)])


def _url_after_errors(event: Event, block: str) -> str:
    return f"{_seats_url(event)}?block={block}#block" if _is_number(block) else _seats_url(event)


def _grid(subsection: Subsection, first: str) -> dict[str, Any]:
    """Return template context: the rows to show, from row `first` on; see `_rows`.

    `accessible` has names of seats; `rows_before` and `rows_after` are the first rows of the previous and the next
    page, 0 if there is none. Rows are numbered from 1.
    """
    count = max(1, MAX_SEATS_SHOWN // subsection.cols)
    start = min(int(first), subsection.rows) - 1 if _is_number(first) and int(first) else 0
    end = min(start + count, subsection.rows)
    names = names_of(subsection)
    rows = _rows(subsection, names)[start:end]
    return {
        "seat_rows": rows,
        "row_labels": [{name: row[name] for name in ("label", "seats", "first")} for row in rows],
        "accessible": names.names(subsection.accessible),
        "rows_before": max(1, start + 1 - count) if start else 0,
        "rows_after": end + 1 if end < subsection.rows else 0,
    }


def _rows(subsection: Subsection, names: PlaceNames) -> list[dict[str, Any]]:
    """Return the rows with their labels, those of their seats and the letters of the seat status.

    `first` is the position of the first seat. In a standing area, places have their numbers.
    """
    by_row = groupby(range(subsection.total), key=lambda position: names.place(position).row)
    return [_row(subsection, names, list(positions)) for _, positions in by_row]


def _row(subsection: Subsection, names: PlaceNames, positions: list[int]) -> dict[str, Any]:
    labels = [labels_of(names.name(position)) for position in positions]
    return {
        "label": labels[0][0],
        "seats": [seat for _, seat in labels],
        "statuses": subsection.seat_status[positions[0] : positions[-1] + 1],
        "first": positions[0],
    }


def _history_url(event: Event, subsection: Subsection) -> str:
    """Return the URL of the history of a seat of the subsection, with POSITION_PLACEHOLDER as the seat's position."""
    return reverse("admin:bookings_seat_history", args=[event.pk, subsection.pk, POSITION_PLACEHOLDER])


def _refusal_message(refusal: DomainError, subsection: Subsection, change: SeatOperations) -> str:
    """Return why nothing was changed, seat by seat where that is known."""
    nothing = f"Nothing was {change.done.lower()}"
    if isinstance(refusal, SeatsTaken):
        seats = [f"{seat} is {_status_label(subsection, seat)}" for seat in refusal.extra["seats"]]
        return f"{nothing} because only {change.required} seats can be: {join_names(seats)}. Your other picks are kept."
    if isinstance(refusal, BadInput):
        return f"{nothing}: {' '.join(problem['detail'] for problem in refusal.extra['errors'][:5])}"
    return f"{nothing}: {refusal}"


def _status_label(subsection: Subsection, seat: str) -> str:
    position = names_of(subsection).position(seat)
    return STATUS_LABELS[STATUS_BY_LETTER[subsection.seat_status[position or 0]]]
