#!/usr/bin/env bash
# Django's GZipMiddleware packs each part of an async stream as a gzip member of its own; clients that read one member
# (httpx, curl, Chromium) get the first event and nothing more.
set -euo pipefail

folder=$(mktemp -d)
server=
clean_up() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        timeout 10 tail --pid="$server" -f /dev/null || kill -9 "$server" 2>/dev/null || true
    fi
    cd /
    rm -rf "$folder"
}
trap clean_up EXIT
cd "$folder"
python3 -m venv venv
timeout 90 venv/bin/pip install -q --disable-pip-version-check \
    "django==5.2.19" "daphne==4.2.3" "httpx==0.28.1" "requests==2.34.2" "urllib3==2.8.0"

cat >site_of_events.py <<'E'
"""Five server-sent events, a fifth of a second apart, as the documentation streams them."""

import asyncio

from django.conf import settings

settings.configure(
    SECRET_KEY="none",
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["127.0.0.1"],
    MIDDLEWARE=["django.middleware.gzip.GZipMiddleware"],
)

from django.core.asgi import get_asgi_application
from django.http import StreamingHttpResponse
from django.urls import path


async def events():
    for version in range(1, 6):
        yield f'event: seats_changed\ndata: {{"version": {version}}}\n\n'
        await asyncio.sleep(0.2)


async def feed(request):
    return StreamingHttpResponse(events(), content_type="text/event-stream")


urlpatterns = [path("", feed)]
application = get_asgi_application()
E

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
timeout 90 venv/bin/daphne -b 127.0.0.1 -p "$port" site_of_events:application >log 2>&1 &
server=$!
PORT=$port timeout 80 venv/bin/python - <<'E'
import http.client
import os
import socket
import sys
import time
import zlib
from importlib.metadata import version

import httpx
import requests

PORT = int(os.environ["PORT"])
URL = f"http://127.0.0.1:{PORT}/"
GZIP = {"Accept-Encoding": "gzip"}

end = time.monotonic() + 40
while True:
    try:
        socket.create_connection(("127.0.0.1", PORT), 1).close()
        break
    except OSError:
        if time.monotonic() > end:
            raise
        time.sleep(0.2)


def raw() -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=10)
    connection.request("GET", "/", headers=GZIP)
    answer = connection.getresponse()
    assert answer.status == 200 and answer.headers["Content-Encoding"] == "gzip"
    return answer.read()


def members(packed: bytes) -> list[bytes]:
    found = []
    while packed:
        one = zlib.decompressobj(31)
        found.append(one.decompress(packed))
        packed = one.unused_data
    return found


libraries = "django daphne httpx requests urllib3".split()
print("version:", ", ".join(f"{name} {version(name)}" for name in libraries))
print("believed: GZipMiddleware makes one gzip stream of a streamed response, flushed at each part or not.")
print("happens: of an async one it makes a new gzip file per part. Those in a row are valid gzip, but in HTTP many")
print("         clients stop after the first, without an error: a feed that never changes again.")
found = members(raw())
print(f"on the wire: {len(found)} gzip members, the first is {found[0]!r}")
COUNTS = {
    "httpx": (httpx.get(URL, headers=GZIP, timeout=10).text.count("data:"), 1),
    "requests": (requests.get(URL, headers=GZIP, timeout=10).text.count("data:"), 5),
    "httpx without gzip": (httpx.get(URL, headers={"Accept-Encoding": "identity"}, timeout=10).text.count("data:"), 5),
}
for name, (count, _) in COUNTS.items():
    print(f"{name}: {count} of 5 events")
changed = len(found) != 5 or any(count != expected for count, expected in COUNTS.values())
sys.exit("This behaviour has changed." if changed else 0)
E
