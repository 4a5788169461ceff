"""The scripts of the event page's map, preloaded so that the browser doesn't discover them one after the other."""

MODULES = (
    "canvas/base_layer", "canvas/bitmaps", "canvas/boxes", "canvas/camera", "canvas/cards", "canvas/colours",
    "canvas/contrast", "canvas/gestures", "canvas/hit_test", "canvas/labels", "canvas/map_view", "canvas/minimap",
    "canvas/painter", "canvas/sprites",
    "panels/best_seats_form", "panels/block_tree", "panels/element", "panels/filter", "panels/formatting",
    "panels/legend", "panels/live_badge", "panels/places_form", "panels/prices",
    "panels/sale_status", "panels/seat_grid", "panels/seat_list", "panels/sideways",
    "panels/stepper", "panels/summary", "panels/tooltip",
    "seats/best_seats", "seats/block", "seats/companions", "seats/hold_request", "seats/own_holds", "seats/picks",
    "seats/seat_model", "seats/sections",
)  # fmt: skip
# Of events without a seating plan, and of those with one.
GRID_MODULES = ("grid_seating", "canvas/layout", "canvas/stage_scenery", "seats/grid_block")
PLAN_MODULES = (
    "plan_seating", "canvas/block_names", "canvas/plan_scenery", "canvas/row_labels", "seats/drawn_block",
    "seats/geometry", "seats/outline", "seats/point_index", "seats/polygon", "seats/standing_block",
)  # fmt: skip
QUEUE_MODULES = ("panels/queue_notice",)  # of events with a waiting room


def modules_of(*, has_plan: bool, queueing: bool) -> list[str]:
    """Return the names of the static files that the map of an event imports."""
    modules = MODULES + (PLAN_MODULES if has_plan else GRID_MODULES) + (QUEUE_MODULES if queueing else ())
    return [f"events/map/{module}.js" for module in modules]
