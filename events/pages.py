"""The pages of this app: read, render. What they show changes by the live feed and the API."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from events import reads
from events.models import Event
from events.money import money
from events.search import EventSearch
from events.states import EventStatus
from ticketing.errors import NotFound

EVENTS_PER_PAGE = 20
TIER_COLOURS = 6  # --tier-1 … of the stylesheet
# The map's modules, told to the browser at once so that it need not find them one after the other.
MODULES = (
    "best", "bitmaps", "camera", "cards", "chooser", "colours", "draw", "filters", "gestures", "ground", "hit", "hold",
    "layout", "list", "minimap", "model", "picks", "prices", "sale", "sprites", "summary", "tooltip", "turn", "view",
    "words",
)  # fmt: skip
FEW = 20  # seats: as few as this are said to be the last ones


@dataclass(frozen=True)
class Card:
    """An event as the list shows it: what it costs, what is left, and the state of its sale in words."""

    event: Event
    offer: dict[str, int]
    now: datetime

    @property
    def price_from(self) -> str:
        """Of the cheapest seat that is left, or of the cheapest of all."""
        return money(self.offer["price_from"], self.event.currency)

    @property
    def left(self) -> int:
        """Seats to be had at once."""
        return self.offer["available"]

    @property
    def left_in_words(self) -> str:
        """The same as people write it; the script does it in the reader's way."""
        return f"{self.left:,}"

    @property
    def state(self) -> str:
        """`open`, `last`, `held`, `sold_out`, `soon` or `closed`; the template has the words."""
        opens, closes = self.event.sales_start_at, self.event.sales_end_at
        if self.event.status == EventStatus.SOLD_OUT:
            return "sold_out"
        if closes and closes <= self.now:
            return "closed"
        if opens and opens > self.now:
            return "soon"
        if self.left == 0:
            return "held" if self.offer["reserved"] else "sold_out"
        return "last" if self.left <= FEW else "open"


@require_safe
def event_list(request: HttpRequest) -> HttpResponse:
    """`/`: what is on, narrowed by the address. With `X-Part: results` only the results, for the script."""
    search = EventSearch(request.GET)
    page = Paginator(search.narrow(reads.events_on_show()), EVENTS_PER_PAGE).get_page(request.GET.get("page"))
    offers = reads.offers_of([event.pk for event in page])
    now = datetime.now(UTC)
    context: dict[str, Any] = {
        "search": search,
        "page": page,
        "cards": [Card(event, offers[event.pk], now) for event in page],
    }
    part = request.headers.get("X-Part") == "results"
    response = render(request, "events/list_results.html" if part else "events/list.html", context)
    patch_vary_headers(response, ["X-Part"])
    return response


@require_safe
def event_page(request: HttpRequest, event_id: int) -> HttpResponse:
    """`/events/{id}`: the event with its live seat map. 404 for a draft to all but its seller and operators."""
    user = request.user if request.user.is_authenticated else None
    try:
        event = reads.visible_event(event_id, user)
    except NotFound as error:
        raise Http404(str(error)) from error
    rows = reads.section_rows(event.pk)
    prices = [row["price"] for row in rows]
    stats = reads.sum_counts(rows)
    context: dict[str, Any] = {
        "event": event,
        "card": Card(event, {"price_from": min(prices), **stats}, datetime.now(UTC)),
        "stats": stats,
        "price_min": min(prices),
        "price_max": max(prices),
        "prices": sorted({(price, money(price, event.currency)) for price in prices}),
        "tiers": _tiers(rows, event.currency),
        "sections": _sections(rows, event.currency),
        "rows": rows,
        "accessible": any("accessible" in row for row in rows),
        "sale": _sale(event),
        "queueing": event.waiting_room_on and event.status in (EventStatus.AVAILABLE, EventStatus.SOLD_OUT),
        "modules": [f"events/map/{name}.js" for name in MODULES],
        "checkout_url": reverse("checkout", args=[uuid.UUID(int=0)]),
    }
    return render(request, "events/event.html", context)


def _sale(event: Event) -> dict[str, Any]:
    """What decides whether seats can be held, as the live feed has it; and what time it is here."""
    names = ("status", "is_active", "sales_start_at", "sales_end_at")
    return {**{name: getattr(event, name) for name in names}, "now": datetime.now(UTC)}


def _tiers(rows: list[dict[str, Any]], currency: str) -> list[dict[str, Any]]:
    """Each tier in the order of the seating, with its place in the palette and its cheapest price."""
    prices: dict[str, list[int]] = {}
    for row in rows:
        prices.setdefault(row["tier"], []).append(row["price"])
    return [
        {"name": tier, "colour": index % TIER_COLOURS + 1, "price": min(found), "money": money(min(found), currency),
         "from": min(found) != max(found)}
        for index, (tier, found) in enumerate(prices.items())
    ]  # fmt: skip


def _sections(rows: list[dict[str, Any]], currency: str) -> list[dict[str, Any]]:
    """Each section with its cheapest price and what is left of it: what the page says without its script."""
    return [
        {
            "name": name,
            "tier": blocks[0]["tier"],
            "price": blocks[0]["price"],
            "money": money(blocks[0]["price"], currency),
            "left": sum(block["available"] for block in blocks),
        }
        for name, blocks in ((name, list(group)) for name, group in groupby(rows, key=lambda row: row["section"]))
    ]
