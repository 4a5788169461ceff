"""References: reading what people type, the check character, and how the database makes them."""

import itertools
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from bookings.holds.models import Booking
from bookings.payments.gateways import Charge, Outcome, gateway
from bookings.payments.models import Payment
from bookings.payments.pay import begin_payment
from bookings.payments.sell import sell_held_seats
from bookings.payments.settle import settle_stepwise
from bookings.references import (
    ALPHABET,
    INITIALS,
    LENGTH,
    LOOK_ALIKES,
    RADIX,
    InvalidReference,
    ReferenceKind,
    find_reference,
    has_valid_check,
    read_reference,
)
from bookings.testing.crowd import together
from bookings.tickets.models import Admission
from core import transactions
from core.ids import new_id
from core.sql_files import sql_file
from events.models import Event

Hold = Callable[..., Booking]


def begin_payment_of(booking: Booking) -> Payment:
    return begin_payment(order_id=booking.pk, buyer_id=booking.buyer_id, card_last4="4242", provider=gateway())[0]


def new_references(kind: ReferenceKind, number: int) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT bookings_new_reference(%s) FROM generate_series(1, %s)", [kind.value, number])
        return [reference for (reference,) in cursor.fetchall()]


# --- The check character ---------------------------------------------------------------------------


def weight(place: int) -> int:
    """By how much a letter at this place (from 0) changes the remainder if it changes by one."""
    return pow(RADIX, LENGTH - 1 - place, len(ALPHABET))


def test_the_remainder_is_a_weighted_sum() -> None:
    """Shows that the two exhaustive tests below are about `has_valid_check`."""
    dice = random.Random(7)
    for _ in range(20_000):
        text = "".join(dice.choices(ALPHABET, k=LENGTH))
        total = sum(weight(place) * ALPHABET.index(letter) for place, letter in enumerate(text))
        assert has_valid_check(text) == (total % len(ALPHABET) == 1)


def test_every_single_wrong_character_changes_the_remainder() -> None:
    """All 23 × 22 pairs of letters at all eight places; the other letters don't matter, because the sum is linear."""
    for place in range(LENGTH):
        for right, wrong in itertools.permutations(range(len(ALPHABET)), 2):
            assert weight(place) * (wrong - right) % len(ALPHABET) != 0


def test_every_swap_of_two_characters_changes_the_remainder() -> None:
    """Neighbours and all others; again for all pairs of different letters."""
    for first, second in itertools.combinations(range(LENGTH), 2):
        for a, b in itertools.permutations(range(len(ALPHABET)), 2):
            assert (weight(first) - weight(second)) * (a - b) % len(ALPHABET) != 0


def test_the_radix_is_a_primitive_root_of_the_prime_modulus() -> None:
    modulus = len(ALPHABET)
    assert all(modulus % divisor for divisor in range(2, modulus))
    assert len({pow(RADIX, exponent, modulus) for exponent in range(modulus - 1)}) == modulus - 1


@pytest.mark.parametrize("kind", ReferenceKind)
def test_no_typing_mistake_passes(db: None, kind: ReferenceKind) -> None:
    for reference in new_references(kind, 20):
        for place in range(LENGTH):
            for letter in set(ALPHABET) - {reference[place]}:
                assert find_reference(reference[:place] + letter + reference[place + 1 :]) is None
        for first, second in itertools.combinations(range(LENGTH), 2):
            letters = list(reference)
            letters[first], letters[second] = letters[second], letters[first]
            assert ("".join(letters) == reference) == (find_reference("".join(letters)) is not None)


# --- What people type ------------------------------------------------------------------------------

GOOD = "C85DV26R"  # a booking


@pytest.mark.parametrize(
    "typed",
    [
        *("C85DV26R", "c85dv26r", "C85D-V26R", "c85d v26r", "  C85DV26R\n", "C85D\u2013V26R", "C-8-5-D-V-2-6-R"),
        *("C85D\u00a0V26R", "C85D\u200bV26R", "\uff238\uff15DV26R", "#C85DV26R", "(C85D.V26R)", "C85D_V26R"),
        # Look-alikes: B, S, O, 0, Q, U, Z and G are in no reference.
        *("CB5DV26R", "C8SDV26R", "C85OV26R", "C850V26R", "c85qv26r", "C85DU26R", "C85DVZ6R", "C85DV2GR", "cbsouzgr"),
    ],
)
def test_the_same_reference_is_read_however_it_is_typed(typed: str) -> None:
    assert read_reference(typed).text == GOOD
    assert read_reference(typed).kind == ReferenceKind.BOOKING


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ("", "A reference has 8 letters and digits; this has 0."),
        ("C85DV26", "A reference has 8 letters and digits; this has 7."),
        ("C85DV26RR", "A reference has 8 letters and digits; this has 9."),
        ("2CAF-4CAF-E16B-B6AC", "A reference has 8 letters and digits; this has 16."),
        ("C85DV26I", "References don't contain I. Please compare each character."),
        ("C85DV2AI", "References don't contain A or I. Please compare each character."),
        ("C85DV26\u0416", "References don't contain \u0416. Please compare each character."),
        ("C85DV26N", "There is a typing mistake in this reference. Please compare each character."),
        ("C85VD26R", "There is a typing mistake in this reference. Please compare each character."),
    ],
)
def test_what_is_no_reference_is_refused_with_what_is_wrong(typed: str, complaint: str) -> None:
    with pytest.raises(InvalidReference) as refusal:
        read_reference(typed)
    assert str(refusal.value) == complaint
    assert find_reference(typed) is None


