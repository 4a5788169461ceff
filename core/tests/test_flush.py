"""The flush of a transactional test, after which the next test finds no rows."""

import re
import threading
import time

import pytest
from django.core.management import call_command
from django.core.management.color import no_style
from django.core.management.sql import sql_flush
from django.db import connection
from django.db.models.functions import Now

from core.models import FeatureSwitch

WAITING = """
    SELECT count(*) FROM pg_locks l
    WHERE l.relation = %s::regclass AND l.mode = 'AccessExclusiveLock' AND NOT l.granted
"""


@pytest.mark.django_db(transaction=True)
def test_a_flush_that_deadlocks_with_a_reader_is_repeated() -> None:
    FeatureSwitch.objects.create(name="mark", changed_at=Now())
    (truncate,) = sql_flush(no_style(), connection, reset_sequences=False)
    first, *_, last = re.findall(r'"(\w+)"', truncate)
    last_is_locked = threading.Event()
    read: list[int] = []

    def read_last_and_first() -> None:
        with connection.cursor() as cursor:
            # The flush, and not the reader, looks for the deadlock and is its victim, however slow the machine is.
            cursor.execute(f"BEGIN; SET LOCAL deadlock_timeout = '1min'; LOCK TABLE {last} IN ACCESS SHARE MODE")
            last_is_locked.set()
            until = time.monotonic() + 10
            while time.monotonic() < until and not cursor.execute(WAITING, [last]).fetchone()[0]:
                pass
            read.append(cursor.execute(f"SELECT count(*) FROM {first}").fetchone()[0])
            cursor.execute("COMMIT")
        connection.close()

    reader = threading.Thread(target=read_last_and_first)
    reader.start()
    assert last_is_locked.wait(10)
    call_command("flush", interactive=False, verbosity=0, reset_sequences=False, inhibit_post_migrate=True)
    reader.join(10)
    assert len(read) == 1  # the deadlock ended the flush, not the reader
    assert not FeatureSwitch.objects.exists()
