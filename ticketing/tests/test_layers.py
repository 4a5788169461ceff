"""The layers of layers.toml hold, cover every module, and SQL writes only the tables it may write."""

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

from django.apps import apps

CHECKOUT = Path(__file__).resolve().parent.parent.parent
MAX_MODULES = 20  # in a folder, with __init__.py; a folder with more is split by subject
TESTS = {"tests", "migrations"}
LAYERS = tomllib.loads((CHECKOUT / "layers.toml").read_text())["tool"]["importlinter"]
OUTSIDE = {"benchmarks", "chaos", "e2e", "conftest", "manage"}  # not part of the product; they may import anything

# Which SQL outside an app writes its tables, and why. Everything else of an app's tables is written by the app itself.
WRITES_OF_OTHERS = {
    (f"bookings/sql/{file}", table): "one statement and one round trip, under the subsection's lock"
    for file in ("hold.sql", "sell.sql")
    for table in ("events_ticket", "events_seatchange")
}
WRITE = re.compile(
    r"\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE(?:\s+TABLE)?|COPY)\s+(?:ONLY\s+)?\"?([a-z]+_[a-z]+)\b",
    re.IGNORECASE,
)


def test_imports_only_point_down() -> None:
    result = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--config", "layers.toml", "--no-cache"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout


def test_every_package_of_the_product_has_a_layer() -> None:
    found = {path.parent.name for path in CHECKOUT.glob("*/__init__.py")} | {p.stem for p in CHECKOUT.glob("*.py")}
    assert found - OUTSIDE == set(LAYERS["root_packages"])


def test_no_folder_is_crowded() -> None:
    modules = [path for root in LAYERS["root_packages"] for path in (CHECKOUT / root).rglob("*.py")]
    counts = Counter(path.parent for path in modules if not TESTS & set(path.parts))
    assert counts[CHECKOUT / "core"] > 1
    assert {folder: count for folder, count in counts.items() if count > MAX_MODULES} == {}


def test_every_package_with_several_modules_has_an_exhaustive_contract() -> None:
    contracts = [contract for contract in LAYERS["contracts"] if "containers" in contract]
    assert all(contract["exhaustive"] for contract in contracts)
    covered = {container for contract in contracts for container in contract["containers"]}
    packages = {package for root in LAYERS["root_packages"] for package in _packages(CHECKOUT / root)}
    assert packages - covered == set()


def test_only_tests_are_left_out() -> None:
    left_out = {name for contract in LAYERS["contracts"] for name in contract.get("exhaustive_ignores", [])}
    assert left_out <= {"tests", "testing", "conftest", "migrations"}
    ignored = {line for contract in LAYERS["contracts"] for line in contract["ignore_imports"]}
    ignored -= {"**.tests.** -> **", "**.conftest -> **"}
    assert all(line.endswith(" -> ticketing.embedded") for line in ignored)


def test_sql_writes_only_tables_of_its_own_app() -> None:
    """Imports can't show this: SQL functions and statements name tables of other apps."""
    tables = {model._meta.db_table: model._meta.app_label for model in apps.get_models(include_auto_created=True)}
    writes = {
        (str(path.relative_to(CHECKOUT)), table)
        for root in LAYERS["root_packages"]
        for path in [*(CHECKOUT / root).rglob("*.sql"), *(CHECKOUT / root).rglob("*.py")]
        if not {"tests", "migrations", "testing"} & set(path.parts)
        for table in _tables_written(path)
        if tables.get(table, path.parts[len(CHECKOUT.parts)]) != path.parts[len(CHECKOUT.parts)]
    }
    assert writes == set(WRITES_OF_OTHERS)


def test_the_search_for_writes_finds_them() -> None:
    text = "INSERT INTO events_ticket (a) SELECT 1; UPDATE ONLY bookings_booking b SET x = 1; DELETE FROM accounts_user"
    assert set(WRITE.findall(text)) == {"events_ticket", "bookings_booking", "accounts_user"}


def _packages(root: Path) -> set[str]:
    """Dotted names of the packages below `root` that have at least two modules or packages of their own."""
    found = set()
    for init in root.rglob("__init__.py"):
        parts = init.parent.relative_to(CHECKOUT).parts
        if {"tests", "migrations", "testing"} & set(parts):
            continue
        modules = [path for path in init.parent.glob("*.py") if path.stem not in ("__init__", "conftest")]
        packages = [
            path for path in init.parent.glob("*/__init__.py") if path.parent.name not in ("tests", "migrations")
        ]
        if len(modules) + len(packages) > 1:
            found.add(".".join(parts))
    return found


def _tables_written(path: Path) -> set[str]:
    """Tables that SQL in a file writes: the whole text of a .sql file, the string constants of a module."""
    text = path.read_text()
    if path.suffix == ".sql":
        return set(WRITE.findall(re.sub(r"--.*", "", text)))
    constants = (node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant))
    return {table for value in constants if isinstance(value, str) for table in WRITE.findall(value)}
