"""A live subsection applies changes in whatever order and from wherever they arrive."""

import random

import pytest

from events.live.subsection import (
    Change,
    Counts,
    LiveSubsection,
    SeatStatusMap,
    Snapshot,
    total_counts,
)

SIZE = 20


def counts_of(letters: str) -> Counts:
    return Counts(*(letters.count(letter) for letter in "arsb"))


def subsection_at(version: int = 0, letters: str = "a" * SIZE) -> LiveSubsection:
    return LiveSubsection(
        id=1, section="A", number=1, tier="VIP", price=100, rows=2, cols=10, counts=counts_of(letters), version=version
    )  # fmt: skip


class History:
    """What the database would have after each of a number of random changes."""

    def __init__(self, length: int, chance: random.Random) -> None:
        self.letters = ["a" * SIZE]
        self.changes: list[Change] = []
        for version in range(1, length + 1):
            positions = chance.sample(range(SIZE), 3)
            status = chance.choice(["available", "reserved", "sold", "blocked"])
            letters = list(self.letters[-1])
            for position in positions:
                letters[position] = status[0]
            self.letters.append("".join(letters))
            self.changes.append(Change(version, status, positions, f"t{version}", counts_of("".join(letters))))

    def snapshot(self, known: int, version: int) -> Snapshot:
        changes = [change._replace(counts=None) for change in self.changes[known:version]]
        return Snapshot(version, 100, counts_of(self.letters[version]), changes)


@pytest.fixture
def history() -> History:
    return History(3, random.Random(1))


def state(subsection: LiveSubsection) -> tuple[int, int, dict[str, str]]:
    return subsection.sent_version, subsection.version, subsection.changed_seats()


def test_messages_in_order_are_applied_and_merged(history):
    subsection = subsection_at()
    for change in history.changes:
        subsection.handle(change)
    assert (subsection.sent_version, subsection.version, subsection.counts) == (0, 3, history.changes[2].counts)
    assert {change.at for change in history.changes} >= {subsection.changed_at} == {"t3"}
    subsection.mark_sent()
    assert (state(subsection), subsection.pending) == ((3, 3, {}), False)


def test_a_message_that_arrives_twice_is_applied_once(history):
    subsection = subsection_at()
    subsection.handle(history.changes[0])
    subsection.mark_sent()
    subsection.handle(history.changes[0])
    assert not subsection.pending


def test_an_early_message_waits_for_those_before_it(history):
    subsection = subsection_at()
    subsection.handle(history.changes[2])
    subsection.handle(history.changes[1])
    assert (subsection.version, subsection.pending) == (0, False)
    subsection.handle(history.changes[0])
    assert (subsection.version, subsection.counts) == (3, history.changes[2].counts)


def test_a_message_of_several_versions_is_applied_as_one(history):
    changes = history.changes
    merged = Change(3, "available", [1, 2], "t3", history.changes[2].counts, version_count=2)
    subsection = subsection_at()
    subsection.handle(merged)
    assert (subsection.version, subsection.pending) == (0, False)
    subsection.handle(changes[0])
    assert (subsection.sent_version, subsection.version, subsection.counts) == (0, 3, changes[2].counts)
    assert subsection.changed | {1: "available", 2: "available"} == subsection.changed


def test_a_message_of_several_versions_that_a_snapshot_contained_is_ignored(history):
    subsection = subsection_at()
    subsection.handle(Change(3, "available", [1, 2], "t3", history.changes[2].counts, version_count=2))
    subsection.apply_snapshot(history.snapshot(0, 3))
    assert (subsection.version, subsection.early, subsection.counts) == (3, {}, history.changes[2].counts)
    before = state(subsection)
    subsection.handle(Change(3, "available", [1, 2], "t3", history.changes[2].counts, version_count=2))
    assert state(subsection) == before


def test_a_snapshot_brings_lost_changes_seat_by_seat(history):
    subsection = subsection_at()
    subsection.handle(history.changes[2])
    subsection.apply_snapshot(history.snapshot(0, 2))
    assert (subsection.sent_version, subsection.version, subsection.early) == (0, 3, {})


def test_a_snapshot_that_messages_have_overtaken_changes_nothing(history):
    subsection = subsection_at()
    for change in history.changes:
        subsection.handle(change)
    subsection.apply_snapshot(history.snapshot(0, 1))
    assert (subsection.version, subsection.counts) == (3, history.changes[2].counts)


def test_versions_without_changes_make_all_viewers_fetch_the_subsection(history):
    subsection = subsection_at()
    subsection.handle(history.changes[0])
    subsection.seat_status = SeatStatusMap()
    subsection.apply_snapshot(Snapshot(5, 100, counts_of("s" * SIZE), []))
    assert (state(subsection), subsection.pending) == ((5, 5, {}), True)
    assert subsection.counts.sold == SIZE
    assert not subsection.seat_status


def test_seat_status_loaded_while_changes_arrive_is_right_whichever_was_first(history):
    for read_at in range(4):
        subsection = subsection_at()
        subsection.seat_status = SeatStatusMap()
        subsection.handle(history.changes[0])
        subsection.handle(history.changes[1])
        subsection.seat_status.load(read_at, history.letters[read_at])
        subsection.handle(history.changes[2])
        assert (subsection.seat_status.version, subsection.seat_status.letters.decode()) == (3, history.letters[3])


def test_stats_are_the_sum_of_the_subsections():
    assert total_counts([subsection_at(), subsection_at(letters="rrsb" + "a" * 16)]) == {
        "available": 36, "reserved": 2, "sold": 1, "blocked": 1, "total": 40,
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(200))
def test_whatever_is_lost_doubled_or_late_viewers_end_with_the_database_state(seed):
    """Deltas sent at random moments, replayed by the rule in docs/live.md, equal the history's end."""
    chance = random.Random(seed)
    history = History(40, chance)
    subsection, known, seats = subsection_at(), 0, list(history.letters[0])

    def flush() -> None:
        nonlocal known
        if subsection.pending and subsection.sent_version <= known < subsection.version:
            for seat, status in subsection.changed_seats().items():
                row, number = map(int, seat.split("-"))
                seats[(row - 1) * 10 + number - 1] = status[0]
            known = subsection.version
        subsection.mark_sent()

    messages = [change for change in history.changes for _ in range(chance.choice([0, 1, 1, 2]))]
    messages.sort(key=lambda change: change.version + chance.uniform(0, 6))
    for change in messages:
        subsection.handle(change)
        if chance.random() < 0.3:
            flush()
        if chance.random() < 0.1:
            subsection.apply_snapshot(history.snapshot(subsection.version, max(subsection.version, change.version)))
    subsection.apply_snapshot(history.snapshot(subsection.version, 40))
    flush()
    assert (known, "".join(seats), subsection.counts) == (40, history.letters[40], counts_of(history.letters[40]))
