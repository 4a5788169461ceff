"""Twisted as a later version might be: without an attribute that the fast transport uses."""

from types import SimpleNamespace
from typing import Any

from twisted.internet import tcp


class WithoutBufferLength(tcp.Connection):
    """A connection whose private buffer length has another name. Real connections of Daphne keep their class."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        del self._tempDataLen


def break_twisted() -> None:
    """Make the fast transport use that class for the rest of this process. Daphne itself keeps the real one."""
    from realtime.internals import daphne

    setattr(daphne, "tcp", SimpleNamespace(Connection=WithoutBufferLength))  # noqa: B010
