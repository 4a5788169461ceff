"""`manage.py seed_demo`: create the demo's users and events."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand

from accounts.models import User
from bookings.checkin.models import SellerGateStaff
from events.lifecycle.create import create_event
from events.models import Event
from events.pictures import poster
from events.pictures.write import set_picture
from events.plan_models import SeatingPlan
from events.plans.examples import template
from events.seating.configuration import Seating, read_seating
from events.seating.plan_choice import PlanChoice
from events.venue_models import Venue
from events.venues.plans import add_plan, publish_plan
from events.venues.write import add_venue
from events.zones import instant_of

SEATING = ("seating_config", "venue", "plan", "prices")  # what is no field of an event
EVENING = time(19)  # by the clock at the venue
PASSWORD = "demo-pass-1"  # noqa: S105  (the README names it; only for a demo)
PEOPLE: dict[str, dict[str, Any]] = {
    "seller@example.com": {"name": "Sam Seller", "role": "seller", "is_staff": True},
    "admin@example.com": {"name": "Ada Admin", "role": "buyer", "is_staff": True, "is_superuser": True},
    "gate@example.com": {"name": "Gil Gate", "role": "buyer"},
    "buyer@example.com": {"name": "Bea Buyer", "role": "buyer"},
    **{f"buyer{number}@example.com": {"name": f"Buyer {number}", "role": "buyer"} for number in range(2, 21)},
}

TIERS = ("VIP", "VIP", "Regular", "Regular", "Regular", "Regular", "Regular", "Economy", "Economy", "Economy")
LIBRARY = {
    "name": "Old Library Hall",
    "address": "212 Chapel Street, New York, NY 10014",
    "country": "US",
    "time_zone": "America/New_York",
    "accessibility": "There is a ramp at the side entrance on Bedford Street, and a lift to the hall.",
}
SMALL = {
    "name": "Chamber music by candlelight",
    "description": "Quartets by Haydn and Ravel, in the round, with an interval.",
    "venue": LIBRARY,
    "seating_config": {
        "rows": 5,
        "cols": 10,
        "sections": [
            {"name": "A", "price": 5000, "subsections": 2, "tier": "VIP"},
            {"name": "B", "price": 2000, "subsections": 2},
        ],
    },
}
ARENA = {
    "name": "Northern Lights Tour",
    "description": "The whole arena, fifty thousand seats, one stage in the north.",
    "venue_name": "Harbour Arena",
    "seating_config": {
        "rows": 25,
        "cols": 20,
        "sections": [
            {"name": name, "price": 15_000 - 1_200 * index, "subsections": 10, "tier": tier}
            for index, (name, tier) in enumerate(zip("ABCDEFGHIJ", TIERS, strict=True))
        ],
    },
}
FLASH: dict[str, Any] = {
    "name": "One night only: The Comeback",
    "description": "One evening, five thousand seats, and everybody wants to be there.",
    "venue_name": "City Stadium",
    "seating_config": {
        "rows": 20,
        "cols": 25,
        "sections": [
            {"name": "Stand", "price": 9000, "subsections": 4, "accessible": ["20-1", "20-2", "20-24", "20-25"]},
            {"name": "Pitch", "price": 12_000, "subsections": 6, "tier": "VIP"},
        ],
    },
    "waiting_room_on": True,
    "admit_per_minute": 120,
    "max_active": 200,
}
HALL: dict[str, Any] = {
    "name": "Ein Abend mit Brahms",
    "description": "The four symphonies on one evening, with two intervals. Seats on three levels, and standing room.",
    "venue": {
        "name": "Konzerthaus am Hafen",
        "address": "Kehrwieder 8, 20457 Hamburg",
        "country": "DE",
        "time_zone": "Europe/Berlin",
        "accessibility": "The entrance on the quay has no steps, and lifts go to all levels.",
    },
    "currency": "EUR",
    "plan": "concert_hall",
    "prices": {
        "Premium": 9500,
        "Comfort": 7500,
        "Standard": 5500,
        "Restricted view": 2500,
        "Box": 12_000,
        "Standing": 1900,
    },
}


class Command(BaseCommand):
    """Create the users and events that are missing; existing ones stay unchanged."""

    help = "Create the demo's people (password demo-pass-1) and events, once."

    def handle(self, *args: Any, **options: Any) -> None:
        self._create_people()
        self._create_gate_staff()
        for number, event in enumerate((SMALL, ARENA, FLASH, HALL), start=1):
            self._create_event(event, starts_in=timedelta(days=30 * number))

    def _create_people(self) -> None:
        known = set(User.objects.filter(email__in=PEOPLE).values_list("email", flat=True))
        if len(known) == len(PEOPLE):
            return
        password = make_password(PASSWORD)  # one hash for all: computing it takes a fifth of a second
        missing = {email: fields for email, fields in PEOPLE.items() if email not in known}
        User.objects.bulk_create(
            User(email=email, password=password, is_verified=True, **fields) for email, fields in missing.items()
        )
        self.stdout.write(f"{len(missing)} people, password {PASSWORD}")

    def _create_gate_staff(self) -> None:
        """Let the gate user check in tickets at all present and future events of the demo's seller."""
        seller = User.objects.get(email="seller@example.com")
        SellerGateStaff.objects.get_or_create(seller=seller, email="gate@example.com")

    def _create_event(self, demo: dict[str, Any], starts_in: timedelta) -> None:
        seller = User.objects.get(email="seller@example.com")
        if Event.objects.filter(seller=seller, name=demo["name"]).exists():
            return
        fields = {name: value for name, value in demo.items() if name not in SEATING}
        zone = "UTC"
        if described := demo.get("venue"):
            venue = self._venue(seller, described)
            fields["venue_id"], zone = venue.pk, venue.time_zone
        day = datetime.now(ZoneInfo(zone)).date() + starts_in
        starts_at = instant_of(datetime.combine(day, EVENING), zone)
        seating = self._seating(demo, seller, fields.get("venue_id"))
        event = create_event(
            seller=seller, seating=seating, starts_at=starts_at, ends_at=starts_at + timedelta(hours=3), **fields
        )
        self.stdout.write(f"{demo['name']}: {seating.seats:,} seats")
        if demo is SMALL:
            set_picture(event_id=event.pk, seller=seller, data=poster.draw_poster(), alt=poster.ALT)

    def _seating(self, demo: dict[str, Any], seller: User, venue_id: int | None) -> Seating | PlanChoice:
        if venue_id is None or "plan" not in demo:
            return read_seating(demo["seating_config"], max_seats=200_000)
        document = template(demo["plan"])
        plan = SeatingPlan.objects.filter(venue=venue_id, name=document["name"]).first()
        plan = plan or add_plan(venue_id=venue_id, seller=seller, name=document["name"], draft=document)
        return PlanChoice(publish_plan(plan_id=plan.pk, seller=seller).pk, demo["prices"], 200_000)

    def _venue(self, seller: User, venue: dict[str, Any]) -> Venue:
        return Venue.objects.filter(seller=seller, name=venue["name"]).first() or add_venue(seller=seller, **venue)
