"""Taking over another version of a seating plan while some of its blocks are sold."""

import copy
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from accounts.models import User
from bookings.holds.expiry import expire_holds
from bookings.holds.hold import hold_seats
from bookings.holds.hold_request import HoldRequest
from bookings.holds.models import Booking
from bookings.holds.respond_async import accept_hold_request, allocate_seats
from bookings.invariants import check_invariants
from bookings.payments.gateways import Method, gateway
from bookings.payments.pay import begin_payment
from bookings.payments.settle import settle_payment
from bookings.states import BookingStatus, SelectionMode
from conftest import HALL
from core.clock import database_now
from core.errors import BadInput, InvalidState
from events.errors import EventCancelled
from events.inventory.blocking import block_seats, unblock_seats
from events.lifecycle.change import change_event
from events.models import Event, Layout, SeatChange, Subsection, Ticket
from events.plan_models import PlanVersion
from events.venue_models import Venue

pytestmark = pytest.mark.django_db(transaction=True)
NewVersion = Callable[..., PlanVersion]
BEST, MANUAL = SelectionMode.BEST_AVAILABLE, SelectionMode.MANUAL
STALLS, BALCONY, TABLES, FLOOR = (
    {"section": section, "number": number}
    for section, number in (("Parkett links", 1), ("Parkett links", 2), ("Cabaret", 1), ("Floor", 1))
)


