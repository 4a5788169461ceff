"""CSV files with one line for each seat are understood, and every mistake is named with its line and column."""

import pytest

from events.plans.formats.csv_import import from_csv
from events.plans.formats.problems import Understood
from events.plans.formats.tests.examples import read

HEADER = "section,subsection,row,seat,x,y,category,kind,note"
LINES = ["Hall,1,A,1,0,0,Stalls,seat,", "Hall,1,A,2,50,0,Stalls,wheelchair,", "Hall,1,A,3,100,0,Box,,By the aisle"]
TWO_SEATS = "Hall,1,A,1,0,0,Stalls,seat,\nHall,1,A,2,50,0,Stalls,seat,\n"


def understood(text: str, max_places: int = 1_000) -> Understood:
    return from_csv(text, name="Hall", max_places=max_places)


def test_seats_are_understood() -> None:
    plan = read(understood("\n".join([HEADER, *LINES])).document)
    (block,) = plan.blocks
    (row,) = block.rows
    assert [place.label for place in row.places] == ["1", "2", "3"]
    assert [place.kind.value for place in row.places] == ["seat", "wheelchair", "seat"]
    assert [plan.categories[place.category].name for place in row.places] == ["Stalls", "Stalls", "Box"]
    assert row.places[2].note == "By the aisle"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_files_of_all_spreadsheets_are_read(separator: str, mark: str, line_break: str) -> None:
    text = mark + line_break.join([HEADER, *LINES, ""]).replace(",", separator)
    assert read(understood(text).document).size == 3


def test_columns_may_be_in_any_order_and_the_note_may_be_missing() -> None:
    text = "KIND, Y ,x,category,seat,row,section,subsection\nhouse,20,10,Stalls,1,A,Hall,1\n"
    (place,) = read(understood(text).document).blocks[0].rows[0].places
    assert (place.x, place.y, place.kind.value) == (10, 20, "house")


def test_sections_blocks_rows_and_seats_have_the_order_of_the_file() -> None:
    names = [
        ("Right", 2, "B", "2"),
        ("Right", 2, "B", "1"),
        ("Right", 2, "A", "1"),
        ("Left", 1, "A", "1"),
        ("Right", 1, "A", "1"),
    ]
    lines = [
        f"{section},{block},{row},{seat},{index * 50},0,C,," for index, (section, block, row, seat) in enumerate(names)
    ]
    plan = read(understood("\n".join([HEADER, *lines])).document)
    assert [(block.section, block.number) for block in plan.blocks] == [("Right", 1), ("Right", 2), ("Left", 1)]
    assert [(row.label, [place.label for place in row.places]) for row in plan.blocks[1].rows] == [
        ("B", ["2", "1"]),
        ("A", ["1"]),
    ]


def test_a_gap_in_a_row_is_an_aisle() -> None:
    lines = [f"Hall,1,A,{seat},{x},0,C,," for seat, x in enumerate([0, 50, 100, 220, 270])]
    (row,) = read(understood("\n".join([HEADER, *lines])).document).blocks[0].rows
    assert [place.label for place in row.places[:-1] if place.ends_run] == ["2"]


def test_decimal_commas_are_read_where_the_separator_is_another() -> None:
    text = HEADER.replace(",", ";") + "\nHall;1;A;1;12,4;-7,6;Stalls;seat;\n"
    (place,) = read(understood(text).document).blocks[0].rows[0].places
    assert (place.x, place.y) == (12, -8)


def test_apostrophes_before_formulas_are_taken_away() -> None:
    text = HEADER + "\n'=Hall,1,'+A,1,0,0,'Stalls,seat,''-1\n"
    plan = read(understood(text).document)
    (row,) = plan.blocks[0].rows
    assert (plan.blocks[0].section, row.label, plan.categories[0].name) == ("=Hall", "+A", "'Stalls")
    assert row.places[0].note == "'-1"


