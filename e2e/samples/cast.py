"""The people, events and bookings of the samples: made by the product's own operations, with ids that never change."""

import itertools
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from unittest import mock

from accounts.models import User
from bookings.event_changes.cancel_event import cancel_event, release_cancelled_event
from bookings.holds.cancel import cancel_booking
from bookings.holds.hold import hold_seats
from bookings.holds.hold_request import HoldRequest
from bookings.holds.models import Booking
from bookings.payments.pay import pay_booking
from bookings.payments.refund import refund_booking
from bookings.states import SelectionMode
from bookings.testing.plans import GALA, PRICES
from events.lifecycle.create import create_event
from events.models import Event
from events.seating.configuration import Seating, read_seating
from events.seating.plan_choice import PlanChoice
from events.venue_models import Venue
from events.venues.plans import add_plan, publish_plan
from events.venues.write import add_venue
from events.zones import instant_of

FIRST_ID = 101  # above the ids of the demo's rows
GOOD_CARD = "4242424242424242"
# By the clock at the venue; far enough for the samples never to be about the past.
EVENING = datetime.combine(date(2046, 5, 12), time(19, 30))
LENGTH = timedelta(hours=2, minutes=30)

PEOPLE: dict[str, dict[str, Any]] = {
    "carol": {"name": "Candlelight Concerts", "role": "seller", "is_staff": True, "is_verified": True},
    "bühne": {
        "name": "Städtische Bühnen und Philharmonie der Freien Hansestadt, Spielstätte am Alten Hafen",
        "role": "seller",
        "is_staff": True,
    },
    "odeon": {"name": "Ωδείο Αθηνών", "role": "seller", "is_staff": True, "is_verified": True},
    "bo": {"name": "Bo Ng"},
    "maria": {"name": "Maria-Magdalena Wilhelmina van der Hoeven-Oyelaran de la Cruz y Montserrat"},
    "eleni": {"name": "Ελένη Παπαδοπούλου"},
    "david": {"name": "דוד כהן"},
    "misaki": {"name": "田中 美咲"},
    "formula": {"name": '=HYPERLINK("https://example.com","Bobby")'},
    "olga": {"name": "Olga Operator", "is_staff": True, "is_superuser": True},
}
VENUES: dict[str, dict[str, Any]] = {
    "library": {
        "seller": "carol",
        "name": "Old Library Hall",
        "address": "212 Chapel Street, New York, NY 10014",
        "country": "US",
        "time_zone": "America/New_York",
    },
    "concert hall": {
        "seller": "carol",
        "name": "Konzerthaus am Hafen",
        "address": "Kehrwieder 8, 20457 Hamburg",
        "country": "DE",
        "time_zone": "Europe/Berlin",
        "accessibility": (
            "The entrance on the quay has no steps, and lifts go to all levels. For help, ring the bell at the stage"
            " door or call +49 40 555 0100."
        ),
    },
}
EVENTS: dict[str, dict[str, Any]] = {
    "concert": {
        "seller": "carol",
        "name": "Chamber music by candlelight",
        "description": "Quartets by Haydn and Ravel, in the round, with an interval.",
        "venue": "library",
        "sections": [
            {"name": "A", "price": 5000, "subsections": 2, "tier": "VIP"},
            {"name": "B", "price": 2000, "subsections": 2},
        ],
    },
    "long": {
        "seller": "bühne",
        "name": "Ein Sommernachtstraum: Freilichtaufführung mit Orchester, Chor und Ballett in der Fassung von 1843 "
        "(Wiederaufnahme der Inszenierung aus der vorletzten Spielzeit)",
        "description": "Mit Pause und Einführung.",
        "venue_name": "Großer Innenhof der ehemaligen Zitadelle, Eingang Donaudampfschifffahrtsgesellschaftsstraße 17",
        "currency": "EUR",
        "sections": [{"name": "Parkett links vorne, Reihe 1–12", "price": 123_450, "subsections": 1}],
    },
    "free": {
        "seller": "carol",
        "name": "Open rehearsal",
        "description": "Free of charge.",
        "venue_name": "Old Library Hall",
        "starts_at": None,
        "ends_at": None,
        "sections": [{"name": "Stalls", "price": 0, "subsections": 1}],
    },
    "scripts": {
        "seller": "odeon",
        "name": "Вечер · Βραδιά · ערב · 夜",
        "description": "Τραγούδια του κόσμου.",
        "venue_name": "Μέγαρο Μουσικής",
        "currency": "JPY",
        "sections": [{"name": "Πλατεία", "price": 4500, "subsections": 1}],
    },
    "cancelled": {
        "seller": "carol",
        "name": "Strings & brass in the park",
        "description": "Bring a blanket.",
        "venue_name": "Bandstand",
        "sections": [{"name": "Lawn", "price": 1500, "subsections": 1}],
    },
    "queue": {
        "seller": "carol",
        "name": "One night only",
        "description": "Everybody wants to be there.",
        "venue_name": "City Stadium",
        "waiting_room_on": True,
        "sections": [{"name": "Stand", "price": 9000, "subsections": 1}],
    },
    "hall": {
        "seller": "carol",
        "name": "Ein Abend mit Brahms",
        "description": "The four symphonies on one evening, with two intervals.",
        "venue": "concert hall",
        "currency": "EUR",
        "plan": GALA,
    },
}


