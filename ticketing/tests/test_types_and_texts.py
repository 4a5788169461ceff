"""Numbers, booleans and texts of a body have the type that the schema names, at every endpoint.

Errors about them are sentences for people.
"""

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from django.contrib import admin
from django.forms import CharField, PasswordInput, TextInput
from django.http import HttpRequest
from django.test import Client, RequestFactory
from rest_framework import serializers
from rest_framework.test import APIClient

from accounts.models import User
from core.http.json_types import Choice, ListOf, Members
from core.http.texts import Line, Paragraphs, Text
from core.tests.test_text import INVISIBLE
from events.models import Event
from ticketing.tests.test_rights import RIGHTS, Stage, people, stage
from ticketing.tests.test_unknown_members import API_VIEWS, ITEM, calls, dump, objects, route_of, schema, serializers_in

__all__ = ["people", "schema", "stage"]  # fixtures

ClientOf = Callable[[User | None], APIClient]
CONFUSED = {
    "integer": ["5", "1e3", 1e3, 1.0, 1.5, True, [1], {}, ""],
    "boolean": ["true", "no", "off", "1", 1, 0, [True]],
    "string": [5, 1.5, True, ["x"], {"x": "x"}],
    "array": ["x", 5, True, {"0": "x"}],
    "object": ["x", 5, True, [["x", 1]]],
}
NAMES = {"name", "venue_name", "section", "tier"}
LINES = NAMES | {"organizer_name", "device"}
# How the framework and Python speak: of "items", "dictionaries" and "valid strings".
JARGON = re.compile(
    r"\b(valid (string|integer|boolean|choice)|dictionary|items|datetime|Expect\w+|Invalid|char \d|<\w+)\b"
)


def with_value(path: tuple[Any, ...], value: Any) -> Any:
    """Return a body that has nothing but `value` at `path`."""
    for step in reversed(path):
        value = [value] if step is ITEM else {step: value}
    return value


def fields(schema: dict[str, Any], body: dict[str, Any]) -> list[tuple[tuple[Any, ...], str, str]]:
    """Return path, name and type of each member with one type in a body's schema, and of the items of lists."""
    found = []
    for path, part in objects(schema, body):
        for name, member in part["properties"].items():
            found.append(((*path, name), name, kind_of(schema, member)))
            if "items" in member:
                found.append(((*path, name, ITEM), name, kind_of(schema, member["items"])))
    return found


def kind_of(schema: dict[str, Any], member: dict[str, Any]) -> str:
    """Return the JSON type of a member."""
    if "$ref" in member:
        return kind_of(schema, schema["components"]["schemas"][member["$ref"].rpartition("/")[2]])
    for variant in (*member.get("allOf", ()), *member.get("oneOf", ())):
        return kind_of(schema, variant)
    kind = member.get("type", "")
    return kind if isinstance(kind, str) else str(kind[0])


def test_nothing_is_guessed_from_another_type(schema: dict[str, Any], people: dict[str, Any], stage: Stage) -> None:
    before, seen = dump(), 0
    for path, method, body in calls(schema):
        route = route_of(path)
        browser = signed_in(people, RIGHTS[route][method])
        for where, _, kind in fields(schema, body or {}):
            for value in CONFUSED.get(kind, ()):
                content = json.dumps(with_value(where, value))
                response = browser.generic(method, stage.path(route), content, "application/json")
                field = ".".join("0" if step is ITEM else step for step in where)
                assert response.status_code == 400, (method, path, where, value)
                errors = {one["field"]: one["detail"] for one in response.json()["errors"]}
                assert field in errors, (where, value, response.content)
                assert not JARGON.search(errors[field]) and errors[field].endswith("."), (where, value, errors[field])
                seen += 1
    assert seen > 300
    assert dump() == before


@pytest.mark.parametrize("text", INVISIBLE[1::4], ids=ascii)
def test_no_name_is_made_of_invisible_characters(
    schema: dict[str, Any], people: dict[str, Any], stage: Stage, text: str
) -> None:
    before, seen = dump(), set()
    for path, method, body in calls(schema):
        route = route_of(path)
        for where, name, _ in fields(schema, body or {}):
            if name in NAMES:
                content = json.dumps(with_value(where, text))
                browser = signed_in(people, RIGHTS[route][method])
                response = browser.generic(method, stage.path(route), content, "application/json")
                field = ".".join("0" if step is ITEM else step for step in where)
                assert response.status_code == 400, (method, path, where)
                assert field in [one["field"] for one in response.json()["errors"]], (where, response.content)
                seen.add(name)
    assert seen == NAMES
    assert dump() == before


