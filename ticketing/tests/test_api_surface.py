"""Rules for every endpoint: the schema, the browsable API, slashes and errors."""

import gzip
import html
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from bookings.holds.models import Booking
from events.models import Event
from events.venues.plans import add_plan, publish_plan
from events.venues.tests.documents import document
from events.venues.write import add_venue

ClientOf = Callable[[User | None], APIClient]
CONTRACT = {
    "/api/user": {"get", "post", "patch", "delete"},
    "/api/user/data": {"get"},
    "/api/user/email": {"get", "post", "delete"},
    "/api/user/email/confirm": {"post"},
    "/api/user/sessions": {"get", "delete"},
    "/api/user/sessions/{sign_in_id}": {"delete"},
    "/api/user/login": {"post"},
    "/api/user/logout": {"post"},
    "/api/user/token": {"post"},
    "/api/user/token/refresh": {"post"},
    "/api/user/verify": {"post"},
    "/api/user/verify/resend": {"post"},
    "/api/user/password/reset": {"post"},
    "/api/user/password/reset/confirm": {"post"},
    "/api/user/stream-ticket": {"post"},
    "/api/venue": {"get", "post"},
    "/api/venue/{venue_id}": {"get", "patch", "delete"},
    "/api/venue/{venue_id}/plan": {"get", "post"},
    "/api/plan/{plan_id}": {"get", "patch", "delete"},
    "/api/plan/{plan_id}/version": {"post"},
    "/api/plan/check": {"post"},
    "/api/plan-version/{version_id}": {"get"},
    "/api/plan-version/{version_id}/export": {"get"},
    "/api/plan/import": {"post"},
    "/api/geometry/{digest}": {"get"},
    "/api/event": {"get", "post"},
    "/api/event/{event_id}": {"get", "patch"},
    "/api/event/{event_id}/picture": {"put", "patch", "delete"},
    "/api/event/{event_id}/block": {"post"},
    "/api/event/{event_id}/unblock": {"post"},
    "/api/event/{event_id}/seatmap": {"get"},
    "/api/event/{event_id}/calendar.ics": {"get"},
    "/api/event/{event_id}/sections/{section}/subsection/{number}/seats": {"get"},
    "/api/event/{event_id}/sections/{section}/subsection/{number}/seats/{seat}/story": {"get"},
    "/api/booking": {"get", "post"},
    "/api/booking/my_booking": {"get"},
    "/api/booking/{booking_id}": {"get", "patch", "delete"},
    "/api/booking/{booking_id}/extend": {"post"},
    "/api/booking/{booking_id}/pay": {"post"},
    "/api/booking/{booking_id}/admissions": {"get"},
    "/api/booking/{booking_id}/admissions/{admission_id}/ticket.pkpass": {"get"},
    "/api/booking/{booking_id}/tickets.pdf": {"get"},
    "/api/booking/{booking_id}/tickets.pkpasses": {"get"},
    "/api/booking/{booking_id}/calendar.ics": {"get"},
    "/api/order": {"get", "post"},
    "/api/order/{order_id}": {"get", "delete"},
    "/api/order/{order_id}/extend": {"post"},
    "/api/order/{order_id}/items": {"post"},
    "/api/order/{order_id}/items/{booking_id}": {"delete"},
    "/api/order/{order_id}/pay": {"post"},
    "/api/order/{order_id}/refund": {"post"},
    "/api/order/{order_id}/tickets.pdf": {"get"},
    "/api/order/{order_id}/tickets.pkpasses": {"get"},
    "/api/order/{order_id}/calendar.ics": {"get"},
    "/api/event/{event_id}/sse": {"get"},
    "/api/booking/event/{event_id}/sse": {"get"},
    "/api/event/{event_id}/queue": {"get", "post", "delete"},
    "/api/event/{event_id}/check-in": {"get", "post", "delete"},
    "/api/event/{event_id}/check-in/tickets": {"get"},
    "/api/event/{event_id}/check-in/counts": {"get"},
    "/api/event/{event_id}/check-in/manifest": {"get"},
    "/api/event/{event_id}/check-in/batch": {"post"},
    "/api/event/{event_id}/gate-staff/{email}": {"put", "delete"},
    "/api/event/{event_id}/analytics": {"get"},
    "/api/event/{event_id}/analytics/curve": {"get"},
    "/api/event/{event_id}/bookings.csv": {"get"},
    "/api/operator": {"get"},
    "/api/operator/switch/{name}": {"post"},
    "/api/operator/event/{event_id}": {"post"},
}


@pytest.fixture
def schema(db: None, client: Client) -> dict[str, object]:
    """The OpenAPI schema as served."""
    return client.get("/api/schema", headers={"Accept": "application/json"}).json()


def test_the_schema_is_openapi_3_1_and_has_every_endpoint(schema: dict[str, dict[str, dict[str, object]]]) -> None:
    assert str(schema["openapi"]).startswith("3.1")
    for path, methods in CONTRACT.items():
        assert methods <= set(schema["paths"][path]), path


