"""Example plans, one per kind of hall: what the designer starts from. Each is a document in `templates/`."""

import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "templates"


@cache
def _texts() -> dict[str, str]:
    return {path.stem: path.read_text("utf-8") for path in sorted(FOLDER.glob("*.json"))}


def templates() -> dict[str, str]:
    """Return the names of the example plans, for people, by their keys."""
    return {key: template(key)["name"] for key in _texts()}


def template(key: str) -> dict[str, Any]:
    """Return the document of an example plan, as a copy that may be changed. Raises KeyError."""
    document: dict[str, Any] = json.loads(_texts()[key])
    return document
