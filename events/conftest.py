"""Fixtures of the live feed: a running server, and a viewer of the concert."""

from collections.abc import Iterator
from typing import Any

import pytest

from events.models import Event


@pytest.fixture
def server(live_server_of_streams: Any) -> Any:
    """The running realtime server."""
    return live_server_of_streams


@pytest.fixture
def viewer(server: Any, concert: Event) -> Iterator[Any]:
    """A WebSocket of the concert that has not read any frame yet."""
    with server.socket(f"/ws/event/{concert.pk}") as viewer:
        yield viewer
