"""Choose the transport of a connection: below ASGI if possible, through ASGI's own `send` otherwise."""

from functools import cache

from realtime import internals
from realtime.portable import PortableTransport
from realtime.transport import Receive, Send, Transport

PART = "client transport"  # in log lines


@cache
def use_fast_transport() -> bool:
    """Return whether to use the fast transport in this process. The check runs once and logs its outcome."""
    if not internals.wanted(PART):
        return False
    from realtime.internals import daphne  # here, so that processes without streams don't load Daphne

    return internals.usable(PART, daphne.find_problem)


def open_transport(portable: type[PortableTransport], send: Send, receive: Receive) -> Transport:
    """Return the transport for an ASGI connection; `portable` is the class for where the fast one can't be used."""
    if use_fast_transport():
        from realtime.internals import daphne

        fast = daphne.transport_of(send, receive)
        if fast is not None:
            return fast
        _report_other_server()
    return portable(send, receive)


@cache
def _report_other_server() -> None:
    internals.usable(PART, lambda: "the connection is not a plain TCP connection of Daphne")
