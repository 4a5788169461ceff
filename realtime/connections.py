"""Choose how bytes get to a client: straight to Daphne's connection if possible, else through ASGI's own `send`."""

from functools import cache

from realtime import internals
from realtime.portable import PortableTransport
from realtime.transport import Receive, Send, Transport

PART = "client transport"  # in log lines


@cache
def use_fast_transport() -> bool:
    """Return whether this process uses the fast transport (realtime.internals.daphne).

    REALTIME_FAST_TRANSPORT and a self-check decide, once per process; if the answer is no, the reason is logged. Raises
    ImproperlyConfigured if the setting is "on" and the self-check fails.
    """
    if not internals.wanted(PART):
        return False
    from realtime.internals import daphne  # here, so that processes without streams don't load Daphne

    return internals.usable(PART, daphne.find_problem)


def open_transport(portable: type[PortableTransport], send: Send, receive: Receive) -> Transport:
    """Return the transport for an ASGI connection: the fast one if possible, else a new `portable(send, receive)`.

    The fast one needs a plain TCP connection of Daphne. If it is possible in this process but not for this connection,
    that is logged once; with REALTIME_FAST_TRANSPORT "on" it raises ImproperlyConfigured.
    """
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
