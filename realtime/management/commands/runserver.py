"""`manage.py runserver` serves the streams too. Daphne's app would do it, but loads its server into every process."""

from daphne.management.commands.runserver import Command

__all__ = ["Command"]