def test_empty_lines_and_missing_cells_at_the_end_are_no_mistakes() -> None:
    text = f"{HEADER}\n\nHall,1,A,1,0,0,Stalls\n,,,,,,,,\n"
    assert read(understood(text).document).size == 1


HEADERS = [
    ("", "line 1", "required"),
    ("section,row,seat,x,y,category,kind", "line 1", "required"),
    (HEADER + ",price", "line 1", "unknown"),
    (HEADER + ",seat", "line 1", "duplicate"),
    (HEADER, "line 2", "required"),
]


@pytest.mark.parametrize(("text", "place", "code"), HEADERS)
def test_a_bad_header_and_a_file_without_seats_are_refused(text: str, place: str, code: str) -> None:
    result = understood(text)
    assert result.document is None
    assert [(problem.place, problem.code) for problem in result.problems] == [(place, code)]


CELLS = [
    (",1,A,1,0,0,C,,", "section", "required"),
    ("..,1,A,1,0,0,C,,", "section", "not_addressable"),
    ("s" * 33 + ",1,A,1,0,0,C,,", "section", "max_length"),
    ("Hall,0,A,1,0,0,C,,", "subsection", "invalid"),
    ("Hall,1.0,A,1,0,0,C,,", "subsection", "invalid"),
    ("Hall," + "9" * 400 + ",A,1,0,0,C,,", "subsection", "invalid"),
    ("Hall,1,,1,0,0,C,,", "row", "required"),
    ("Hall,1,A\x07,1,0,0,C,,", "row", "control_character"),
    ("Hall,1,A,,0,0,C,,", "seat", "required"),
    ("Hall,1,A," + "1" * 21 + ",0,0,C,,", "seat", "max_length"),
    ("Hall,1,A,1,,0,C,,", "x", "invalid"),
    ("Hall,1,A,1,nan,0,C,,", "x", "invalid"),
    ("Hall,1,A,1,0,1e9,C,,", "y", "too_far"),
    ('Hall,1,A,1,"1,200",0,C,,', "x", "invalid"),
    ("Hall,1,A,1,1_000,0,C,,", "x", "invalid"),
    ("Hall,1,A,1,\u0661\u0662,0,C,,", "x", "invalid"),
    ("Hall,1,A,1,0,inf,C,,", "y", "invalid"),
    ("Hall,1,A,1,0," + "0" * 41 + ",C,,", "y", "invalid"),
    ("Hall,1,A,1,0,left,C,,", "y", "invalid"),
    ("Hall,1,A,1,0,0,,,", "category", "required"),
    ("Hall,1,A,1,0,0,C,sofa,", "kind", "invalid"),
    ("Hall,1,A,1,0,0,C,," + "n" * 201, "note", "max_length"),
]


@pytest.mark.parametrize(("line", "column", "code"), CELLS)
def test_a_bad_cell_is_named_with_its_line_and_column(line: str, column: str, code: str) -> None:
    result = understood(f"{HEADER}\nHall,1,B,1,0,90,C,,\n{line}\n")
    assert result.document is None
    assert [(problem.place, problem.code) for problem in result.problems] == [(f"line 3, column {column}", code)]


def test_a_seat_that_is_there_twice_is_named_with_both_lines() -> None:
    result = understood(f"{HEADER}\n{TWO_SEATS}Hall,1,A,1,200,0,Stalls,seat,\n")
    assert result.document is None
    assert [str(problem) for problem in result.problems] == [
        "line 4, column seat: Seat 1 of row A is already in line 2."
    ]


def test_blocks_without_a_gap_in_their_numbers_are_proposed() -> None:
    result = understood(f"{HEADER}\n{TWO_SEATS}Hall,4,A,1,200,0,Stalls,seat,\n")
    assert [(problem.place, problem.proposal) for problem in result.problems] == [
        ("line 4, column subsection", "It becomes block 2.")
    ]
    assert [block.number for block in read(result.document).blocks] == [1, 2]


