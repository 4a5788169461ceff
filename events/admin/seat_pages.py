"""The seats of an event on a small map: taken out of sale and brought back, by seat, row, block or section."""

from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.admin.utils import quote
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods

from events.admin.step_pages import StepPages
from events.desk import user_of
from events.errors import SeatsTaken
from events.models import Event, Subsection
from events.operations.blocking import block_free_seats, block_seats, parts_of, unblock_all_seats, unblock_seats
from events.positions import position_of, seat_name
from events.reads import STATUS_OF_LETTER, sum_counts
from events.seat_forms import BlockPicks, SeatPicks, blocks_of
from events.states import ChangeKind
from events.words import counted, listed
from ticketing.errors import BadInput, DomainError, Unavailable

SEATS_DRAWN = 5_000  # at once; of larger blocks as many whole rows
LAST_POSITION = 2**31 - 1  # stands in an address for a seat that the script knows
SHOWN = {"available": "free", "reserved": "held", "sold": "sold", "blocked": "blocked"}


class Doing(NamedTuple):
    """Blocking or unblocking: its two operations, and what is said of them."""

    some: Any
    every: Any
    done: str
    which: str


DOINGS = {
    ChangeKind.BLOCKED: Doing(block_seats, block_free_seats, "Blocked", "free"),
    ChangeKind.UNBLOCKED: Doing(unblock_seats, unblock_all_seats, "Unblocked", "blocked"),
}


class Part(NamedTuple):
    """Blocks that are changed at once, in the order of the seating."""

    blocks: list[Subsection]

    def __str__(self) -> str:
        first, last = self.blocks[0], self.blocks[-1]
        return str(first) if first is last else f"{first} to {last}"


class SeatPages(StepPages):
    """All blocks at a glance, the seats of one of them, and what is done with both."""

    def get_urls(self) -> list[URLPattern]:
        """Django's and this page's."""
        view = self.admin_site.admin_view(self.seats_page)
        return [path("<path:object_id>/seats/", view, name="events_event_blocks"), *super().get_urls()]

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def seats_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """GET `?block=` (its number in the database) also shows that block's seats; POST blocks and unblocks."""
        event = self.own_event(request, object_id)
        if request.method != "POST":
            return self._show(request, event, _shown_block(event, request.GET.get("block", "")))
        if "block" in request.POST:
            return self._change_seats(request, event, SeatPicks(event, request.POST))
        return self._change_blocks(request, event, BlockPicks(event, request.POST))

    # --- Doing it ----------------------------------------------------------------------------------

    def _change_seats(self, request: HttpRequest, event: Event, form: SeatPicks) -> HttpResponse:
        """All of the picked seats or none; refused, the page comes back with the others still picked."""
        if not form.is_valid():
            return self._not_understood(request, event, form)
        block, seats = form.cleaned_data["block"], form.cleaned_data["seats"]
        doing = DOINGS[form.cleaned_data["do"]]
        where = {"event_id": event.pk, "section": block.section, "subsection": block.number}
        try:
            doing.some(**where, seller=user_of(request), seats=seats)
        except Unavailable:
            raise
        except DomainError as refusal:
            block = blocks_of(event).defer(None).get(pk=block.pk)
            self.message_user(request, _refusal(refusal, block, doing), messages.ERROR)
            left = [seat for seat in seats if seat not in refusal.extra.get("seats", ())]
            return self._show(request, event, block, picked=left, doing=form.cleaned_data["do"])
        done = f"{doing.done} {counted(len(seats), 'seat')} of block {block}"
        self.log_change(request, event, f"{done}: {listed(seats, 50)}.")
        self.message_user(request, f"{done}.", messages.SUCCESS)
        return HttpResponseRedirect(f"{_address(event)}?block={block.pk}#block")

    def _change_blocks(self, request: HttpRequest, event: Event, form: BlockPicks) -> HttpResponse:
        """One operation and one log entry for each part of them."""
        if not form.is_valid():
            return self._not_understood(request, event, form)
        doing, blocks, seats = DOINGS[form.cleaned_data["do"]], 0, 0
        rest = [Part(part) for part in parts_of(form.chosen())]
        with self.telling_the_rest(request, rest):
            try:
                while rest:
                    seats += self._change_part(request, event, rest[0], doing)
                    blocks += len(rest.pop(0).blocks)
            finally:
                if blocks:
                    said = f"{doing.done} {counted(seats, 'seat')} in {counted(blocks, 'block')}."
                    self.message_user(request, said, messages.SUCCESS if seats else messages.WARNING)
        return HttpResponseRedirect(_address(event))

    def _change_part(self, request: HttpRequest, event: Event, part: Part, doing: Doing) -> int:
        changed = doing.every(event_id=event.pk, seller=user_of(request), blocks=[block.pk for block in part.blocks])
        names = [str(block) for block in part.blocks if block.pk in changed]
        seats = sum(changed.values())
        if seats:
            where = f"{counted(len(names), 'block')}: {listed(names, len(names))}"
            self.log_change(request, event, f"{doing.done} all {counted(seats, f'{doing.which} seat')} of {where}.")
        return seats

    def _not_understood(self, request: HttpRequest, event: Event, form: Form) -> HttpResponse:
        for problems in form.errors.values():
            for problem in problems:
                self.message_user(request, str(problem), messages.ERROR)
        return HttpResponseRedirect(_back(event, request.POST.get("block", "")))

    # --- Showing it --------------------------------------------------------------------------------

    def _show(
        self,
        request: HttpRequest,
        event: Event,
        block: Subsection | None,
        *,
        picked: list[str] | None = None,
        doing: str = ChangeKind.BLOCKED,
    ) -> HttpResponse:
        blocks = list(blocks_of(event))
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": "Seats",
            "subtitle": event.name,
            "opts": self.opts,
            "event": event,
            "blocks": blocks,
            "totals": sum_counts([vars(row) for row in blocks]),
            "shown": block,
            "picked": " ".join(picked or []),
            "doing": doing,
        }
        if block is not None:
            context |= _grid(block, request.GET.get("row", "")) | {"story_url": _story(event, block)}
        return TemplateResponse(request, "admin/events/event/seats.html", context)


