"""Make `manage.py runserver` Daphne's command of that name, which serves streams too.

Daphne's Django app would do the same, but it loads Daphne's server into every process.
"""

from daphne.management.commands.runserver import Command

__all__ = ["Command"]
