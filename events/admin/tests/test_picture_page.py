"""The page of an event's picture in the seller admin."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from events.models import Event
from events.picture_models import EventPicture
from events.pictures.limits import MAX_BYTES
from events.pictures.tests.makers import a_picture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(media: Path) -> Path:
    """The folder of pictures, empty."""
    return media


def path_of(event: Event) -> str:
    return f"/admin/events/event/{event.pk}/picture/"


def a_file(data: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile("poster.jpg", a_picture("JPEG") if data is None else data)


def save(client: Client, event: Event, **fields: Any) -> Any:
    return client.post(path_of(event), {"do": "save", **fields}, follow=True)


def errors_in(response: Any) -> dict[str, list[str]]:
    return {name: [str(one) for one in found] for name, found in response.context["form"].errors.items()}


def test_a_seller_uploads_replaces_describes_and_removes_a_picture(concert: Event, seller_client: Client) -> None:
    page = seller_client.get(path_of(concert)).content.decode()
    assert "This event has none yet." in page
    assert "Remove the picture" not in page

    page = save(seller_client, concert, picture=a_file(), alt="A stage").content.decode()
    first = EventPicture.objects.get()
    assert f'src="/media/pictures/{first.key}-800.webp"' in page
    assert f'src="/media/pictures/{first.key}-share.jpg"' in page
    assert 'value="A stage"' in page

    save(seller_client, concert, alt="A stage in blue light")
    described = EventPicture.objects.get()
    assert (described.key, described.alt) == (first.key, "A stage in blue light")

    save(seller_client, concert, picture=a_file(a_picture("PNG", (400, 300))), alt="Another")
    second = EventPicture.objects.get()
    assert (second.key != first.key, second.width, second.alt) == (True, 400, "Another")

    page = seller_client.post(path_of(concert), {"do": "remove"}, follow=True).content.decode()
    assert "This event has none yet." in page
    assert not EventPicture.objects.exists()
    assert [entry.change_message for entry in LogEntry.objects.order_by("pk")] == [
        "Uploaded a picture: A stage",
        "Changed the text of the picture: A stage in blue light",
        "Uploaded a picture: Another",
        "Removed the picture.",
    ]


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({}, {"picture": ["This field is required."], "alt": ["This field is required."]}),
        ({"alt": "A stage"}, {"picture": ["This field is required."]}),
        ({"picture": a_file()}, {"alt": ["This field is required."]}),
        ({"picture": a_file(), "alt": " "}, {"alt": ["This field is required."]}),
        ({"picture": a_file(b""), "alt": "A stage"}, {"picture": ["The submitted file is empty."]}),
        ({"picture": a_file(b"<svg/>"), "alt": "A stage"}, {"picture": ["This is no picture in the format"]}),
        (
            {"picture": a_file(b"x" * (MAX_BYTES + 1)), "alt": "A stage"},
            {"picture": ["This file is larger than 8 MB."]},
        ),
        ({"picture": a_file(), "alt": "x" * 301}, {"alt": ["Ensure this value has at most 300 characters"]}),
    ],
)
def test_mistakes_are_shown_beside_their_fields(
    concert: Event, seller_client: Client, fields: dict[str, Any], errors: dict[str, list[str]]
) -> None:
    if "picture" in fields:
        fields["picture"].seek(0)
    response = save(seller_client, concert, **fields)
    assert response.status_code == 200
    found = errors_in(response)
    assert found.keys() == errors.keys()
    assert all(found[name][0].startswith(errors[name][0]) for name in errors)
    assert not EventPicture.objects.exists()
    assert not LogEntry.objects.exists()


def test_a_refused_file_keeps_the_picture_and_the_typed_text(concert: Event, seller_client: Client) -> None:
    save(seller_client, concert, picture=a_file(), alt="A stage")
    before = EventPicture.objects.get()
    page = save(seller_client, concert, picture=a_file(b"text"), alt="Another text").content.decode()
    assert 'value="Another text"' in page
    assert f"{before.key}-800.webp" in page
    assert EventPicture.objects.get().alt == "A stage"


def test_describing_a_picture_that_was_removed_meanwhile_asks_for_a_file(
    concert: Event, seller_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(seller_client, concert, picture=a_file(), alt="A stage")
    from events.admin import pictures

    form_of = pictures.PictureForm

    def form_and_removal(event: Event, *args: Any) -> Any:
        form = form_of(event, *args)
        EventPicture.objects.all().delete()
        return form

    monkeypatch.setattr(pictures, "PictureForm", form_and_removal)
    response = save(seller_client, concert, alt="Another text")
    assert errors_in(response) == {"picture": ["Choose a picture: this event has none any more."]}


def test_a_storage_that_is_away_gets_a_page(concert: Event, seller_client: Client, media: Path) -> None:
    media.mkdir()
    (media / "pictures").write_text("no folder")
    response = save(seller_client, concert, picture=a_file(), alt="A stage")
    assert response.status_code == 503
    assert "Pictures can&#x27;t be stored at the moment" in response.content.decode()


def test_a_file_that_is_far_too_large_gets_a_page(concert: Event, seller_client: Client) -> None:
    response = save(seller_client, concert, picture=a_file(b"x" * (4 * MAX_BYTES + 1)), alt="A stage")
    assert response.status_code == 413
    assert "choose a smaller file" in response.content.decode()


def test_the_events_page_shows_its_picture_and_leads_to_it(concert: Event, seller_client: Client) -> None:
    change = f"/admin/events/event/{concert.pk}/change/"
    page = seller_client.get(change).content.decode()
    assert f'href="{path_of(concert)}"' in page
    assert "/media/pictures/" not in page
    save(seller_client, concert, picture=a_file(), alt="A stage")
    assert f"/media/pictures/{EventPicture.objects.get().key}-480.webp" in seller_client.get(change).content.decode()


def test_a_copied_event_has_no_picture(concert: Event, seller_client: Client) -> None:
    save(seller_client, concert, picture=a_file(), alt="A stage")
    page = seller_client.get(f"/admin/events/event/add/?copy={concert.pk}").content.decode()
    assert "/media/pictures/" not in page


def test_another_sellers_picture_is_a_404(concert: Event, dave: User, client: Client) -> None:
    client.force_login(dave)
    assert client.get(path_of(concert)).status_code == 404
    assert save(client, concert, picture=a_file(), alt="Mine").status_code == 404
    assert not EventPicture.objects.exists()


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(concert: Event, seller_client: Client, method: str) -> None:
    act: Callable[..., Any] = getattr(seller_client, method)
    assert act(path_of(concert)).status_code == 405
