"""WebSockets and streams end within about a second after the sign-in that opened them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import pytest
from django.utils import timezone
from rest_framework.test import APIClient
from websockets.exceptions import ConnectionClosed

from accounts.models import StreamTicket, TokenFamily, User
from accounts.operations.credentials import replace_password
from accounts.operations.stream_tickets import issue_stream_ticket
from accounts.operations.tokens import tokens_for
from events.models import Event
from realtime.tests.servers import Server, Socket, Stream, daphne

pytestmark = pytest.mark.django_db(transaction=True)

Feeds = tuple[Socket, list[Stream]]
Opened = Callable[..., Any]


@contextmanager
def feeds(server: Server, event: Event, headers: Callable[[], dict[str, str]], query: Any = str) -> Iterator[Feeds]:
    """Open the event's socket and stream, and the stream of the buyer's bookings, and read their first messages."""
    with ExitStack() as opened:
        path = f"/ws/event/{event.pk}{query()}"
        socket = opened.enter_context(server.socket(path, additional_headers=headers()))
        socket.expect("snapshot")
        streams = [
            opened.enter_context(server.stream(f"{path}{query()}", **headers()))
            for path in (f"/api/event/{event.pk}/sse", f"/api/booking/event/{event.pk}/sse")
        ]
        streams[0].receive()
        streams[1].wait_for_comment()
        yield socket, streams


def are_disconnected(socket: Socket, streams: list[Stream]) -> bool:
    """Return whether all of them end soon, the socket with code 4401."""
    with pytest.raises(ConnectionClosed) as closed:
        socket.expect("nothing")
    for stream in streams:
        stream.wait_for_end()
    return closed.value.rcvd is not None and closed.value.rcvd.code == 4401


def stay_connected(socket: Socket, streams: list[Stream]) -> bool:
    """Return whether the socket is still open after several checks of the sign-in."""
    for _ in range(2):
        socket.expect("tick", timeout=10)
    socket.send("ping")
    return socket.expect("pong")["type"] == "pong"


def cookie(client: APIClient) -> Callable[[], dict[str, str]]:
    return lambda: {"cookie": f"sessionid={client.cookies['sessionid'].value}"}


def test_a_logout_ends_the_feeds(server: Server, concert: Event, alice: User, client_of: Any) -> None:
    client, elsewhere = client_of(alice), client_of(alice)
    with (
        feeds(server, concert, cookie(client)) as opened,
        feeds(server, concert, lambda: {}, lambda: f"?ticket={issue_stream_ticket(user=alice)}") as by_ticket,
        feeds(server, concert, cookie(elsewhere)) as others,
    ):
        client.post("/api/user/logout")
        assert are_disconnected(*opened)
        assert are_disconnected(*by_ticket)
        assert stay_connected(*others)  # cookies of other browsers stay valid


def test_a_new_password_ends_the_feeds(server: Server, concert: Event, alice: User, client_of: Any) -> None:
    with (
        feeds(server, concert, cookie(client_of(alice))) as opened,
        feeds(server, concert, lambda: {}, lambda: f"?ticket={issue_stream_ticket(user=alice)}") as by_ticket,
    ):
        replace_password(alice, "another hash")
        assert are_disconnected(*opened)
        assert are_disconnected(*by_ticket)


def test_a_deactivated_user_is_disconnected(server: Server, concert: Event, alice: User, client_of: Any) -> None:
    with feeds(server, concert, cookie(client_of(alice))) as opened:
        User.objects.filter(pk=alice.pk).update(is_active=False)
        assert are_disconnected(*opened)


def test_a_former_operator_is_disconnected(server: Server, concert: Event, olga: User, client_of: Any) -> None:
    with feeds(server, concert, cookie(client_of(olga))) as opened:
        User.objects.filter(pk=olga.pk).update(is_superuser=False)
        assert are_disconnected(*opened)


def test_an_expired_session_ends_the_feeds(server: Server, concert: Event, alice: User, client_of: Any) -> None:
    client = client_of(alice)
    with feeds(server, concert, cookie(client)) as opened:
        client.session.model.objects.update(expire_date=timezone.now())
        assert are_disconnected(*opened)


def test_a_revoked_token_family_ends_the_feeds(server: Server, concert: Event, alice: User) -> None:
    bearer = {"authorization": f"Bearer {tokens_for(alice)['access']}"}
    with feeds(server, concert, lambda: bearer) as opened:
        TokenFamily.objects.update(revoked_at=timezone.now())
        assert are_disconnected(*opened)


def test_an_expired_access_token_ends_the_feeds(concert: Event, alice: User, settings: Any) -> None:
    settings.ACCESS_TOKEN_SECONDS = -7  # within the ten seconds that clocks may differ
    with daphne() as server:
        bearer = {"authorization": f"Bearer {tokens_for(alice)['access']}"}
        with feeds(server, concert, lambda: bearer) as opened:
            assert are_disconnected(*opened)


def test_an_expired_stream_ticket_ends_the_feeds(server: Server, concert: Event, alice: User) -> None:
    with feeds(server, concert, lambda: {}, lambda: f"?ticket={issue_stream_ticket(user=alice)}") as opened:
        StreamTicket.objects.update(expires_at=timezone.now())
        assert are_disconnected(*opened)


def test_a_former_seller_of_the_event_is_disconnected(
    server: Server, concert: Event, carol: User, dave: User, alice: User, client_of: Any
) -> None:
    with (
        feeds(server, concert, cookie(client_of(carol))) as (socket, (stream, _)),
        feeds(server, concert, cookie(client_of(alice))) as others,
    ):
        concert.seller = dave
        concert.save()
        assert are_disconnected(socket, [stream])
        assert stay_connected(*others)


def test_a_client_that_reconnects_with_an_ended_sign_in_is_anonymous(
    server: Server, concert: Event, carol: User, client_of: Any
) -> None:
    client = client_of(carol)
    headers = cookie(client)()
    client.post("/api/user/logout")
    with server.socket(f"/ws/event/{concert.pk}", additional_headers=headers) as socket:
        socket.expect("snapshot")
        assert socket.expect("analytics", "tick", timeout=10)["type"] == "tick"
    response = httpx.get(f"{server.url}/api/booking/event/{concert.pk}/sse", headers=headers)
    assert response.status_code == 401
