"""Fixtures of pictures."""

from collections.abc import Callable
from pathlib import Path

import pytest

from accounts.models import User
from events.models import Event
from events.picture_models import EventPicture
from events.pictures import storage
from events.pictures.tests.makers import a_picture
from events.pictures.write import set_picture


@pytest.fixture(autouse=True)
def media(media: Path) -> Path:
    """The folder of pictures, empty."""
    storage.breaker.close()
    return media


@pytest.fixture
def upload(concert: Event, carol: User) -> Callable[..., EventPicture]:
    """A function that gives the concert a picture."""

    def make(data: bytes | None = None, alt: str = "A stage", event: Event | None = None) -> EventPicture:
        chosen = a_picture("JPEG") if data is None else data
        return set_picture(event_id=(event or concert).pk, seller=carol, data=chosen, alt=alt)

    return make


@pytest.fixture
def files(media: Path) -> Callable[[], set[str]]:
    """A function that returns the names of all files."""
    return lambda: {path.name for path in media.rglob("*") if path.is_file()}