def test_a_character_that_no_kind_begins_with_is_refused() -> None:
    unused = set(ALPHABET) - set("".join(INITIALS.values()))
    assert unused == set("6789")
    text = next(text for last in ALPHABET if has_valid_check(text := f"6222222{last}"))
    with pytest.raises(InvalidReference, match="No booking, ticket or payment has"):
        read_reference(text)


def test_no_two_kinds_begin_alike_and_look_alikes_are_never_used() -> None:
    assert all(not set(one) & set(other) for one, other in itertools.combinations(INITIALS.values(), 2))
    assert not {chr(code) for code in LOOK_ALIKES} & set(ALPHABET)
    assert {str(chr(int(code))) for code in LOOK_ALIKES.values()} <= set(ALPHABET)


# --- How the database makes them -------------------------------------------------------------------


@pytest.mark.parametrize("kind", ReferenceKind)
def test_new_references_are_read_as_what_they_are(db: None, kind: ReferenceKind) -> None:
    for reference in new_references(kind, 2_000):
        assert (read_reference(reference).text, read_reference(reference).kind) == (reference, kind)


@pytest.mark.parametrize("kind", ReferenceKind)
def test_new_references_are_spread_over_all_letters(db: None, kind: ReferenceKind) -> None:
    """Each letter comes about equally often at each place, so that references tell nothing about each other."""
    number = 10_000
    references = new_references(kind, number)
    for place in range(LENGTH):
        letters = INITIALS[kind] if place == 0 else ALPHABET
        counts = Counter(reference[place] for reference in references)
        assert set(counts) == set(letters)
        expected = number / len(letters)
        assert all(abs(count - expected) < 7 * expected**0.5 for count in counts.values())
    assert len(set(references)) > number - 5  # of a thousand million, two are equal once in 25 runs


def test_bookings_tickets_and_payments_get_references(paid_booking: Hold, alice: User) -> None:
    booking = paid_booking(alice)
    references = [
        (read_reference(row.reference).kind, model)
        for model in (Booking, Admission, Payment)
        for row in model._default_manager.all()
    ]
    kinds = {Booking: ReferenceKind.BOOKING, Admission: ReferenceKind.TICKET, Payment: ReferenceKind.PAYMENT}
    assert len(references) == 1 + booking.quantity + 1
    assert all(kind == kinds[model] for kind, model in references)


def test_a_row_keeps_the_reference_that_it_is_inserted_with(hold: Hold, alice: User) -> None:
    booking = Booking.objects.get(pk=hold(alice).pk)
    booking.pk, booking.reference, booking.status = new_id(), GOOD, "cancelled"
    booking.save(force_insert=True)
    assert Booking.objects.get(reference=GOOD).pk == booking.pk


@pytest.mark.parametrize("reference", ["", "C85DV26", "c85dv26r", "C85DV26I", " C85DV26", "C85DV2\n6"])
def test_the_database_refuses_what_is_no_reference(hold: Hold, alice: User, reference: str) -> None:
    booking = hold(alice)
    with pytest.raises(IntegrityError, match="booking_reference_valid"):
        Booking.objects.filter(pk=booking.pk).update(reference=reference)


def test_the_database_refuses_the_same_reference_twice_in_an_event(hold: Hold, alice: User, bob: User) -> None:
    hold(alice)
    hold(bob)
    with pytest.raises(IntegrityError, match="booking_reference_once"):
        Booking.objects.update(reference=GOOD)


BLOCKED_BY_US = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
Few = Callable[[int], dict[ReferenceKind, list[str]]]


