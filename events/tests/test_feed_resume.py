"""The ids of a stream's messages."""

import pytest

from events.resume import MAX_MISSED, resume_id, resumed_versions
from events.tests.test_feed_blocks import block_at


def blocks(*versions: int):
    made = [block_at(version) for version in versions]
    for id, block in enumerate(made):
        block.id = id
    return made


@pytest.mark.parametrize("versions", [(0,), (1, 127, 128), (300, 0, 2**40), (5,) * 100])
def test_an_id_says_what_was_known(versions):
    known = resumed_versions(resume_id(blocks(*versions)), blocks(*versions))
    assert known == dict(enumerate(versions))


def test_an_id_of_an_arena_is_short():
    assert len(resume_id(blocks(*[100] * 100))) < 140


def test_who_missed_a_little_is_told_what_and_who_missed_much_gets_everything():
    before = resume_id(blocks(1, 2))
    assert resumed_versions(before, blocks(1, 2 + MAX_MISSED)) == {0: 1, 1: 2}
    assert resumed_versions(before, blocks(2, 2 + MAX_MISSED)) is None


@pytest.mark.parametrize(
    "claim", [None, "", "=", "ü", "AQI!", "gICAgIA", resume_id(blocks(9, 9)), resume_id(blocks(1))]
)
def test_other_claims_are_not_believed(claim):
    assert resumed_versions(claim, blocks(1, 2)) is None
