"""Where an event's picture is shown: on its page, in the list, on share cards and in search results."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from accounts.operations.deletion import delete_account
from conftest import PASSWORD
from events.lifecycle.change import change_event
from events.models import Event
from events.picture_models import EventPicture
from events.pictures.tests.makers import a_picture
from events.pictures.write import remove_picture, set_picture

pytestmark = pytest.mark.django_db

ALT = 'Candles & "shadows" <in> the hall'
JSON_LD = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


class Elements(HTMLParser):
    """The attributes of all pictures of events and of all `meta` elements."""

    def __init__(self) -> None:
        super().__init__()
        self.images: list[dict[str, str | None]] = []
        self.meta: dict[str, str | None] = {}

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        if tag == "img" and str(found["src"]).startswith("/media/"):
            self.images.append(found)
        if tag == "meta" and (name := found.get("property") or found.get("name")):
            self.meta[name] = found.get("content")


def elements_of(client: Client, path: str) -> Elements:
    elements = Elements()
    elements.feed(client.get(path).content.decode())
    return elements


@pytest.fixture
def picture(concert: Event, carol: User, media: Path) -> EventPicture:
    """The concert's picture."""
    Event.objects.filter(pk=concert.pk).update(starts_at=datetime.now(UTC) + timedelta(days=30))
    return set_picture(event_id=concert.pk, seller=carol, data=a_picture("JPEG", (1_200, 800)), alt=ALT)


def test_the_page_shows_the_picture_in_the_width_that_it_needs(
    concert: Event, picture: EventPicture, client: Client
) -> None:
    thumbnail, whole = elements_of(client, f"/events/{concert.pk}").images
    base = f"/media/pictures/{picture.key}"
    assert whole["alt"] == ALT
    assert thumbnail["alt"] == ""  # the whole picture says it
    for image in (thumbnail, whole):
        assert image["src"] == f"{base}-1200.webp"
        assert image["srcset"] == f"{base}-480.webp 480w, {base}-960.webp 960w, {base}-1200.webp 1200w"
        assert (image["width"], image["height"]) == ("1200", "800")  # so that nothing moves when it arrives
        assert image["sizes"]
        assert client.get(str(image["src"])).status_code == 200


def test_the_list_shows_the_picture(concert: Event, picture: EventPicture, client: Client) -> None:
    (image,) = elements_of(client, "/").images
    assert image["alt"] == ALT
    assert image["loading"] == "lazy"
    assert f"{picture.key}-480.webp 480w" in str(image["srcset"])


def test_pages_without_a_picture_have_none(concert: Event, client: Client) -> None:
    for path in ("/", f"/events/{concert.pk}"):
        elements = elements_of(client, path)
        assert elements.images == []
        assert not [name for name in elements.meta if name.startswith(("og:image", "twitter:"))]


def test_a_share_card_has_the_picture(concert: Event, picture: EventPicture, client: Client) -> None:
    meta = elements_of(client, f"/events/{concert.pk}").meta
    assert meta["og:image"] == f"{settings.SITE_URL}/media/pictures/{picture.key}-share.jpg"
    assert (meta["og:image:width"], meta["og:image:height"]) == ("1200", "630")
    assert meta["og:image:type"] == "image/jpeg"
    assert meta["og:image:alt"] == ALT
    assert meta["twitter:card"] == "summary_large_image"
    assert client.get(str(meta["og:image"]).removeprefix(settings.SITE_URL))["Content-Type"] == "image/jpeg"


def test_search_engines_get_the_picture_in_two_shapes(concert: Event, picture: EventPicture, client: Client) -> None:
    assert json_ld(client, concert)["image"] == [
        f"{settings.SITE_URL}/media/pictures/{picture.key}-share.jpg",
        f"{settings.SITE_URL}/media/pictures/{picture.key}-1200.webp",
    ]


def test_search_engines_are_not_told_of_a_picture_that_is_not_there(
    concert: Event, picture: EventPicture, carol: User, client: Client
) -> None:
    remove_picture(event_id=concert.pk, seller=carol)
    assert "image" not in json_ld(client, concert)


def json_ld(client: Client, event: Event) -> dict[str, Any]:
    (found,) = JSON_LD.findall(client.get(f"/events/{event.pk}").content.decode())
    data: dict[str, Any] = json.loads(found)
    return data


def test_a_cancelled_event_still_shows_its_picture(concert: Event, picture: EventPicture, client: Client) -> None:
    Event.objects.filter(pk=concert.pk).update(status="cancelled")
    assert len(elements_of(client, f"/events/{concert.pk}").images) == 2


def test_a_drafts_picture_is_not_in_the_list(
    new_event: Callable[..., Event], carol: User, media: Path, client: Client
) -> None:
    draft = new_event(draft=True)
    set_picture(event_id=draft.pk, seller=carol, data=a_picture(), alt=ALT)
    assert elements_of(client, "/").images == []
    assert client.get(f"/events/{draft.pk}").status_code == 404
    assert client.get(f"/api/event/{draft.pk}").status_code == 404


def test_the_picture_of_a_past_event_outlives_its_sellers_account(
    concert: Event, picture: EventPicture, carol: User, client: Client
) -> None:
    change_event(event_id=concert.pk, seller=carol, status="ended")
    Event.objects.filter(pk=concert.pk).update(status="completed")
    delete_account(user=carol, current_password=PASSWORD)
    assert len(elements_of(client, f"/events/{concert.pk}").images) == 2
    assert client.get(f"/media/pictures/{picture.key}-480.webp").status_code == 200
