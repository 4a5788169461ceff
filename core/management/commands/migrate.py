"""`manage.py migrate`, which refuses a database that the current migrations can't upgrade."""

from typing import Any

from django.core.management import CommandError
from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

# Migrations of version 0.1.0 that 0.2.0 squashed. A database that has recorded one has tables of version 0.1.0.
SQUASHED = {("accounts", "0002_end_tokens"), ("events", "0002_tickets"), ("bookings", "0002_money_and_admissions")}
REFUSAL = (
    "This database was made by version 0.1.0, which can't be migrated: create an empty database, or delete the embedded"
    " one with `make clean`."
)


class Command(migrate.Command):
    """Django's command, with a check of the migrations that the database has recorded."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate. Raises CommandError for a database made before the migrations were squashed."""
        if SQUASHED & MigrationRecorder(connections[options["database"]]).applied_migrations().keys():
            raise CommandError(REFUSAL)
        super().handle(*args, **options)
