"""Install SQL functions, triggers and keys from files: `<app>/sql/<name>.sql` has the one current definition.

To change a function, edit its file and add a migration with one line:

    operations = [install("bookings", "hold")]

A file can be run again and again: trigger functions, triggers and functions that columns depend on are CREATE OR
REPLACE; any other function is dropped first (DROP FUNCTION IF EXISTS), so that its parameters and result can change as
well.
"""

from pathlib import Path
from typing import Any

from django.apps import apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation


def sql_file(app_label: str, name: str) -> Path:
    """Return the path of the app's SQL file `name`."""
    return Path(apps.get_app_config(app_label).path) / "sql" / f"{name}.sql"


def install(app_label: str, name: str) -> "InstallSQLFile":
    """Return the migration operation that runs `<app>/sql/<name>.sql`."""
    return InstallSQLFile(app_label, name)


class InstallSQLFile(Operation):
    """A migration operation that runs an SQL file as it is at the time of the migration.

    A new database therefore gets the newest definition already from the first migration that installs the file.
    PL/pgSQL bodies may name columns that a later migration adds. Unapplying does nothing: to install an older
    definition, check out the older file and migrate.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, file_app: str, name: str) -> None:
        self.file_app, self.name = file_app, name

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Do nothing: no model changes."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Run the file."""
        schema_editor.execute(sql_file(self.file_app, self.name).read_text(encoding="utf-8"), params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Do nothing: the installed definition stays (see the class)."""

    def describe(self) -> str:
        """Return the description for the output of `migrate`."""
        return f"Install {self.file_app}/sql/{self.name}.sql"
