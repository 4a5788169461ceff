"""Fixtures of the browser tests: one product and one browser for all tests, and visitors.

The servers see only committed data, so all tests here are marked `django_db(transaction=True)`.
"""

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connections
from playwright.sync_api import Browser, expect
from pytest_django import DjangoDbBlocker

from accounts.models import User
from bookings.checkin.tests.stage import codes_of
from bookings.holds.models import Booking
from bookings.payments.refund import refund_booking
from core.redis import client
from e2e import browser as browsers
from e2e.tests.product import Product, product
from e2e.tests.visitors import TIMEOUT_MS, Visitors
from events.models import Event
from events.picture_models import EventPicture
from events.pictures import poster
from events.pictures.backend import media_storage
from events.pictures.write import set_picture
from ticketing.embedded import state

HERE = Path(__file__).parent
FOLDER = "e2e"  # below the tests' STATE_DIR


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call" and report.failed and isinstance(visitors_of_test := _visitors_of(item), Visitors):
        stem = state.state_dir() / FOLDER / item.name
        visitors_of_test.take_screenshots(stem)
        report.sections.append(("What the browsers showed", f"{stem}-*.png"))
        report.sections.append(("Errors in the browsers", "\n".join(visitors_of_test.errors)))
    return report


def _visitors_of(item: pytest.Item) -> Any:
    return getattr(item, "funcargs", {}).get("visitors")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests.

    Playwright's event loop runs in this thread, where Django would refuse to query the database.
    """
    if browsers.program() is None:
        pytest.skip(browsers.MISSING)
    with pytest.MonkeyPatch.context() as patch, browsers.chromium() as running:
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        expect.set_options(timeout=TIMEOUT_MS)
        yield running
        connections.close_all()  # the connections of that loop


@pytest.fixture(scope="package")
def shop(browser: Browser, django_db_setup: None) -> Iterator[Product]:
    """The running product, shared by all tests here.

    Redis is emptied first, because the users of this run have the same ids as those of the last one.
    """
    client().flushdb()
    with product(state.state_dir() / FOLDER) as running:
        yield running


@pytest.fixture(scope="package")
def content_types(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> list[ContentType]:
    """The content types with the ids they had when the product started.

    The product caches these ids, and the admin's log needs them.
    """
    with django_db_blocker.unblock():
        return list(ContentType.objects.all())


@pytest.fixture
def visitors(
    browser: Browser, shop: Product, transactional_db: None, content_types: list[ContentType]
) -> Iterator[Visitors]:
    """A function that creates visitors; at the end, none of their browsers may have reported an error."""
    Permission.objects.all().delete()
    ContentType.objects.all().delete()  # emptying the tables after a test gave them new ids
    ContentType.objects.bulk_create(content_types)
    ContentType.objects.clear_cache()
    visitors_of_test = Visitors(browser, shop.url)
    yield visitors_of_test
    visitors_of_test.close()
    assert not visitors_of_test.unexpected_errors


@pytest.fixture
def codes(alice: User, paid_booking: Callable[..., Booking]) -> list[str]:
    """The codes of four tickets: row 1, seats 1 to 4."""
    return codes_of(paid_booking(alice, "1-1", "1-2", "1-3", "1-4"))


@pytest.fixture
def void(alice: User, carol: User, paid_booking: Callable[..., Booking]) -> str:
    """The code of a refunded ticket."""
    booking = paid_booking(alice, "2-1")
    (code,) = codes_of(booking)
    refund_booking(booking_id=booking.pk, user=carol)
    return code


@pytest.fixture
def give_picture(carol: User, shop: Product, settings: Any) -> Callable[[Event], EventPicture]:
    """A function that gives an event of Carol's a picture, in the folder of the running product."""
    settings.STORAGES = settings.STORAGES | {"default": media_storage("", shop.folder / "media")}
    return lambda event: set_picture(event_id=event.pk, seller=carol, data=poster.draw_poster(), alt=poster.ALT)
