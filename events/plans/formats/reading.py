"""The last step of reading a file: the document that was made of it is read as a plan."""

from typing import Any

from core.errors import BadInput
from events.plans.document import read_plan
from events.plans.formats.problems import Problems, Understood


def finished(document: dict[str, Any] | None, problems: Problems, left_out: list[str], max_places: int) -> Understood:
    """Return what was understood. What the reader of plans finds in the document are problems too."""
    if document is not None and not problems.unsolved:
        try:
            read_plan(document, max_places=max_places, field="plan")
        except BadInput as error:
            for found in error.extra["errors"]:
                problems.add(found["field"], found["code"], found["detail"])
    return Understood(None if problems.unsolved else document, problems.first, problems.count, left_out)
