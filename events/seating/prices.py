"""The prices in a seating configuration: by section, or by category with a seating plan."""

from collections.abc import Mapping
from typing import Any, NamedTuple

DEFAULT_TIER = "Regular"  # of a section that names none


class Priced(NamedTuple):
    """A section or category with its price in minor units, and how forms call it."""

    name: str
    price: int
    label: str


def priced_parts(config: Mapping[str, Any]) -> list[Priced]:
    """Return what has a price in a stored seating configuration, in its order."""
    if "plan_version" in config:
        return [Priced(name, price, f"Category {name}") for name, price in config["prices"].items()]
    return [
        Priced(section["name"], section["price"], f"Section {section['name']} ({section.get('tier', DEFAULT_TIER)})")
        for section in config["sections"]
    ]


def prices_of(config: Mapping[str, Any]) -> dict[str, int]:
    """Return {name of the section or category: price in minor units} of a stored seating configuration."""
    return {part.name: part.price for part in priced_parts(config)}
