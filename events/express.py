"""The express lane of the shop window: the event list, an event and its seat map, for anybody who just reads.

See ticketing.express. What depends on who asks (drafts, inactive events, a seller's own list) gives the call back, and
so does every refusal. An answer is a moment old at most: see events.microcache.
"""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl
from wsgiref.types import WSGIEnvironment

import orjson
from django.core.handlers.wsgi import WSGIRequest
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse, HttpResponseNotModified
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from events import reads
from events.api import Body, EventList, event_detail, seat_map, tag_headers
from events.microcache import Make, MicroCache, Ready
from events.models import Event
from ticketing.errors import NotFound

LIFE_SECONDS = 0.05
WAIT_SECONDS = 2
CACHE_ENTRIES = 512
CACHE_BYTES = 16 * 1024 * 1024  # a process; the map of 200,000 seats takes a quarter of a megabyte

LIST_PATHS = ("/api/event", "/api/event/")
ADDRESS = ("wsgi.url_scheme", "HTTP_X_FORWARDED_PROTO", "HTTP_HOST", "PATH_INFO")  # what the links of a page repeat
PARAMETERS = {"page", "page_size", *EventList.filterset_class.base_filters}
MAX_QUERY = 500  # characters
# What programs and browsers' scripts say. Others may want another form, or a person's.
ACCEPTS = ("", "*/*", "application/json", "application/json, */*", "application/json, text/plain, */*")
VARY = "Accept, Cookie, Accept-Encoding"  # as the ordinary way says: what isn't answered here depends on them

ready = MicroCache(life=LIFE_SECONDS, wait=WAIT_SECONDS, entries=CACHE_ENTRIES, size=CACHE_BYTES)


def list_of_events(environ: WSGIEnvironment) -> HttpResponse | None:
    """A page of the events on sale, as events.api.EventList does it."""
    query = _query(environ.get("QUERY_STRING", ""))
    if query is None or environ["PATH_INFO"] not in LIST_PATHS:
        return None
    where = tuple(map(environ.get, ADDRESS))
    return _answer(environ, ("list", where, query), lambda kept: _page(environ, kept))


def one_event(environ: WSGIEnvironment, event_id: str) -> HttpResponse | None:
    """An event with its blocks, as events.api.EventItem does it."""
    return _about_event(environ, "detail", int(event_id), event_detail)


def map_of_seats(environ: WSGIEnvironment, event_id: str) -> HttpResponse | None:
    """The whole map, as events.api.SeatMap does it."""
    return _about_event(environ, "map", int(event_id), seat_map)


def _about_event(
    environ: WSGIEnvironment, what: str, event_id: int, body: Callable[[Event], dict[str, Any]]
) -> HttpResponse | None:
    if environ.get("QUERY_STRING"):
        return None
    return _answer(environ, (what, event_id), lambda kept: _event(event_id, body, kept))


def _answer(environ: WSGIEnvironment, key: tuple[Any, ...], make: Make) -> HttpResponse | None:
    if "HTTP_AUTHORIZATION" in environ or environ.get("HTTP_ACCEPT", "") not in ACCEPTS:
        return None
    try:
        found = ready.get(key, make)
    except (OperationalError, InterfaceError):  # the ordinary way makes a new connection, or says what is wrong
        return None
    return None if found is None else _form(environ, found)


def _form(environ: WSGIEnvironment, found: Ready) -> HttpResponse:
    """304 to a caller who has it, else the body, packed for a caller who can unpack it."""
    headers = tag_headers(found.tag) | {"Vary": VARY}
    if f'"{found.tag}"' in environ.get("HTTP_IF_NONE_MATCH", ""):
        return HttpResponseNotModified(headers=headers)
    if "gzip" not in environ.get("HTTP_ACCEPT_ENCODING", ""):
        return HttpResponse(found.body, content_type="application/json", headers=headers)
    return HttpResponse(found.packed, content_type="application/json", headers=headers | {"Content-Encoding": "gzip"})


def _event(event_id: int, body: Callable[[Event], dict[str, Any]], kept: Ready | None) -> Ready | None:
    try:
        event = reads.visible_event(event_id, None, among=reads.with_marks(Event.objects.filter(is_active=True)))
    except NotFound:
        return None
    return _made(reads.event_tag(event), lambda: body(event), kept)


def _page(environ: WSGIEnvironment, kept: Ready | None) -> Ready | None:
    try:
        tag, body = EventList(request=Request(WSGIRequest(environ))).page()
    except APIException:  # a bad filter, or no such page
        return None
    return _made(tag, body, kept)


def _made(tag: str, body: Body, kept: Ready | None) -> Ready:
    """What is kept, if its tag proves that nothing has changed. The tag was read first: a body can be newer, never
    older than its tag."""
    if kept is not None and kept.tag == tag:
        return kept
    return Ready(tag, orjson.dumps(body(), option=orjson.OPT_UTC_Z))


def _query(query: str) -> tuple[tuple[str, str], ...] | None:
    """The parameters in the one order in which links repeat them; None if one is unknown, named twice or not whole."""
    if not query:
        return ()
    pairs = parse_qsl(query, keep_blank_values=True)
    names = {name for name, _ in pairs}
    if len(query) > MAX_QUERY or len(names) < len(pairs) or not names <= PARAMETERS:
        return None
    return tuple(sorted(pairs))


LANES: list[tuple[str, re.Pattern[str], Callable[..., HttpResponse | None]]] = [
    ("GET", re.compile("/api/event"), list_of_events),
    ("GET", re.compile("/api/event/([0-9]{1,18})"), one_event),
    ("GET", re.compile("/api/event/([0-9]{1,18})/seatmap"), map_of_seats),
]
