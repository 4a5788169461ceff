"""Operations are repeated where that is safe, and only there. The database and its failures are real."""

import threading
from collections.abc import Iterator

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.db.models.functions import Now

from core.errors import OutcomeUnknown, Overloaded
from core.models import FeatureSwitch
from core.tests.cable import Cable, cable
from core.transactions import ATTEMPTS, retrying_transaction

pytestmark = pytest.mark.django_db(transaction=True)


class Runs(list[str]):
    """The names of the operations that have started."""


@pytest.fixture
def runs() -> Runs:
    return Runs()


@pytest.fixture
def database_proxy() -> Iterator[Cable]:
    with cable() as proxy:
        yield proxy


def rows_named(name: str = "mark") -> int:
    return FeatureSwitch.objects.filter(name=name).count()


def write(runs: Runs, name: str = "mark") -> None:
    runs.append(name)
    FeatureSwitch.objects.create(name=name, changed_at=Now())


def test_an_operation_that_does_not_fail_runs_once(runs: Runs) -> None:
    retrying_transaction(write)(runs)
    assert (len(runs), rows_named()) == (1, 1)


def test_a_refused_operation_is_rolled_back_and_not_repeated(runs: Runs) -> None:
    @retrying_transaction
    def refuse() -> None:
        write(runs)
        raise Overloaded

    with pytest.raises(Overloaded):
        refuse()
    assert (len(runs), rows_named()) == (1, 0)


def test_a_constraint_violation_is_not_repeated(runs: Runs) -> None:
    retrying_transaction(write)(runs)
    with pytest.raises(IntegrityError):
        retrying_transaction(write)(runs)
    assert (len(runs), rows_named()) == (2, 1)


def test_the_victim_of_a_deadlock_is_repeated() -> None:
    for name in ("left", "right"):
        FeatureSwitch.objects.create(name=name, changed_at=Now())
    both_hold_one = threading.Barrier(2)
    started: list[str] = []

    @retrying_transaction
    def take(*names: str) -> None:
        first, second = names
        started.append(first)
        FeatureSwitch.objects.select_for_update().get(name=first)
        if started.count(first) == 1:
            both_hold_one.wait(5)
        FeatureSwitch.objects.filter(name=second).update(is_on=True)

    def run(*names: str) -> None:
        try:
            take(*names)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=names) for names in (("left", "right"), ("right", "left"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(started) == 3  # one of them twice
    assert FeatureSwitch.objects.filter(is_on=True).count() == 2


@pytest.mark.parametrize("sqlstate", ["40001", "40P01"])
def test_serialization_failures_and_deadlocks_are_repeated(runs: Runs, sqlstate: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE SEQUENCE tries")
        cursor.execute(
            f"CREATE FUNCTION give_up() RETURNS void LANGUAGE plpgsql AS $$ BEGIN "
            f"IF nextval('tries') < 3 THEN RAISE EXCEPTION 'no' USING ERRCODE = '{sqlstate}'; END IF; END $$"
        )
    try:
        retrying_transaction(_write_and_call)(runs)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION give_up; DROP SEQUENCE tries")
    assert (len(runs), rows_named()) == (3, 1)


def _write_and_call(runs: Runs) -> None:
    write(runs)
    with connection.cursor() as cursor:
        cursor.execute("SELECT give_up()")


def test_the_last_failure_is_raised_after_all_attempts(runs: Runs) -> None:
    @retrying_transaction
    def give_up() -> None:
        write(runs)
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '40001'; END $$")

    with pytest.raises(OperationalError):
        give_up()
    assert (len(runs), rows_named()) == (ATTEMPTS, 0)


def test_a_connection_lost_before_the_commit_is_repeated(database_proxy: Cable, runs: Runs) -> None:
    database_proxy.cut_at(b'INSERT INTO "core_featureswitch"', deliver=True)
    retrying_transaction(write)(runs)
    assert (database_proxy.cuts, len(runs), rows_named()) == (1, 2, 1)


def test_a_connection_lost_while_idle_is_replaced(database_proxy: Cable, runs: Runs) -> None:
    assert rows_named() == 0
    database_proxy.cut()
    retrying_transaction(write)(runs)
    assert (len(runs), rows_named()) == (2, 1)


@pytest.mark.parametrize("deliver", [True, False], ids=["the database received it", "the database did not"])
def test_a_connection_lost_during_the_commit_is_an_unknown_outcome(
    database_proxy: Cable, runs: Runs, deliver: bool
) -> None:
    database_proxy.cut_at(b"COMMIT", deliver=deliver)
    with pytest.raises(OutcomeUnknown) as unknown:
        retrying_transaction(write)(runs)
    assert unknown.value.body()["code"] == "overloaded"
    assert (len(runs), rows_named()) == (1, int(deliver))


def test_a_read_only_session_is_replaced(runs: Runs) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    retrying_transaction(write)(runs)
    assert (len(runs), rows_named()) == (2, 1)


def test_a_session_ended_by_the_server_is_replaced(runs: Runs) -> None:
    @retrying_transaction
    def interrupted() -> None:
        write(runs)
        if len(runs) == 1:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    interrupted()
    assert (len(runs), rows_named()) == (2, 1)
