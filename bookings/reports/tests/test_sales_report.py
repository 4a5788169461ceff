"""The sales report: who can read it, and a comparison of its numbers with a recount in plain Python."""

import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, timedelta
from typing import Any

from django.db.models import F
from rest_framework.test import APIClient

from accounts.models import User
from bookings.checkin.check_in import check_in
from bookings.checkin.tests.stage import codes_of
from bookings.holds.cancel import cancel_booking
from bookings.holds.expiry import expire_holds
from bookings.holds.models import Booking
from bookings.payments.models import Payment, Refund
from bookings.payments.pay import pay_booking
from bookings.payments.refund import refund_booking
from bookings.reports.sales_report import sales_report
from bookings.tickets.models import Admission
from core.clock import database_now
from core.errors import DomainError
from events.inventory.blocking import block_seats
from events.inventory.tests.audit_log import unguarded
from events.models import Event, SeatChange, Ticket

ClientOf = Callable[[User | None], APIClient]
Hold = Callable[..., Booking]
GOOD_CARD, DECLINED_CARD = "4242424242424242", "4000000000000002"
STEPS = 60
TIERS: list[dict[str, Any]] = [
    {"name": "A", "price": 5000, "subsections": 2, "tier": "VIP"},
    {"name": "B", "price": 2000, "subsections": 1, "tier": "Regular"},
    {"name": "C", "price": 1500, "subsections": 1, "tier": "Regular"},
]


def path(event: Event) -> str:
    return f"/api/event/{event.pk}/analytics"


def test_the_seller_and_operators_see_the_report(
    concert: Event, carol: User, olga: User, client_of: ClientOf, paid_booking: Hold, alice: User
) -> None:
    paid_booking(alice)
    for user in (carol, olga):
        response = client_of(user).get(path(concert))
        assert (response.status_code, response["Cache-Control"]) == (200, "private, no-store")
        assert response.json()["revenue"] == 10_000


def test_other_users_get_no_report(concert: Event, alice: User, dave: User, client_of: ClientOf) -> None:
    for user, status, code in (
        (None, 401, "not_authenticated"),
        (alice, 403, "permission_denied"),
        (dave, 403, "permission_denied"),
    ):
        response = client_of(user).get(path(concert))
        assert (response.status_code, response.json()["code"]) == (status, code)


def test_an_unknown_event_or_another_sellers_draft_is_not_found(
    new_event: Callable[..., Event], carol: User, dave: User, client_of: ClientOf
) -> None:
    draft = new_event(draft=True)
    assert client_of(carol).get(path(draft)).status_code == 200
    assert client_of(dave).get(path(draft)).status_code == 404
    for unknown in (0, 999_999, 10**30):
        assert client_of(carol).get(f"/api/event/{unknown}/analytics").status_code == 404


def test_an_event_without_bookings_has_a_report_of_zeros(concert: Event) -> None:
    nothing = {"sold": 0, "held": 0, "gross": 0, "refunded": 0, "revenue": 0, "occupancy": 0.0}
    section, tier = {**nothing, "in_sale": 100}, {**nothing, "in_sale": 200}
    label = Ticket.objects.first().subsection.tier  # type: ignore[union-attr]
    assert sales_report(concert) == {
        **nothing,
        "in_sale": 200,
        "by_section": [{"section": name, "tier": label, **section} for name in "AB"],
        "by_tier": [{"tier": label, **tier}],
        "velocity": [],
        "funnel": {"holds": 0, "paid": 0, "expired": 0, "cancelled": 0, "conversion": 0.0},
        "checked_in": 0,
        "refunds": 0,
    }


def test_blocked_seats_do_not_count_as_in_sale(concert: Event, carol: User, paid_booking: Hold, alice: User) -> None:
    seats = [f"{row}-{seat}" for row in range(1, 6) for seat in range(1, 11)]
    for section, number in (("A", 2), ("B", 1), ("B", 2)):
        block_seats(event_id=concert.pk, seller=carol, section=section, subsection=number, seats=seats)
    paid_booking(alice, *seats[:10])
    report = sales_report(concert)
    assert (report["in_sale"], report["occupancy"]) == (50, 0.2)
    assert [section["occupancy"] for section in report["by_section"]] == [0.2, 0.0]


