"""A hall whose seats have names that numbers don't give away, and several prices in one row."""

from typing import Any

LONG_ROW, LONG_SEAT = "Loge der Intendanz 7", "Platz am Fenster 12"  # as long as labels may be
PRICES = {"Category 1": 9500, "Category 2": 4500, "Standing": 3500}
# In "Parkett links" the seats AA-101 to AA-110, of which AA-102 is of category 2, AA-109 a wheelchair
# place and AA-110 its companion's, and BB-101 to BB-110, of which BB-110 has a restricted view. Both blocks of
# "Balkon" have the seats, and the table of "Cabaret" has the seats 7-1 to 7-4.
GALA: dict[str, Any] = {
    "format": 1,
    "name": "Gala hall",
    "categories": [{"name": "Category 1"}, {"name": "Category 2"}, {"name": "Standing"}],
    "sections": [
        {
            "name": "Parkett links",
            "subsections": [
                {
                    "category": "Category 1",
                    "y": 500,
                    "grid": {
                        "rows": 3,
                        "seats": [10, 10, 2],
                        "row_labels": ["AA", "BB", LONG_ROW],
                        "seat_labels": {"style": "numbers", "start": 101},
                        "places": [
                            {"row": 1, "seat": 2, "category": "Category 2"},
                            {"row": 1, "seat": 9, "kind": "wheelchair"},
                            {"row": 1, "seat": 10, "kind": "companion"},
                            {"row": 2, "seat": 10, "kind": "restricted", "note": "Behind a pillar."},
                            {"row": 3, "seat": 1, "label": LONG_SEAT},
                        ],
                    },
                },
            ],
        },
        {
            "name": "Balkon",
            "subsections": [
                {"category": "Category 2", "x": -600, "y": 1500, "grid": {"rows": 1, "seats": 4}},
                {"category": "Category 2", "x": 600, "y": 1500, "grid": {"rows": 1, "seats": 4}},
            ],
        },
        {
            "name": "Cabaret",
            "subsections": [
                {"category": "Category 2", "x": 2000, "tables": [{"label": "7", "x": 0, "y": 0, "seats": 4}]},
            ],
        },
        {
            "name": "Floor",
            "subsections": [
                {
                    "category": "Standing",
                    "standing": {"capacity": 50, "outline": [[-300, 0], [300, 0], [300, 200], [-300, 200]]},
                }
            ],
        },
    ],
}
