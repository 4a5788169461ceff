"""The stage of the live feed: a running server, and somebody who watches the concert."""

from collections.abc import Iterator
from typing import Any

import pytest

from events.models import Event


@pytest.fixture
def server(live_server_of_streams: Any) -> Any:
    """The server of the streams."""
    return live_server_of_streams


@pytest.fixture
def viewer(server: Any, concert: Event) -> Iterator[Any]:
    """A socket of the concert, nothing received yet."""
    with server.socket(f"/ws/event/{concert.pk}") as viewer:
        yield viewer