def test_a_hold_past_its_deadline_counts_as_expired_before_the_sweep(concert: Event, hold: Hold, alice: User) -> None:
    hold(alice)
    Booking.objects.update(expires_at=database_now())
    assert sales_report(concert)["funnel"]["expired"] == 1


def test_velocity_covers_the_last_24_hours(concert: Event, paid_booking: Hold, alice: User) -> None:
    paid_booking(alice)
    age("held", timedelta(hours=23, minutes=59))
    held, sold = sales_report(concert)["velocity"]
    assert (held["held"], held["sold"], sold["held"], sold["sold"]) == (2, 0, 0, 2)
    assert held["minute"] < sold["minute"]
    age("held", timedelta(hours=24, seconds=1))
    assert sales_report(concert)["velocity"] == [sold]


def age(kind: str, age: timedelta) -> None:
    """Set the age of all changes of this kind in the audit log, which only a test can do."""
    with unguarded():
        SeatChange.objects.filter(kind=kind).update(at=database_now() - age)


def test_the_report_does_not_include_other_events(
    concert: Event, new_event: Callable[..., Event], paid_booking: Hold, alice: User
) -> None:
    other = new_event()
    surround_other_events(concert)
    before = sales_report(concert)
    booking = paid_booking(alice, event=other)
    check_in(event_id=other.pk, code=codes_of(booking)[0], by=other.seller)
    assert sales_report(concert) == before


def surround_other_events(event: Event) -> None:
    """Give the event one more subsection, so that those of other events have ids between its first and its last."""
    last = event.subsections.last()
    assert last is not None
    last.pk, last.number = None, last.number + 1
    last.save()


def test_the_report_takes_six_queries(
    concert: Event, paid_booking: Hold, alice: User, django_assert_num_queries: Any
) -> None:
    paid_booking(alice)
    with django_assert_num_queries(6):
        sales_report(concert)


def test_the_report_equals_a_recount_of_the_tables(
    new_event: Callable[..., Event], new_user: Callable[..., User], carol: User, hold: Hold, client_of: ClientOf
) -> None:
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    event = new_event(TIERS, max_active_holds=1_000)
    buyers = [new_user(f"buyer{number}") for number in range(5)]
    simulate_sale(random.Random(seed), event, buyers, carol, hold)
    assert client_of(carol).get(path(event)).json() == recount(event)


def simulate_sale(chance: random.Random, event: Event, buyers: list[User], seller: User, hold: Hold) -> None:
    """Run random operations on the event; refused ones change nothing. Each kind happens at least once."""
    block_seats(event_id=event.pk, seller=seller, section="B", subsection=1, seats=["5-9", "5-10"])
    actions = [pay, pay, pay, decline, expire, cancel, refund, enter, pass_five_hours]
    required = [pay, pay, pay, expire, cancel, enter, refund]
    for step in range(STEPS):
        for buyer in buyers if step == 0 else chance.sample(buyers, 1):
            section, number = chance.choice([("A", 1), ("A", 2), ("B", 1), ("C", 1)])
            with suppress(DomainError):
                hold(buyer, event=event, section=section, subsection=number, quantity=chance.randint(1, 4))
        action = required[step] if step < len(required) else chance.choice(actions)
        with suppress(DomainError):
            action(chance, event)


def pay(chance: random.Random, event: Event, card: str = GOOD_CARD) -> None:
    booking = chance.choice(bookings_in(event, "pending_payment"))
    pay_booking(booking_id=booking.pk, buyer_id=booking.buyer_id, card_number=card)


def decline(chance: random.Random, event: Event) -> None:
    pay(chance, event, DECLINED_CARD)


