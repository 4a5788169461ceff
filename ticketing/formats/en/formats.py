"""How Django writes dates and times by itself, such as in the admin's lists: as `core/text/times.py` does."""

DATE_FORMAT = "D j M Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "D j M Y, H:i e"  # e is the zone, UTC
