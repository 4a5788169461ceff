"""Handlers of the event list, an event and its seat map: the requests that every visitor sends.

Public responses are cached for LIFE_SECONDS (events.catalog.microcache). API clients with a bearer token, and requests
for a draft or for a seller's own list, get a response that is read for them.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from rest_framework import generics
from rest_framework.request import Request

from accounts.authentication import bearer_identity, cookie_identity
from accounts.models import User
from core.errors import BadInput, NotFound
from core.http.messages import VARY_BY_USER, ApiRequest, ApiResponse, to_json
from core.http.origin import host_of
from events.catalog import selectors
from events.catalog.etags import event_tag, page_tag, tag_headers, with_tag_sums
from events.catalog.filters import EventFilter
from events.catalog.microcache import CachedResponse, MicroCache
from events.catalog.seat_serializers import seat_map
from events.catalog.serializers import EventBody, event_detail
from events.models import Event

Body = Callable[[], Any]

LIFE_SECONDS = 0.05
WAIT_SECONDS = 2
CACHE_ENTRIES = 512
CACHE_BYTES = 16 * 1024 * 1024  # per process; the map of 200,000 seats takes a quarter of a megabyte

PARAMETERS = {"page", "page_size", *EventFilter.base_filters}  # of pages of the list that are cached
MAX_QUERY = 500  # characters
VARY = f"{VARY_BY_USER}, Accept-Encoding"

cache = MicroCache(life=LIFE_SECONDS, wait=WAIT_SECONDS, entries=CACHE_ENTRIES, size=CACHE_BYTES)


class EventPages(generics.GenericAPIView[Event]):
    """Filters and paginates the event list with the REST framework."""

    serializer_class: Any = EventBody
    filterset_class = EventFilter
    user: User | None = None

    def page(self) -> tuple[str, Body]:
        """Return the ETag of the requested page, and a function that renders its body.

        Raises NotFound, ValidationError.
        """
        events = list(self.paginate_queryset(self.filter_queryset(self.get_queryset())) or [])
        tag = page_tag(events, self.paginator.page.paginator.count)  # type: ignore[union-attr]
        return tag, lambda: self.get_paginated_response(EventBody(events, many=True).data).data

    def get_queryset(self) -> Any:
        """Return the events on sale or, with the parameter `seller_id`, that seller's events.

        Drafts and inactive events are included only for that seller and for operators. Raises BadInput.
        """
        seller_id = self.request.query_params.get("seller_id")
        if seller_id is None:
            return selectors.with_stats(selectors.events_on_offer())
        if not seller_id.isascii() or not seller_id.isdigit() or len(seller_id) > 18:
            raise BadInput.field("seller_id", "This must be a whole number.")
        return selectors.with_stats(selectors.events_of_seller(int(seller_id), self.user))


def list_events(request: ApiRequest) -> ApiResponse:
    """Return a page of events: those on sale or, with `seller_id`, that seller's.

    Drafts and inactive events are included only for that seller and for operators.
    """
    user = _bearer_user(request)
    query = _query(request.environ.get("QUERY_STRING", "")) if user is None else None
    if query is None:
        return _response(request, _page(request, user or _cookie_user(request), None))
    # The links of a page repeat scheme, host and path.
    key = ("list", request.is_secure, host_of(request.environ), request.path, query)
    found = cache.get(key, lambda cached: _page(request, None, cached))
    assert found is not None  # noqa: S101  (`_page` always returns one)
    return _response(request, found)


def show_event(request: ApiRequest, event_id: int) -> ApiResponse:
    """Return the event with stats and sections; a draft only for its seller and operators."""
    return _event_response(request, event_id, event_detail)


def show_seat_map(request: ApiRequest, event_id: int) -> ApiResponse:
    """Return every subsection with one letter (a r s b) per seat. `ETag` changes with every committed change."""
    return _event_response(request, event_id, seat_map)


def _event_response(request: ApiRequest, event_id: int, body: Callable[[Event], Any]) -> ApiResponse:
    user = _bearer_user(request)
    if user is None:
        found = cache.get((body, event_id), lambda cached: _public_event(event_id, body, cached))
        if found is not None:
            return _response(request, found)
        user = _cookie_user(request)
    return _response(request, _event(event_id, user, body, None))


def _public_event(event_id: int, body: Callable[[Event], Any], cached: CachedResponse | None) -> CachedResponse | None:
    """Return the response for anonymous visitors; None, which is not cached, if they may not see the event."""
    try:
        return _event(event_id, None, body, cached)
    except NotFound:
        return None


def _event(
    event_id: int, user: User | None, body: Callable[[Event], Any], cached: CachedResponse | None
) -> CachedResponse:
    event = selectors.visible_event(event_id, user, among=with_tag_sums(Event.objects.all()))
    return _render(event_tag(event), lambda: body(event), cached)


def _page(request: ApiRequest, user: User | None, cached: CachedResponse | None) -> CachedResponse:
    return _render(*EventPages(request=Request(request.django), user=user).page(), cached)


def _render(tag: str, body: Body, cached: CachedResponse | None) -> CachedResponse:
    """Return the response with this tag: the cached one if it has the same tag, because then nothing has changed.

    The tag is read first, so a body can be newer than its tag but never older.
    """
    return cached if cached is not None and cached.tag == tag else CachedResponse(tag, to_json(body()))


def _response(request: ApiRequest, found: CachedResponse) -> ApiResponse:
    """Return 304 if the client has this tag, else the body, compressed if the client accepts gzip."""
    headers = tag_headers(found.tag) | {"Vary": VARY}
    if f'"{found.tag}"' in (request.header("IF_NONE_MATCH") or ""):
        return ApiResponse(304, b"", headers)
    headers["Content-Type"] = "application/json"
    if "gzip" not in (request.header("ACCEPT_ENCODING") or ""):
        return ApiResponse(200, found.body, headers)
    return ApiResponse(200, found.gzipped, headers | {"Content-Encoding": "gzip"})


def _bearer_user(request: ApiRequest) -> User | None:
    identity = bearer_identity(request)
    return None if identity is None else identity.confirm()


def _cookie_user(request: ApiRequest) -> User | None:
    identity = cookie_identity(request)
    return None if identity is None else identity.user


def _query(query: str) -> tuple[tuple[str, str], ...] | None:
    """Return the parameters of a query string, sorted, which is the order in which the links of a page repeat them.

    Returns None if the page is not cached because a parameter is unknown, named twice or too long.
    """
    if not query:
        return ()
    pairs = parse_qsl(query, keep_blank_values=True)
    names = {name for name, _ in pairs}
    if len(query) > MAX_QUERY or len(names) < len(pairs) or not names <= PARAMETERS:
        return None
    return tuple(sorted(pairs))
