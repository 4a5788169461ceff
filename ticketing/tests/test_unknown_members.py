"""A body with a member that the schema doesn't have is refused, at every endpoint and in every object inside it."""

import ast
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client
from rest_framework import serializers

from accounts.models import User
from bookings.holds.models import Booking
from bookings.states import BookingStatus
from core.http.bodies import MAX_NAMED, Body
from core.http.views import ApiView
from events.models import Event
from ticketing.tests.test_rights import RIGHTS, ROUTES, Stage, people, stage

__all__ = ["people", "stage"]  # fixtures

NAME = "no_such_member"
WRITES = ("post", "put", "patch", "delete")
WEBHOOK = "/api/payment/webhook/{gateway}"  # of third parties, who add members as they like
UPLOAD = ("put", "/api/event/{event_id}/picture")  # a form: events/pictures/tests/test_picture_api.py
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")  # of a route
ITEM = object()  # a step into a list
ClientOf = Callable[[User | None], Client]


def dump() -> dict[str, list[Any]]:
    """Return all rows of the product's tables, without what the sign-ins of these tests write."""
    models = [model for app in ("accounts", "events", "bookings") for model in apps.get_app_config(app).get_models()]
    rows = {model.__name__: list(model._base_manager.order_by("pk").values()) for model in models}
    return rows | {"Session": [], "User": [{**user, "last_login": None} for user in rows["User"]]}


@pytest.fixture
def schema(db: None, client: Client) -> dict[str, Any]:
    """The OpenAPI schema as served."""
    return client.get("/api/schema", headers={"Accept": "application/json"}).json()


def calls(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any] | None]]:
    """Yield path, method and body schema of all calls that write JSON or no body."""
    for path, methods in schema["paths"].items():
        for method in methods.keys() & set(WRITES) if path != WEBHOOK else ():
            body = methods[method].get("requestBody", {}).get("content", {})
            if (method, path) == UPLOAD:
                continue
            assert set(body) <= {"application/json"}, path
            yield path, method.upper(), body["application/json"]["schema"] if body else None


def objects(
    schema: dict[str, Any], part: dict[str, Any], path: tuple[Any, ...] = ()
) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    """Yield the path and the schema of each object with named members in a body."""
    if "$ref" in part:
        yield from objects(schema, schema["components"]["schemas"][part["$ref"].rpartition("/")[2]], path)
    for variant in (*part.get("allOf", ()), *part.get("oneOf", ()), *part.get("anyOf", ())):
        yield from objects(schema, variant, path)
    if "properties" in part:
        yield path, part
    for name, member in part.get("properties", {}).items():
        yield from objects(schema, member, (*path, name))
    if "items" in part:
        yield from objects(schema, part["items"], (*path, ITEM))


def body_with(path: tuple[Any, ...]) -> Any:
    """Return a body that has nothing but an unknown member in the object at `path`."""
    body: Any = {NAME: 1}
    for step in reversed(path):
        body = [body] if step is ITEM else {step: body}
    return body


def field_of(path: tuple[Any, ...]) -> str:
    """Return the name of the unknown member in `errors`."""
    return ".".join(["0" if step is ITEM else str(step) for step in path] + [NAME])


def route_of(path: str) -> str:
    """Return the route in RIGHTS of a path of the schema."""
    return next(route for route in RIGHTS if "/" + PARAMETER.sub(r"{\1}", route) == path)


def test_every_call_refuses_unknown_members_in_every_object(
    schema: dict[str, Any], people: dict[str, Any], stage: Stage
) -> None:
    before, seen = dump(), 0
    for path, method, body in calls(schema):
        route = route_of(path)
        caller = next(one for one in "bsognxt" if one in RIGHTS[route][method])
        browser = Client()
        if people[caller] is not None:
            browser.force_login(people[caller])
        for where in {where for where, _ in objects(schema, body or {})} | {()}:
            response = browser.generic(method, stage.path(route), json.dumps(body_with(where)), "application/json")
            assert response.status_code == 400, (method, path, where, response.content)
            assert response.json()["code"] == "validation_error"
            named = {problem["field"]: problem["code"] for problem in response.json()["errors"]}
            assert named[field_of(where)] == "unknown", (method, path, named)
            seen += 1
    assert seen >= 35
    assert dump() == before


