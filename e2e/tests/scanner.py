"""The check-in page as gate staff use it."""

from playwright.sync_api import Locator, Page, expect

OFFLINE_ERROR = "ERR_INTERNET_DISCONNECTED"


class Scanner:
    """The check-in page, operated by typing, as people and hand scanners do."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        expect(self.page.locator("#page[data-ready]")).to_be_visible()

    @property
    def panel(self) -> Locator:
        """The panel with the latest result."""
        return self.page.get_by_role("region", name="Last ticket")

    @property
    def found(self) -> Locator:
        """The tickets that a search found."""
        return self.page.get_by_role("region", name="Tickets found")

    def type(self, text: str) -> None:
        """Type a text and press Enter."""
        self.page.get_by_label("Number, booking or name").focus()
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Enter")

    def scan(self, code: str, result: str, *, offline: bool = False) -> None:
        """Scan a code, and expect this result; with `offline`, the scanner has to find it by itself."""
        log = self.page.locator("#log li")
        before = log.count()
        self.type(code)
        expect(log).to_have_count(before + 1)
        self.shows(result, offline=offline)

    def shows(self, result: str, *, offline: bool = False) -> None:
        """Expect that the panel shows this result."""
        expect(self.panel).to_have_attribute("data-result", result)
        expect(self.panel.get_by_text("Checked offline.")).to_be_visible(visible=offline)

    def go_offline(self) -> None:
        self.page.context.set_offline(True)

    def go_online(self) -> None:
        self.page.context.set_offline(False)
