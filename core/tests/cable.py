"""A TCP proxy between the tests and the database that can cut connections."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from django.db import connection

Pump = Callable[[socket.socket, socket.socket], None]


class Cable:
    """Passes all bytes on in both directions until it is cut."""

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
        """Cut once, when the client sends bytes that contain `marker`.

        With `deliver`, the database receives these bytes, but its response is dropped.
        """
        self._marker, self._deliver = marker, deliver

    def cut(self) -> None:
        """End every connection on both sides; new ones can be made."""
        self.cuts += 1
        shut_down(*self._open)
        self._open.clear()

    def close(self) -> None:
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._target)
                self._open += [client, server]
                threading.Thread(target=self._forward, args=(client, server), daemon=True).start()

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        with client, server:
            down = threading.Thread(target=self._run, args=(self._server_to_client, client, server), daemon=True)
            down.start()
            self._run(self._client_to_server, client, server)
            down.join()

    def _run(self, pump: Pump, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            pump(client, server)
        shut_down(client, server)

    def _client_to_server(self, client: socket.socket, server: socket.socket) -> None:
        while data := client.recv(65_536):
            if self._marker and self._marker in data:
                self._marker = b""
                if self._deliver:
                    self._swallow.set()
                    server.sendall(data)
                    self._swallowed.wait(5)
                self.cut()
                return
            server.sendall(data)

    def _server_to_client(self, client: socket.socket, server: socket.socket) -> None:
        while data := server.recv(65_536):
            if self._swallow.is_set():
                self._swallow.clear()
                self._swallowed.set()
                return
            client.sendall(data)


def shut_down(*ends: socket.socket) -> None:
    """Shut down both sides, so that threads of this process that read from them stop too."""
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def cable() -> Iterator[Cable]:
    """Route Django's database connection through a Cable."""
    settings = connection.settings_dict
    real = {name: settings[name] for name in ("HOST", "PORT")}
    proxy = Cable(str(real["HOST"] or "127.0.0.1"), int(real["PORT"] or 5432))
    connection.close()
    settings.update(HOST="127.0.0.1", PORT=str(proxy.port))
    try:
        yield proxy
    finally:
        connection.close()
        settings.update(real)
        proxy.close()