def test_a_valid_body_with_one_more_member_is_refused(
    schema: dict[str, Any], people: dict[str, Any], stage: Stage
) -> None:
    before = dump()
    for path, method, _ in calls(schema):
        route = route_of(path)
        caller = next(one for one in "bsognxt" if one in RIGHTS[route][method])
        browser = Client()
        if people[caller] is not None:
            browser.force_login(people[caller])
        valid = json.loads(stage.body_for(route, method))
        body = json.dumps(valid | {NAME: None})
        response = browser.generic(method, stage.path(route), body, "application/json")
        assert response.status_code == 400, (method, path, response.content)
        assert NAME in [problem["field"] for problem in response.json()["errors"]]
    assert dump() == before


def test_the_schema_says_that_no_other_members_are_allowed(schema: dict[str, Any]) -> None:
    for path, method, body in calls(schema):
        for where, part in objects(schema, body or {}):
            assert part["additionalProperties"] is False, (method, path, where)
        responses = schema["paths"][path][method.lower()]["responses"]
        assert {"400", "413", "415"} <= set(responses), (method, path)


EXAMPLES = [
    ("PATCH", "/api/event/{event}", {"start_at": "2099-01-01T20:00:00Z"}, ["start_at"]),
    ("PATCH", "/api/event/{event}", {"waiting_room": {"enable": True}}, ["waiting_room.enable"]),
    ("PATCH", "/api/event/{event}", {"prices": {"Z": 1}}, ["prices.Z"]),
    ("PATCH", "/api/event/{event}", {"name": "New", "seller_id": 1, "currrency": "EUR"}, ["currrency", "seller_id"]),
    (
        "POST",
        "/api/event",
        {
            "name": "New",
            "description": "",
            "venue_name": "The hall",
            "seating_config": {
                "row_labels": "letters",
                "rows": 1,
                "cols": 1,
                "sections": [{"name": "A", "price": 1, "subsections": 1, "row_labels": "numbers"}],
            },
            "start_at": "2099-01-01T20:00:00Z",
        },
        ["seating_config.row_labels", "seating_config.sections.0.row_labels", "start_at"],
    ),
    ("POST", "/api/booking/{booking}/refund", {"amount": 100}, ["amount"]),
    ("POST", "/api/event/{event}/cancel", {"dry_run": True}, ["dry_run"]),
]


@pytest.mark.parametrize(("method", "path", "body", "fields"), EXAMPLES)
def test_misspelt_and_imagined_members_change_nothing(
    stage: Stage, carol: User, method: str, path: str, body: dict[str, Any], fields: list[str]
) -> None:
    before = dump()
    browser = Client()
    browser.force_login(carol)
    address = path.format(event=stage.values["<int:event_id>"], booking=stage.values["<uuid:booking_id>"])
    response = browser.generic(method, address, json.dumps(body), "application/json")
    assert response.status_code == 400
    assert sorted(problem["field"] for problem in response.json()["errors"]) == fields
    assert dump() == before


def test_a_refusal_says_which_members_there_are(client_of: ClientOf, alice: User) -> None:
    response = client_of(alice).patch("/api/user", {"nickname": "Al"}, content_type="application/json")
    assert response.json()["errors"][0]["detail"] == (
        "There is no such member; there may be contact_email, current_password, name, organizer_name, password."
    )


def test_members_named_like_the_parts_of_an_error_are_named_too(client_of: ClientOf, alice: User) -> None:
    body = {"message": 1, "code": 2}
    response = client_of(alice).patch("/api/user", body, content_type="application/json")
    assert {problem["field"] for problem in response.json()["errors"]} == {"message", "code"}


def test_a_body_of_thousands_of_unknown_members_gets_a_short_answer(client_of: ClientOf, alice: User) -> None:
    body = {f"{'x' * 1_000}{number}": 1 for number in range(500)}
    response = client_of(alice).patch("/api/user", body, content_type="application/json")
    assert response.status_code == 400
    assert 0 < len(response.json()["errors"]) <= MAX_NAMED
    assert len(response.content) < 50_000