def test_every_endpoint_is_described(schema: dict[str, dict[str, dict[str, dict[str, object]]]]) -> None:
    for path, methods in schema["paths"].items():
        for method, call in methods.items():
            assert call.get("description"), (method, path)


def test_a_browser_is_shown_the_schema(db: None, client: Client) -> None:
    response = client.get("/api/schema", headers={"Accept": BROWSER["Accept"].replace(",*/*;q=0.8", "")})
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    assert response.json()["openapi"].startswith("3.1")


def test_a_page_of_a_list_is_described_as_openapi_3_1_writes_it(schema: dict[str, object]) -> None:
    assert "nullable" not in json.dumps(schema)


def test_only_deletes_that_read_a_body_describe_one(schema: dict[str, dict[str, dict[str, dict[str, Any]]]]) -> None:
    deletes = {path: methods["delete"] for path, methods in schema["paths"].items() if "delete" in methods}
    with_body = {path: call["requestBody"] for path, call in deletes.items() if "requestBody" in call}
    assert set(with_body) == {"/api/event/{event_id}/check-in", "/api/user"}
    content = with_body["/api/event/{event_id}/check-in"]["content"]["application/json"]
    assert content["schema"] == {"$ref": "#/components/schemas/CodeToUndo"} or "CodeToUndo" in str(content)


def test_the_docs_are_served_without_a_cdn(client: Client) -> None:
    page = client.get("/api/docs").content.decode()
    assert "swagger-ui" in page
    assert "cdn" not in page


BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Encoding": "gzip, deflate, br, zstd"}
BROWSED = (
    "/api/event",
    "/api/event/{id}",
    "/api/event/{id}/seatmap",
    "/api/booking",
    "/api/user",
)


@pytest.mark.parametrize("path", BROWSED)
def test_a_signed_in_user_can_browse_the_api(alice: User, concert: Event, client_of: ClientOf, path: str) -> None:
    response = client_of(alice).get(path.format(id=concert.pk), headers=BROWSER)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/html")
    assert "alice@example.com" in gzip.decompress(response.content).decode()


def test_an_error_is_shown_in_the_browsable_api(alice: User, client_of: ClientOf) -> None:
    response = client_of(alice).get("/api/event/999999", headers=BROWSER)
    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")


def test_every_path_answers_options_and_browsers(
    schema: dict[str, dict[str, object]],
    concert: Event,
    paid_booking: Callable[..., Booking],
    alice: User,
    carol: User,
    client_of: ClientOf,
) -> None:
    booking = paid_booking(alice)
    venue = add_venue(seller=carol, name="The hall", time_zone="UTC")
    plan = add_plan(venue_id=venue.pk, seller=carol, name="Concert", draft=document())
    version = publish_plan(plan_id=plan.pk, seller=carol)
    ids = {
        "event_id": concert.pk,
        "order_id": booking.order_id,
        "booking_id": booking.pk,
        "admission_id": booking.admissions.earliest("id").pk,
    }
    others = {
        "section": "A",
        "number": 1,
        "seat": "1-1",
        "email": "gate@example.com",
        "name": "surge",
        "gateway": "mock",
        "sign_in_id": "none",
        "venue_id": venue.pk,
        "plan_id": plan.pk,
        "version_id": version.pk,
        "digest": version.digest,
    }
    for path in schema["paths"]:
        if path.endswith("/sse"):
            continue  # a stream has no end
        query = "?q=alice" if path.endswith("/check-in/tickets") else ""  # it is required
        address = path.format(**ids, **others) + query
        for user in (alice, carol):
            options = client_of(user).options(address)
            assert options.status_code in {200, 403, 404}, (path, options.content)
            page = client_of(user).get(address, headers=BROWSER)
            assert page.status_code in {200, 403, 404, 405, 409}, (path, page.content)


FORM = re.compile(r"<textarea[^>]*name=\"_content\"[^>]*>(.*?)</textarea>", re.DOTALL)


def test_forms_of_the_browsable_api_start_with_values_of_the_right_types(
    concert: Event, hold: Callable[..., Booking], alice: User, carol: User, client_of: ClientOf
) -> None:
    booking = hold(alice)
    for user, path, members in (
        (alice, "/api/booking", {"event_id", "section", "subsection", "seat_selection_mode", "quantity"}),
        (alice, f"/api/booking/{booking.pk}", {"status"}),
        (alice, f"/api/booking/{booking.pk}/extend", set()),
        (alice, f"/api/booking/{booking.pk}/pay", set()),
        (carol, "/api/event", {"name", "description", "venue_name", "seating_config"}),
        (carol, f"/api/event/{concert.pk}", set()),
    ):
        page = client_of(user).get(path, headers=BROWSER)
        forms = [json.loads(html.unescape(text)) for text in FORM.findall(gzip.decompress(page.content).decode())]
        assert forms, path
        assert set(forms[0]) == members, path
        assert None not in forms[0].values(), path


