"""Status codes, response bodies and permissions of the pictures API, with requests as clients send them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from rest_framework.test import APIClient

from accounts.models import User
from events.models import Event
from events.picture_models import EventPicture
from events.pictures.limits import MAX_BYTES
from events.pictures.tests.makers import a_picture, png

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | None], APIClient]
Upload = Callable[..., EventPicture]
HTML = {"Accept": "text/html"}


def a_file(data: bytes | None = None, name: str = "poster.jpg", kind: str = "image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, a_picture("JPEG") if data is None else data, kind)


def put(client: Any, event: Event, **members: Any) -> Any:
    """Send a form, by default with all that it must have; a member that is None isn't sent."""
    form = {"picture": a_file(), "alt": "A stage"} | members
    content = encode_multipart(BOUNDARY, {name: value for name, value in form.items() if value is not None})
    return client.put(f"/api/event/{event.pk}/picture", content, content_type=MULTIPART_CONTENT)


def problems(response: Any) -> dict[str, str]:
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "validation_error"
    return {problem["field"]: problem["code"] for problem in response.json()["errors"]}


@pytest.fixture
def seller(carol: User, client_of: ClientOf) -> APIClient:
    return client_of(carol)


def test_an_upload_answers_with_the_picture(concert: Event, seller: APIClient, client: Client) -> None:
    response = put(seller, concert, picture=a_file(a_picture("PNG", (2_000, 1_000)), "poster.png", "image/png"))
    assert response.status_code == 200
    key = EventPicture.objects.get().key
    assert response.json() == {
        "alt": "A stage",
        "width": 1_600,
        "height": 800,
        "sources": [{"url": f"/media/pictures/{key}-{width}.webp", "width": width} for width in (480, 960, 1_600)],
        "share": f"/media/pictures/{key}-share.jpg",
    }
    assert client.get(f"/api/event/{concert.pk}").json()["picture"] == response.json()
    assert client.get("/api/event").json()["results"][0]["picture"] == response.json()


def test_an_event_without_a_picture_has_null(concert: Event, client: Client) -> None:
    assert client.get(f"/api/event/{concert.pk}").json()["picture"] is None
    assert client.get("/api/event").json()["results"][0]["picture"] is None


def test_name_and_type_of_the_file_do_not_matter(concert: Event, seller: APIClient) -> None:
    for name, kind in (("poster.gif", "image/gif"), ("../../etc/passwd", "text/html"), ("x", "")):
        assert put(seller, concert, picture=a_file(name=name, kind=kind)).status_code == 200


def test_the_text_alone_can_be_changed(concert: Event, seller: APIClient) -> None:
    path = f"/api/event/{concert.pk}/picture"
    assert seller.patch(path, {"alt": "Words"}).status_code == 404
    before = put(seller, concert).json()
    response = seller.patch(path, {"alt": "Other words"})
    assert (response.status_code, response.json()) == (200, before | {"alt": "Other words"})
    assert problems(seller.patch(path, {})) == {"alt": "required"}
    assert problems(seller.patch(path, {"alt": "Words", "picture": "x"})) == {"picture": "unknown"}


def test_a_picture_can_be_removed(concert: Event, seller: APIClient, client: Client) -> None:
    put(seller, concert)
    for _ in range(2):
        assert seller.delete(f"/api/event/{concert.pk}/picture").status_code == 204
    assert client.get(f"/api/event/{concert.pk}").json()["picture"] is None


def test_tags_change_with_the_picture(concert: Event, seller: APIClient, client: Client) -> None:
    path = f"/api/event/{concert.pk}"
    tags = []
    for change in (
        lambda: None,
        lambda: put(seller, concert),
        lambda: put(seller, concert),
        lambda: seller.patch(f"{path}/picture", {"alt": "Other words"}),
        lambda: seller.delete(f"{path}/picture"),
    ):
        change()
        tags.append((client.get(path)["ETag"], client.get("/api/event")["ETag"]))
        assert client.get(path, headers={"If-None-Match": tags[-1][0]}).status_code == 304
    assert [len(set(each)) for each in zip(*tags, strict=True)] == [5, 5]


def test_pictures_cost_no_queries(
    new_event: Callable[..., Event], upload: Upload, client: Client, django_assert_num_queries: Any
) -> None:
    paths = ("/api/event", "/", "/sitemap.xml")
    new_event()
    counted = [_queries(client, path) for path in paths]
    for event in (new_event(), new_event()):
        upload(event=event)
    assert [_queries(client, path) for path in paths] == counted


def _queries(client: Client, path: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


# --- Bad input ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"alt": None}, {"alt": "required"}),
        ({"alt": ""}, {"alt": "blank"}),
        ({"alt": "   "}, {"alt": "blank"}),
        ({"alt": "\u2060"}, {"alt": "invisible"}),
        ({"alt": "x" * 301}, {"alt": "max_length"}),
        ({"alt": "two\nlines"}, {"alt": "not_one_line"}),
        ({"alt": "a\0b"}, {"alt": "control_character"}),
        ({"picture": None}, {"picture": "required"}),
        ({"picture": "text"}, {"picture": "invalid"}),
        ({"picture": None, "alt": None}, {"picture": "required", "alt": "required"}),
        ({"picture": a_file(b"")}, {"picture": "empty"}),
        ({"picture": a_file(b"text")}, {"picture": "not_a_picture"}),
        ({"picture": a_file(b"<svg/>", "a.svg", "image/svg+xml")}, {"picture": "not_a_picture"}),
        ({"picture": a_file(png(50_000, 50_000))}, {"picture": "too_many_pixels"}),
        ({"picture": a_file(a_picture()[:900])}, {"picture": "damaged"}),
        ({"picture": a_file(b"x" * (MAX_BYTES + 1))}, {"picture": "too_large"}),
        ({"caption": "x"}, {"caption": "unknown"}),
    ],
)
def test_bad_input_names_the_field_and_changes_nothing(
    concert: Event,
    seller: APIClient,
    upload: Upload,
    files: Callable[[], set[str]],
    members: dict[str, Any],
    expected: dict[str, str],
) -> None:
    picture, before = upload(), files()
    if isinstance(members.get("picture"), SimpleUploadedFile):
        members["picture"].seek(0)
    assert problems(put(seller, concert, **members)) == expected
    assert (EventPicture.objects.get(), files()) == (picture, before)


