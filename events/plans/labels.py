"""Labels of rows and seats by rule: A, B, C … without I and O, odd numbers, from the right, or given one by one."""

import re
from dataclasses import dataclass, replace
from string import ascii_uppercase

from core.text.visible import composed
from events.plans.members import Members, is_whole, printable

MAX_LABEL = 20  # characters
NOT_IN_ROWS = "/"  # names of seats are part of addresses, as those of sections are
NOT_IN_SEATS = "-/"  # the hyphen is between row and seat: "C-12"
MAX_AFFIX = 10  # characters of a prefix or a suffix
MAX_SKIPPED = 1_000
MAX_START = 999_999
MAX_STEP = 100
FIRST_LETTERS = re.compile("[A-Z]{1,3}")
STYLES = ("numbers", "letters", "doubled")
MEMBERS = frozenset({"style", "start", "step", "skip", "reverse", "prefix", "suffix"})
WITHOUT_I_AND_O = "ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class LabelRule:
    """A rule for the labels of a block's rows, or of each row's seats.

    `start` is the first number, or the index of the first label among those of the alphabet. `given` labels are taken
    as they are.
    """

    style: str = "numbers"
    start: int = 1
    step: int = 1
    skip: frozenset[int] = frozenset()
    alphabet: str = WITHOUT_I_AND_O
    reverse: bool = False
    prefix: str = ""
    suffix: str = ""
    given: tuple[str, ...] = ()

    def labels(self, count: int) -> list[str]:
        """Return `count` labels, from the front or the left."""
        if self.given:
            return list(self.given[:count])
        labels = [composed(f"{self.prefix}{text}{self.suffix}".strip()) for text in self._texts(count)]
        return labels[::-1] if self.reverse else labels

    def _texts(self, count: int) -> list[str]:
        if self.style == "numbers":
            return self._numbers(count)
        text = letters if self.style == "letters" else doubled
        return [text(self.start + index * self.step, self.alphabet) for index in range(count)]

    def _numbers(self, count: int) -> list[str]:
        texts: list[str] = []
        number = self.start
        while len(texts) < count:
            if number not in self.skip:
                texts.append(str(number))
            number += self.step
        return texts


NUMBERS = LabelRule()
LETTERS = LabelRule(style="letters", start=0)


def letters(index: int, alphabet: str) -> str:
    """Return label number `index`, from 0, of A … Z, AA, AB …; one that is too long for a label is cut."""
    text = ""
    index += 1
    while index and len(text) <= MAX_LABEL:
        index, digit = divmod(index - 1, len(alphabet))
        text = alphabet[digit] + text
    return text


def doubled(index: int, alphabet: str) -> str:
    """Return label number `index`, from 0, of A … Z, AA, BB …; one that is too long for a label is cut."""
    times, digit = divmod(index, len(alphabet))
    return alphabet[digit] * min(times + 1, MAX_LABEL + 1)


def index_of(text: str, style: str, alphabet: str) -> int | None:
    """Return the index of a label of letters, the inverse of `letters` and `doubled`; None if there is no such one."""
    if not text or not set(text) <= set(alphabet):
        return None
    if style == "doubled":
        return (len(text) - 1) * len(alphabet) + alphabet.index(text[0]) if len(set(text)) == 1 else None
    index = 0
    for letter in text:
        index = index * len(alphabet) + alphabet.index(letter) + 1
    return index - 1


def read_rule(owner: Members, name: str, count: int, default: LabelRule, forbidden: str) -> LabelRule:
    """Return the rule in the member `name`, for at most `count` labels without `forbidden` characters."""
    if name not in owner.data:
        rule = default
    elif isinstance(owner.data[name], list):
        rule = _given(owner, name, count, forbidden)
    else:
        rule = _rule(owner.member(name, MEMBERS), forbidden)
    for label in rule.labels(count):
        if len(label) > MAX_LABEL:
            owner.refuse(name, "max_length", f"The label {label[:MAX_LABEL]}… has more than {MAX_LABEL} characters.")
            break
    return rule


def _given(owner: Members, name: str, count: int, forbidden: str) -> LabelRule:
    given = owner.data[name]
    if len(given) != count:
        owner.refuse(name, "wrong_count", f"This must be a rule or a list of {count:,} labels; it has {len(given):,}.")
        return NUMBERS
    labels: dict[str, None] = {}  # in their order
    for index, item in enumerate(given):
        label, problem = printable(item, MAX_LABEL, forbidden)
        if not problem and label in labels:
            problem = ("duplicate", f"There are two labels {label}.")
        if problem:
            owner.refuse(f"{name}.{index}", *problem)
        else:
            labels[label] = None
    return LabelRule(given=tuple(labels)) if len(labels) == count else NUMBERS


def _rule(rule: Members, forbidden: str) -> LabelRule:
    style = rule.choice("style", STYLES)
    common = LabelRule(
        style=style,
        step=rule.whole("step", 1, MAX_STEP, 1),
        reverse=rule.flag("reverse"),
        prefix=_affix(rule, "prefix", forbidden),
        suffix=_affix(rule, "suffix", forbidden),
    )
    if style == "numbers":
        return replace(common, start=rule.whole("start", 0, MAX_START, 1), skip=_skipped_numbers(rule))
    alphabet = _alphabet(rule)
    return replace(common, start=_first_letter(rule, style, alphabet), alphabet=alphabet)


def _affix(rule: Members, name: str, forbidden: str) -> str:
    """Return a prefix or suffix. It keeps the blanks at its ends, which are those between words of the label."""
    text = rule.text(name, MAX_AFFIX)
    for character in forbidden:
        if character in text:
            rule.refuse(name, "invalid", f'This can\'t have "{character}".')
    return text


def _skipped_numbers(rule: Members) -> frozenset[int]:
    skipped = set()
    for index, item in enumerate(rule.items("skip", 0, MAX_SKIPPED, optional=True)):
        if is_whole(item, 0, MAX_START):
            skipped.add(item)
        else:
            rule.refuse(f"skip.{index}", "invalid", f"This must be a whole number from 0 to {MAX_START:,}.")
    return frozenset(skipped)


def _alphabet(rule: Members) -> str:
    if not rule.has("skip"):
        return WITHOUT_I_AND_O
    skipped = set()
    for index, item in enumerate(rule.items("skip", 0, len(ascii_uppercase))):
        if isinstance(item, str) and len(item) == 1 and item in ascii_uppercase:
            skipped.add(item)
        else:
            rule.refuse(f"skip.{index}", "invalid", "This must be a letter from A to Z.")
    alphabet = "".join(letter for letter in ascii_uppercase if letter not in skipped)
    if not alphabet:
        rule.refuse("skip", "no_letters", "This leaves no letter.")
    return alphabet or ascii_uppercase


def _first_letter(rule: Members, style: str, alphabet: str) -> int:
    start = rule.data.get("start", alphabet[0])
    if not isinstance(start, str) or not FIRST_LETTERS.fullmatch(start):
        rule.refuse("start", "invalid", "This must be one to three letters from A to Z.")
        return 0
    index = index_of(start, style, alphabet)
    if index is None:
        rule.refuse("start", "no_such_label", f"There is no such label of the letters {alphabet}.")
    return index or 0
