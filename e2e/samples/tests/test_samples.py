"""The samples in docs/samples are what the product makes now, and are fit to be seen.

If a text differs: run `make samples`, look at what has changed (`git diff docs/samples`, and the pictures), and commit
it together with the change.
"""

import re
from html import escape, unescape
from pathlib import Path

import pytest
from django.conf import settings

from bookings.states import EmailKind
from e2e.samples.cast import PEOPLE, Cast, make_cast
from e2e.samples.mails import MAILS
from e2e.samples.pictures import expected_pictures
from e2e.samples.texts import text_samples

SAMPLES = Path(settings.BASE_DIR) / "docs" / "samples"
OWN = {"README.md", ".gitattributes"}
AGAIN = "Please run `make samples`, look at what it changed, and commit that too."

# Source of templates and objects, and words of the code instead of words for people.
SOURCE = re.compile(
    r"<\w+ \w*Node|Node:|\{\{|\}\}|\{%|%\}|\bNone\b|\bTrue\b|\bFalse\b|object at 0x|<class '|!missing|\bnull\b"
)
INTERNAL = re.compile(r"\b(subsection|pending_payment|hold_expired|admission|EmailKind|datetime|UTC\+00:00|\w+_\w+)\b")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
URL = re.compile(r"https?://\S+|UID:\S+")
MACHINE_READABLE = ("exports/", "calendars/")  # their names of columns and members are for programs


@pytest.fixture(scope="module")
def committed() -> dict[str, str]:
    """The texts in docs/samples by path."""
    files = [path for path in SAMPLES.rglob("*") if path.is_file() and path.suffix != ".png"]
    return {str(path.relative_to(SAMPLES)): path.read_bytes().decode() for path in files}


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def what_people_read(path: str, text: str, between: str = "") -> str:
    """Return the text of a sample without tags and styles, and without URLs, which people press and don't read.

    Each tag is replaced by `between`.
    """
    if path.endswith(".html"):
        text = unescape(re.sub(r"<[^>]+>", between, re.sub(r"<(style|head)\b.*?</\1>", "", text, flags=re.S)))
    return URL.sub("", text.replace("\r\n ", ""))


def flaws_of(path: str, text: str) -> list[str]:
    """Return what nobody should see: source, words of the code, and long ids where a reference belongs."""
    read = what_people_read(path, text)
    flaws = SOURCE.findall(read) + SOURCE.findall(text)
    if not path.startswith("exports/"):
        flaws += UUID.findall(read)
    if not path.startswith(MACHINE_READABLE):
        flaws += INTERNAL.findall(read)
    return flaws


def test_the_committed_samples_are_what_the_product_makes_now(cast: Cast, committed: dict[str, str]) -> None:
    made = text_samples(cast)
    assert {*committed} - OWN == {*made}, AGAIN
    for path, text in made.items():
        assert text == committed[path], f"docs/samples/{path} is old. {AGAIN}"


def test_each_sample_that_people_look_at_has_its_pictures(committed: dict[str, str]) -> None:
    pictures = {str(path.relative_to(SAMPLES)) for path in SAMPLES.rglob("*.png")}
    assert pictures == expected_pictures(committed), AGAIN


def test_no_sample_shows_source_or_internal_words_or_ids(committed: dict[str, str]) -> None:
    flaws = {path: found for path, text in committed.items() if path not in OWN and (found := flaws_of(path, text))}
    assert not flaws


def test_every_kind_of_email_has_a_sample(committed: dict[str, str]) -> None:
    assert {kind for kind, *_ in MAILS.values()} == {*EmailKind} - {EmailKind.ENDPOINT_OFF}
    assert {f"mails/{name}.txt" for name in (*MAILS, "endpoint-off", "verification", "password-reset")} <= {*committed}


