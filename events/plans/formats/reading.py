"""The last step of reading a file: the document that was made of it is read as a plan."""

import re
from typing import Any

from core.errors import BadInput
from events.plans.document import read_plan
from events.plans.formats.problems import Problems, Understood

# Where a file has each seat of the document: by section, block, row and seat, all as lists.
Places = list[list[list[list[str]]]]
SEATS = re.compile(r"plan\.sections\.(\d+)(?:\.subsections\.(\d+)(?:\.rows\.(\d+)(?:\.seats\.(\d+))?)?)?(?:\.\w+)*")


def finished(
    document: dict[str, Any] | None,
    problems: Problems,
    left_out: list[str],
    max_places: int,
    places: Places | None = None,
) -> Understood:
    """Return what was understood. What the reader of plans finds in the document are problems too.

    With `places`, these are named by their places in the file: people don't have the document.
    """
    size = 0
    if document is not None and not problems.unsolved:
        try:
            size = read_plan(document, max_places=max_places, field="plan").size
        except BadInput as error:
            for found in error.extra["errors"]:
                place, detail = found["field"], found["detail"]
                if places is not None:
                    place, detail = _in_file(place, places), SEATS.sub(lambda path: _of(path, places), detail)
                problems.add(place, found["code"], detail)
    return Understood(None if problems.unsolved else document, problems.first, problems.count, left_out, size)


def _in_file(path: str, places: Places) -> str:
    """Return the place of a path of the document; of a section, block or row, that of its first seat."""
    found = SEATS.fullmatch(path)
    return _of(found, places) if found else "file"


def _of(path: re.Match[str], places: Places) -> str:
    section, block, row, seat = (int(index or 0) for index in path.groups())
    return places[section][block][row][seat]
