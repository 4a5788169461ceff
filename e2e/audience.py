"""The others: who bought and holds seats of the demo's events before a picture is taken. The same ones every time."""

import random

from accounts.models import User
from bookings.operations.hold import Wish, hold_seats
from bookings.operations.pay import pay_booking
from bookings.states import SelectionMode
from bookings.waiting.room import Room
from events.errors import NotEnoughSeats, SeatsTaken

GOOD_CARD = "4242424242424242"
IN_LINE = 1_480  # before the one who looks
NOBODY = 10**9  # ids that no user has: these people only stand there
GROUPS = 900  # of buyers in the arena
ARENA_SECTIONS = "ABCDEFGHIJ"


def fill_the_arena(event_id: int) -> None:
    """Groups of buyers, each in a random block; the nearer to the stage, the more of them."""
    dice = random.Random(1)
    people = _people()
    weights = range(len(ARENA_SECTIONS), 0, -1)
    for number in range(GROUPS):
        (section,) = dice.choices(ARENA_SECTIONS, weights)
        wish = Wish(event_id, section, dice.randint(1, 10), SelectionMode.BEST_AVAILABLE, dice.randint(2, 10))
        try:
            _settle(people[number % len(people)], wish, paid=True)
        except NotEnoughSeats:
            continue  # that block is full


def fill_the_hall(event_id: int) -> None:
    """Each of some buyers has two pairs of seats and holds a third one, where they are free."""
    dice = random.Random(3)
    for friend in _people()[:8]:
        for paid in (True, True, False):
            section, number = dice.choice([("A", 1), ("A", 2), ("B", 1), ("B", 2)])
            row, seat = dice.randint(1, 5), dice.choice((1, 3, 5, 7, 9))
            try:
                take(friend, event_id, section, number, f"{row}-{seat}", f"{row}-{seat + 1}", paid=paid)
            except SeatsTaken:
                continue


def fill_the_queue(event_id: int) -> None:
    """So many that one has to wait for a while."""
    for number in range(IN_LINE):
        Room(event_id).join(NOBODY + number)


def take(buyer: User, event_id: int, section: str, number: int, *seats: str, paid: bool = False) -> str:
    """Holds these seats, or buys them; returns the booking's id."""
    return _settle(buyer, Wish(event_id, section, number, SelectionMode.MANUAL, len(seats), list(seats)), paid)


def _settle(buyer: User, wish: Wish, paid: bool) -> str:
    booking = hold_seats(buyer_id=buyer.pk, wish=wish)
    if paid:
        pay_booking(booking_id=booking.pk, buyer_id=buyer.pk, card_number=GOOD_CARD)
    return str(booking.pk)


def _people() -> list[User]:
    others = User.objects.filter(email__startswith="buyer").exclude(email="buyer@example.com")
    return list(others.order_by("pk"))
