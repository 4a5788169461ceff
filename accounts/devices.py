"""Name the device of a sign-in for people, from the User-Agent header."""

import re

MAX_LENGTH = 60  # characters of a name
UNKNOWN = "Unknown device"

# The first match counts: browsers also name those that they descend from.
BROWSERS = (
    ("Edge", r"Edg(e|A|iOS)?/"),
    ("Opera", r"OPR/|Opera"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/|Chromium/"),
    ("Safari", r"Safari/"),
)
SYSTEMS = (
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("Windows", r"Windows"),
    ("Mac", r"Macintosh|Mac OS X"),
    ("ChromeOS", r"CrOS"),
    ("Linux", r"Linux"),
)
PROGRAM = re.compile(r"[A-Za-z][\w.+-]*")


def device_name(user_agent: str) -> str:
    """Return such as "Firefox on Windows" for a browser, the program's name for another client.

    What a client says of itself may be wrong; the name helps people to recognize their own devices, and no more.
    """
    browser = _first(BROWSERS, user_agent)
    system = _first(SYSTEMS, user_agent)
    if browser and system:
        return f"{browser} on {system}"
    if browser or system:
        return browser or system
    program = PROGRAM.match(user_agent)
    return program[0][:MAX_LENGTH] if program else UNKNOWN


def _first(names: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for name, pattern in names if re.search(pattern, user_agent)), "")
