"""The colour of each tier: by its name, so that a tier looks the same in every event, on every page and in every chart.

events/static/events/map/canvas/colours.js has the same rule for scripts; e2e/tests/test_tier_colours.py compares them.
"""

from collections.abc import Iterable

COLOURS = 6  # --tier-1 … of the stylesheet (ticketing/static/ticketing/tiers.css)
USUAL = {"vip": 1, "regular": 2, "economy": 3}  # the tiers that the forms suggest


def tier_colours(tiers: Iterable[str]) -> dict[str, int]:
    """Return the number of the colour (1 to COLOURS) of each of an event's tiers.

    Neither their order nor upper and lower case matters. The usual tiers have a fixed colour; for others, a hash of the
    name decides. Where two tiers of one event would look the same, the second, by its hash, takes the next colour that
    the event doesn't use; with more tiers than colours, some look the same.
    """
    keys = sorted({_key(tier) for tier in tiers}, key=lambda key: (key not in USUAL, _hash(key), key))
    colours: dict[str, int] = {}
    for key in keys:
        colour = USUAL.get(key) or _hash(key) % COLOURS + 1
        while colour in colours.values() and len(colours) < COLOURS:
            colour = colour % COLOURS + 1
        colours[key] = colour
    return {tier: colours[_key(tier)] for tier in tiers}


def _key(tier: str) -> str:
    return tier.strip().lower()


def _hash(key: str) -> int:
    """Return the FNV-1a hash of 32 bits (http://www.isthe.com/chongo/tech/comp/fnv/)."""
    value = 0x811C9DC5
    for byte in key.encode():
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value
