"""Read what a plan only draws: stages, bars, exits, walls and texts."""

from math import cos, sin, tau

from events.plans.members import Members, Point
from events.plans.specs import DrawingSpec

MAX_DRAWINGS = 1_000
MAX_TEXT = 100  # characters
TEXT_SIZE = 60.0  # height by default, in centimetres
ELLIPSE_POINTS = 48
ROLES = ("stage", "bar", "exit", "wall", "text", "other")
DRAWING = frozenset({"role", "x", "y", "text", "size", "rotation", "width", "height", "round", "points"})


def read_drawings(root: Members) -> list[DrawingSpec]:
    """Return the `drawings` of a document."""
    return [_drawing(drawing) for drawing in root.objects("drawings", MAX_DRAWINGS, DRAWING, optional=True)]


def _drawing(drawing: Members) -> DrawingSpec:
    text = drawing.text("text", MAX_TEXT).strip()
    points = _points(drawing)
    if not text and not points and drawing.is_object:
        drawing.refuse("", "required", "A drawing needs a text, width and height, or points.")
    return DrawingSpec(
        role=drawing.choice("role", ROLES),
        text=text,
        x=drawing.shift("x"),
        y=drawing.shift("y"),
        size=drawing.length("size", TEXT_SIZE),
        rotation=drawing.angle(),
        points=tuple(points),
        path=drawing.path,
    )


def _points(drawing: Members) -> list[Point]:
    is_round = drawing.flag("round")
    if drawing.has("points"):
        if any(drawing.has(name) for name in ("width", "height", "round")):
            drawing.refuse("points", "invalid", "A drawing has either points, or width and height.")
        return drawing.points("points")
    if not any(drawing.has(name) for name in ("width", "height", "round")):
        return []
    for name in ("width", "height"):
        drawing.require(name)
    right, bottom = drawing.length("width", 0) / 2, drawing.length("height", 0) / 2
    if is_round:
        turns = [tau * index / ELLIPSE_POINTS for index in range(ELLIPSE_POINTS)]
        return [(right * cos(turn), bottom * sin(turn)) for turn in turns]
    return [(-right, -bottom), (right, -bottom), (right, bottom), (-right, bottom)]
