"""Ids of stream messages."""

import pytest

from events.live.resume import (
    MAX_MISSED,
    Known,
    fingerprint,
    known_by,
    resume_id,
)
from events.live.tests.test_subsection import subsection_at

OFFER = fingerprint({"status": "available"})


def subsections(*versions: int):
    new = [subsection_at(version) for version in versions]
    for id, subsection in enumerate(new):
        subsection.id = id
    return new


def id_of(*versions: int, offer: int = OFFER) -> str:
    return resume_id(Known(offer, dict(enumerate(versions))))


@pytest.mark.parametrize("versions", [(0,), (1, 127, 128), (300, 0, 2**40), (5,) * 100])
@pytest.mark.parametrize("offer", [0, OFFER, 2**32 - 1])
def test_an_id_contains_what_was_known(versions, offer):
    known = Known(offer, dict(enumerate(versions)))
    assert known_by(resume_id(known), subsections(*versions)) == known


def test_an_id_of_an_arena_is_short():
    assert len(id_of(*[100] * 100)) < 150


def test_another_offer_has_another_fingerprint():
    assert fingerprint({"status": "available"}) == OFFER
    assert fingerprint({"status": "ended"}) != OFFER


def test_a_client_that_missed_little_gets_the_changes_and_one_that_missed_much_the_whole_state():
    before = id_of(1, 2)
    assert known_by(before, subsections(1, 2 + MAX_MISSED)) == Known(OFFER, {0: 1, 1: 2})
    assert known_by(before, subsections(2, 2 + MAX_MISSED)) is None


@pytest.mark.parametrize("claim", [None, "", "=", "ü", "AQI!", "gICAgIA", id_of(9, 9), id_of(1), "AQI"])
def test_other_claims_are_ignored(claim):
    assert known_by(claim, subsections(1, 2)) is None
