"""Scripts give each tier the same colour as the server, so that map, list, filter and the form of a new event agree."""

import random
from collections.abc import Callable

from e2e.tests.seatmap import SeatMap
from e2e.tests.visitors import Visitors
from events.catalog.tiers import tier_colours
from events.models import Event

COLOURS = """async (events) => {
  const { tierColours } = await import(document.querySelector('link[href*="/map/canvas/colours."]').href);
  return events.map((tiers) => Object.fromEntries(tierColours(tiers)));
}"""
NAMES = ["VIP", "vip", "Regular", "Economy", "Boxes", "Stalls", "Ränge", "1階席", "Ωmega", "Gold", "🎭", "x" * 32]
SWATCHES = "(items) => items.map((item) => getComputedStyle(item.querySelector('.swatch')).backgroundColor)"


def test_the_script_and_the_server_have_the_same_rule(visitors: Visitors, concert: Event) -> None:
    page = visitors(None, f"/events/{concert.pk}")
    dice = random.Random(7)
    events = [dice.sample(NAMES, dice.randint(1, len(NAMES))) for _ in range(500)]
    assert page.evaluate(COLOURS, events) == [tier_colours(tiers) for tiers in events]


def test_filter_and_list_show_a_tier_in_the_same_colour_whatever_the_order(
    visitors: Visitors, new_event: Callable[..., Event]
) -> None:
    colours = set()
    for tiers in (["Economy", "VIP"], ["VIP", "Balcony", "Economy"]):
        sections = [{"name": tier, "price": 500, "subsections": 1, "tier": tier} for tier in tiers]
        page = visitors()
        SeatMap(page, new_event(sections, rows=2, cols=4))
        chips = page.locator(".chip[data-tier]").evaluate_all(SWATCHES)
        assert page.locator(".tree-section").evaluate_all(SWATCHES) == chips
        assert len(set(chips)) == len(tiers)
        colours.add((chips[tiers.index("VIP")], chips[tiers.index("Economy")]))
    assert len(colours) == 1
