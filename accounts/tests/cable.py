"""A cable between us and the database, to be cut: a TCP proxy that watches what we say."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from django.db import connection

Pump = Callable[[socket.socket, socket.socket], None]


class Cable:
    """Passes everything on, in both directions, until it is cut."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._marker = b""
        self._deliver = False
        self._swallow, self._swallowed = threading.Event(), threading.Event()
        self.cuts = 0
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        return self._listener.getsockname()[1]

    def cut_at(self, marker: bytes, *, deliver: bool) -> None:
        """Once, when we say something with `marker` in it; `deliver`: the database hears it, but not we its answer."""
        self._marker, self._deliver = marker, deliver

    def cut(self) -> None:
        """Every connection ends, on both sides; new ones can be made."""
        self.cuts += 1
        hang_up(*self._open)
        self._open.clear()

    def close(self) -> None:
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                ours, _ = self._listener.accept()
                theirs = socket.create_connection(self._target)
                self._open += [ours, theirs]
                threading.Thread(target=self._carry, args=(ours, theirs), daemon=True).start()

    def _carry(self, ours: socket.socket, theirs: socket.socket) -> None:
        with ours, theirs:
            down = threading.Thread(target=self._until_the_end, args=(self._down, ours, theirs), daemon=True)
            down.start()
            self._until_the_end(self._up, ours, theirs)
            down.join()

    def _until_the_end(self, pump: Pump, ours: socket.socket, theirs: socket.socket) -> None:
        with suppress(OSError):
            pump(ours, theirs)
        hang_up(ours, theirs)

    def _up(self, ours: socket.socket, theirs: socket.socket) -> None:
        while data := ours.recv(65_536):
            if self._marker and self._marker in data:
                self._marker = b""
                if self._deliver:
                    self._swallow.set()
                    theirs.sendall(data)
                    self._swallowed.wait(5)
                self.cut()
                return
            theirs.sendall(data)

    def _down(self, ours: socket.socket, theirs: socket.socket) -> None:
        while data := theirs.recv(65_536):
            if self._swallow.is_set():
                self._swallow.clear()
                self._swallowed.set()
                return
            ours.sendall(data)


def hang_up(*ends: socket.socket) -> None:
    """Tells both sides, whoever still listens at them here."""
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def cable() -> Iterator[Cable]:
    """Django's connection goes through it."""
    settings = connection.settings_dict
    real = {name: settings[name] for name in ("HOST", "PORT")}
    through = Cable(str(real["HOST"] or "127.0.0.1"), int(real["PORT"] or 5432))
    connection.close()
    settings.update(HOST="127.0.0.1", PORT=str(through.port))
    try:
        yield through
    finally:
        connection.close()
        settings.update(real)
        through.close()
