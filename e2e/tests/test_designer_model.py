"""The designer's model in the browser: seats lie where the server puts them, and undo brings every document back."""

import json
import random
from itertools import accumulate
from typing import Any

import pytest
from playwright.sync_api import Page

from accounts.models import User
from e2e.tests.designer import DesignerPage, new_plan
from e2e.tests.visitors import Visitors
from events.plans.document import read_plan
from events.plans.examples import template, templates
from events.plans.geometry import geometry_of

MODULE = """(name) => performance.getEntriesByType("resource").map((entry) => entry.name)
  .find((url) => url.match(new RegExp(`/designer/${name}(\\\\.[0-9a-f]+)?\\\\.js$`)))"""

# Lays documents out as the designer does, in centimetres, in the shape of the geometry.
LAY_OUT = """async ([layoutUrl, documentUrl, documents]) => {
  const { layoutOf, toPlan } = await import(layoutUrl);
  const { identify, unitOf } = await import(documentUrl);
  const point = (unit, item) => ([x, y]) => toPlan(item, x, y).map((value) => value * unit);
  return documents.map((text) => {
    const document = identify(JSON.parse(text));
    const unit = unitOf(document);
    return document.sections.flatMap(({ name, subsections }) => subsections.map((item, index) => {
      const block = { section: name, subsection: index + 1 };
      if (item.standing) return { ...block, outline: item.standing.outline.map(point(unit, item)) };
      const { rows } = layoutOf(item, document);
      const there = rows.map(({ label, seats }) => ({ label, seats: seats.filter(({ missing }) => !missing) }));
      return {
        ...block,
        rows: there.map(({ label, seats }) => [label, seats.length]),
        labels: there.map(({ seats }) => seats.map(({ label }) => label)),
        points: there.flatMap(({ seats }) => seats.map(({ x, y }) => point(unit, item)([x, y]))),
      };
    }));
  });
}"""

# Edits a document at random, and undoes and redoes everything. Returns the JSON before, after, and after undo and redo.
EDIT = """async ([urls, text, seed, steps]) => {
  const modules = await Promise.all(urls.map((url) => import(url)));
  const [{ History }, model, edits, transform, copies, places, grids] = modules;
  let state = seed;
  const dice = (sides) => (state = (state * 48271) % 2147483647) % sides;
  const freeze = (value) => {
    if (!value || typeof value !== "object" || Object.isFrozen(value)) return value;
    Object.values(Object.freeze(value)).forEach(freeze);
    return value;
  };
  const history = new History(freeze(model.identify(JSON.parse(text))));
  const ids = (document) => [...model.entriesOf(document).keys()];
  const some = (document) => new Set(ids(document).filter(() => dice(3) === 0).slice(0, 5));
  const regrid = (change) => (item) => (item.grid ? { ...item, grid: change(item.grid) } : item);
  const grid = (change) => (document) => edits.updateItems(document, some(document), regrid(change));
  const section = (document) => model.idOf(document.sections[dice(document.sections.length)]);
  const seats = (document) => ids(document).map((id) => ({ id, row: 0, column: dice(4) }));
  const brush = ({ categories: [{ name }] }) =>
    [{ kind: "wheelchair" }, { missing: true }, { missing: false }, { category: name }][dice(4)];
  const changes = [
    (document) => transform.moveItems(document, some(document), dice(500) - 250, dice(500)),
    (document) => transform.turnItems(document, some(document), dice(90) - 45, [dice(100), 0]),
    (document) => transform.mirrorItems(document, some(document), dice(1000)),
    (document) => transform.alignItems(document, some(document), ["left", "center", "bottom"][dice(3)]),
    (document) => transform.distributeItems(document, some(document), "x"),
    (document) => copies.duplicates(document, some(document)).document,
    (document) => copies.mirroredCopies(document, some(document), dice(500)).document,
    (document) => (ids(document).length > 12 ? edits.removeItems(document, some(document)) : document),
    (document) => edits.addSection(document, "Section")[0],
    (document) => edits.moveToSection(document, some(document), section(document)),
    (document) => edits.shiftSection(document, model.idOf(document.sections[0]), 1),
    grid((one) => grids.resized(one, { rows: dice(9) + 1 })),
    grid((one) => grids.withAisles(one, dice(4))),
    (document) => places.paintSeats(document, seats(document), brush(document)),
  ];
  const write = () => JSON.stringify(history.document);
  const states = [write()];
  for (let step = 0; step < steps; step += 1) {
    const before = history.document;
    history.commit(freeze(changes[dice(changes.length)](before)), { label: "Change", merge: dice(4) ? null : "drag" });
    if (history.document !== before && history.undoLabel) states.push(write());
    if (dice(9) === 0 && history.undo()) { history.redo(); }
  }
  const last = write();
  while (history.undo());
  const first = write();
  while (history.redo());
  return { start: states[0], first, last, again: write() };
}"""


@pytest.fixture
def page(visitors: Visitors, carol: User) -> Page:
    """The designer with a template that has everything."""
    return DesignerPage(visitors, carol, new_plan(carol, template("concert_hall"))).page


