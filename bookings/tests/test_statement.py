"""Single statements: asked again where that is safe."""

from collections.abc import Iterator

import pytest
from django.db import OperationalError, connection, transaction

from accounts.models import Switch
from accounts.tests.cable import Cable, cable
from bookings.statement import ask, kept_cursor
from ticketing.errors import OutcomeUnknown

pytestmark = pytest.mark.django_db(transaction=True)

WRITE = """
    INSERT INTO accounts_switch (name, is_on, changed_at) VALUES (%s::text, false, now())
    ON CONFLICT (name) DO UPDATE SET is_on = true RETURNING is_on
"""


@pytest.fixture
def wire() -> Iterator[Cable]:
    with cable() as through:
        ask("SELECT %s::int", (1,))
        yield through


def test_a_lost_connection_is_made_anew_before_anything_is_sent(wire: Cable) -> None:
    connection.close()
    wire.cut()
    assert ask(WRITE, ("mark",)) == (False,)


@pytest.mark.parametrize("deliver", [True, False], ids=["the database heard it", "the database did not"])
def test_an_answer_that_never_came_is_not_guessed(wire: Cable, deliver: bool) -> None:
    wire.cut_at(b"mark", deliver=deliver)
    with pytest.raises(OutcomeUnknown):
        ask(WRITE, ("mark",))
    assert Switch.objects.filter(name="mark").count() == int(deliver)


@pytest.mark.parametrize("deliver", [True, False], ids=["the database heard it", "the database did not"])
def test_what_may_be_repeated_is(wire: Cable, deliver: bool) -> None:
    wire.cut_at(b"mark", deliver=deliver)
    assert ask(WRITE, ("mark",), repeatable=True) == (deliver,)  # the second time, it finds the first
    assert Switch.objects.count() == 1


@pytest.fixture
def falls_twice() -> Iterator[None]:
    """The function `fall()`, which is the victim of a deadlock twice and then answers."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE SEQUENCE tries")
        cursor.execute(
            "CREATE FUNCTION fall() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN "
            "IF nextval('tries') < 3 THEN RAISE EXCEPTION 'no' USING ERRCODE = '40P01'; END IF; RETURN 1; END $$"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION fall; DROP SEQUENCE tries")


def test_the_victim_of_a_deadlock_is_asked_again(falls_twice: None) -> None:
    assert ask("SELECT fall()", ()) == (1,)


def test_inside_a_transaction_nothing_is_asked_again(falls_twice: None) -> None:
    with pytest.raises(OperationalError), transaction.atomic():
        ask("SELECT fall()", ())
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM tries")
        assert cursor.fetchone() == (1,)


def test_a_session_that_may_only_read_is_left_for_another() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    assert ask(WRITE, ("mark",)) == (False,)


@pytest.mark.parametrize("function", ["bookings_hold", "bookings_begin_payment", "bookings_sell"])
def test_holding_and_paying_plan_nothing_anew(function: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT proconfig FROM pg_proc WHERE proname = %s", [function])
        assert cursor.fetchall() == [(["plan_cache_mode=force_generic_plan", "enable_seqscan=off"],)]


def test_a_thread_keeps_one_cursor_a_statement_and_connection() -> None:
    ask("SELECT %s::int", (1,))
    before = kept_cursor("SELECT %s::int", connection.connection)
    assert kept_cursor("SELECT %s::int", connection.connection) is before
    connection.close()
    assert ask("SELECT %s::int", (3,)) == (3,)
    assert kept_cursor("SELECT %s::int", connection.connection) is not before