def test_a_hyphen_in_a_seats_number_is_proposed_to_be_another_one() -> None:
    result = understood(f"{HEADER}\nHall,1,A,1-2,0,0,Stalls,seat,\n")
    assert [problem.code for problem in result.problems] == ["forbidden"]
    assert read(result.document).blocks[0].rows[0].places[0].label == "1\u20102"


def test_a_quotation_mark_that_is_never_closed_is_a_mistake_and_not_one_long_cell() -> None:
    result = understood(f'{HEADER}\nHall,1,A,1,0,0,Stalls,seat,"by the aisle\n{TWO_SEATS}')
    assert result.document is None
    assert ["quotation mark" in problem.detail for problem in result.problems] == [True]


def test_a_cell_that_is_larger_than_any_text_is_refused() -> None:
    result = understood(f"{HEADER}\n{'x' * 200_000},1,A,1,0,0,Stalls,seat,\n")
    assert result.document is None
    detail = (
        "The line has a cell of more than 131,072 characters. Perhaps a quotation mark is missing in it or before it."
    )
    assert [(problem.place, problem.detail) for problem in result.problems] == [("line 2", detail)]


def test_more_seats_than_a_plan_may_have_are_refused() -> None:
    lines = [f"Hall,1,A,{seat},{seat * 50},0,C,," for seat in range(12)]
    result = understood("\n".join([HEADER, *lines]), max_places=10)
    assert result.document is None
    assert [problem.code for problem in result.problems] == ["too_many"]


def test_cells_after_the_last_column_are_not_dropped() -> None:
    result = understood(f"{HEADER}\n{TWO_SEATS}Hall,1,A,3,100,0,Stalls,seat,Behind a pillar, wide\n")
    assert result.document is None
    assert [(problem.place, problem.code) for problem in result.problems] == [("line 4", "too_many")]
    spare = understood(f"{HEADER}\nHall,1,A,1,0,0,Stalls,seat,,,\n")
    assert read(spare.document).size == 1


def test_only_one_way_to_write_decimals_is_read() -> None:
    header = HEADER.replace(",", ";")
    for number in ("1.200,5", "1,200,5", "1,2,", "0x10", "1e", "--1"):
        result = understood(f"{header}\nHall;1;A;1;{number};0;Stalls;seat;\n")
        assert [(problem.place, problem.code) for problem in result.problems] == [("line 2, column x", "invalid")]
    (place,) = read(understood(f"{HEADER}\nHall,1,A,1,+1.5e2,.4,Stalls,seat,\n").document).blocks[0].rows[0].places
    assert (place.x, place.y) == (150, 0)


def test_too_many_categories_are_one_problem_in_the_line_of_the_first_one() -> None:
    lines = [f"Hall,1,A,{seat},{seat * 50},0,C{seat},," for seat in range(60)]
    result = understood("\n".join([HEADER, *lines]))
    assert [(problem.place, problem.code) for problem in result.problems] == [
        ("line 52, column category", "max_length")
    ]


def test_what_the_reader_of_plans_finds_is_named_by_its_line() -> None:
    other = "Box,1,A,1,53,0,Stalls,seat,\n"
    result = understood(f"{HEADER}\n{TWO_SEATS}{other}Hall,1,A,3,4,0,Stalls,seat,\n")
    assert [str(problem) for problem in result.problems] == [
        "line 5: The seats A-1 and A-3 are less than 10 cm apart.",
        "line 4: Seat A-1 is less than 10 cm from seat A-2 of another block, which is at line 3.",
    ]


def test_names_that_look_the_same_are_the_same() -> None:
    result = understood(f"{HEADER}\nHall,1,\u00c9,1,0,0,Caf\u00e9,,\nHall,1,E\u0301,2,50,0,Cafe\u0301,,\n")
    plan = read(result.document)
    assert [row.label for row in plan.blocks[0].rows] == ["\u00c9"]
    assert [category.name for category in plan.categories] == ["Caf\u00e9"]
