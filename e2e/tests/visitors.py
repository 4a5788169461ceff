"""Visitors with browsers. An error that a browser reports on one of the pages fails the test."""

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize

from accounts.models import User

DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 360, "height": 740}
TIMEOUT_MS = 15_000  # long, because the machine may be busy with other tests
# The browser logs every 4xx of the API as an error, although it is a normal response.
API_ERROR = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d .*/api/")


class Visitors:
    """`visitors(alice)` opens a page in a new browser, signed in as Alice; `visitors()` an anonymous one."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.errors: list[str] = []
        self._allowed = [API_ERROR]
        self._browser = browser
        self._url = url
        self._contexts: list[BrowserContext] = []

    def __call__(self, user: User | None = None, path: str | None = None, **options: Any) -> Page:
        """Open a page for a new visitor, at `path` if given.

        Options are those of Playwright's contexts.
        """
        context = self._browser.new_context(
            **{
                "base_url": self._url,
                "viewport": DESKTOP,
                "locale": "en-US",
                "timezone_id": "UTC",
                "reduced_motion": "reduce",
                **options,
            }
        )
        context.set_default_timeout(TIMEOUT_MS)
        self._contexts.append(context)
        if user is not None:
            self.sign_in(context, user)
        page = context.new_page()
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.errors.append(f"{page.url}: {error}"))
        if path is not None:
            page.goto(path)
        return page

    def sign_in(self, context: BrowserContext, user: User) -> None:
        """Give the browser a session of this user."""
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": self._url}])

    def allow_error(self, pattern: str) -> None:
        """Allow error messages that match; use it for errors that the test causes."""
        self._allowed.append(re.compile(pattern))

    @property
    def unexpected_errors(self) -> list[str]:
        """Return the errors that no test allowed."""
        return [text for text in self.errors if not any(pattern.search(text) for pattern in self._allowed)]

    def take_screenshots(self, stem: Path) -> None:
        """Take a screenshot of each open page, to help find out why a test failed."""
        for number, page in enumerate(page for context in self._contexts for page in context.pages):
            page.screenshot(path=f"{stem}-{number}.png")

    def close(self) -> None:
        """Close all browsers."""
        for context in self._contexts:
            context.close()

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} {message.location.get('url', '')}")
