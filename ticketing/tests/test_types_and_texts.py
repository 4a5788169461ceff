"""Numbers, booleans and names of a body have the type that the schema names, at every endpoint."""

import json
from typing import Any

import pytest
from django.test import Client

from core.tests.test_text import INVISIBLE
from ticketing.tests.test_rights import RIGHTS, Stage, people, stage
from ticketing.tests.test_unknown_members import ITEM, calls, dump, objects, route_of, schema

__all__ = ["people", "schema", "stage"]  # fixtures

CONFUSED = {
    "integer": ["5", "1e3", 1e3, 1.0, 1.5, True, [1], {}, ""],
    "boolean": ["true", "no", "off", "1", 1, 0, [True]],
}
NAMES = {"name", "venue_name", "section", "tier"}


def with_value(path: tuple[Any, ...], value: Any) -> Any:
    """Return a body that has nothing but `value` at `path`."""
    for step in reversed(path):
        value = [value] if step is ITEM else {step: value}
    return value


def fields(schema: dict[str, Any], body: dict[str, Any]) -> list[tuple[tuple[Any, ...], str, str]]:
    """Return path, name and type of each member with one type in a body's schema."""
    found = []
    for path, part in objects(schema, body):
        for name, member in part["properties"].items():
            kind = member.get("type")
            found.append(((*path, name), name, kind if isinstance(kind, str) else (kind or [""])[0]))
    return found


def test_no_number_and_no_boolean_is_guessed_from_another_type(
    schema: dict[str, Any], people: dict[str, Any], stage: Stage
) -> None:
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
                assert field in [one["field"] for one in response.json()["errors"]], (where, value, response.content)
                seen += 1
    assert seen > 100
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


def signed_in(people: dict[str, Any], allowed: str) -> Client:
    """Return the browser of somebody who may make the call."""
    browser = Client()
    person = people[next(one for one in "bsognxt" if one in allowed)]
    if person is not None:
        browser.force_login(person)
    return browser
