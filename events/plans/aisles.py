"""Straight aisles: they divide rows of different lengths in the same proportions, and seats line up along them."""

from itertools import pairwise


def divided(aisles: tuple[int, ...], longest: int, count: int) -> dict[int, float]:
    """Return where a row of `count` seats has aisles that lie after these seats of the longest row.

    The keys are the seats after which they lie, from 1, ascending. The values are where in the row their middles are,
    in seats from its beginning, without the widths of aisles: `count` x seat / `longest`. A row has only aisles between
    seats.
    """
    found: dict[int, float] = {}
    for seat in aisles:
        nearest = (2 * count * seat + longest) // (
            2 * longest
        )  # halves are rounded up, in whole numbers, as in scripts
        if 0 < nearest < count:
            found.setdefault(nearest, count * seat / longest)
    return found


def lined_up(places: dict[int, float], count: int, spacing: float, width: float) -> list[float]:
    """Return how far each of `count` seats lies from where its row begins, along the row.

    `places` is what `divided` returns. The seats before the first aisle end at it, those after the last one begin at
    it, and those between two aisles lie in the middle between them. So the row begins and ends up to half a seat beside
    where it would without that.
    """
    lines = [(place - 0.5) * spacing + (index + 0.5) * width for index, place in enumerate(places.values())]
    beside = (spacing + width) / 2  # from the middle of an aisle to the middle of a seat at it
    offsets: list[float] = []
    for part, (begin, end) in enumerate(pairwise((0, *places, count))):
        first = _first(lines, part, (end - begin - 1) * spacing, beside)
        if offsets:
            first = max(first, offsets[-1] + spacing)  # seats never get closer, whatever the width of an aisle
        offsets += [first + seat * spacing for seat in range(end - begin)]
    return offsets


def _first(lines: list[float], part: int, length: float, beside: float) -> float:
    """Return where the first seat of a part of a row lies; parts lie between the aisles, whose middles are `lines`."""
    if not lines:
        return 0
    if part == 0:
        return lines[0] - beside - length
    if part == len(lines):
        return lines[-1] + beside
    return (lines[part - 1] + lines[part] - length) / 2