@pytest.mark.parametrize(
    ("sample", "seats"),
    [
        ("confirmation-one-seat", ["Section A, block 1", "Row 1, seat 7"]),
        ("confirmation-ten-seats", ["Section A, block 2", "Row 2, seats 1–10"]),
        ("confirmation-long-names", ["Section Parkett links vorne, Reihe 1–12, block 1", "Row 5, seats 9 and 10"]),
        ("confirmation-hall", ["Parkett links", "Row AA, seat 102", "Row AA, seat 109 · Wheelchair place"]),
        ("confirmation-standing", ["Floor", "Standing, 2 places"]),
        ("confirmation-free", ["Section Stalls, block 1", "Row 1, seat 1"]),
        ("tickets-again", ["Section B, block 1", "Row 1, seats 4 and 5", "Row 3, seat 9"]),
        ("refund", ["Section B, block 2", "Row 1, seats 1 and 2"]),
        ("event-cancelled", ["Section Lawn, block 1", "Row 1, seats 1 and 2"]),
        ("payment-failed", ["Section B, block 1", "Row 5, seats 4 and 5"]),
    ],
)
def test_emails_name_section_row_and_seat(committed: dict[str, str], sample: str, seats: list[str]) -> None:
    for kind in ("txt", "html"):
        path = f"mails/{sample}.{kind}"
        for words in seats:
            assert words in what_people_read(path, committed[path]).replace("\N{NO-BREAK SPACE}", " "), (path, words)


def test_tickets_name_section_row_and_seat(committed: dict[str, str]) -> None:
    pages = committed["tickets/ten-seats.txt"].split("\n\n")
    assert len(pages) == 10
    for seat, page in enumerate(pages, start=1):
        assert re.search(rf"SECTION\nA\nBLOCK\n2\nROW\n2\nSEAT\n{seat}\n", page)


def test_tickets_of_a_hall_have_the_names_of_its_seats(committed: dict[str, str]) -> None:
    pages = committed["tickets/hall.txt"].split("\n\n")
    places = (
        ("AA", 102, ""),
        ("AA", 109, "Wheelchair place"),
        ("AA", 110, "Companion seat"),
        ("BB", 110, "Restricted"),
    )
    for (row, seat, remark), page in zip(places, pages, strict=False):
        assert f"SECTION\nParkett links\nROW\n{row}\nSEAT\n{seat}\n{remark}" in page
    assert len(pages) == 5 and "GETTING IN" in pages[4]


def test_the_export_names_section_row_and_seat(committed: dict[str, str]) -> None:
    for line in ("A,2,2-1 2-2", '"row 1, seats 4 and 5; row 3, seat 9"', "row 1, seat 7"):
        assert line in committed["exports/bookings.csv"], line
    for line in (
        "AA-102 AA-109 AA-110 BB-110",
        "row AA, seat 109; ",
        "4500 9500 9500 9500",
        "seat wheelchair companion restricted",
        '"standing, 2 places"',
    ):
        assert line in committed["exports/bookings-hall.csv"], line


def test_text_and_html_of_an_email_say_the_same(committed: dict[str, str]) -> None:
    """Every word of the text is in the HTML, except for the signs that stand for its layout."""
    for path in committed:
        if path.startswith("mails/") and path.endswith(".txt"):
            html = path.replace(".txt", ".html")
            head, _, body = committed[path].partition("\n\n")
            words = set(re.findall(r"\w+", what_people_read(path, body))) - {"Price", "Open", "link", "Press"}
            assert words <= set(re.findall(r"\w+", what_people_read(html, committed[html], " "))), path
            assert re.search(r"Subject: (.*)", head)[1] in unescape(committed[html]), path  # type: ignore[index]


def test_emails_contain_no_name_that_a_buyer_typed(committed: dict[str, str]) -> None:
    names = [fields["name"] for fields in PEOPLE.values() if fields.get("role") != "seller"]
    for path, text in committed.items():
        assert not path.startswith("mails/") or not any(name in unescape(text) for name in names), path


@pytest.mark.parametrize(
    "flawed",
    [
        "Section A, block <Block Node: about. Contents: []>",
        "Hello {{ name }}",
        "{% if paid %}",
        "Start: None",
        "<Booking object at 0x7f>",
        "Booking 02300000-0000-7000-8000-000000000001",
        "Your subsection",
        "It is pending_payment",
    ],
)
@pytest.mark.parametrize("path", ["mails/a.txt", "mails/a.html", "tickets/a.txt"])
def test_the_check_finds_flaws(path: str, flawed: str) -> None:
    assert flaws_of(path, f"Good text. {escape(flawed) if path.endswith('html') else flawed}")
    assert not flaws_of(path, "Good text, https://example.com/checkout/02300000-0000-7000-8000-000000000001/done")
