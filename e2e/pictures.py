"""`make pictures`: take pictures of the main pages for docs/pictures, of a product of its own with demo data."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Browser, Page, expect

from benchmarks.tools.stage import CHECKOUT, stage
from e2e.browser import chromium

if TYPE_CHECKING:
    from accounts.models import User
    from events.models import Event, Subsection

PICTURES = CHECKOUT / "docs" / "pictures"
DESKTOP = {"width": 1440, "height": 900}
SMALLER = {"width": 1320, "height": 860}  # limits the file size of the most detailed picture
PHONE = {"width": 360, "height": 740}
SMALL, ARENA = "Chamber music by candlelight", "Northern Lights Tour"
CONCERT_HALL = "Ein Abend mit Brahms"
FLASH = "One night only: The Comeback"
TALL = {"width": 1440, "height": 1380}  # the form for a new event with its seat map
HISTORY = {"width": 1080, "height": 1150}
LONG_PHONE = {"width": 360, "height": 1290}  # down to the chart
SALE_SECONDS = 150  # duration of the arena's sale, so that its charts show minutes
SETTLE_MS = 800  # for fonts, animations, and toasts of the previous page


def main() -> None:
    """Take all pictures."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in this thread
    try:
        with stage(own=True) as (host, port), chromium() as browser:
            _set_up_django()
            take_all(browser, f"http://{host}:{port}")
    except RuntimeError as error:
        sys.exit(f"Can't take pictures: {error}")


def take_all(browser: Browser, url: str) -> None:
    """Fill the events, then take pictures as a buyer, an operator and a seller."""
    from accounts.models import User
    from e2e import audience
    from events.inventory.blocking import block_seats
    from events.models import Event

    PICTURES.mkdir(parents=True, exist_ok=True)
    buyer = User.objects.get(email="buyer@example.com")
    operator, seller = (User.objects.get(email=f"{name}@example.com") for name in ("admin", "seller"))
    small, arena, flash, concert = (Event.objects.get(name=name) for name in (SMALL, ARENA, FLASH, CONCERT_HALL))
    paid = audience.take(buyer, small.pk, "A", 1, "3-5", "3-6", paid=True)
    held = audience.take(buyer, small.pk, "B", 1, "2-4", "2-5", "2-6")
    subsection = audience.fill_a_seats_history(small.pk, "A", 1, "2-8")
    block_seats(event_id=small.pk, seller=seller, section="A", subsection=1, seats=["1-1", "1-2", "1-3"])
    audience.fill_the_hall(small.pk)
    audience.fill_the_arena(arena.pk, SALE_SECONDS)
    audience.fill_the_queue(flash.pk)
    audience.fill_the_plan(concert.pk)

    with _page(browser, url, None) as page:
        _take(page, "/", "events")
        _take(page, "/login", "login")
    with _page(browser, url, None, viewport=SMALLER) as page:
        _take(page, f"/events/{arena.pk}", "arena")
        _take(page, f"/events/{concert.pk}", "concert-hall")
    for scheme, suffix in (("light", ""), ("dark", "-dark")):
        with _page(browser, url, buyer, color_scheme=scheme) as page:
            _take(page, f"/events/{small.pk}", f"event{suffix}", press="Best seats")
            _take(page, f"/events/{concert.pk}", f"concert-hall-seats{suffix}", press="Best seats")
    with _page(browser, url, buyer) as page:
        _take(page, f"/checkout/{held}", "checkout")
        _take(page, f"/checkout/{paid}/done", "done")
        _take(page, "/bookings", "bookings")
        _take(page, f"/queue/{flash.pk}", "queue")
    with _page(browser, url, operator) as page:
        _take(page, "/operator", "operator")
    _take_seller_pages(browser, url, seller, subsection, arena)
    with _page(browser, url, buyer, viewport=PHONE, device_scale_factor=2, has_touch=True, is_mobile=True) as page:
        _take(page, "/", "phone-events")
        _take(page, f"/events/{small.pk}", "phone-event", press="Best seats")
        _take(page, f"/events/{concert.pk}", "phone-concert-hall", press="Best seats")
        _take(page, f"/checkout/{held}", "phone-checkout")
        _take(page, f"/queue/{flash.pk}", "phone-queue")
    print(f"Pictures are in {PICTURES.relative_to(CHECKOUT)}.")


def _take_seller_pages(browser: Browser, url: str, seller: "User", subsection: "Subsection", arena: "Event") -> None:
    events, hall = "/admin/events/event", subsection.event
    with _page(browser, url, seller) as page:
        _take(page, f"/sell/{arena.pk}", "sell", press="15 min")
        _take(page, f"{events}/{hall.pk}/change/", "event-admin")
        _take(page, f"/admin/bookings/booking/?event__id__exact={hall.pk}", "bookings-admin")
        _take(page, f"/admin/events/seatingplan/{_new_plan(seller)}/designer/", "designer", press="Stalls 2: 16 rows")
    with _page(browser, url, seller, viewport=TALL) as page:
        _take(page, f"{events}/add/", "new-event")
        _take(page, f"{events}/{hall.pk}/seats/?block={subsection.pk}", "seats-admin")
    with _page(browser, url, seller, viewport=HISTORY) as page:
        _take(page, f"/admin/bookings/seat/{hall.pk}/{subsection.pk}/17/", "seat-history")
    with _page(browser, url, seller, viewport=LONG_PHONE, device_scale_factor=2) as page:
        _take(page, f"/sell/{arena.pk}", "phone-sell", press="15 min")


def _new_plan(seller: "User") -> int:
    """Return the id of a plan with the document of the concert hall."""
    from events.plans.examples import template
    from events.venues.plans import add_plan
    from events.venues.write import add_venue

    venue = add_venue(seller=seller, name="Concert hall", time_zone="Europe/Berlin")
    return add_plan(venue_id=venue.pk, seller=seller, name="Great Hall", draft=template("concert_hall")).pk


@contextmanager
def _page(browser: Browser, url: str, user: "User | None", **options: Any) -> Iterator[Page]:
    from django.conf import settings
    from django.test import Client

    defaults = {"viewport": DESKTOP, "reduced_motion": "reduce", "locale": "en-US", "timezone_id": "Europe/Berlin"}
    context = browser.new_context(**(defaults | {"base_url": url} | options))
    if user is not None:
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])
    try:
        yield context.new_page()
    finally:
        context.close()


def _take(page: Page, path: str, name: str, *, press: str = "") -> None:
    page.goto(path)
    state = page.locator("[data-live-state]")
    if state.count():
        expect(state).to_have_attribute("data-live-state", "live")
    if press:
        page.get_by_text(press, exact=True).click()
        page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(SETTLE_MS)
    page.screenshot(path=PICTURES / f"{name}.png")
    print(f"  {name}.png", flush=True)


def _set_up_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ticketing.settings")
    import django

    django.setup()


if __name__ == "__main__":
    main()
