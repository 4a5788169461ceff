"""A seller's web server for tests: it records webhooks and responds as a test configures it."""

import base64
import hashlib
import hmac
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

MINUTE = 60


class Message(NamedTuple):
    """A received webhook: its headers and body, not yet verified."""

    id: str
    timestamp: str
    signature: str
    body: bytes
    host: str


class Receiver:
    """Configuration and record of the server.

    It responds 200, or with the next item of `responses`: a status, or a status with headers.
    """

    def __init__(self) -> None:
        self.url = ""
        self.messages: list[Message] = []
        self.responses: list[int | tuple[int, dict[str, str]]] = []
        self.sends_slowly = False  # precede the response with a byte a second, for a minute
        self.connections = 0
        self.open_connections: list[socket.socket] = []
        self.in_flight = self.max_in_flight = 0
        self.delay = 0.0  # seconds before a response, unless `respond_now` is set
        self.respond_now = threading.Event()
        self.lock = threading.Lock()

    def close_connections(self) -> None:
        """Shut all connections down."""
        for connection in self.open_connections:
            connection.shutdown(socket.SHUT_RDWR)

    def next_response(self) -> tuple[int, dict[str, str]]:
        """Take the status and headers of the next response."""
        response = self.responses.pop(0) if self.responses else 200
        return response if isinstance(response, tuple) else (response, {})


def check(message: Message, secret: str) -> dict[str, Any]:
    """Assert that the message is signed with the secret, as in the specification, and return its content."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message.id}.{message.timestamp}.".encode() + message.body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert expected in message.signature.split(" ")
    return dict(json.loads(message.body))


@contextmanager
def receiver(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Run a server on a free port, with TLS if a context is given."""
    state = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            state.connections += 1
            state.open_connections.append(self.connection)

        def do_POST(self) -> None:
            with state.lock:
                state.in_flight += 1
                state.max_in_flight = max(state.max_in_flight, state.in_flight)
            headers = self.headers
            signed = (headers["webhook-id"], headers["webhook-timestamp"], headers["webhook-signature"])
            body = self.rfile.read(int(headers["Content-Length"]))
            state.messages.append(Message(*signed, body, headers["Host"]))
            state.respond_now.wait(state.delay)
            with state.lock:
                state.in_flight -= 1
            self.respond()

        def respond(self) -> None:
            if state.sends_slowly:
                for _ in range(MINUTE):
                    self.wfile.write(b"H")
                    time.sleep(1)
            status, headers = state.next_response()
            self.send_response(status)
            headers = {"Content-Length": "4"} | headers
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"well" * (int(headers["Content-Length"]) // 4))

        def log_message(self, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *args: Any) -> None:
            """Ignore closed connections."""

    with Server(("127.0.0.1", 0), Handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        state.url = f"http://127.0.0.1:{server.server_port}/hooks?shop=1"
        yield state
        server.shutdown()
