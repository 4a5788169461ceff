"""What search engines read about an event: schema.org's Event as JSON-LD.

The members are those that Google's documentation of event structured data names.
"""

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.safestring import SafeString

from core.money.amounts import in_major_units
from events.models import Event
from events.organiser import organiser_of
from events.states import ON_SALE, EventStatus

SCHEMA = "https://schema.org"
# Inside a script element, these would end it or begin a comment.
ESCAPES = {ord(character): f"\\u{ord(character):04X}" for character in "<>&\u2028\u2029"}


def event_json_ld(event: Event, *, url: str, prices: list[int], available: int, images: list[str]) -> SafeString:
    """Return the event as JSON-LD for a script element; "" without a start, which the format requires.

    `prices` are those of the sections in minor units, `available` is the number of free seats, `images` are
    whole addresses of its picture in different shapes. The event must be loaded with its seller and venue.
    """
    if event.starts_at is None:
        return SafeString("")
    data = {
        "@context": SCHEMA,
        "@type": "Event",
        "name": event.name,
        "description": event.description or None,
        "image": images or None,
        "url": url,
        "startDate": _local(event.starts_at, event),
        "endDate": event.ends_at and _local(event.ends_at, event),
        "eventStatus": f"{SCHEMA}/{'EventCancelled' if event.status == EventStatus.CANCELLED else 'EventScheduled'}",
        "eventAttendanceMode": f"{SCHEMA}/OfflineEventAttendanceMode",
        "location": _place(event),
        "organizer": {"@type": "Organization", "name": organiser_of(event).name},
        "offers": _offers(event, url, prices, available),
    }
    known = {name: value for name, value in data.items() if value is not None}
    return SafeString(json.dumps(known, ensure_ascii=False).translate(ESCAPES))


def _place(event: Event) -> dict[str, Any]:
    place: dict[str, Any] = {"@type": "Place", "name": event.venue_name}
    venue = event.venue
    if venue is None:
        return place
    address = {"streetAddress": venue.address, "addressCountry": venue.country}
    if any(address.values()):
        place["address"] = {"@type": "PostalAddress", **{name: value for name, value in address.items() if value}}
    if venue.latitude is not None and venue.longitude is not None:
        where = {"latitude": float(venue.latitude), "longitude": float(venue.longitude)}
        place["geo"] = {"@type": "GeoCoordinates", **where}
    return place


def _offers(event: Event, url: str, prices: list[int], available: int) -> dict[str, Any]:
    """Return the range of prices.

    An event that is off sale is sold out; one whose seats are all held or blocked is out of stock, which may change.
    """
    low, high = (str(in_major_units(price, event.currency)) for price in (min(prices), max(prices)))
    stock = "SoldOut"
    if event.is_active and event.status in ON_SALE and available:
        stock = "InStock"
    elif event.is_active and event.status == EventStatus.AVAILABLE:
        stock = "OutOfStock"
    offers = {
        "@type": "AggregateOffer",
        "url": url,
        "lowPrice": low,
        "highPrice": high,
        "priceCurrency": event.currency,
        "offerCount": available,
        "availability": f"{SCHEMA}/{stock}",
        "validFrom": event.sales_start_at and _local(event.sales_start_at, event),
    }
    return {name: value for name, value in offers.items() if value is not None}


def _local(moment: datetime, event: Event) -> str:
    """Return the time with the offset of the clock at the venue: "2027-05-01T19:30:00+02:00"."""
    return moment.astimezone(ZoneInfo(event.time_zone)).isoformat(timespec="seconds")