@pytest.mark.parametrize("mark", ["\n", "\r", "\t", "\x01", "\x7f", "\x85", "\u2028", "\u202e", "\u2066"], ids=ascii)
def test_a_name_is_one_line_without_control_characters(
    schema: dict[str, Any], people: dict[str, Any], stage: Stage, mark: str
) -> None:
    before, seen = dump(), set()
    for path, method, body in calls(schema):
        route = route_of(path)
        browser = signed_in(people, RIGHTS[route][method])
        for where, name, _ in fields(schema, body or {}):
            if name in LINES:
                content = json.dumps(with_value(where, f"A{mark}B"))
                response = browser.generic(method, stage.path(route), content, "application/json")
                field = ".".join("0" if step is ITEM else step for step in where)
                assert response.status_code == 400, (method, path, where)
                assert field in [one["field"] for one in response.json()["errors"]], (where, response.content)
                seen.add(name)
    assert seen == LINES
    assert dump() == before


def test_every_field_of_a_body_takes_one_json_type_and_says_so_in_plain_words() -> None:
    seen: list[type] = []
    for field in fields_in_bodies():
        seen.append(type(field))
        if isinstance(field, serializers.CharField):
            assert isinstance(field, Text), field
        if isinstance(field, serializers.ChoiceField):
            assert isinstance(field, Choice), field
        if isinstance(field, serializers.ListField):
            assert isinstance(field, ListOf), field
        if isinstance(field, serializers.DictField):
            assert isinstance(field, Members), field
    assert {Line, Paragraphs, Text, Choice, ListOf, Members} <= set(seen)


def fields_in_bodies() -> Iterator[Any]:
    """Yield all fields of all bodies, also those in lists and objects."""
    for view in API_VIEWS.values():
        for body in view.bodies.values():
            for part in serializers_in(body()):
                for field in part._writable_fields:
                    while field is not None:
                        yield field
                        field = getattr(field, "child", None)


def test_only_descriptions_may_have_line_breaks() -> None:
    longer = {field.field_name for field in fields_in_bodies() if isinstance(field, Paragraphs)}
    assert longer == {"description", "accessibility"}


def test_a_nul_or_half_a_character_is_refused_by_the_name_of_its_field(
    schema: dict[str, Any], people: dict[str, Any], stage: Stage
) -> None:
    before, seen = dump(), 0
    for path, method, body in calls(schema):
        route = route_of(path)
        browser = signed_in(people, RIGHTS[route][method])
        for where, _, kind in fields(schema, body or {}):
            for text in ("x\0", "\ud800") if kind == "string" else ():
                content = json.dumps(with_value(where, text))
                response = browser.generic(method, stage.path(route), content, "application/json")
                field = ".".join("0" if step is ITEM else step for step in where)
                assert response.status_code == 400, (method, path, where)
                assert [one["field"] for one in response.json()["errors"]] == [field]
                seen += 1
    assert seen > 40
    assert dump() == before


@pytest.mark.parametrize("text", ["A\nB", "A\tB", "A\x01B", "A\u202eB"], ids=ascii)
def test_forms_refuse_the_same_in_every_field_of_one_line(
    rf: RequestFactory, olga: User, concert: Event, text: str
) -> None:
    request = rf.get("/")
    request.user = olga
    seen = set()
    for form in forms_of_the_admin(request, {User: olga, Event: concert}):
        for name, field in form.base_fields.items():
            one_line = isinstance(field.widget, TextInput) and not isinstance(field.widget, PasswordInput)
            if type(field) is CharField and one_line:
                errors = form({name: text}).errors
                assert name in errors, (form, name)
                seen.add(name)
    assert seen == {"name", "venue_name", "address", "organizer_name", "currency", "url"}


def forms_of_the_admin(request: HttpRequest, rows: dict[Any, Any]) -> Iterator[Any]:
    """Yield the form for a new row of each model, and the forms that change `rows`."""
    for model, pages in admin.site._registry.items():
        yield pages.get_form(request, None, change=False)
        if model in rows:
            yield pages.get_form(request, rows[model], change=True)


def test_a_description_has_lines_but_no_control_characters(client_of: ClientOf, carol: User, concert: Event) -> None:
    change = partial(client_of(carol).patch, f"/api/event/{concert.pk}")
    text = "First act\r\n\r\n\tSecond act\nمی\u200cخواهم"
    assert change({"description": text}).json()["description"] == text
    assert change({"description": "First\x01"}).json()["errors"][0]["field"] == "description"


@pytest.mark.parametrize("name", ["می\u200cخواهم", "क्\u200dष", "👩\u200d🦽", "\u200fשלום"], ids=ascii)
def test_names_of_any_script_are_taken(client_of: ClientOf, carol: User, concert: Event, name: str) -> None:
    body = {"name": name, "venue_name": name}
    response = client_of(carol).patch(f"/api/event/{concert.pk}", body)
    assert (response.status_code, response.json()["name"]) == (200, name)
    assert client_of(carol).patch("/api/user", {"name": name, "organizer_name": name}).json()["name"] == name


def signed_in(people: dict[str, Any], allowed: str) -> Client:
    """Return the browser of somebody who may make the call."""
    browser = Client()
    person = people[next(one for one in "bsognxt" if one in allowed)]
    if person is not None:
        browser.force_login(person)
    return browser
