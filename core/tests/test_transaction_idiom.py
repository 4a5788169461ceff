"""An operation's transaction has one idiom: `retrying_transaction`. Found by reading the source, without running it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).parents[2]
PACKAGES = ("accounts", "bookings", "core", "events", "realtime", "ticketing")
NOT_PRODUCTION = {"migrations", "testing", "tests"}

# The only functions that may open a transaction with Django's means, by file and function.
OUTERMOST = {
    "core/transactions.py:_run_once": "the decorator itself",
}
SAVEPOINTS = {
    "bookings/payments/settle.py:_take_again": "seats that are taken roll back alone; the refund is recorded",
}
MEANS = {"atomic", "set_autocommit", "non_atomic_requests"}


def production_files() -> Iterator[Path]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).parts
            if not NOT_PRODUCTION.intersection(parts) and path.name != "conftest.py":
                yield path


def uses(source: str) -> Iterator[tuple[str, str]]:
    """Yield (function, what) for each use of Django's transactions: a name in MEANS, or "durable" for the argument."""
    yield from _uses(ast.parse(source), "module")


def _uses(node: ast.AST, function: str) -> Iterator[tuple[str, str]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _uses(child, child.name)  # with its decorators
            continue
        if isinstance(child, ast.Attribute) and child.attr in MEANS:
            yield function, child.attr
        if isinstance(child, ast.ImportFrom):
            yield from ((function, alias.name) for alias in child.names if alias.name in MEANS)
        if isinstance(child, ast.keyword) and child.arg == "durable":
            yield function, "durable"
        yield from _uses(child, function)


@pytest.fixture(scope="module")
def found() -> dict[str, set[str]]:
    """All uses in production code, by "file:function"."""
    by_place: dict[str, set[str]] = {}
    for path in production_files():
        for function, what in uses(path.read_text()):
            by_place.setdefault(f"{path.relative_to(ROOT)}:{function}", set()).add(what)
    return by_place


def test_only_the_decorator_opens_an_outermost_transaction(found: dict[str, set[str]]) -> None:
    """If this fails: decorate the operation with `core.transactions.retrying_transaction`.

    Only a savepoint inside of an operation may use `transaction.atomic()`; add it to SAVEPOINTS with its reason.
    """
    assert set(found) == {*OUTERMOST, *SAVEPOINTS}


def test_savepoints_are_plain(found: dict[str, set[str]]) -> None:
    assert {place: found[place] for place in SAVEPOINTS} == {place: {"atomic"} for place in SAVEPOINTS}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("@transaction.atomic(durable=True)\ndef pay(): ...", [("pay", "atomic"), ("pay", "durable")]),
        ("@transaction.atomic\ndef pay(): ...", [("pay", "atomic")]),
        ("def pay():\n    with transaction.atomic():\n        pass", [("pay", "atomic")]),
        ("async def pay():\n    return transaction.atomic", [("pay", "atomic")]),
        ("from django.db.transaction import atomic as once", [("module", "atomic")]),
        ("class Payment:\n    def pay(self):\n        connection.set_autocommit(False)", [("pay", "set_autocommit")]),
        ("from core.transactions import retrying_transaction\n@retrying_transaction\ndef pay(): ...", []),
    ],
)
def test_every_form_is_found(source: str, expected: list[tuple[str, str]]) -> None:
    assert sorted(uses(source)) == expected


def test_requests_have_no_transaction_of_their_own() -> None:
    """With ATOMIC_REQUESTS, no operation would be an outermost transaction."""
    assert not connection.settings_dict["ATOMIC_REQUESTS"]
