"""A database made before the migrations were squashed is refused."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from core.management.commands.migrate import SQUASHED
from core.tests.test_sql_files import catalog


@pytest.mark.parametrize(("app", "name"), sorted(SQUASHED))
def test_a_database_with_older_migrations_is_refused_and_left_alone(db: None, app: str, name: str) -> None:
    recorder = MigrationRecorder(connection)
    recorder.record_applied(app, name)
    before = catalog(), set(recorder.applied_migrations())
    with pytest.raises(CommandError, match=r"^This database was made by version 0\.1\.0, .*[^\n]$"):
        call_command("migrate", verbosity=0)
    assert (catalog(), set(recorder.applied_migrations())) == before


def test_a_database_of_this_version_is_migrated(db: None) -> None:
    call_command("migrate", verbosity=0)
