"""`python -m chaos`: runs on an embedded Postgres and Valkey of its own, whose data is kept for inspection."""

import os
from pathlib import Path

os.environ.setdefault("STATE_DIR", str(Path(__file__).resolve().parent.parent / ".state" / "chaos"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ticketing.settings")
os.environ.setdefault("LOG_LEVEL", "ERROR")

from ticketing import embedded

if __name__ == "__main__":
    with embedded.lease():
        import django

        django.setup()

        from django.core.management import call_command

        call_command("migrate", verbosity=0)

        from chaos.payments import main

        main()