def url_of(page: Page, module: str) -> str:
    url: str = page.evaluate(MODULE, module)
    return url


def expected(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what the server's geometry says, written out as LAY_OUT does."""
    blocks = geometry_of(read_plan(document, max_places=200_000))["subsections"]
    return [_written_out(block) for block in blocks]


def _written_out(block: dict[str, Any]) -> dict[str, Any]:
    name = {"section": block["section"], "subsection": block["subsection"]}
    if block["kind"] == "standing":
        return name | {"outline": block["outline"]}
    points = list(zip(accumulate(block["x"]), accumulate(block["y"]), strict=True))
    rows = [list(row) for row in block["rows"]]
    labels = [_labels(given, count) for given, (_, count) in zip(block["labels"], rows, strict=True)]
    return name | {"rows": rows, "labels": labels, "points": points}


def _labels(given: list[Any], count: int) -> list[str]:
    if len(given) == 2 and all(isinstance(one, int) for one in given):
        first, step = given
        return [str(first + step * index) for index in range(count)]
    return given


def assert_same(found: list[dict[str, Any]], document: dict[str, Any]) -> None:
    """Assert that names, rows and labels are the same, and that points are within a centimetre."""
    for drawn, server in zip(found, expected(document), strict=True):
        points = "outline" if "outline" in server else "points"
        assert {k: v for k, v in drawn.items() if k != points} == {k: v for k, v in server.items() if k != points}
        for one, other in zip(drawn[points], server[points], strict=True):
            assert max(abs(one[0] - other[0]), abs(one[1] - other[1])) <= 1, (drawn["section"], one, other)


def random_grid(dice: random.Random) -> dict[str, Any]:
    rows = dice.randint(1, 12)
    seats: Any = dice.choice([dice.randint(1, 30), [dice.randint(1, 30) for _ in range(rows)]])
    longest = seats if isinstance(seats, int) else max(seats)
    grid: dict[str, Any] = {"rows": rows, "seats": seats, "row_spacing": dice.randint(70, 120)}
    grid["align"] = dice.choice(["center", "left", "right"])
    if dice.random() < 0.6:
        grid["radius"] = dice.randint(800, 4_000)
    if dice.random() < 0.5:
        grid["aisles"] = sorted(dice.sample(range(1, longest + 1), min(longest, 2)))
        grid["aisle_width"] = dice.choice([0, 80, 110])
        grid["straight_aisles"] = dice.random() < 0.5
    if dice.random() < 0.3:
        grid["skew"] = dice.randint(-40, 40)
    grid["row_labels"] = random_rule(dice)
    grid["seat_labels"] = random_rule(dice)
    return grid


def random_rule(dice: random.Random) -> dict[str, Any]:
    style = dice.choice(["numbers", "letters", "doubled"])
    rule: dict[str, Any] = {"style": style, "step": dice.choice([1, 2, 3]), "reverse": dice.random() < 0.5}
    if style == "numbers":
        return rule | {"start": dice.randint(0, 120), "skip": [13], "prefix": dice.choice(["", "R "])}
    return rule | {"start": dice.choice(["A", "C", "Z"]), "skip": dice.choice([[], ["I", "O"], ["B"]])}


def random_document(dice: random.Random) -> dict[str, Any]:
    place = {"x": dice.randint(-900, 900), "y": dice.randint(-900, 900), "rotation": dice.randint(-180, 180)}
    table = {
        "label": "1",
        "x": 100,
        "y": 20_000,  # beyond the longest block: seats of two blocks may not overlap
        "shape": dice.choice(["round", "rectangle"]),
        "seats": dice.randint(1, 13),
    }
    table |= {"width": dice.randint(80, 300), "height": dice.randint(80, 300), "rotation": dice.randint(-90, 90)}
    return {
        "format": 1,
        "name": "Random",
        "unit_cm": dice.choice([1, 1, 2.54]),
        "categories": [{"name": "One"}],
        "sections": [
            {
                "name": "A",
                "subsections": [
                    {"category": "One", **place, "grid": random_grid(dice)},
                    {"category": "One", **place, "tables": [table]},
                ],
            }
        ],
    }


def test_seats_of_all_templates_and_of_random_plans_lie_where_the_server_puts_them(page: Page) -> None:
    dice = random.Random(20)
    documents = [template(key) for key in templates()] + [random_document(dice) for _ in range(60)]
    urls = [url_of(page, "model/layout"), url_of(page, "model/document")]
    found = page.evaluate(LAY_OUT, [*urls, [json.dumps(document) for document in documents]])
    for drawn, document in zip(found, documents, strict=True):
        assert_same(drawn, document)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_undoing_everything_brings_the_first_document_back_and_redoing_the_last(page: Page, seed: int) -> None:
    names = ("history", "document", "edits", "transform", "copies", "places", "grids")
    urls = [url_of(page, f"model/{name}") for name in names]
    document = json.dumps(template("concert_hall"))
    result = page.evaluate(EDIT, [urls, document, seed, 150])
    assert result["first"] == result["start"] != result["last"] == result["again"]
    assert json.loads(result["start"]) == json.loads(document)
