"""The colours of tiers depend on their names, not on their order."""

from collections.abc import Callable
from itertools import permutations

import pytest
from django.test import Client

from events.catalog.tiers import COLOURS, tier_colours
from events.models import Event

THREE = ("VIP", "Regular", "Economy")


@pytest.mark.parametrize("tiers", list(permutations(("VIP", "Regular", "Economy", "Boxes", "Gallery"))))
def test_the_order_does_not_matter(tiers: tuple[str, ...]) -> None:
    assert tier_colours(tiers) == tier_colours(sorted(tiers))


def test_the_usual_tiers_have_the_same_colour_in_every_event() -> None:
    every = tier_colours((*THREE, "Boxes", "Stalls", "Gallery"))
    for tiers in ((tier,) for tier in THREE):
        assert tier_colours(tiers) == {tiers[0]: every[tiers[0]]}


def test_the_tiers_of_an_event_differ_as_long_as_there_are_colours() -> None:
    tiers = ["Parkett", "Rang", "Loge", "Galerie", "Stehplatz", "VIP"]
    assert sorted(tier_colours(tiers).values()) == [1, 2, 3, 4, 5, 6]
    assert set(tier_colours([f"Tier {number}" for number in range(40)]).values()) == set(range(1, COLOURS + 1))


def test_case_and_spaces_do_not_make_another_tier() -> None:
    assert len(set(tier_colours(["vip", "VIP", " Vip "]).values())) == 1


def test_no_tiers_have_no_colours() -> None:
    assert tier_colours([]) == {}


def sections(*tiers: str) -> list[dict[str, object]]:
    return [
        {"name": f"S{index}", "price": 100 * index, "subsections": 1, "tier": tier} for index, tier in enumerate(tiers)
    ]


def test_a_tier_looks_the_same_on_the_pages_of_two_events(client: Client, new_event: Callable[..., Event]) -> None:
    pages = [
        client.get(f"/events/{new_event(sections(*tiers), rows=1, cols=2).pk}").content.decode()
        for tiers in (THREE, THREE[::-1], THREE[2:], THREE[1:])
    ]
    for page in pages:
        assert 'tier-3"></span>Economy' in page