def _shown_block(event: Event, number: str) -> Subsection | None:
    return blocks_of(event).defer(None).filter(pk=number).first() if _is_number(number) else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _address(event: Event) -> str:
    return reverse("admin:events_event_blocks", args=[quote(event.pk)])


def _back(event: Event, block: str) -> str:
    return f"{_address(event)}?block={block}#block" if _is_number(block) else _address(event)


def _grid(block: Subsection, first: str) -> dict[str, Any]:
    """The rows that are drawn, from row `first` on, and where the rows before and after them begin."""
    many = max(1, SEATS_DRAWN // block.cols)
    start = min(int(first), block.rows) - 1 if _is_number(first) and int(first) else 0
    end = min(start + many, block.rows)
    letters = block.seat_status
    rows = [(row + 1, letters[row * block.cols : (row + 1) * block.cols]) for row in range(start, end)]
    return {
        "seat_rows": rows,
        "accessible": [seat_name(position, block.cols) for position in block.accessible],
        "rows_before": max(1, start + 1 - many) if start else 0,
        "rows_after": end + 1 if end < block.rows else 0,
    }


def _story(event: Event, block: Subsection) -> str:
    """Where a seat of the block is explained, with LAST_POSITION for the seat."""
    return reverse("admin:bookings_seat_story", args=[event.pk, block.pk, LAST_POSITION])


def _refusal(refusal: DomainError, block: Subsection, doing: Doing) -> str:
    """Why nothing was changed, seat by seat where it is known."""
    nothing = f"Nothing was {doing.done.lower()}"
    if isinstance(refusal, SeatsTaken):
        seats = [f"{seat} is {_state(block, seat)}" for seat in refusal.extra["seats"]]
        return f"{nothing}, since only {doing.which} seats can be: {listed(seats)}. The other picks are kept."
    if isinstance(refusal, BadInput):
        return f"{nothing}: {' '.join(problem['detail'] for problem in refusal.extra['errors'][:5])}"
    return f"{nothing}: {refusal}"


def _state(block: Subsection, seat: str) -> str:
    position = position_of(seat, rows=block.rows, cols=block.cols)
    return SHOWN[STATUS_OF_LETTER[block.seat_status[position or 0]]]