@pytest.mark.parametrize("body", ["", "{}", "csrfmiddlewaretoken=abc"])
def test_a_call_without_a_body_takes_nothing_an_empty_object_or_the_token_of_a_form(
    stage: Stage, alice: User, client_of: ClientOf, body: str
) -> None:
    kind = "application/x-www-form-urlencoded" if "=" in body else "application/json"
    booking = str(stage.values["<uuid:booking_id>"])
    Booking.objects.filter(pk=booking).update(status=BookingStatus.PAID)
    assert client_of(alice).post(f"/api/booking/{booking}/extend", body, content_type=kind).status_code == 409
    response = client_of(alice).post(f"/api/booking/{booking}/extend", "amount=5", content_type=kind)
    assert response.status_code == 400


def test_a_wrong_method_is_told_so_whatever_its_body(client_of: ClientOf, alice: User, concert: Event) -> None:
    assert client_of(alice).put("/api/booking", {NAME: 1}, content_type="application/json").status_code == 405


# --- How it is certain ---------------------------------------------------------------------------------

API_VIEWS = {
    route: pattern.callback.view_class  # type: ignore[attr-defined]
    for route, pattern in ROUTES.items()
    if route.startswith("api/") and route not in ("api/schema", "api/docs")
}
CODE = [
    path
    for package in ("accounts", "bookings", "events", "realtime", "ticketing", "core")
    for path in (settings.BASE_DIR / package).rglob("*.py")
    if not {"tests", "testing", "migrations"} & set(path.relative_to(settings.BASE_DIR).parts)
]


@pytest.mark.parametrize("route", API_VIEWS)
def test_every_endpoint_lets_the_base_class_read_its_body(route: str) -> None:
    view = API_VIEWS[route]
    assert issubclass(view, ApiView)
    assert not [base for base in view.__mro__ if "initial" in vars(base) and base.__module__ not in READERS]
    assert view.has_raw_body == (f"/{route}" == "/api/payment/webhook/<str:gateway>")
    for body in view.bodies.values():
        assert all(isinstance(part, Body) for part in serializers_in(body())), body


READERS = {"core.http.views", "rest_framework.views"}


def serializers_in(field: Any) -> Iterator[Any]:
    """Yield a serializer and the serializers of the objects inside it."""
    if isinstance(field, serializers.BaseSerializer) and not isinstance(field, serializers.ListSerializer):
        yield field
        for member in field.fields.values():  # type: ignore[attr-defined]
            yield from serializers_in(member)
    elif isinstance(getattr(field, "child", None), serializers.Field):
        yield from serializers_in(field.child)


def test_the_search_finds_serializers_at_any_depth() -> None:
    class Inner(serializers.Serializer[Any]):
        x = serializers.IntegerField()

    class Outer(Body):
        rows = serializers.ListField(child=Inner())
        more = Inner(many=True)

    assert [type(part).__name__ for part in serializers_in(Outer())] == ["Outer", "Inner", "Inner"]


def test_no_view_reads_a_body_by_itself() -> None:
    found = {str(path.relative_to(settings.BASE_DIR)): reads_of(path) for path in CODE}
    readers = {name for name, lines in found.items() if lines}
    assert readers == {
        "core/http/messages.py",
        "core/http/views.py",
        "bookings/payments/api.py",  # the webhook of gateways: the signature is over the bytes
    }


def reads_of(path: Path) -> list[int]:
    """Return the lines that read the body of an API request, other than by `ApiRequest.body(serializer)`."""
    tree = ast.parse(path.read_text())
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name | ast.Attribute)
        and ("request" in ast.unparse(node.value) or ast.unparse(node.value) == "environ")
        and (node.attr in {"data", "_json", "stream"} or (node.attr == "body" and id(node) not in called))
    ]


@pytest.mark.parametrize("code", ["request.data", "self.request.data", "x = request._request.body", "request._json()"])
def test_the_search_finds_other_ways_to_read_a_body(tmp_path: Path, code: str) -> None:
    (tmp_path / "api.py").write_text(f"def post(self, request):\n    return {code}\n".replace("return x =", "x ="))
    assert reads_of(tmp_path / "api.py") == [2]