def run_sql(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def few_references(db: None) -> Iterator[Few]:
    """A function that leaves only that many references of each kind; the database tries each twice in a row."""
    definitions = sql_file("bookings", "references").read_text(encoding="utf-8")

    def limit(number: int) -> dict[ReferenceKind, list[str]]:
        left = {kind: sorted(set(new_references(kind, number))) for kind in ReferenceKind}
        choices = [f"WHEN '{kind}' THEN (ARRAY{left[kind]})[1 + nextval('turn') / 2 % {number}]" for kind in left]
        run_sql(
            "CREATE SEQUENCE turn MINVALUE 0",
            "CREATE OR REPLACE FUNCTION bookings_new_reference(kind text) RETURNS text LANGUAGE plpgsql VOLATILE"
            f" AS $$ BEGIN RETURN CASE kind {' '.join(choices)} END; END $$",
        )
        return left

    yield limit
    run_sql(definitions, "DROP SEQUENCE IF EXISTS turn")


def test_a_reference_that_the_event_already_has_is_not_given_again(
    few_references: Few, hold: Hold, new_event: Callable[..., Event], alice: User
) -> None:
    left = few_references(4)
    first, second = (new_event(max_active_holds=100) for _ in range(2))
    given = [hold(alice, event=first, quantity=1).reference for _ in range(4)]
    assert sorted(given) == left[ReferenceKind.BOOKING]
    assert hold(alice, event=second, quantity=1).reference in given  # unique per event only


def test_the_search_for_a_reference_uses_its_index_also_while_the_tables_are_small(
    paid_booking: Hold, alice: User
) -> None:
    """With the generic plan that the trigger keeps.

    No other index may be possible: if one on the event costs less at first, each sale would later read all rows of its
    event.
    """
    paid_booking(alice)
    definitions = sql_file("bookings", "references").read_text(encoding="utf-8")
    searches = re.findall(r"NOT EXISTS \(\s*(.*?)\s*\);", definitions)
    assert len(searches) == len(ReferenceKind)
    run_sql("SET LOCAL enable_seqscan = off", "SET LOCAL plan_cache_mode = force_generic_plan")
    for number, search in enumerate(searches):
        query = search.replace("NEW.reference", "$1").replace("NEW.event_id", "$2")
        run_sql(f"PREPARE search_{number} (text, bigint) AS {query}")
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN EXECUTE search_{number} ('C85DV26R', 1)")
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert "_reference_once" in plan
        assert "Index Cond: (reference = $1)" in plan
        run_sql(f"DEALLOCATE search_{number}")


def test_tickets_of_one_sale_get_different_references(few_references: Few, paid_booking: Hold, alice: User) -> None:
    left = few_references(4)
    paid_booking(alice, quantity=4)
    assert sorted(Admission.objects.values_list("reference", flat=True)) == left[ReferenceKind.TICKET]


def held_meanwhile(hold: Hold, alice: User, bob: User) -> tuple[str, Any]:
    """Hold seats for bob while alice's hold is not committed yet; return both references, or bob's error."""
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first = hold(alice).reference
            second = pool.submit(together, lambda: hold(bob, section="B").reference)
            wait_for_a_blocked_session()
        return first, *second.result(timeout=20)


def wait_for_a_blocked_session() -> None:
    """Wait until another session waits for this transaction to end."""
    with connection.cursor() as cursor:
        for _ in range(200):
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.05)
    raise AssertionError("nobody waits")


@pytest.mark.django_db(transaction=True)
def test_two_transactions_that_choose_the_same_reference_both_succeed(
    few_references: Few, hold: Hold, alice: User, bob: User
) -> None:
    left = few_references(2)
    assert sorted(held_meanwhile(hold, alice, bob)) == left[ReferenceKind.BOOKING]


@pytest.mark.django_db(transaction=True)
def test_without_the_repetition_the_second_one_would_fail(
    few_references: Few, hold: Hold, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transactions, "CHOSEN_AT_RANDOM", "_nothing")
    few_references(2)
    assert isinstance(held_meanwhile(hold, alice, bob)[1], IntegrityError)


@pytest.mark.django_db(transaction=True)
def test_an_operation_of_several_statements_is_repeated_too(
    few_references: Few, hold: Hold, alice: User, bob: User
) -> None:
    """The sale, step by step, as after a late webhook."""
    left = few_references(2)
    payments = [
        begin_payment_of(hold(buyer, section=section, quantity=1)) for buyer, section in ((alice, "A"), (bob, "B"))
    ]
    charges = [Charge(Outcome.CAPTURED, "ref", amount=paid.amount, currency=paid.currency) for paid in payments]
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            sell_held_seats(payment_id=payments[0].pk, charge=charges[0])
            second = pool.submit(together, lambda: settle_stepwise(payment_id=payments[1].pk, charge=charges[1]))
            wait_for_a_blocked_session()
        assert second.result(timeout=20)[0].booking.status == "paid"
    assert sorted(Admission.objects.values_list("reference", flat=True)) == left[ReferenceKind.TICKET]
