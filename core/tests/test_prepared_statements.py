"""Prepared statements are repeated where that is safe."""

from collections.abc import Iterator

import pytest
from django.db import OperationalError, connection, transaction

from core.errors import OutcomeUnknown
from core.models import FeatureSwitch
from core.prepared_statements import execute_prepared, kept_cursor
from core.tests.cable import Cable, cable

pytestmark = pytest.mark.django_db(transaction=True)

WRITE = """
    INSERT INTO core_featureswitch (name, is_on, changed_at) VALUES (%s::text, false, now())
    ON CONFLICT (name) DO UPDATE SET is_on = true RETURNING is_on
"""


@pytest.fixture
def database_proxy() -> Iterator[Cable]:
    with cable() as proxy:
        execute_prepared("SELECT %s::int", (1,))
        yield proxy


def test_a_lost_connection_is_replaced_before_the_query_is_sent(database_proxy: Cable) -> None:
    connection.close()
    database_proxy.cut()
    assert execute_prepared(WRITE, ("mark",)) == (False,)


@pytest.mark.parametrize("deliver", [True, False], ids=["the database received it", "the database did not"])
def test_a_result_that_never_arrives_is_an_unknown_outcome(database_proxy: Cable, deliver: bool) -> None:
    database_proxy.cut_at(b"mark", deliver=deliver)
    with pytest.raises(OutcomeUnknown):
        execute_prepared(WRITE, ("mark",))
    assert FeatureSwitch.objects.filter(name="mark").count() == int(deliver)


@pytest.mark.parametrize("deliver", [True, False], ids=["the database received it", "the database did not"])
def test_a_repeatable_query_is_repeated(database_proxy: Cable, deliver: bool) -> None:
    database_proxy.cut_at(b"mark", deliver=deliver)
    assert execute_prepared(WRITE, ("mark",), repeatable=True) == (
        deliver,
    )  # the second run finds the row of the first
    assert FeatureSwitch.objects.count() == 1


@pytest.fixture
def fails_twice() -> Iterator[None]:
    """The SQL function `fail_twice()`, which fails with a deadlock twice and then returns 1."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE SEQUENCE tries")
        cursor.execute(
            "CREATE FUNCTION fail_twice() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN "
            "IF nextval('tries') < 3 THEN RAISE EXCEPTION 'no' USING ERRCODE = '40P01'; END IF; RETURN 1; END $$"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION fail_twice; DROP SEQUENCE tries")


def test_the_victim_of_a_deadlock_is_repeated(fails_twice: None) -> None:
    assert execute_prepared("SELECT fail_twice()", ()) == (1,)


def test_inside_a_transaction_nothing_is_repeated(fails_twice: None) -> None:
    with pytest.raises(OperationalError), transaction.atomic():
        execute_prepared("SELECT fail_twice()", ())
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM tries")
        assert cursor.fetchone() == (1,)


def test_a_read_only_session_is_replaced() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    assert execute_prepared(WRITE, ("mark",)) == (False,)


@pytest.mark.parametrize("function", ["bookings_hold", "bookings_begin_payment", "bookings_sell"])
def test_functions_that_hold_and_pay_reuse_a_generic_plan(function: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT proconfig FROM pg_proc WHERE proname = %s", [function])
        assert cursor.fetchall() == [(["plan_cache_mode=force_generic_plan", "enable_seqscan=off"],)]


def test_a_thread_keeps_one_cursor_for_each_query_and_connection() -> None:
    execute_prepared("SELECT %s::int", (1,))
    before = kept_cursor("SELECT %s::int", connection.connection)
    assert kept_cursor("SELECT %s::int", connection.connection) is before
    connection.close()
    assert execute_prepared("SELECT %s::int", (3,)) == (3,)
    assert kept_cursor("SELECT %s::int", connection.connection) is not before
