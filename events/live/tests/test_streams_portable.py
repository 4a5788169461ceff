"""With REALTIME_FAST_TRANSPORT=off, which avoids internals of other libraries, viewers receive the same."""

import time

import pytest
from channels.layers import get_channel_layer

from events.inventory.blocking import block_seats
from realtime.publish import Publisher
from realtime.senders import LayerSender
from realtime.tests.servers import daphne

pytestmark = pytest.mark.django_db(transaction=True)

SEATS = ["1-1", "1-2", "1-3"]


def test_sockets_and_streams_receive_the_same_as_from_a_fast_server(
    live_server_of_streams, concert, carol, settings, monkeypatch
):
    settings.REALTIME_FAST_TRANSPORT = "off"
    publisher = Publisher(get_channel_layer())
    assert isinstance(publisher._sender, LayerSender)
    monkeypatch.setattr("realtime.publish._publisher", lambda: publisher)
    with (
        daphne(REALTIME_FAST_TRANSPORT="off") as portable,
        live_server_of_streams.socket(f"/ws/event/{concert.pk}") as fast_socket,
        live_server_of_streams.stream(f"/api/event/{concert.pk}/sse") as fast_stream,
        portable.socket(f"/ws/event/{concert.pk}") as portable_socket,
        portable.stream(f"/api/event/{concert.pk}/sse") as portable_stream,
    ):
        assert portable_stream.receive() == fast_stream.receive()
        for socket in (fast_socket, portable_socket):
            socket.send("watch", section="A", subsection=1)
        assert portable_socket.expect("seats") == fast_socket.expect("seats")
        for seat in SEATS:
            started = time.monotonic()
            block_seats(event_id=concert.pk, seller=carol, section="A", subsection=1, seats=[seat])
            frame, message = portable_socket.expect("seats_changed"), portable_stream.receive()
            assert time.monotonic() - started < 0.5  # from the message, not from the query once a second
            assert frame["seats"] == {seat: "blocked"}
            assert frame == fast_socket.expect("seats_changed")
            assert message == fast_stream.receive()


def test_a_viewer_who_logs_out_is_disconnected(concert, alice, client_of):
    client = client_of(alice)
    headers = {"Cookie": f"sessionid={client.cookies['sessionid'].value}"}
    with (
        daphne(REALTIME_FAST_TRANSPORT="off") as portable,
        portable.socket(f"/ws/event/{concert.pk}", additional_headers=headers) as socket,
        portable.stream(f"/api/event/{concert.pk}/sse", **headers) as stream,
    ):
        socket.expect("snapshot")
        stream.receive()
        client.post("/api/user/logout")
        stream.wait_for_end()
        with pytest.raises(Exception, match="4401"):
            socket.expect("nothing")