def test_a_text_of_300_characters_is_kept(concert: Event, seller: APIClient) -> None:
    assert put(seller, concert, alt="é" * 300).json()["alt"] == "é" * 300


def test_a_body_that_is_far_too_large_is_refused_before_it_is_read(concert: Event, seller: APIClient) -> None:
    response = put(seller, concert, picture=a_file(b"x" * (MAX_BYTES + 100_000)))
    assert (response.status_code, response.json()["code"]) == (413, "payload_too_large")


@pytest.mark.parametrize("kind", ["application/json", "image/jpeg", "application/x-www-form-urlencoded"])
def test_another_kind_of_body_is_415(concert: Event, seller: APIClient, kind: str) -> None:
    response = seller.put(f"/api/event/{concert.pk}/picture", b'{"alt": "x"}', content_type=kind)
    assert (response.status_code, response["Content-Type"]) == (415, "application/problem+json")


@pytest.mark.parametrize("content", [b"", b"no form", b"--x\r\n\r\n", f"--{BOUNDARY}--\r\n".encode()])
def test_a_broken_form_is_400(concert: Event, seller: APIClient, content: bytes) -> None:
    response = seller.put(f"/api/event/{concert.pk}/picture", content, content_type=MULTIPART_CONTENT)
    assert response.status_code == 400
    assert response.json()["code"] == "validation_error"


def test_a_form_without_a_boundary_is_400(concert: Event, seller: APIClient) -> None:
    response = seller.put(f"/api/event/{concert.pk}/picture", b"x", content_type="multipart/form-data")
    assert (response.status_code, response.json()["code"]) == (400, "validation_error")


# --- Who may ---------------------------------------------------------------------------------------------


def test_only_the_events_seller_and_operators_are_let_in(
    concert: Event, alice: User, dave: User, olga: User, client_of: ClientOf, new_event: Callable[..., Event]
) -> None:
    for user, status, code in ((None, 401, "not_authenticated"), (alice, 403, "permission_denied")):
        response = put(client_of(user), concert)
        assert (response.status_code, response.json()["code"]) == (status, code)
    response = put(client_of(dave), concert)
    assert (response.status_code, response.json()["detail"]) == (403, "Only the event's seller can do this.")
    assert put(client_of(dave), new_event(draft=True)).status_code == 404
    assert put(client_of(dave), Event(pk=999_999)).status_code == 404
    assert put(client_of(olga), concert).status_code == 200
    assert EventPicture.objects.count() == 1


def test_others_are_refused_before_their_file_is_read(concert: Event, dave: User, client_of: ClientOf) -> None:
    assert put(client_of(dave), concert, picture=a_file(b"no picture")).status_code == 403


def test_a_storage_that_is_away_is_a_503(concert: Event, seller: APIClient, client: Client, media: Path) -> None:
    media.mkdir()
    (media / "pictures").write_text("no folder")
    response = put(seller, concert)
    assert (response.status_code, response.json()["code"]) == (503, "storage_unavailable")
    assert int(response["Retry-After"]) > 0
    assert client.get(f"/api/event/{concert.pk}").json()["picture"] is None


# --- Schema and browsable API ----------------------------------------------------------------------------


def test_the_schema_describes_the_form(client: Client) -> None:
    schema = client.get("/api/schema", headers={"Accept": "application/json"}).json()
    path = schema["paths"]["/api/event/{event_id}/picture"]
    assert set(path["put"]["requestBody"]["content"]) == {"multipart/form-data"}
    form = schema["components"]["schemas"]["PictureUploadRequest"]
    assert form["required"] == ["alt", "picture"]
    assert form["properties"]["picture"]["format"] == "binary"
    assert form["additionalProperties"] is False
    assert set(path["patch"]["requestBody"]["content"]) == {"application/json"}
    assert "requestBody" not in path["delete"]
    assert {"200", "400", "401", "403", "404", "413", "415", "503"} <= set(path["put"]["responses"])
    event = schema["components"]["schemas"]["EventBody"]["properties"]["picture"]
    assert "PictureBody" in str(event)
    assert "null" in str(event)


def test_options_list_methods_and_fields(concert: Event, seller: APIClient) -> None:
    response = seller.options(f"/api/event/{concert.pk}/picture")
    assert response.status_code == 200
    assert set(response.json()["actions"]["PUT"]) == {"picture", "alt"}
    assert response["Allow"] == "PUT, PATCH, DELETE, OPTIONS"


def test_a_browser_is_shown_a_form_with_a_file(
    concert: Event, seller: APIClient, dave: User, client_of: ClientOf
) -> None:
    page = seller.get(f"/api/event/{concert.pk}/picture", headers=HTML)
    assert page.status_code == 405
    assert 'type="file"' in page.content.decode()
    others = client_of(dave).get(f"/api/event/{concert.pk}/picture", headers=HTML)
    assert others.status_code == 405
    assert 'type="file"' not in others.content.decode()
