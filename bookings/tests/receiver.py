"""A seller's server: takes webhooks, remembers them and answers as it is told."""

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
    """What came, unread."""

    id: str
    timestamp: str
    signature: str
    body: bytes
    host: str


class Receiver:
    """Answers 200, or what `answers` has for the next messages: a status, or a status with headers."""

    def __init__(self) -> None:
        self.url = ""
        self.messages: list[Message] = []
        self.answers: list[int | tuple[int, dict[str, str]]] = []
        self.drips = False  # the answer, a byte a second
        self.connections = 0
        self.open: list[socket.socket] = []
        self.at_once = self.most_at_once = 0
        self.pause = 0.0  # seconds before it answers, unless `wake` is set
        self.wake = threading.Event()
        self.lock = threading.Lock()

    def hang_up(self) -> None:
        """Closes what is connected."""
        for connection in self.open:
            connection.shutdown(socket.SHUT_RDWR)

    def next_answer(self) -> tuple[int, dict[str, str]]:
        """What to say now."""
        answer = self.answers.pop(0) if self.answers else 200
        return answer if isinstance(answer, tuple) else (answer, {})


def check(message: Message, secret: str) -> dict[str, Any]:
    """The message's content, if it is signed with the secret as the specification says."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message.id}.{message.timestamp}.".encode() + message.body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert expected in message.signature.split(" ")
    return dict(json.loads(message.body))


@contextmanager
def receiver(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """It runs, on a port of its own, with TLS if it is given a certificate."""
    told = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            told.connections += 1
            told.open.append(self.connection)

        def do_POST(self) -> None:
            with told.lock:
                told.at_once += 1
                told.most_at_once = max(told.most_at_once, told.at_once)
            said = self.headers
            signed = (said["webhook-id"], said["webhook-timestamp"], said["webhook-signature"])
            body = self.rfile.read(int(said["Content-Length"]))
            told.messages.append(Message(*signed, body, said["Host"]))
            told.wake.wait(told.pause)
            with told.lock:
                told.at_once -= 1
            self.answer()

        def answer(self) -> None:
            if told.drips:
                for _ in range(MINUTE):
                    self.wfile.write(b"H")
                    time.sleep(1)
            status, headers = told.next_answer()
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
            """Somebody hung up."""

    with Server(("127.0.0.1", 0), Handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        told.url = f"http://127.0.0.1:{server.server_port}/hooks?shop=1"
        yield told
        server.shutdown()
