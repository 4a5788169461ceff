"""References: what people read, type and say instead of the long ids of bookings, tickets and payments.

A reference has 8 characters, such as "K7M2RX4W". The database makes them (bookings/sql/references.sql); this module
reads what people type. A reference is unique among those of its kind and event, random, and gives no rights.

**Alphabet.** 23 digits and letters, none of which looks like another: 0 O Q (like D), 1 I L, B (like 8), G (like 6), S
(like 5), U (like V) and Z (like 2) are missing. A and E are missing too, so that no words come about.

**First character.** It tells the kind, so that a ticket is never mistaken for the booking of somebody else. 6 to 9 are
free for other kinds.

**Last character.** It is a check character, which reveals every single wrong character and every two characters that
changed places. It is that of a pure system of ISO/IEC 7064 with modulus 23 and radix 5. They are chosen as in annex B
of the standard: the modulus is the number of characters in the alphabet, a prime, and the radix one of its primitive
roots.
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from django.db import models
from rest_framework import serializers

ALPHABET = "23456789CDFHJKMNPRTVWXY"
LENGTH = 8
DIGITS = "0123456789"
RADIX = 5
PATTERN = f"^[{ALPHABET}]{{{LENGTH}}}$"  # for constraints and the API schema; doesn't look at the check character

# What is typed for a character that it looks like. None of them is in the alphabet, so nothing correct is changed.
LOOK_ALIKES = str.maketrans("0OQBGSUZ", "DDD865V2")


class ReferenceKind(StrEnum):
    """What a reference belongs to."""

    BOOKING = "booking"
    TICKET = "ticket"
    PAYMENT = "payment"


INITIALS = {
    ReferenceKind.BOOKING: "CDFHJKM",
    ReferenceKind.TICKET: "NPRTVWXY",
    ReferenceKind.PAYMENT: "2345",
}


def reference_column() -> "models.CharField[str, str]":
    """Return the model field for the reference of a row. The database fills it in when the row is inserted."""
    return models.CharField(max_length=LENGTH, db_default="", editable=False)


def reference_field(description: str) -> serializers.RegexField:
    """Return the field of a serializer for a reference in a response."""
    return serializers.RegexField(PATTERN, help_text=f"{description} {LENGTH} characters, unique per event.")


class InvalidReference(ValueError):
    """The text is not a reference. The message is a sentence for the person who typed it."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference as the database has it, and what it belongs to."""

    text: str
    kind: ReferenceKind

    def __str__(self) -> str:
        return self.text


def read_reference(typed: str) -> Reference:
    """Return the reference that a person means: "k7m2-rx4p" and "K7M2 RX4P" are K7M2RX4W.

    Upper and lower case are the same; spaces, hyphens and other signs are ignored; characters that references never
    contain are read as those that they look like (O as D, B as 8). Whether the reference exists is for the caller to
    find out.

    Raises InvalidReference, whose message says what is wrong.
    """
    text = _normalized(typed)
    if len(text) != LENGTH:
        raise InvalidReference(f"A reference has {LENGTH} letters and digits; this has {len(text)}.")
    strange = sorted(set(text) - set(ALPHABET))
    if strange:
        raise InvalidReference(f"References don't contain {' or '.join(strange)}. Please compare each character.")
    if not has_valid_check(text):
        raise InvalidReference("There is a typing mistake in this reference. Please compare each character.")
    kind = next((kind for kind, initials in INITIALS.items() if text[0] in initials), None)
    if kind is None:
        raise InvalidReference("No booking, ticket or payment has this reference.")
    return Reference(text, kind)


def find_reference(typed: str) -> Reference | None:
    """Return the reference that a text typed into a search box can mean, or None if it can't be one."""
    try:
        return read_reference(typed)
    except InvalidReference:
        return None


def mistake_in(typed: str) -> str | None:
    """Return what is wrong with a text that somebody seems to have meant as a reference; None for any other text.

    That is the case with 8 letters and digits, among them a digit, in which names and email addresses differ.
    """
    text = _normalized(typed)
    if "@" in typed or len(text) != LENGTH or not any(letter in DIGITS for letter in typed):
        return None
    try:
        read_reference(typed)
    except InvalidReference as mistake:
        return str(mistake)
    return None


def has_valid_check(text: str) -> bool:
    """Return whether the last character of a text of the alphabet fits the others."""
    remainder = 0
    for letter in text:
        remainder = (RADIX * remainder + ALPHABET.index(letter)) % len(ALPHABET)
    return remainder == 1


def _normalized(typed: str) -> str:
    letters = (letter for letter in unicodedata.normalize("NFKC", typed).upper() if letter.isalnum())
    return "".join(letters).translate(LOOK_ALIKES)
