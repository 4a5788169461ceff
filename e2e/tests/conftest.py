"""The stage of the browser tests: one product and one browser for all of them, people who come and go.

Everything a test writes has to be committed to be seen by the servers, so all tests here are marked
`django_db(transaction=True)`.
"""

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connections
from playwright.sync_api import Browser, expect
from pytest_django import DjangoDbBlocker

from accounts.redis import client
from e2e import browser as browsers
from e2e.tests.product import Product, product
from e2e.tests.visitors import PATIENCE, Visitors
from ticketing.embedded import state

HERE = Path(__file__).parent
FOLDER = "e2e"  # under the tests' STATE_DIR


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call" and report.failed and isinstance(guests := _guests(item), Visitors):
        stem = state.state_dir() / FOLDER / item.name
        guests.photograph(stem)
        report.sections.append(("What the browsers showed", f"{stem}-*.png"))
        report.sections.append(("What the browsers complained about", "\n".join(guests.complaints)))
    return report


def _guests(item: pytest.Item) -> Any:
    return getattr(item, "funcargs", {}).get("visitors")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Playwright's loop runs in this thread, where Django would refuse to ask the database."""
    if browsers.program() is None:
        pytest.skip(browsers.MISSING)
    with pytest.MonkeyPatch.context() as patch, browsers.chromium() as running:
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        expect.set_options(timeout=PATIENCE)
        yield running
        connections.close_all()  # those that belong to the loop


@pytest.fixture(scope="package")
def shop(browser: Browser, django_db_setup: None) -> Iterator[Product]:
    """The product, for all tests here; what the last run's users did is not this one's users' fault."""
    client().flushdb()
    with product(state.state_dir() / FOLDER) as running:
        yield running


@pytest.fixture(scope="package")
def content_types(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> list[ContentType]:
    """Under the numbers they had when the product began, which it remembers; the admin's log needs them."""
    with django_db_blocker.unblock():
        return list(ContentType.objects.all())


@pytest.fixture
def visitors(
    browser: Browser, shop: Product, transactional_db: None, content_types: list[ContentType]
) -> Iterator[Visitors]:
    """Makes visitors; none of their browsers may have complained in the end."""
    Permission.objects.all().delete()
    ContentType.objects.all().delete()  # emptying the tables after a test has given them new numbers
    ContentType.objects.bulk_create(content_types)
    ContentType.objects.clear_cache()
    guests = Visitors(browser, shop.url)
    yield guests
    guests.leave()
    assert not guests.unforgiven
