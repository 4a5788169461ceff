"""The ids of a stream's messages."""

import pytest

from events.resume import MAX_MISSED, Known, known_by, resume_id, seal_of
from events.tests.test_feed_blocks import block_at

OFFER = seal_of({"status": "available"})


def blocks(*versions: int):
    made = [block_at(version) for version in versions]
    for id, block in enumerate(made):
        block.id = id
    return made


def id_of(*versions: int, offer: int = OFFER) -> str:
    return resume_id(Known(offer, dict(enumerate(versions))))


@pytest.mark.parametrize("versions", [(0,), (1, 127, 128), (300, 0, 2**40), (5,) * 100])
@pytest.mark.parametrize("offer", [0, OFFER, 2**32 - 1])
def test_an_id_says_what_was_known(versions, offer):
    known = Known(offer, dict(enumerate(versions)))
    assert known_by(resume_id(known), blocks(*versions)) == known


def test_an_id_of_an_arena_is_short():
    assert len(id_of(*[100] * 100)) < 150


def test_another_offer_has_another_mark():
    assert seal_of({"status": "available"}) == OFFER
    assert seal_of({"status": "ended"}) != OFFER


def test_who_missed_a_little_is_told_what_and_who_missed_much_gets_everything():
    before = id_of(1, 2)
    assert known_by(before, blocks(1, 2 + MAX_MISSED)) == Known(OFFER, {0: 1, 1: 2})
    assert known_by(before, blocks(2, 2 + MAX_MISSED)) is None


@pytest.mark.parametrize("claim", [None, "", "=", "ü", "AQI!", "gICAgIA", id_of(9, 9), id_of(1), "AQI"])
def test_other_claims_are_not_believed(claim):
    assert known_by(claim, blocks(1, 2)) is None
