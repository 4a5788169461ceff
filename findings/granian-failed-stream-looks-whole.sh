#!/usr/bin/env bash
# granian (WSGI): if the application's iterator raises after the first rows, the response ends as if it were complete.
set -euo pipefail

folder=$(mktemp -d)
servers=()
clean_up() {
    for pid in "${servers[@]}"; do kill "$pid" 2>/dev/null || true; done
    for pid in "${servers[@]}"; do timeout 10 tail --pid="$pid" -f /dev/null || kill -9 "$pid" 2>/dev/null || true; done
    cd /
    rm -rf "$folder"
}
trap clean_up EXIT
cd "$folder"
python3 -m venv venv
timeout 90 venv/bin/pip install -q --disable-pip-version-check \
    "granian==2.8.7" "gunicorn==27.0.1" "django==5.2.19"

cat >exports.py <<'E'
"""An export of six rows whose source fails at the fourth: as WSGI, as ASGI, and as a Django view under WSGI."""

from django.conf import settings

settings.configure(
    SECRET_KEY="none", ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"], MIDDLEWARE=[], LOGGING_CONFIG=None
)

from django.core.wsgi import get_wsgi_application
from django.http import StreamingHttpResponse
from django.urls import path

HEADER = ("Content-Type", "text/csv")


def rows():
    for number in range(1, 7):
        if number == 4:
            raise ConnectionError("the database went away")
        yield f"{number},paid\n".encode()


def wsgi(environ, start_response):
    start_response("200 OK", [HEADER])
    return rows()


async def asgi(scope, receive, send):
    if scope["type"] != "http":
        return
    headers = [tuple(part.lower().encode() for part in HEADER)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for row in rows():
        await send({"type": "http.response.body", "body": row, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


urlpatterns = [path("", lambda request: StreamingHttpResponse(rows(), content_type="text/csv"))]
django_wsgi = get_wsgi_application()
E

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
granian() { # interface, application, port
    timeout 90 venv/bin/granian --interface "$1" --host 127.0.0.1 --port "$3" --no-ws "exports:$2" >"log-$3" 2>&1 &
    servers+=($!)
}
wsgi_port=$(free_port) && granian wsgi wsgi "$wsgi_port"
django_port=$(free_port) && granian wsgi django_wsgi "$django_port"
asgi_port=$(free_port) && granian asgi asgi "$asgi_port"
gunicorn_port=$(free_port)
timeout 90 venv/bin/gunicorn -b "127.0.0.1:$gunicorn_port" exports:wsgi >"log-$gunicorn_port" 2>&1 &
servers+=($!)

echo "version: $(venv/bin/granian --version), compared with $(venv/bin/gunicorn --version)"
echo "believed: when an application fails after the headers are sent, a server breaks the response off (no last chunk),"
echo "          so that a client knows the body is incomplete."
echo "happens: granian's WSGI side sends the last chunk. A 200 with half the rows is a complete response to every client."
timeout 80 venv/bin/python - "$wsgi_port" "$django_port" "$asgi_port" "$gunicorn_port" <<'E'
import http.client
import socket
import sys
import time

NAMES = ["granian WSGI", "granian WSGI, Django's StreamingHttpResponse", "granian ASGI", "gunicorn WSGI"]
EXPECTED = [True, True, False, False]


def wait_for(port: int) -> None:
    end = time.monotonic() + 40
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def response(port: int) -> bytes:
    """Return the bytes of one response up to the end of its last chunk, or of the connection."""
    with socket.create_connection(("127.0.0.1", port), 5) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        received = b""
        while not received.endswith(b"\r\n0\r\n\r\n") and (data := client.recv(4096)):
            received += data
    return received


def client_sees(port: int) -> tuple[int, bytes, bool]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/")
    answer = connection.getresponse()
    try:
        return answer.status, answer.read(), True
    except http.client.IncompleteRead as error:
        return answer.status, error.partial, False


changed = False
for name, port, expected in zip(NAMES, map(int, sys.argv[1:]), EXPECTED, strict=True):
    wait_for(port)
    status, body, whole = client_sees(port)
    end = response(port)[-13:]
    print(f"{name}: {status}, {body.count(b'paid')} of 6 rows, {'complete' if whole else 'broken off'}; ends in {end!r}")
    changed |= whole is not expected or status != 200
sys.exit("This behaviour has changed." if changed else 0)
E
echo "granian's own log has the error: $(grep -h 'ConnectionError' "log-$wsgi_port" | head -1)"
