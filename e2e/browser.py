"""The browser: Debian's Chromium, controlled by Playwright."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

NAMES = ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome")
MISSING = "NO BROWSER, SO NO PAGE WAS TESTED. Please install Chromium (apt-get install chromium fonts-dejavu-core)."
# It connects only to this product, and may run as root in a container without a graphics card.
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


def program() -> str | None:
    """Return the path of Chromium, or None if it is not installed."""
    found = (name if Path(name).is_file() else shutil.which(name) for name in NAMES)
    return next((path for path in found if path), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run a browser without a window. Raises RuntimeError if none is installed."""
    path = program()
    if path is None:
        raise RuntimeError(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        try:
            yield browser
        finally:
            browser.close()
