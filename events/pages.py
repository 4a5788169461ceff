"""The pages for buyers: the list of events and the page of one event. The live feed keeps them up to date."""

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
# JavaScript modules of the seat map. The page lists all of them, so that the browser loads them at once and does not
# have to discover them one after the other.
MODULES = (
    "best", "bitmaps", "camera", "cards", "chooser", "colours", "draw", "filters", "gestures", "ground", "hit", "hold",
    "layout", "list", "minimap", "model", "picks", "prices", "sale", "sprites", "summary", "tooltip", "turn", "view",
    "words",
)  # fmt: skip
FEW = 20  # seats; with this many or fewer left, the state is `last`


@dataclass(frozen=True)
class Card:
    """What the list shows of an event: its price, the seats left, and the state of its sale.

    `offer` holds the seat counts and `price_from` in minor units.
    """

    event: Event
    offer: dict[str, int]
    now: datetime

    @property
    def price_from(self) -> str:
        """The lowest price of the seats that are left, or of all seats if none is left."""
        return money(self.offer["price_from"], self.event.currency)

    @property
    def left(self) -> int:
        """Number of available seats."""
        return self.offer["available"]

    @property
    def left_in_words(self) -> str:
        """Number of available seats with thousands separators; the script replaces it in the reader's format."""
        return f"{self.left:,}"

    @property
    def state(self) -> str:
        """The state of the sale: `open`, `last`, `held`, `sold_out`, `soon` or `closed`; the template has the texts."""
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
    """Render `/`: the events on offer, filtered by the query string.

    With the header `X-Part: results`, which the script sends, only the results are rendered.
    """
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
    """Render `/events/{id}`: the event with its live seat map.

    Answers 404 for a draft, except to its seller and operators.
    """
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
    """Return what decides whether seats can be held, as in the live feed, and the server's time."""
    names = ("status", "is_active", "sales_start_at", "sales_end_at")
    return {**{name: getattr(event, name) for name in names}, "now": datetime.now(UTC)}


def _tiers(rows: list[dict[str, Any]], currency: str) -> list[dict[str, Any]]:
    """Return each tier in the order of the seating, with the number of its colour and its lowest price."""
    prices: dict[str, list[int]] = {}
    for row in rows:
        prices.setdefault(row["tier"], []).append(row["price"])
    return [
        {"name": tier, "colour": index % TIER_COLOURS + 1, "price": min(found), "money": money(min(found), currency),
         "from": min(found) != max(found)}
        for index, (tier, found) in enumerate(prices.items())
    ]  # fmt: skip


def _sections(rows: list[dict[str, Any]], currency: str) -> list[dict[str, Any]]:
    """Return each section with its price and its available seats, which the page shows without its script."""
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
