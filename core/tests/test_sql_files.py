"""The database has the functions and triggers of the SQL files, and no others."""

import re
from collections import Counter
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from core.sql_files import InstallSQLFile, install, sql_file

APPS = ("core", "accounts", "events", "bookings")  # in the order in which they build on each other
RUN_ONCE = {("events", name) for name in ("keys", "layout_table", "ticket_table", "search_columns")} | {
    ("bookings", name) for name in ("keys", "order_keys", "refund_keys", "seat_lists", "terms_keys")
}
OURS = "pronamespace = 'public'::regnamespace"
FUNCTIONS = f"SELECT oid::regprocedure::text, pg_get_functiondef(oid) FROM pg_proc WHERE {OURS}"
TRIGGERS = "SELECT tgrelid::regclass || '.' || tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"
DEFINED = re.compile(r"^CREATE (?:OR REPLACE )?(?:FUNCTION (\w+)|TRIGGER (\w+)\s[^;]*?\sON (\w+))", re.MULTILINE)


def files() -> dict[tuple[str, str], Path]:
    return {
        (app, path.stem): path
        for app in APPS
        for path in sorted((Path(apps.get_app_config(app).path) / "sql").glob("*.sql"))
    }


def catalog() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(f"{FUNCTIONS} UNION ALL {TRIGGERS}")
        return dict(cursor.fetchall())


def drop_all() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT oid::regprocedure FROM pg_proc WHERE {OURS}")
        for (function,) in cursor.fetchall():
            cursor.execute(f"DROP FUNCTION {function} CASCADE")


def install_all() -> None:
    with connection.cursor() as cursor:
        for key, path in files().items():
            if key not in RUN_ONCE:
                cursor.execute(path.read_text(encoding="utf-8"))


def test_the_migrated_database_has_what_the_files_say_and_nothing_else(db: None) -> None:
    migrated = catalog()
    drop_all()
    assert catalog() == {}
    install_all()
    assert catalog() == migrated
    assert len(migrated) > 30


def test_a_function_that_no_file_has_is_noticed(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE FUNCTION stray() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    stray = catalog()
    drop_all()
    install_all()
    assert stray.keys() - catalog().keys() == {"stray()"}


def test_the_files_can_be_run_again(db: None) -> None:
    migrated = catalog()
    install_all()
    install_all()
    assert catalog() == migrated


def test_each_function_and_trigger_is_defined_once() -> None:
    defined = Counter(match for path in files().values() for match in DEFINED.findall(path.read_text(encoding="utf-8")))
    assert {match: times for match, times in defined.items() if times > 1} == {}
    assert len(defined) > 25


def test_each_file_is_installed_by_a_migration_of_its_app_and_each_installed_file_exists() -> None:
    migrations = MigrationLoader(None).disk_migrations
    installed = {
        (operation.file_app, operation.name): app
        for (app, _), migration in migrations.items()
        for operation in migration.operations
        if isinstance(operation, InstallSQLFile)
    }
    assert installed.keys() == files().keys()
    assert all(file_app == app for (file_app, _), app in installed.items())


def test_no_python_module_defines_a_function_or_a_trigger() -> None:
    definition = re.compile(r"CREATE (OR REPLACE )?(FUNCTION|TRIGGER)")
    modules = [path for app in APPS for path in Path(apps.get_app_config(app).path).rglob("*.py")]
    guilty = [path for path in modules if "tests" not in path.parts and definition.search(path.read_text("utf-8"))]
    assert guilty == []


@pytest.mark.parametrize(("app", "name"), files())
def test_each_file_begins_with_its_promise(app: str, name: str) -> None:
    head = sql_file(app, name).read_text(encoding="utf-8")
    assert head.startswith("-- ")
    if (app, name) not in RUN_ONCE and name != "seat_rules":
        assert all(part in head for part in ("-- Promises: ", "-- Locks: ", "-- Called by: "))


def test_installing_says_which_file() -> None:
    assert install("bookings", "hold").describe() == "Install bookings/sql/hold.sql"