def expire(chance: random.Random, event: Event) -> None:
    booking = chance.choice(bookings_in(event, "pending_payment"))
    Booking.objects.filter(pk=booking.pk).update(expires_at=database_now())
    if chance.random() < 0.7:
        expire_holds()


def cancel(chance: random.Random, event: Event) -> None:
    booking = chance.choice(bookings_in(event, "pending_payment"))
    cancel_booking(booking_id=booking.pk, buyer=booking.buyer)


def refund(chance: random.Random, event: Event) -> None:
    booking = chance.choice(bookings_in(event, "paid"))
    refund_booking(booking_id=booking.pk, user=event.seller)


def enter(chance: random.Random, event: Event) -> None:
    booking = chance.choice(bookings_in(event, "paid"))
    check_in(event_id=event.pk, code=chance.choice(codes_of(booking)), by=event.seller)


def pass_five_hours(chance: random.Random, event: Event) -> None:
    """Make all changes in the audit log five hours older."""
    with unguarded():
        SeatChange.objects.update(at=F("at") - timedelta(hours=5))


def bookings_in(event: Event, status: str) -> list[Booking]:
    """Return the event's bookings with this status. Raises DomainError if there is none, like a refused operation."""
    found = list(Booking.objects.filter(event=event, status=status).order_by("id"))
    if not found:
        raise DomainError
    return found


def recount(event: Event) -> dict[str, Any]:
    """Compute the report, in the form of its JSON, from the rows of the tables."""
    bookings = list(Booking.objects.for_display().filter(event=event))
    statuses = Counter(booking.shown_status for booking in bookings)
    holds, paid = len(bookings), statuses["paid"] + statuses["refunded"]
    sections = list({config["name"]: config["tier"] for config in TIERS}.items())
    tiers = list(dict.fromkeys(tier for _, tier in sections))
    assert min(statuses[status] for status in ("paid", "expired", "cancelled", "refunded")) > 0, statuses
    return {
        **sales(event, [name for name, _ in sections]),
        "by_section": [{"section": name, "tier": tier, **sales(event, [name])} for name, tier in sections],
        "by_tier": [{"tier": tier, **sales(event, [name for name, its in sections if its == tier])} for tier in tiers],
        "velocity": velocity(event),
        "funnel": {
            "holds": holds,
            "paid": paid,
            "expired": statuses["expired"],
            "cancelled": statuses["cancelled"],
            "conversion": round(paid / holds, 4),
        },
        "checked_in": sum(admission.status == "used" for admission in Admission.objects.filter(event=event)),
        "refunds": statuses["refunded"],
    }


def sales(event: Event, sections: list[str]) -> dict[str, Any]:
    tickets = Ticket.objects.filter(event=event).select_related("subsection")
    states = Counter(ticket.status for ticket in tickets if ticket.subsection.section in sections)
    payments = [
        payment
        for payment in Payment.objects.all()
        if payment.booking.subsection.section in sections and payment.captured_at
    ]
    gross = sum(payment.amount for payment in payments)
    refunded = sum(row.amount for row in Refund.objects.filter(payment__in=payments))
    in_sale = states.total() - states["blocked"]
    return {
        "sold": states["sold"],
        "held": states["reserved"],
        "in_sale": in_sale,
        "occupancy": round(states["sold"] / in_sale, 4),
        "gross": gross,
        "refunded": refunded,
        "revenue": gross - refunded,
    }


def velocity(event: Event) -> list[dict[str, Any]]:
    minutes: dict[str, dict[str, Any]] = {}
    since = database_now() - timedelta(hours=24)
    for change in SeatChange.objects.filter(subsection__event=event).order_by("at"):
        field = {"held": "held", "paid": "sold"}.get(change.kind)
        if field and change.at > since:
            minute = f"{change.at.astimezone(UTC):%Y-%m-%dT%H:%M:00Z}"
            minutes.setdefault(minute, {"minute": minute, "held": 0, "sold": 0})[field] += len(change.positions)
    return list(minutes.values())
