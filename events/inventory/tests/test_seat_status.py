"""The seat status of a subsection: kept up to date by the database's trigger."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from events.models import Event, Subsection, Ticket

NewEvent = Callable[..., Event]
SEATS = 100


def set_seat_status(letters: str, changes: dict[int, str]) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT events_set_seat_status(%s, %s, %s)", [letters, list(changes), list(changes.values())])
        return cursor.fetchone()[0]


@pytest.mark.django_db
@given(
    letters=st.text("arsb", min_size=SEATS, max_size=SEATS),
    changes=st.dictionaries(st.integers(0, SEATS - 1), st.sampled_from("arsb"), min_size=1, max_size=SEATS),
)
def test_few_and_many_seats_are_set_alike(letters: str, changes: dict[int, str]) -> None:
    expected = "".join(changes.get(position, letter) for position, letter in enumerate(letters))
    assert set_seat_status(letters, changes) == expected


def test_all_seats_of_a_new_subsection_are_available(concert: Event) -> None:
    assert set(Subsection.objects.filter(event=concert).values_list("seat_status", flat=True)) == {"a" * 50}


def test_one_sql_statement_sets_the_seat_status_of_several_subsections(concert: Event) -> None:
    Ticket.objects.filter(event=concert, position__gte=10).update(status="blocked")
    Ticket.objects.filter(event=concert, position=0).update(status="blocked")
    expected = "b" + "a" * 9 + "b" * 40
    assert set(Subsection.objects.filter(event=concert).values_list("seat_status", flat=True)) == {expected}


def test_the_database_refuses_a_seat_status_of_another_length(concert: Event) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Subsection.objects.update(seat_status="aaa")
