"""Odd values in the paths and queries of the API: no 500, and each 400 names what is wrong."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from accounts.models import User
from events.models import Event
from ticketing.tests.test_rights import RIGHTS, Stage, people, stage
from ticketing.tests.test_types_and_texts import JARGON, signed_in
from ticketing.tests.test_unknown_members import PARAMETER, dump, route_of, schema

__all__ = ["people", "schema", "stage"]  # fixtures

ROUTES = [route for route in RIGHTS if route.startswith("api/")]
ODD = ["\0", "\x01", "a\nb", "\u202e", "x" * 300, "9" * 40, "-1", "0", "%", "..", ".", "\U0001f39f", " "]
ODD_QUERIES = ["", "x", "-1", "0", "1.5", "9" * 40, "\0", "\n", "2027-05-01", "2027-05-01T20:00", "x" * 600, "last"]
UNKNOWN_METHODS = ["PUT", "TRACE", "BREW", "PATCH", "DELETE", "POST"]


def assert_in_words(response: Any, case: object) -> None:
    """Check that the response is no 500, and that a 400 says what is wrong, and with what."""
    assert response.status_code < 500, case
    if response.status_code == 400:
        errors = response.json()["errors"]
        assert errors, case
        for error in errors:
            assert error["detail"].endswith(".") and not JARGON.search(error["detail"]), (case, error)


def text_arguments(route: str) -> list[str]:
    """Return the arguments of a route, as they are written in it."""
    return [found.group() for found in PARAMETER.finditer(route)]


@pytest.mark.parametrize("route", [route for route in ROUTES if text_arguments(route)])
def test_an_odd_path_is_not_found_or_named(people: dict[str, Any], stage: Stage, route: str) -> None:
    before = dump()
    for method, allowed in RIGHTS[route].items():
        browser, body = signed_in(people, allowed), stage.body_for(route, method)
        for argument in text_arguments(route):
            for value in ODD:
                address = stage.path(route.replace(argument, quote(value, safe="")))
                response = browser.generic(method, address, body, "application/json")
                assert_in_words(response, (method, address))
                # 415: the body of a picture is no JSON.
                assert response.status_code in (400, 404, 415), (method, address, response.status_code)
                if response.status_code == 400:
                    name = argument.partition(":")[2].rstrip(">")
                    assert [one["field"] for one in response.json()["errors"]] in ([name], [""]), (method, address)
    assert dump() == before


def test_odd_queries_are_named(schema: dict[str, Any], people: dict[str, Any], stage: Stage) -> None:
    seen = set()
    for path, methods in schema["paths"].items():
        if "get" not in methods or path.endswith("/sse"):
            continue
        route = route_of(path)
        browser = signed_in(people, RIGHTS[route]["GET"])
        names = [one["name"] for one in methods["get"].get("parameters", ()) if one["in"] == "query"]
        for name in names:
            for value in ODD_QUERIES:
                address = f"{stage.path(route)}?{name}={quote(value)}"
                response = browser.get(address)
                assert_in_words(response, address)
                if response.status_code == 400:
                    assert [one["field"] for one in response.json()["errors"]] == [name], address
                    seen.add(name)
                else:
                    assert response.status_code == 200 or (name == "page" and response.status_code == 404), address
    assert seen >= {
        *("page", "page_size", "q", "venue", "starts_after", "starts_before", "price_min", "price_max", "ordering"),
        *("seller_id", "booking_status", "reference", "tickets", "since"),
    }


LISTS = ["/api/event", "/api/event?seller_id={seller}", "/api/booking", "/api/booking/my_booking", "/api/order"]


@pytest.mark.parametrize("address", [*LISTS, "/api/event/{event}/check-in"])
def test_pages_of_lists(carol: User, concert: Event, address: str) -> None:
    browser = Client()
    browser.force_login(carol)
    address = address.format(seller=carol.pk, event=concert.pk)
    address += "&" if "?" in address else "?"
    for query in ("page=1", "page=last", "page=01", "page=", "page_size=1000", f"page_size={'9' * 5_000}"):
        assert browser.get(address + query).status_code == 200, query
    for query in ("page=x", "page=0", "page=-1", "page=1.0", "page=%C2%B2", "page_size=0", "page_size=x"):
        response = browser.get(address + query)
        assert response.status_code == 400, query
        assert [one["field"] for one in response.json()["errors"]] == [query.partition("=")[0]]
    for query in ("page=99", f"page={'9' * 5_000}"):
        response = browser.get(address + query)
        assert (response.status_code, response.json()["code"]) == (404, "not_found")
        assert response.json()["detail"] == "The list has no such page."


def test_the_schema_says_how_lists_refuse_pages(schema: dict[str, Any]) -> None:
    paged = [
        methods["get"]
        for methods in schema["paths"].values()
        if "page" in [one["name"] for one in methods.get("get", {}).get("parameters", ())]
    ]
    assert {call["operationId"] for call in paged} == {
        *("event_list", "venue_list", "booking_list", "my_booking_list", "order_list", "check_in_list", "plan_list")
    }
    for call in paged:
        assert {"400", "404"} <= set(call["responses"]), call["operationId"]


@pytest.mark.django_db
def test_unknown_query_parameters_are_ignored_and_the_schema_says_so(
    client: Client, schema: dict[str, Any], concert: Event
) -> None:
    known, more = client.get("/api/event"), client.get("/api/event?utm_source=mail&fbclid=1")
    assert more.status_code == 200
    assert more.json()["results"] == known.json()["results"] != []
    assert "query parameters" in schema["info"]["description"]


@pytest.mark.parametrize("moment", ["2027-05-01", "2027-05-01T20:00", "2027-05-01T20:00:00"])
def test_the_manifest_needs_a_time_with_a_zone(carol: User, concert: Event, moment: str) -> None:
    browser = Client()
    browser.force_login(carol)
    address = f"/api/event/{concert.pk}/check-in/manifest?tickets=true&since={moment}"
    response = browser.get(address)
    assert response.status_code == 400
    assert "zone" in response.json()["errors"][0]["detail"]
    assert browser.get(address.replace(moment, "2027-05-01T20:00:00Z")).status_code == 200
    assert browser.get(address.replace(moment, "2027-05-01t20:00:00%2B02:00")).status_code == 200


@pytest.mark.parametrize("moment", ["2027-05-01", "2027-05-01T00:00", "2027-05-01T02:00:00%2B02:00"])
def test_a_filter_takes_a_date_alone_and_a_time_without_a_zone(
    client: Client, new_event: Callable[..., Event], moment: str
) -> None:
    midnight = datetime(2027, 5, 1, tzinfo=UTC)
    new_event(name="Before", starts_at=midnight - timedelta(seconds=1))
    new_event(name="After", starts_at=midnight)
    for query, name in ((f"starts_after={moment}", "After"), (f"starts_before={moment}&ordering=starts_at", "Before")):
        assert client.get(f"/api/event?{query}").json()["results"][0]["name"] == name


@pytest.mark.parametrize("route", ROUTES)
def test_a_method_that_an_endpoint_does_not_have_is_405_for_everybody(
    people: dict[str, Any], stage: Stage, route: str
) -> None:
    for method in UNKNOWN_METHODS:
        if method not in RIGHTS[route]:
            for browser in (Client(), signed_in(people, "b")):
                response = browser.generic(method, stage.path(route), "{", "text/plain")
                assert response.status_code == 405, (method, route)
                assert set(RIGHTS[route]) <= set(response.headers["Allow"].replace(" ", "").split(","))


@pytest.mark.parametrize("charset", ["utf-16", "UTF-16LE", '"iso-8859-1"', "x" * 300])
def test_a_charset_other_than_utf_8_is_named(people: dict[str, Any], stage: Stage, charset: str) -> None:
    before, seen = dump(), 0
    for route in ROUTES:
        for method, allowed in RIGHTS[route].items():
            if method != "GET" and route != "api/payment/webhook/<str:gateway>":
                body = stage.body_for(route, method)
                kind = f"application/json; charset={charset}"
                response = signed_in(people, allowed).generic(method, stage.path(route), body, kind)
                assert response.status_code == 415, (method, route, response.content)
                assert charset.strip('"').lower()[:40] in response.json()["detail"].lower()
                seen += 1
    assert seen > 30
    assert dump() == before


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"', "utf8", "us-ascii"])
def test_utf_8_may_be_named(people: dict[str, Any], stage: Stage, charset: str) -> None:
    browser = signed_in(people, "b")
    response = browser.generic("PATCH", "/api/user", b'{"name": "Zo\xc3\xab"}', f"application/json; charset={charset}")
    assert (response.status_code, response.json()["name"]) == (200, "Zoë")
