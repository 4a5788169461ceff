"""Check the names and labels of a file against what a plan allows, and propose the nearest name that it allows."""

from collections.abc import Collection

from core.text.lines import problem_of_line
from core.text.visible import is_blank
from events.plans.formats.problems import Problems

SHORT_NAME = 32  # characters of the name of a section or category
LABEL = 20  # characters of the label of a row or seat
NOT_IN_SECTIONS = NOT_IN_ROWS = "/"  # these names are parts of addresses
NO_SECTIONS = frozenset({".", ".."})  # programs resolve these in addresses
NOT_IN_SEATS = "-/"  # the hyphen is between row and seat
# Characters that look the same stand for those that names can't have; an export has the file's characters again.
LOOKALIKES = {"-": "\u2010", "/": "\u2215"}
REPEATED = 40  # characters of a bad name that are repeated in a sentence


def allowed(text: str, forbidden: str, longest: int, place: str, problems: Problems) -> str:
    """Return the name as a plan may have it, and report what is wrong with it.

    `forbidden` characters are replaced by others that look the same.
    """
    if len(text) > longest:
        detail = f"This may have at most {longest} characters; “{text[:REPEATED]}” has {len(text):,}."
        problems.add(place, "max_length", detail)
    elif is_blank(text):
        problems.add(place, "blank", "This must be a text of printable characters.")
    elif problem := problem_of_line(text):
        problems.add(place, *problem)
    return _lookalike(text, forbidden, place, problems)


def _lookalike(text: str, forbidden: str, place: str, problems: Problems) -> str:
    bad = [one for one in forbidden if one in text]
    if not bad:
        return text
    other = "".join(LOOKALIKES[one] if one in bad else one for one in text)
    detail = f"“{text[:REPEATED]}” has {' and '.join(f'“{one}”' for one in bad)}, which such a name can't have."
    problems.add(place, "forbidden", detail, f"A character that looks the same is written: “{other[:REPEATED]}”.")
    return other


def shown(name: str) -> str:
    """Return a name with the characters that it had in the file from which it came."""
    for one, other in LOOKALIKES.items():
        name = name.replace(other, one)
    return name


def short_names(names: Collection[str], length: int = SHORT_NAME) -> dict[str, str]:
    """Return for each of these different names itself, or a new name of at most `length` characters if it is longer."""
    short = {name: name for name in names if len(name) <= length}
    taken = set(short)
    for name in names:
        if name not in short:
            short[name] = _different(name[:length].rstrip(), taken, length)
            taken.add(short[name])
    return short


def note_short(place: str, short: str, problems: Problems) -> None:
    """Report that a name is too long, and what it becomes."""
    problems.add(place, "max_length", f"The name is longer than {SHORT_NAME} characters.", f"It becomes “{short}”.")


def _different(name: str, taken: Collection[str], length: int) -> str:
    """Return the name, or one with a number at its end that isn't taken, of at most `length` characters."""
    number, candidate = 1, name
    while candidate in taken:
        number += 1
        ending = f" {number}"
        candidate = name[: length - len(ending)].rstrip() + ending
    return candidate
