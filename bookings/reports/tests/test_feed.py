"""The live sales report through a running server: who receives it, when, and that it equals the report of the API."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from accounts.models import User
from bookings.checkin.check_in import check_in
from bookings.checkin.tests.stage import codes_of
from bookings.holds.models import Booking
from bookings.payments.pay import pay_booking
from bookings.payments.refund import refund_booking
from bookings.reports.feed import (
    MAX_AGE_SECONDS,
    Marker,
    Report,
    is_due,
)
from conftest import GOOD_CARD
from events.lifecycle.change import change_event
from events.models import Event
from realtime.tests.servers import Socket, daphne, free_port

pytestmark = pytest.mark.django_db(transaction=True)

Hold = Callable[..., Booking]
SocketOf = Callable[[User | None], Socket]


@pytest.fixture
def socket_of(live_server_of_streams: Any, concert: Event, client_of: Any) -> Iterator[SocketOf]:
    """Open the concert's WebSocket as a user, or anonymously with None."""
    with ExitStack() as open_:

        def make(user: User | None) -> Socket:
            cookie = f"sessionid={client_of(user).cookies['sessionid'].value}" if user else ""
            headers = {"Cookie": cookie} if user else {}
            path = f"/ws/event/{concert.pk}"
            socket = open_.enter_context(live_server_of_streams.socket(path, additional_headers=headers))
            socket.expect("snapshot")
            return socket

        yield make


def receive_until(socket: Socket, **wanted: Any) -> dict[str, Any]:
    """Return the first report with these values; reports of moments in between may come before it."""
    while True:
        frame = socket.expect("analytics")
        if all(frame[name] == value for name, value in wanted.items()):
            return frame


def test_the_seller_and_operators_receive_every_change(
    socket_of: SocketOf, concert: Event, carol: User, olga: User, alice: User, hold: Hold
) -> None:
    sockets = [socket_of(carol), socket_of(olga)]
    for socket in sockets:
        assert socket.expect("analytics")["held"] == 0

    booking = hold(alice)
    for socket in sockets:
        assert receive_until(socket, held=2)["funnel"]["holds"] == 1
    pay_booking(booking_id=booking.pk, buyer_id=alice.pk, card_number=GOOD_CARD)
    for socket in sockets:
        assert receive_until(socket, sold=2)["revenue"] == 10_000
    check_in(event_id=concert.pk, code=codes_of(booking)[0], by=carol)
    for socket in sockets:
        receive_until(socket, checked_in=1)
    refund_booking(booking_id=booking.pk, user=carol)
    for socket in sockets:
        assert receive_until(socket, sold=0)["refunds"] == 1
    change_event(event_id=concert.pk, seller=carol, status="ended")
    for socket in sockets:
        receive_until(socket, status="ended")


def test_a_message_contains_the_same_report_as_the_api(
    socket_of: SocketOf, concert: Event, carol: User, alice: User, bob: User, paid_booking: Hold, client_of: Any
) -> None:
    paid_booking(alice, "1-1", "1-2")
    refund_booking(booking_id=paid_booking(bob, "2-1").pk, user=carol)
    frame = socket_of(carol).expect("analytics")
    report = client_of(carol).get(f"/api/event/{concert.pk}/analytics").json()
    assert frame == {"type": "analytics", "event_id": concert.pk, "status": "available", **report}


def test_other_users_receive_no_report(
    socket_of: SocketOf, carol: User, dave: User, alice: User, bob: User, paid_booking: Hold
) -> None:
    others = [socket_of(user) for user in (alice, dave, None)]
    seller = socket_of(carol)
    paid_booking(bob)
    receive_until(seller, sold=2)
    for socket in others:
        with pytest.raises(TimeoutError):
            socket.expect("analytics", timeout=1.5)


def test_a_new_viewer_receives_the_current_report(socket_of: SocketOf, carol: User, alice: User, hold: Hold) -> None:
    hold(alice)
    receive_until(socket_of(carol), held=2)
    assert socket_of(carol).expect("analytics")["held"] == 2


def test_an_unchanged_report_is_not_sent_again(socket_of: SocketOf, carol: User) -> None:
    socket = socket_of(carol)
    socket.expect("analytics")
    with pytest.raises(TimeoutError):
        socket.expect("analytics", timeout=2.5)


def test_the_report_is_sent_without_redis_too(
    concert: Event, carol: User, alice: User, hold: Hold, client_of: Any
) -> None:
    headers = {"Cookie": f"sessionid={client_of(carol).cookies['sessionid'].value}"}
    with (
        daphne(REDIS_URL=f"redis://127.0.0.1:{free_port()}/0") as server,
        server.socket(f"/ws/event/{concert.pk}", additional_headers=headers) as socket,
    ):
        assert socket.expect("analytics")["held"] == 0
        hold(alice)
        receive_until(socket, held=2)


def test_the_report_is_read_again_when_its_marker_changes_or_after_fifteen_seconds() -> None:
    marker = Marker("available", versions=7, check_in=0)
    known = Report(began=100.0, marker=marker, frame=b"")
    assert is_due(None, marker, 100.0)
    assert not is_due(known, marker, 101.0)
    for moved in (Marker("ended", 7, 0), Marker("available", 8, 0), Marker("available", 7, 1)):
        assert is_due(known, moved, 101.0)
    assert is_due(known, marker, 100.0 + MAX_AGE_SECONDS)
