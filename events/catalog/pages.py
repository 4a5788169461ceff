"""The public pages of events: the list, and an event with its seat map. Live updates come from the live feed."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from core.errors import NotFound
from core.money.amounts import price_text
from events.catalog import selectors
from events.catalog.addresses import event_path, event_slug, event_url
from events.catalog.map_modules import modules_of
from events.catalog.search import EventSearch
from events.catalog.structured_data import event_json_ld
from events.catalog.tiers import tier_colours
from events.live.messages import sale
from events.models import Event
from events.pictures.shown import ShownPicture, shown_picture
from events.states import EventStatus

EVENTS_PER_PAGE = 20
FEW = 20  # seats left from which the list says "Last 20 seats"


@dataclass(frozen=True)
class Card:
    """An event in the list: its lowest price, free seats and the state of its sale.

    `offer` is the event's entry in `selectors.offers_of`.
    """

    event: Event
    offer: dict[str, int]
    now: datetime

    @property
    def price_from(self) -> str:
        """Price of the cheapest free seat, with its currency; if none is free, of the cheapest seat."""
        return price_text(self.offer["price_from"], self.event.currency)

    @property
    def picture(self) -> ShownPicture | None:
        """The picture of the event, if it has one."""
        return shown_picture(self.event)

    @property
    def left(self) -> int:
        """Number of free seats."""
        return self.offer["available"]

    @property
    def has_begun(self) -> bool:
        """Whether the event has begun."""
        return self.event.starts_at is not None and self.event.starts_at <= self.now

    @property
    def late_entry(self) -> bool:
        """Whether the event has begun and seats are still sold."""
        closes = self.event.sales_close_at
        return self.has_begun and closes is not None and closes > self.now

    @property
    def state(self) -> str:
        """State of the sale: open, last, held, sold_out, blocked, soon or closed. The template has a text for each.

        It is blocked if nobody has or had a seat: the seller keeps all of them.
        """
        opens, closes = self.event.sales_start_at, self.event.sales_close_at
        if self.event.status == EventStatus.SOLD_OUT:
            return "sold_out"
        if closes and closes <= self.now:
            return "closed"
        if opens and opens > self.now:
            return "soon"
        if self.left == 0:
            return "held" if self.offer["reserved"] else "sold_out" if self.offer["sold"] else "blocked"
        return "last" if self.left <= FEW else "open"


@require_safe
def event_list(request: HttpRequest) -> HttpResponse:
    """Return the page `/`: the list of events, filtered by the query string.

    With the header `X-Part: results`, which the script sends, return only the results.
    """
    search = EventSearch(request.GET)
    page = Paginator(search.narrow(selectors.events_on_show()), EVENTS_PER_PAGE).get_page(request.GET.get("page"))
    offers = selectors.offers_of([event.pk for event in page])
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
def event_page(request: HttpRequest, event_id: int, slug: str | None = None) -> HttpResponseBase:
    """Return the page `/events/{id}` or `/events/{id}/{name}` with the seat map; redirect from another name.

    A draft is a 404 for all but its seller and operators.
    """
    user = request.user if request.user.is_authenticated else None
    try:
        event = selectors.visible_event(
            event_id, user, among=Event.objects.select_related("seller", "venue", "picture")
        )
    except NotFound as error:
        raise Http404(str(error)) from error
    if slug is not None and slug != event_slug(event):
        query = request.META["QUERY_STRING"]
        return redirect(event_path(event) + (f"?{query}" if query else ""), permanent=True)
    rows = selectors.section_rows(event.pk)
    prices = [price for row in rows for _, price in _tier_prices(row)]
    now = datetime.now(UTC)
    is_over = _is_over(event, now)
    queueing = event.waiting_room_on and event.status != EventStatus.DRAFT and not is_over
    stats = selectors.sum_counts(rows)
    picture = shown_picture(event)
    context: dict[str, Any] = {
        "event": event,
        "picture": picture,
        "card": Card(event, {"price_from": min(prices), **stats}, now),
        "is_over": is_over,
        "is_offering": event.is_active and event.status != EventStatus.SOLD_OUT and not is_over,
        "stats": stats,
        "price_min": min(prices),
        "price_max": max(prices),
        "prices": sorted(set(prices)),
        "tiers": _tiers(rows),
        "sections": _sections(rows),
        "rows": rows,
        "accessible": any("accessible" in row for row in rows),
        "sale": _sale(event),
        "queueing": queueing,
        "address": event_url(event),
        "json_ld": event_json_ld(
            event,
            url=event_url(event),
            prices=prices,
            available=stats["available"],
            images=[picture.share_url, picture.large_url] if picture else [],
        ),
        "modules": modules_of(has_plan=event.geometry is not None, queueing=queueing),
        "checkout_url": reverse("checkout", args=[uuid.UUID(int=0)]),
    }
    return render(request, "events/event.html", context)


def _is_over(event: Event, now: datetime) -> bool:
    """Return whether no more seats will be sold: it is cancelled or over, or its sales have ended."""
    has_ended = event.sales_close_at is not None and event.sales_close_at <= now
    return has_ended or event.status in (EventStatus.CANCELLED, EventStatus.ENDED, EventStatus.COMPLETED)


def _sale(event: Event) -> dict[str, Any]:
    """Return the fields that decide whether seats can be held, as in the live feed, and the server's time."""
    return {**sale(event), "now": datetime.now(UTC)}


def _tiers(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the tiers in the order of the seating, with the number of their colour and their lowest price."""
    prices: dict[str, list[int]] = {}
    for row in rows:
        for tier, price in _tier_prices(row):
            prices.setdefault(tier, []).append(price)
    colours = tier_colours(prices)
    return [
        {"name": tier, "colour": colours[tier], "price": min(found), "from": min(found) != max(found)}
        for tier, found in prices.items()
    ]


def _tier_prices(row: dict[str, Any]) -> list[tuple[str, int]]:
    """Return the tiers of a section row with their prices: several in a drawn block whose seats are of several."""
    several = [(each["tier"], each["price"]) for each in row.get("tiers", ())]
    return several or [(row["tier"], row["price"])]


def _sections(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the sections with price and free seats, for the page without JavaScript."""
    return [
        {
            "name": name,
            "tier": subsections[0]["tier"],
            "price": subsections[0]["price"],
            "left": sum(subsection["available"] for subsection in subsections),
        }
        for name, subsections in ((name, list(group)) for name, group in groupby(rows, key=lambda row: row["section"]))
    ]
