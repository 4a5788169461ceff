"""Write the seats of a seating plan as CSV (RFC 4180)."""

import csv
import io

from core.text.csv_cells import BYTE_ORDER_MARK, escaped
from events.plans.formats.csv_import import COLUMNS
from events.plans.plan import Plan


def to_csv(plan: Plan) -> str:
    """Return the seats of a plan as CSV, with a byte order mark. Standing areas and drawings have no lines."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    file.write(BYTE_ORDER_MARK)
    writer.writerow(COLUMNS)
    for block in plan.blocks:
        for row in block.rows:
            for place in row.places:
                section, label, seat, category, note = escaped(
                    (block.section, row.label, place.label, plan.categories[place.category].name, place.note)
                )
                writer.writerow(
                    (section, block.number, label, seat, place.x, place.y, category, place.kind.value, note)
                )
    return file.getvalue()


def not_in_csv(plan: Plan) -> list[str]:
    """Return in sentences what the plan has and the columns can't say."""
    standing = sum(block.capacity for block in plan.blocks)
    sentences = [f"{standing:,} places in standing areas are left out."] if standing else []
    if plan.drawings:
        sentences.append("Shapes and texts that are only drawn are left out.")
    if any(block.tables for block in plan.blocks):
        sentences.append("Tables are rows.")
    return sentences
