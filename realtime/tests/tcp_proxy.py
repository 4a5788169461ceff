"""A TCP proxy in front of the test database. While it doesn't run, connections through it fail."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection


def database_url_through(port: int) -> str:
    """Return the URL of the test database through the proxy at `port` of this machine."""
    url = urlsplit(settings.DATABASE_URL)
    credentials = url.netloc.rpartition("@")[0]
    database = connection.settings_dict["NAME"]
    return urlunsplit(url._replace(netloc=f"{credentials}@127.0.0.1:{port}", path=f"/{database}"))


class _Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        url = urlsplit(settings.DATABASE_URL)
        with socket.create_connection((url.hostname or "127.0.0.1", url.port or 5432)) as database:
            back = threading.Thread(target=_forward, args=(database, self.request), daemon=True)
            back.start()
            _forward(self.request, database)
            back.join()


def _forward(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


class _Proxy(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False


@contextmanager
def running_proxy(port: int) -> Iterator[None]:
    """Forward connections until the end of the `with` block."""
    with _Proxy(("127.0.0.1", port), _Handler) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        yield
        proxy.shutdown()
