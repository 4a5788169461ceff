"""People at browsers. Whatever a browser complains about in a page of ours fails the test."""

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize

from accounts.models import User

DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 360, "height": 740}
PATIENCE = 15_000  # ms; the machine may be busy with other tests
# What the API refuses, the browser notes as an error, although refusing was the answer.
REFUSAL = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d .*/api/")


class Visitors:
    """`visitors(alice)` is a page of a browser of her own, signed in; `visitors()` somebody's who is not."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.complaints: list[str] = []
        self._forgiven = [REFUSAL]
        self._browser = browser
        self._url = url
        self._contexts: list[BrowserContext] = []

    def __call__(self, user: User | None = None, path: str | None = None, **options: Any) -> Page:
        """A new visitor; at `path` if it is given. Options are those of Playwright's contexts."""
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
        context.set_default_timeout(PATIENCE)
        self._contexts.append(context)
        if user is not None:
            self.sign_in(context, user)
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        if path is not None:
            page.goto(path)
        return page

    def sign_in(self, context: BrowserContext, user: User) -> None:
        """Gives the browser a session of the user's."""
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": self._url}])

    def forgive(self, pattern: str) -> None:
        """Complaints that the test itself brings about."""
        self._forgiven.append(re.compile(pattern))

    @property
    def unforgiven(self) -> list[str]:
        """What browsers complained about."""
        return [text for text in self.complaints if not any(pattern.search(text) for pattern in self._forgiven)]

    def photograph(self, stem: Path) -> None:
        """All open pages, for whoever has to find out why a test failed."""
        for number, page in enumerate(page for context in self._contexts for page in context.pages):
            page.screenshot(path=f"{stem}-{number}.png")

    def leave(self) -> None:
        """Closes all browsers."""
        for context in self._contexts:
            context.close()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.text} {message.location.get('url', '')}")