@pytest.mark.parametrize("path", ["/api/event", "/api/event/{id}", "/api/event/{id}/seatmap"])
def test_json_can_be_indented_and_compressed(concert: Event, client: Client, path: str) -> None:
    address = path.format(id=concert.pk)
    headers = {"Accept": "application/json; indent=4", "Accept-Encoding": "gzip"}
    response = client.get(address, headers=headers)
    assert response.status_code == 200
    assert response["Content-Encoding"] == "gzip"
    indented = gzip.decompress(response.content)
    assert b'\n    "' in indented
    assert json.loads(indented) == client.get(address).json()


def test_paths_work_with_and_without_a_slash(concert: Event, client: Client) -> None:
    for path in ("/api/event", f"/api/event/{concert.pk}", f"/api/event/{concert.pk}/seatmap", "/api/schema"):
        assert client.get(path).status_code == client.get(f"{path}/").status_code == 200


@pytest.mark.parametrize("path", ["/api/nothing", "/api/event/1/nothing", "/api/booking/1"])
def test_an_unknown_path_is_404_problem_json(db: None, client: Client, path: str) -> None:
    response = client.get(path)
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
    assert response.json()["code"] == "not_found"


def test_a_wrong_method_is_405_problem_json(alice: User, client_of: ClientOf) -> None:
    response = client_of(alice).put("/api/booking", {})
    assert (response.status_code, response["Content-Type"]) == (405, "application/problem+json")
    assert {"type", "title", "status", "detail", "code"} <= set(response.json())


BAD_BODIES = {
    "not json": b"{",
    "nan": b'{"quantity": NaN}',
    "infinity": b'{"quantity": -Infinity}',
    "nul": b'{"section": "a\\u0000"}',
    "surrogate": b'{"section": "\\ud800"}',
    "deep": b"[" * 100_000 + b"]" * 100_000,
    "digits": b'{"quantity": ' + b"9" * 5000 + b"}",
    "twice": b'{"quantity": 1, "quantity": 2}',
    "not utf-8": b'{"section": "\xff"}',
    "a list": b"[]",
    "a string": b'"x"',
    "null": b"null",
    "nothing": b"",
    "many members": b"{" + b",".join(b'"%d": 1' % n for n in range(50_000)) + b"}",
}


@pytest.mark.parametrize("path", ["/api/booking", "/api/event", "/api/user", "/api/user/login"])
@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_no_body_gives_a_500(alice: User, carol: User, client_of: ClientOf, path: str, body: bytes) -> None:
    client = client_of(carol if path == "/api/event" else alice)
    response = client.post(path, body, content_type="application/json")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "validation_error"


def test_a_body_over_one_megabyte_is_413(alice: User, client_of: ClientOf) -> None:
    response = client_of(alice).post("/api/booking", b" " * (1024 * 1024 + 1), content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (413, "payload_too_large")


def test_another_media_type_is_415(alice: User, client_of: ClientOf) -> None:
    response = client_of(alice).post("/api/booking", b"<a/>", content_type="application/xml")
    assert (response.status_code, response["Content-Type"]) == (415, "application/problem+json")


def test_every_response_has_a_request_id_or_the_one_of_the_request(db: None, client: Client) -> None:
    assert len(client.get("/api/event")["X-Request-Id"]) == 32
    assert client.get("/api/event", headers={"X-Request-Id": "abc-12345"})["X-Request-Id"] == "abc-12345"
    assert "\n" not in client.get("/api/event", headers={"X-Request-Id": "a\nb" * 4})["X-Request-Id"]


def test_no_500_shows_a_traceback(client: Client, concert: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("events.catalog.selectors.section_rows", broken)
    client.raise_request_exception = False
    response = client.get(f"/api/event/{concert.pk}")
    assert (response.status_code, response["Content-Type"]) == (500, "application/problem+json")
    assert "secret" not in response.content.decode()


def test_an_unavailable_database_gives_503_with_retry_after(
    client: Client, concert: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    def unavailable(*args: object) -> None:
        raise OperationalError("couldn't get a connection after 3.00 sec")

    monkeypatch.setattr("events.catalog.selectors.section_rows", unavailable)
    response = client.get(f"/api/event/{concert.pk}")
    assert (response.status_code, response.json()["code"]) == (503, "overloaded")
    assert int(response["Retry-After"]) > 0


def test_another_site_cannot_write_with_a_cookie(alice: User, concert: Event, client_of: ClientOf) -> None:
    client = client_of(alice)
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        response = client.post("/api/booking", {"event_id": concert.pk}, headers=headers)
        assert (response.status_code, response.json()["code"]) == (403, "permission_denied")
    assert client.post("/api/booking", {}, headers={"Origin": "http://testserver"}).status_code == 400
