"""The baseline: the hold as one SQL function (hold.sql) under pgbench, on the product's Postgres server.

It uses a database of its own with the product's schema, so that it never touches the product's data.
"""

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row

from benchmarks.tools.stage import manage
from ticketing.embedded import postgres_binaries

HERE = Path(__file__).resolve().parent
SCRATCH = "ticketing_bench"
LIMIT_SECONDS = 300
CLIENTS = 8  # the fastest number on few cores: enough to keep them busy, too few to queue

# The subsections of an event have consecutive ids from :first on; the demo has at least 20 users with ids from 1 on.
SCRIPT = r"""
\set subsection :first + random(0, :subsections - 1)
\set buyer random(1, 20)
SELECT bench_hold(:subsection, :buyer);
"""


@contextmanager
def scratch_database() -> Iterator[str]:
    """Yield the URL of a migrated database with the demo data and `bench_hold`; drop it at the end."""
    from django.conf import settings

    parts = urlsplit(settings.DATABASE_URL)
    url = urlunsplit(parts._replace(path=f"/{SCRATCH}"))
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(SCRATCH))
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as server:
        server.execute(drop)
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(SCRATCH)))
        try:
            _fill(url)
            yield url
        finally:
            server.execute(drop)


def new_event(url: str, config: dict[str, Any]) -> dict[str, Any]:
    """Create an event from a body of POST /api/event; return `id` and `sections` as the API does."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(config, file)
        file.flush()
        _run_manage(url, "create_event", "--config", file.name)
    with psycopg.connect(url, row_factory=dict_row) as connection:
        sections = connection.execute(
            "SELECT event_id, section, number AS subsection FROM events_subsection"
            " WHERE event_id = (SELECT max(id) FROM events_event) ORDER BY id"
        ).fetchall()
    return {"id": sections[0]["event_id"], "sections": sections}


def holds_per_second(url: str, event: dict[str, Any], *, holds: int) -> float:
    """Return the transactions per second of pgbench.

    It makes `holds` of them, each in a random subsection of the event.
    """
    with psycopg.connect(url) as connection:
        connection.execute("ANALYZE")
        first = connection.execute("SELECT min(id) FROM events_subsection WHERE event_id = %s", [event["id"]])
        numbers = {"first": first.fetchall()[0][0], "subsections": len(event["sections"])}
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(SCRIPT)
        script.flush()
        result = subprocess.run(
            [
                str(postgres_binaries.folder() / "pgbench"),
                *("--no-vacuum", "--protocol=prepared", f"--client={CLIENTS}", "--jobs=2"),
                *(f"--transactions={holds // CLIENTS}", f"--file={script.name}"),
                *(f"--define={name}={number}" for name, number in numbers.items()),
            ],
            env=os.environ | _access(url),
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )
    rate = re.search(r"^tps = ([0-9.]+)", result.stdout, re.MULTILINE)
    if result.returncode or rate is None:
        raise RuntimeError(f"pgbench: {result.stdout}{result.stderr}")
    return float(rate[1])


def server_settings(url: str) -> dict[str, str]:
    """Return the version and the settings of the server that determine its write speed."""
    names = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers")
    with psycopg.connect(url) as connection:
        return {name: str(connection.execute(f"SHOW {name}").fetchall()[0][0]) for name in names}


def _fill(url: str) -> None:
    _run_manage(url, "migrate")
    _run_manage(url, "seed_demo")
    with psycopg.connect(url) as connection:
        connection.execute((HERE / "hold.sql").read_bytes())


def _run_manage(url: str, *arguments: str) -> None:
    from django.conf import settings

    result = manage(*arguments, DATABASE_URL=url, SECRET_KEY=settings.SECRET_KEY)
    if result.returncode:
        raise RuntimeError(f"manage.py {arguments[0]}: {result.stderr}")


def _access(url: str) -> dict[str, str]:
    """Return the URL as environment variables of pgbench, so that no password is on a command line."""
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    return {names[key]: str(value) for key, value in conninfo_to_dict(url).items() if key in names}
