"""A door before the database: open it passes everything on, closed nobody gets in."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection


def through(port: int) -> str:
    """The address of the test database, by way of the door at `port` of this machine."""
    url = urlsplit(settings.DATABASE_URL)
    who = url.netloc.rpartition("@")[0]
    return urlunsplit(url._replace(netloc=f"{who}@127.0.0.1:{port}", path=f"/{connection.settings_dict['NAME']}"))


class _Passage(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        url = urlsplit(settings.DATABASE_URL)
        with socket.create_connection((url.hostname or "127.0.0.1", url.port or 5432)) as inside:
            back = threading.Thread(target=_pass_on, args=(inside, self.request), daemon=True)
            back.start()
            _pass_on(self.request, inside)
            back.join()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


class _Door(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False


@contextmanager
def open_door(port: int) -> Iterator[None]:
    """Open until the end of the block."""
    with _Door(("127.0.0.1", port), _Passage) as door:
        threading.Thread(target=door.serve_forever, daemon=True).start()
        yield
        door.shutdown()
