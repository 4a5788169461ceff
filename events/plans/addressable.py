"""Names of sections, which are part of addresses (/api/event/1/sections/A/…)."""

# Programs resolve these names as they do in file paths, and many decode "%2F" to "/", so that such sections could not
# be read.
NO_PATH_SEGMENTS = frozenset({".", ".."})
NOT_ADDRESSABLE = 'A section can\'t be named "." or "..", or have "/" in its name.'


def is_addressable(name: str) -> bool:
    """Return whether a section may have this name."""
    return name not in NO_PATH_SEGMENTS and "/" not in name
