"""Cells of CSV files that spreadsheets open: the byte order mark, and texts that would be taken for formulas."""

from collections.abc import Iterable

# Excel reads a CSV file as UTF-8 only if it begins with this character, and otherwise in the code page of the computer.
BYTE_ORDER_MARK = "\ufeff"
# Spreadsheets run a cell that starts with one of these as a formula, even if it is the name that a buyer typed
# (https://owasp.org/www-community/attacks/CSV_Injection).
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")


def escaped(cells: Iterable[str]) -> list[str]:
    """Put an apostrophe before cells that a spreadsheet would run, even after spaces; it then shows them as text."""
    return [f"'{cell}" if _needs_apostrophe(cell) else cell for cell in cells]


def unescaped(cell: str) -> str:
    """Return the text of which `escaped` made this cell."""
    return cell[1:] if cell.startswith("'") and _needs_apostrophe(cell[1:]) else cell


def _needs_apostrophe(cell: str) -> bool:
    """Return whether the cell is a formula, or one with apostrophes before it, so that all can be taken away again."""
    return cell.lstrip(" '").startswith(FORMULA_STARTS)