@dataclass
class Cast:
    """The people, venues, events and bookings by name."""

    people: dict[str, User] = field(default_factory=dict)
    venues: dict[str, Venue] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)
    bookings: dict[str, Booking] = field(default_factory=dict)

    def hold(
        self, name: str, buyer: str, event: str, section: str, number: int, *seats: str, quantity: int = 0
    ) -> Booking:
        """Hold seats under this name: those that are named, or the best `quantity`."""
        mode = SelectionMode.MANUAL if seats else SelectionMode.BEST_AVAILABLE
        request = HoldRequest(self.events[event].pk, section, number, mode, len(seats) or quantity, seats=list(seats))
        self.bookings[name] = hold_seats(buyer_id=self.people[buyer].pk, hold_request=request)
        return self.bookings[name]

    def buy(
        self, name: str, buyer: str, event: str, section: str, number: int, *seats: str, quantity: int = 0
    ) -> Booking:
        """Hold seats under this name and pay for them."""
        booking = self.hold(name, buyer, event, section, number, *seats, quantity=quantity)
        pay_booking(booking_id=booking.pk, buyer_id=booking.buyer_id, card_number=GOOD_CARD)
        return booking


def make_cast() -> Cast:
    """Create the cast in a database that doesn't have it yet."""
    cast = Cast()
    with _counted_ids():
        _add_people(cast)
        _add_venues(cast)
        _add_events(cast)
        _add_bookings(cast)
    return cast


def _add_people(cast: Cast) -> None:
    for number, (name, fields) in enumerate(PEOPLE.items(), start=FIRST_ID):
        email = f"person{number}@example.com"
        cast.people[name] = User.objects.create(pk=number, email=email, password="!", **fields)  # noqa: S106  (no password)


def _add_venues(cast: Cast) -> None:
    for name, described in VENUES.items():
        fields = dict(described)
        cast.venues[name] = add_venue(seller=cast.people[fields.pop("seller")], **fields)


def _add_events(cast: Cast) -> None:
    for number, (name, described) in enumerate(deepcopy(EVENTS).items(), start=FIRST_ID):
        fields = {**_when_and_where(cast, described), "max_active_holds": 10, **described}
        seller = cast.people[fields.pop("seller")]
        seating = _seating(fields, seller)
        cast.events[name] = create_event(seller=seller, seating=seating, id=number, **fields)


def _seating(fields: dict[str, Any], seller: User) -> Seating | PlanChoice:
    """Take the seats out of what describes an event: rows × cols seats, or a plan, which is published."""
    if "plan" not in fields:
        return read_seating({"rows": 5, "cols": 10, "sections": fields.pop("sections")}, max_seats=10_000)
    document = fields.pop("plan")
    plan = add_plan(venue_id=fields["venue_id"], seller=seller, name=document["name"], draft=document)
    version = publish_plan(plan_id=plan.pk, seller=seller)
    return PlanChoice(version.pk, PRICES, 10_000)


def _when_and_where(cast: Cast, described: dict[str, Any]) -> dict[str, Any]:
    """Take the venue out of what describes an event; return the fields for it, and for an evening there."""
    venue = cast.venues.get(described.pop("venue", ""))
    starts_at = instant_of(EVENING, venue.time_zone if venue else "UTC")
    return {"starts_at": starts_at, "ends_at": starts_at + LENGTH} | ({"venue_id": venue.pk} if venue else {})


def _add_bookings(cast: Cast) -> None:
    cast.buy("one seat", "bo", "concert", "A", 1, "1-7")
    cast.buy("ten seats", "maria", "concert", "A", 2, *(f"2-{seat}" for seat in range(1, 11)))
    cast.buy("apart", "david", "concert", "B", 1, "1-4", "1-5", "3-9")
    cast.buy("formula", "formula", "concert", "B", 1, "5-1")
    cast.buy("returned", "bo", "concert", "B", 2, "1-1", "1-2")
    refund_booking(booking_id=cast.bookings["returned"].pk, user=cast.people["carol"])
    given_up = cast.hold("given up", "bo", "concert", "B", 2, "4-1")
    cancel_booking(booking_id=given_up.pk, buyer=cast.people["bo"])
    cast.hold("held", "bo", "concert", "B", 1, "5-4", "5-5")
    cast.buy("long names", "maria", "long", "Parkett links vorne, Reihe 1–12", 1, "5-9", "5-10")
    cast.buy("free", "eleni", "free", "Stalls", 1, "1-1")
    cast.buy("free returned", "bo", "free", "Stalls", 1, "1-2")
    refund_booking(booking_id=cast.bookings["free returned"].pk, user=cast.people["bo"])
    cast.buy("other scripts", "misaki", "scripts", "Πλατεία", 1, "1-1", "1-2", "1-3")
    cast.buy("cancelled paid", "eleni", "cancelled", "Lawn", 1, "1-1", "1-2")
    cast.hold("cancelled held", "bo", "cancelled", "Lawn", 1, "2-1")
    cast.buy("hall", "maria", "hall", "Parkett links", 1, "AA-102", "AA-109", "AA-110", "BB-110")
    cast.buy("standing", "bo", "hall", "Floor", 1, quantity=2)
    cancel_event(event_id=cast.events["cancelled"].pk, seller=cast.people["carol"])
    release_cancelled_event(event_id=cast.events["cancelled"].pk)


@contextmanager
def _counted_ids() -> Iterator[None]:
    """Let `new_id` count, so that the ids in URLs are the same in every run."""
    numbers = itertools.count(1)

    def count() -> uuid.UUID:
        return uuid.UUID(f"02300000-0000-7000-8000-{next(numbers):012d}")

    with mock.patch("core.ids.uuid7", count):
        yield
