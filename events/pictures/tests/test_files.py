"""How files of pictures are served."""

import re
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.test import Client

from events.picture_models import EventPicture
from events.pictures import storage

pytestmark = pytest.mark.django_db

Upload = Callable[..., EventPicture]


@pytest.mark.parametrize(("last", "kind"), [("480.webp", "image/webp"), ("share.jpg", "image/jpeg")])
def test_a_file_is_served_as_what_it_is_and_nothing_else(
    upload: Upload, client: Client, media: Path, last: str, kind: str
) -> None:
    name = f"{upload().key}-{last}"
    response = client.get(f"/media/pictures/{name}", headers={"Accept-Encoding": "gzip"})
    assert response.status_code == 200
    assert response.content == (media / "pictures" / name).read_bytes()
    headers = response.headers
    assert headers["Content-Type"] == kind
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Disposition"] == "inline"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert not {"Set-Cookie", "Vary", "Content-Encoding"} & set(headers)
    assert int(headers["Content-Length"]) == len(response.content)


def test_head_has_the_same_headers(upload: Upload, client: Client) -> None:
    path = f"/media/pictures/{upload().key}-480.webp"
    head = client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head["Content-Length"] == client.get(path)["Content-Length"]


def test_serving_needs_no_database(
    upload: Upload, client: Client, django_assert_num_queries: Callable[[int], object]
) -> None:
    path = f"/media/pictures/{upload().key}-480.webp"
    with django_assert_num_queries(0):  # type: ignore[attr-defined]
        assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../secret.txt",
        "%2e%2e%2fsecret.txt",
        "..%2Fsecret.txt",
        "..\\secret.txt",
        "{key}-480.webp%00",
        "{key}-480.webp/",
        "{key}-480.png",
        "{key}-481.webp",
        "{key}-٤٨٠.webp",
        "{upper}-480.webp",
        "{key}",
        "{missing}-480.webp",
        "secret.txt",
        "/etc/passwd",
        "%2fetc%2fpasswd",
    ],
)
def test_every_other_name_is_a_404(upload: Upload, client: Client, media: Path, name: str) -> None:
    key = upload().key
    (media / "secret.txt").write_text("not for you")
    (media / "pictures" / "secret.txt").write_text("not for you")
    upper = key.upper() if key.upper() != key else "A" * 32
    response = client.get(f"/media/pictures/{name.format(key=key, upper=upper, missing='f' * 32)}")
    assert response.status_code == 404
    assert b"not for you" not in response.content


def test_folders_are_not_listed(upload: Upload, client: Client) -> None:
    key = upload().key
    for path in ("/media", "/media/", "/media/pictures", "/media/pictures/"):
        response = client.get(path)
        assert response.status_code == 404
        assert key.encode() not in response.content


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_files_can_not_be_written(upload: Upload, client: Client, files: Callable[[], set[str]], method: str) -> None:
    path, before = f"/media/pictures/{upload().key}-480.webp", files()
    assert getattr(client, method)(path).status_code == 405
    assert files() == before


def test_a_storage_that_is_away_is_a_503_and_pages_go_on(upload: Upload, client: Client, media: Path) -> None:
    picture = upload()
    path = media / "pictures" / f"{picture.key}-480.webp"
    path.unlink()
    path.mkdir()  # it can't be read
    response = client.get(f"/media/pictures/{path.name}")
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert "immutable" not in response.headers.get("Cache-Control", "")
    page = client.get(f"/events/{picture.event_id}")
    assert page.status_code == 200
    assert re.search(r'<img class="event-picture"[^>]*alt="A stage"', page.content.decode())


def test_few_files_are_read_at_once(upload: Upload, client: Client) -> None:
    """So that a slow storage leaves threads for everything else."""
    path = f"/media/pictures/{upload().key}-480.webp"
    with ExitStack() as others:
        for _ in range(storage.READS):
            others.enter_context(storage._reads.slot())
        assert client.get(path).status_code == 503
        assert client.get("/").status_code == 200
    assert client.get(path).status_code == 200
