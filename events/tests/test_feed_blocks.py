"""A block follows the changes, in whatever order and from wherever it hears of them."""

import random

import pytest

from events.blocks import Block, Change, Counts, Seats, Truth, total_counts

SIZE = 20


def counts_of(letters: str) -> Counts:
    return Counts(*(letters.count(letter) for letter in "arsb"))


def block_at(version: int = 0, letters: str = "a" * SIZE) -> Block:
    return Block(
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

    def truth(self, known: int, version: int) -> Truth:
        trail = [change._replace(counts=None) for change in self.changes[known:version]]
        return Truth(version, 100, counts_of(self.letters[version]), trail)


@pytest.fixture
def history() -> History:
    return History(3, random.Random(1))


def told(block: Block) -> tuple[int, int, dict[str, str]]:
    return block.told, block.version, block.changed_seats()


def test_news_in_order_is_applied_and_merged(history):
    block = block_at()
    for change in history.changes:
        block.hear(change)
    assert (block.told, block.version, block.counts) == (0, 3, history.changes[2].counts)
    assert {change.at for change in history.changes} >= {block.changed_at} == {"t3"}
    block.tell()
    assert (told(block), block.due) == ((3, 3, {}), False)


def test_doubled_news_is_ignored(history):
    block = block_at()
    block.hear(history.changes[0])
    block.tell()
    block.hear(history.changes[0])
    assert not block.due


def test_news_that_is_too_early_waits_for_what_comes_before(history):
    block = block_at()
    block.hear(history.changes[2])
    block.hear(history.changes[1])
    assert (block.version, block.due) == (0, False)
    block.hear(history.changes[0])
    assert (block.version, block.counts) == (3, history.changes[2].counts)


def test_news_of_several_versions_is_one_step(history):
    changes = history.changes
    merged = Change(3, "available", [1, 2], "t3", history.changes[2].counts, steps=2)
    block = block_at()
    block.hear(merged)
    assert (block.version, block.due) == (0, False)
    block.hear(changes[0])
    assert (block.told, block.version, block.counts) == (0, 3, changes[2].counts)
    assert block.changed | {1: "available", 2: "available"} == block.changed


def test_news_of_several_versions_that_the_trail_has_told_is_ignored(history):
    block = block_at()
    block.hear(Change(3, "available", [1, 2], "t3", history.changes[2].counts, steps=2))
    block.learn(history.truth(0, 3))
    assert (block.version, block.early, block.counts) == (3, {}, history.changes[2].counts)
    painted = told(block)
    block.hear(Change(3, "available", [1, 2], "t3", history.changes[2].counts, steps=2))
    assert told(block) == painted


def test_the_truth_brings_what_was_lost_seat_by_seat(history):
    block = block_at()
    block.hear(history.changes[2])
    block.learn(history.truth(0, 2))
    assert (block.told, block.version, block.early) == (0, 3, {})


def test_a_truth_that_news_has_overtaken_changes_nothing(history):
    block = block_at()
    for change in history.changes:
        block.hear(change)
    block.learn(history.truth(0, 1))
    assert (block.version, block.counts) == (3, history.changes[2].counts)


def test_what_the_trail_does_not_explain_makes_everybody_ask_again(history):
    block = block_at()
    block.hear(history.changes[0])
    block.seats = Seats()
    block.learn(Truth(5, 100, counts_of("s" * SIZE), []))
    assert (told(block), block.due) == ((5, 5, {}), True)
    assert block.counts.sold == SIZE
    assert not block.seats


def test_letters_that_are_read_while_changes_come_are_right_whichever_was_first(history):
    for read_at in range(4):
        block = block_at()
        block.seats = Seats()
        block.hear(history.changes[0])
        block.hear(history.changes[1])
        block.seats.read(read_at, history.letters[read_at])
        block.hear(history.changes[2])
        assert (block.seats.version, block.seats.letters.decode()) == (3, history.letters[3])


def test_stats_are_the_sum_of_the_blocks():
    assert total_counts([block_at(), block_at(letters="rrsb" + "a" * 16)]) == {
        "available": 36, "reserved": 2, "sold": 1, "blocked": 1, "total": 40,
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(200))
def test_whatever_is_lost_doubled_or_late_viewers_end_with_the_truth(seed):
    """Deltas told at random moments, replayed by the contract's rule, equal the history's end."""
    chance = random.Random(seed)
    history = History(40, chance)
    block, known, seats = block_at(), 0, list(history.letters[0])

    def flush() -> None:
        nonlocal known
        if block.due and block.told <= known < block.version:
            for seat, status in block.changed_seats().items():
                row, number = map(int, seat.split("-"))
                seats[(row - 1) * 10 + number - 1] = status[0]
            known = block.version
        block.tell()

    news = [change for change in history.changes for _ in range(chance.choice([0, 1, 1, 2]))]
    news.sort(key=lambda change: change.version + chance.uniform(0, 6))
    for change in news:
        block.hear(change)
        if chance.random() < 0.3:
            flush()
        if chance.random() < 0.1:
            block.learn(history.truth(block.version, max(block.version, change.version)))
    block.learn(history.truth(block.version, 40))
    flush()
    assert (known, "".join(seats), block.counts) == (40, history.letters[40], counts_of(history.letters[40]))
