"""Documents of seating plans for tests."""

from typing import Any


def document(*, rows: int = 2, seats: int = 3, name: str = "Great Hall") -> dict[str, Any]:
    """Return a valid document with one block of rows × seats."""
    block = {"category": "Category 1", "grid": {"rows": rows, "seats": seats}}
    return {
        "format": 1,
        "name": name,
        "categories": [{"name": "Category 1"}],
        "sections": [{"name": "Stalls", "subsections": [block]}],
    }
