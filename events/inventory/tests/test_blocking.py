"""Blocking and unblocking seats."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from bookings.holds.models import Booking
from core.errors import NotFound, PermissionRefused
from events.inventory.blocking import block_free_seats, block_seats, unblock_all_seats, unblock_seats
from events.inventory.seats import change_seats, lock_subsection, lock_subsections
from events.models import Event, SeatChange, Subsection, Ticket
from events.states import ChangeKind

ClientOf = Callable[[User | None], APIClient]
SEATS = {"section": "A", "subsection": 1, "seat_positions": ["1-1", "1-2"]}


def test_seats_are_blocked_and_unblocked(concert: Event, carol: User, client_of: ClientOf) -> None:
    url = f"/api/event/{concert.pk}"
    blocked = client_of(carol).post(f"{url}/block", SEATS)
    assert blocked.status_code == 200
    assert (blocked.json()["available"], blocked.json()["version"]) == (48, 1)
    assert client_of(None).get(url).json()["stats"]["blocked"] == 2
    back = client_of(carol).post(f"{url}/unblock", SEATS)
    assert (back.json()["available"], back.json()["version"]) == (50, 2)
    assert [change.kind for change in SeatChange.objects.all()] == ["blocked", "unblocked"]


def test_whole_tables_are_blocked_as_a_whole(opera: Event, carol: User, alice: User, client_of: ClientOf) -> None:
    url = f"/api/event/{opera.pk}"
    seats = {"section": "Cabaret", "subsection": 1, "seat_positions": ["T1-2", "T2-1"]}
    tables = Subsection.objects.filter(event=opera, section="Cabaret")
    assert client_of(carol).post(f"{url}/block", seats).json()["available"] == 14 - 5
    assert tables.get().seat_status == "bbbb" + "baaaaa" + "aaaa"
    one = {**seats, "seat_positions": ["T1-4"]}
    assert client_of(carol).post(f"{url}/unblock", one).json()["available"] == 14 - 1
    wanted = {"event_id": opera.pk, "section": "Cabaret", "subsection": 1, "seat_selection_mode": "manual"}
    whole = [f"T1-{seat}" for seat in range(1, 5)]
    booking = client_of(alice).post("/api/booking", {**wanted, "quantity": 4, "seat_positions": whole})
    assert booking.status_code == 201
    refused = client_of(carol).post(f"{url}/block", one)
    assert (refused.status_code, refused.json()["code"]) == (409, "seats_taken")
    assert tables.get().seat_status == "rrrr" + "baaaaa" + "aaaa"


def test_a_whole_table_of_which_a_seat_is_blocked_can_be_freed(opera: Event, carol: User) -> None:
    place: dict[str, Any] = {"event_id": opera.pk, "seller": carol, "section": "Cabaret", "subsection": 1}
    subsection = lock_subsection(Subsection.objects.get(event=opera, section="Cabaret").pk)
    change_seats(subsection=subsection, positions=[0], kind=ChangeKind.BLOCKED)  # as nobody can any more
    assert unblock_seats(**place, seats=["T1-1"]).seats == ["T1-1"]
    assert set(block_seats(**place, seats=["T1-3"]).seats) == {"T1-1", "T1-2", "T1-3", "T1-4"}


def test_blocking_names_seats_that_are_not_free_and_changes_nothing(
    concert: Event, carol: User, alice: User, hold: Callable[..., Booking], client_of: ClientOf
) -> None:
    hold(alice, "1-2")
    response = client_of(carol).post(f"/api/event/{concert.pk}/block", SEATS)
    assert response.status_code == 409
    assert (response.json()["code"], response.json()["seats"]) == ("seats_taken", ["1-2"])
    assert not Ticket.objects.filter(status="blocked").exists()


def test_only_blocked_seats_can_be_unblocked(concert: Event, carol: User, client_of: ClientOf) -> None:
    response = client_of(carol).post(f"/api/event/{concert.pk}/unblock", SEATS)
    assert response.status_code == 409
    assert response.json()["seats"] == ["1-1", "1-2"]


def test_only_the_events_seller_can_block_seats(concert: Event, alice: User, dave: User, client_of: ClientOf) -> None:
    url = f"/api/event/{concert.pk}/block"
    assert [client_of(user).post(url, SEATS).status_code for user in (None, alice, dave)] == [401, 403, 403]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"seat_positions": []}, 400),
        ({"seat_positions": ["9-9"]}, 400),
        ({"seat_positions": ["1-1", "1-1"]}, 400),
        ({"seat_positions": "1-1"}, 400),
        ({"section": "Z"}, 404),
        ({"subsection": 0}, 400),
    ],
)
def test_bad_input_is_refused(
    concert: Event, carol: User, client_of: ClientOf, fields: dict[str, Any], status: int
) -> None:
    assert client_of(carol).post(f"/api/event/{concert.pk}/block", SEATS | fields).status_code == status
    assert not SeatChange.objects.exists()


def test_all_free_seats_of_subsections_are_blocked_and_unblocked(
    concert: Event, carol: User, alice: User, hold: Callable[..., Booking]
) -> None:
    hold(alice, "1-2")
    first, second, *_ = Subsection.objects.filter(event=concert)
    both: dict[str, Any] = {"event_id": concert.pk, "subsection_ids": [first.pk, second.pk], "seller": carol}
    assert [block_free_seats(**both), block_free_seats(**both)] == [{first.pk: 49, second.pk: 50}, {}]
    assert [unblock_all_seats(**both), unblock_all_seats(**both)] == [{first.pk: 49, second.pk: 50}, {}]
    assert list(SeatChange.objects.values_list("kind", flat=True)) == [
        *("held", "blocked", "unblocked"),
        *("blocked", "unblocked"),
    ]


def test_a_change_right_before_the_lock_is_seen(concert: Event, carol: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Free seats are looked up under the lock: a seat taken just before is left alone and causes no error."""

    def lock_late(subsection_ids: list[int]) -> list[Subsection]:
        change_seats(subsection=lock_subsection(subsection_ids[0]), positions=[0, 1], kind=ChangeKind.BLOCKED)
        return lock_subsections(subsection_ids)

    monkeypatch.setattr("events.inventory.blocking.lock_subsections", lock_late)
    subsection = Subsection.objects.get(event=concert, section="A", number=1)
    assert block_free_seats(event_id=concert.pk, subsection_ids=[subsection.pk], seller=carol) == {subsection.pk: 48}


def test_only_the_events_seller_can_block_whole_subsections(concert: Event, dave: User) -> None:
    subsection_ids = list(Subsection.objects.filter(event=concert).values_list("pk", flat=True))
    for operation in (block_free_seats, unblock_all_seats):
        with pytest.raises(PermissionRefused):
            operation(event_id=concert.pk, subsection_ids=subsection_ids, seller=dave)
    assert not SeatChange.objects.exists()


def test_a_subsection_of_another_event_refuses_the_whole_call(
    concert: Event, new_event: Callable[..., Event], carol: User
) -> None:
    subsection_ids = list(Subsection.objects.filter(event__in=[concert, new_event()]).values_list("pk", flat=True))
    with pytest.raises(NotFound):
        block_free_seats(event_id=concert.pk, subsection_ids=subsection_ids, seller=carol)
    assert not SeatChange.objects.exists()
