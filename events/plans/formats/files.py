"""Read a file with a seating plan, of any kind that is known."""

from typing import Any

from rest_framework.exceptions import ParseError

from core.errors import BadInput
from core.http.json_body import read_json
from events.plans.formats.csv_import import from_csv
from events.plans.formats.pretix_import import from_pretix
from events.plans.formats.problems import Problems, Understood
from events.plans.formats.reading import finished
from events.plans.formats.reports import Format

MAX_BYTES = 10 * 1024 * 1024
# Objects and lists in a JSON file. Each costs far more memory than its brackets, so they are counted first. A file of
# pretix has two for a seat.
MAX_CONTAINERS = 500_000
NO_PIXELS = "Only a file of pretix has pixels: leave out how many centimetres one is."


def read_file(
    content: bytes, *, name: str, max_places: int, kind: str = "", unit_cm: float | None = None
) -> Understood:
    """Return what was understood of a file with a seating plan.

    `kind` is one of `Format`, or empty to tell it from the content. `name` is the plan's name if the file has none;
    `unit_cm` is how many centimetres a pixel is, if it is known. Nothing is built of a file that is too large, nested
    too deeply, or no text.
    """
    problem = _unreadable(content)
    if problem:
        return refused("file", "invalid", problem)
    content = content.removeprefix(b"\xef\xbb\xbf")
    is_json = content.lstrip()[:1] in (b"{", b"[")
    if kind == Format.CSV or (not kind and not is_json):
        if unit_cm is not None:
            return refused("unit_cm", "not_pretix", f"{NO_PIXELS} A CSV file has centimetres.")
        return from_csv(content.decode(), name=name, max_places=max_places)
    try:
        data = read_json(content)
    except ParseError as error:
        return refused("file", "invalid", str(error.detail).replace("The body", "The file"))
    except BadInput as error:
        found = error.extra["errors"][0]
        return refused(found["field"], found["code"], found["detail"])
    return from_data(data, kind=kind, max_places=max_places, unit_cm=unit_cm)


def from_data(data: Any, *, kind: str, max_places: int, unit_cm: float | None = None) -> Understood:
    """Return what was understood of JSON of one of these kinds, or of the one that it looks like."""
    is_plan = isinstance(data, dict) and not {"sections", "format"}.isdisjoint(data) and "zones" not in data
    if kind == Format.PLAN or (not kind and is_plan):
        if unit_cm is not None:
            return refused("unit_cm", "not_pretix", f"{NO_PIXELS} A seating plan in JSON says its unit itself.")
        document = data if isinstance(data, dict) else None
        problems = Problems()
        if document is None:
            problems.add("plan", "invalid", "A plan must be an object.")
        return finished(document, problems, [], max_places)
    return from_pretix(data, max_places=max_places, unit_cm=unit_cm)


def refused(place: str, code: str, detail: str) -> Understood:
    """Return that nothing was understood, because of one problem."""
    problems = Problems()
    problems.add(place, code, detail)
    return Understood(None, problems.first, problems.count, [])


def _unreadable(content: bytes) -> str:
    """Return why the file can't be read at all, or nothing."""
    if len(content) > MAX_BYTES:
        return f"The file is larger than {MAX_BYTES // 1024 // 1024} MB."
    if not content.strip():
        return "The file is empty."
    if content.count(b"{") + content.count(b"[") > MAX_CONTAINERS:
        return f"The file has more than {MAX_CONTAINERS:,} objects and lists, which is no seating plan."
    if content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
        return "The file is XML or HTML; choose JSON or CSV."
    return _undecodable(content)


def _undecodable(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return f"The file is not text in UTF-8, at line {line:,}. Save it as “CSV UTF-8” or as JSON."
    return "The file has NUL characters, so it is not text." if "\x00" in text else ""
