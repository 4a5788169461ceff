#!/usr/bin/env python
"""Django's commands, on the embedded services of this checkout unless DATABASE_URL and REDIS_URL are set."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ticketing.settings")
    from django.core.management import execute_from_command_line

    from ticketing import embedded

    with embedded.lease():
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