def drawn(**changes: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """Return HALL with changes of its blocks."""
    document = copy.deepcopy(HALL)
    parkett, cabaret, floor = document["sections"]
    blocks = {
        "stalls": parkett["subsections"][0],
        "balcony": parkett["subsections"][1],
        "tables": cabaret["subsections"][0],
        "floor": floor["subsections"][0],
        "document": document,
    }
    for name, act in changes.items():
        act(blocks[name])
    return document


without_tables = partial(drawn, document=lambda document: document["sections"].pop(1))
longer_balcony = partial(drawn, balcony=lambda block: block["grid"].update(rows=3))


def hold(event: Event, buyer: User, block: dict[str, Any], *names: str, quantity: int = 1) -> Booking:
    mode = MANUAL if names else BEST
    place = (event.pk, block["section"], block["number"])
    return hold_seats(buyer_id=buyer.pk, hold_request=HoldRequest(*place, mode, len(names) or quantity, list(names)))


def block_of(event: Event, block: dict[str, Any]) -> Subsection:
    return Subsection.objects.get(event=event, **block)


def state(event: Event) -> list[Any]:
    columns = ("pk", "version", "seat_status", "price", "total", "kind")
    subsections = list(Subsection.objects.filter(event=event).values_list(*columns))
    layouts = list(Layout.objects.filter(event_id=event.pk).values_list("subsection_id", "names", "closest"))
    tickets = list(Ticket.objects.filter(event=event).values_list("subsection_id", "position", "status"))
    event.refresh_from_db()
    return [subsections, layouts, tickets, event.plan_version_id, event.seating_config, event.geometry_digest]


def test_changed_blocks_get_new_places_and_the_others_keep_their_sales(
    opera: Event, newer: Any, carol: User, alice: User
) -> None:
    booking = hold(opera, alice, STALLS, "B-1", "B-2")
    before = block_of(opera, STALLS)
    block_seats(event_id=opera.pk, seller=carol, section="Parkett links", subsection=2, seats=["B-10", "B-9"])
    version = newer(longer_balcony())
    event = change_event(event_id=opera.pk, seller=carol, plan_version=version.pk)
    assert (event.plan_version_id, event.geometry_digest) == (version.pk, version.digest)
    assert event.seating_config["plan_version"] == version.pk
    after = block_of(opera, STALLS)
    assert (after.version, after.seat_status) == (before.version, before.seat_status)
    balcony = block_of(opera, BALCONY)
    assert (balcony.rows, balcony.total, balcony.available, balcony.blocked, balcony.version) == (3, 30, 28, 2, 3)
    changes = SeatChange.objects.filter(subsection=balcony).values_list("kind", "positions")
    assert list(changes) == [("blocked", [19, 18]), ("replanned", list(range(30))), ("blocked", [18, 19])]
    booking.refresh_from_db()
    assert booking.status == BookingStatus.PENDING_PAYMENT
    assert hold(opera, alice, BALCONY, "C-10").seat_names == ["C-10"]
    assert not any(check_invariants().values())


def test_a_table_that_becomes_whole_is_blocked_as_a_whole(opera: Event, newer: Any, carol: User) -> None:
    block_seats(event_id=opera.pk, seller=carol, section="Cabaret", subsection=1, seats=["T2-3"])
    version = newer(drawn(tables=lambda block: block["tables"][1].update(sold="whole")))
    change_event(event_id=opera.pk, seller=carol, plan_version=version.pk)
    assert block_of(opera, TABLES).seat_status == "aaaa" + "bbbbbb" + "aaaa"


def test_a_block_with_sales_does_not_change(opera: Event, newer: Any, carol: User, alice: User) -> None:
    hold(opera, alice, BALCONY, "A-1")
    version, before = newer(longer_balcony()), state(opera)
    with pytest.raises(InvalidState, match="Parkett links-2"):
        change_event(event_id=opera.pk, seller=carol, plan_version=version.pk, name="Other")
    assert state(opera) == before
    assert opera.name == "A drawn concert"


def test_a_request_that_is_processed_counts_as_a_sale(opera: Event, newer: Any, carol: User, alice: User) -> None:
    hold_request = HoldRequest(opera.pk, "Parkett links", 2, BEST, 2)
    accepted = accept_hold_request(buyer_id=alice.pk, hold_request=hold_request)
    version = newer(longer_balcony())
    with pytest.raises(InvalidState, match="Parkett links-2"):
        change_event(event_id=opera.pk, seller=carol, plan_version=version.pk)
    allocate_seats(booking_id=accepted.pk)
    assert Booking.objects.get().status == BookingStatus.PENDING_PAYMENT


def test_neighbours_change_under_seats_that_are_sold(opera: Event, newer: Any, carol: User, alice: User) -> None:
    """An aisle, a focal point and a seat's kind matter to nobody who has a seat."""
    hold(opera, alice, BALCONY, "A-1")
    before = block_of(opera, BALCONY)
    version = newer(
        drawn(
            balcony=lambda block: block["grid"].update(
                aisles=[5], places=[{"row": 1, "seat": 10, "kind": "wheelchair"}]
            )
        )
    )
    change_event(event_id=opera.pk, seller=carol, plan_version=version.pk)
    after = block_of(opera, BALCONY)
    assert (after.version, after.seat_status, after.accessible) == (before.version, before.seat_status, [9])
    Event.objects.update(allow_single_gaps=False)
    assert hold(opera, alice, BALCONY, quantity=4).seat_names == ["A-6", "A-7", "A-8", "A-9"]
    assert not any(check_invariants().values())


def test_blocks_are_added_and_unused_ones_go(opera: Event, newer: Any, carol: User, alice: User) -> None:
    box = {"category": "Box", "x": 0, "y": 3000, "grid": {"rows": 1, "seats": 3}}

    def redraw(document: dict[str, Any]) -> None:
        document["categories"].append({"name": "Box"})
        document["sections"][2:] = [{"name": "Boxes", "subsections": [box]}]

    version = newer(drawn(document=redraw))
    with pytest.raises(BadInput) as refusal:
        change_event(event_id=opera.pk, seller=carol, plan_version=version.pk)
    assert refusal.value.extra["errors"][0]["field"] == "prices.Box"
    with pytest.raises(BadInput) as refusal:
        change_event(event_id=opera.pk, seller=carol, plan_version=version.pk, prices={"Box": 9900, "Balcony": 3100})
    assert refusal.value.extra["errors"][0]["field"] == "prices.Balcony"
    change_event(event_id=opera.pk, seller=carol, plan_version=version.pk, prices={"Box": 9900, "Balcony": 3000})
    assert list(Subsection.objects.filter(event=opera).values_list("section", "number", "price")) == [
        ("Parkett links", 1, 3000),
        ("Parkett links", 2, 3000),
        ("Cabaret", 1, 4000),
        ("Boxes", 1, 9900),
    ]
    opera.refresh_from_db()
    assert opera.seating_config["prices"] == {"Stalls": 5000, "Balcony": 3000, "Tables": 4000, "Box": 9900}
    stalls = Layout.objects.get(subsection__section="Parkett links", subsection__number=1)
    assert stalls.tier_prices == [5000, 3000]
    assert not Ticket.objects.exclude(subsection__in=Subsection.objects.all()).exists()
    assert hold(opera, alice, {"section": "Boxes", "number": 1}, quantity=3).total_price == 29700
    assert not any(check_invariants().values())


def test_a_block_with_a_history_does_not_go(opera: Event, newer: Any, carol: User) -> None:
    seats: dict[str, Any] = {
        "event_id": opera.pk,
        "seller": carol,
        "section": "Cabaret",
        "subsection": 1,
        "seats": ["T2-1"],
    }
    block_seats(**seats)
    unblock_seats(**seats)
    version, before = newer(without_tables()), state(opera)
    with pytest.raises(InvalidState, match=r"can't go: Cabaret-1\. .* block their seats instead"):
        change_event(event_id=opera.pk, seller=carol, plan_version=version.pk)
    assert state(opera) == before


def test_a_standing_area_becomes_larger_and_seats_become_one(
    opera: Event, newer: Any, carol: User, alice: User
) -> None:
    standing = {"standing": {"capacity": 40, "outline": [[0, 0], [100, 0], [0, 100]]}}

    def to_standing(block: dict[str, Any]) -> None:
        del block["grid"]
        block.update(copy.deepcopy(standing))

    version = newer(drawn(floor=lambda block: block.update(copy.deepcopy(standing)), balcony=to_standing))
    change_event(event_id=opera.pk, seller=carol, plan_version=version.pk)
    for block in (FLOOR, BALCONY):
        assert (block_of(opera, block).kind, block_of(opera, block).available) == ("standing", 40)
    assert hold(opera, alice, BALCONY, quantity=2).positions == [0, 1]
    assert not any(check_invariants().values())


def test_only_versions_of_plans_of_the_same_venue_are_taken_over(
    opera: Event, concert: Event, carol: User, dave: User, new_plan_version: NewVersion
) -> None:
    elsewhere = Venue.objects.create(seller=carol, name="Elsewhere", time_zone="UTC")
    theirs = Venue.objects.create(seller=dave, name="Theirs", time_zone="UTC")
    versions = [new_plan_version(plan=venue.plans.create(name="Plan")) for venue in (elsewhere, theirs)]
    for version_id in (*(version.pk for version in versions), 10**9):
        with pytest.raises(BadInput) as refusal:
            change_event(event_id=opera.pk, seller=carol, plan_version=version_id)
        assert refusal.value.extra["errors"][0]["field"] == "plan_version"
    with pytest.raises(BadInput):
        change_event(event_id=concert.pk, seller=carol, plan_version=opera.plan_version_id)
    with pytest.raises(BadInput):
        change_event(event_id=opera.pk, seller=carol, venue_id=elsewhere.pk)
    with pytest.raises(BadInput):
        change_event(event_id=opera.pk, seller=carol, venue_id=None)
    change_event(event_id=opera.pk, seller=carol, plan_version=opera.plan_version_id)  # nothing changes


def test_a_cancelled_event_keeps_its_plan(opera: Event, newer: Any, carol: User) -> None:
    Event.objects.update(status="cancelled")
    with pytest.raises(EventCancelled):
        change_event(event_id=opera.pk, seller=carol, plan_version=newer(longer_balcony()).pk)


def test_a_late_payment_does_not_buy_other_seats_of_the_same_position(
    opera: Event, newer: Any, carol: User, alice: User
) -> None:
    booking = hold(opera, alice, BALCONY, "A-10")
    payment = begin_payment(order_id=booking.pk, buyer_id=alice.pk, card_last4="4242", provider=gateway())[0]
    charge = gateway().begin(payment, Method(card_number="4242424242424242"))
    Booking.objects.update(expires_at=database_now())

    expire_holds()
    version = newer(
        drawn(balcony=lambda block: block["grid"].update(seat_labels={"style": "numbers", "reverse": True}))
    )
    change_event(event_id=opera.pk, seller=carol, plan_version=version.pk)
    settle_payment(payment_id=payment.pk, charge=charge)
    booking.refresh_from_db()
    assert booking.status == BookingStatus.EXPIRED
    assert payment.refunds.count() == 1
    assert not any(check_invariants().values())
