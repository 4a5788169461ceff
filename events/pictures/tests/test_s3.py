"""Pictures in S3: the same promises, with a real server that speaks S3 over HTTP (moto's)."""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from django.test import Client
from moto.server import ThreadedMotoServer

from accounts.models import User
from bookings.testing.crowd import together
from core.clock import database_now
from events.errors import StorageUnavailable
from events.models import Event
from events.picture_models import EventPicture
from events.pictures import orphans, storage
from events.pictures.backend import media_storage
from events.pictures.storage import file_names
from events.pictures.tests.makers import a_picture
from events.pictures.write import remove_picture, set_picture

pytestmark = pytest.mark.django_db

Upload = Callable[..., EventPicture]
BUCKET = "tickets"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a server."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(autouse=True)
def bucket(server: str, settings: Any, media: Path) -> Iterator[Any]:
    """An empty bucket, in which pictures are stored."""
    client = boto3.resource(
        "s3",
        endpoint_url=server,
        aws_access_key_id="key",
        aws_secret_access_key="a/secret+",
        region_name="eu-central-1",
    )
    bucket = client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    url = f"s3://key:a%2Fsecret%2B@{BUCKET}?endpoint={server}&region=eu-central-1&prefix=shop"
    settings.STORAGES = settings.STORAGES | {"default": media_storage(url, media)}
    yield bucket
    bucket.objects.all().delete()
    bucket.delete()


def names_in(bucket: Any) -> set[str]:
    names = {entry.key for entry in bucket.objects.all()}
    assert all(name.startswith("shop/pictures/") for name in names)
    return {name.rpartition("/")[2] for name in names}


def test_uploading_replacing_and_removing(concert: Event, carol: User, upload: Upload, bucket: Any) -> None:
    first = upload()
    assert names_in(bucket) == set(file_names(first))
    second = upload(a_picture("PNG", (400, 300)))
    assert names_in(bucket) == set(file_names(second))
    remove_picture(event_id=concert.pk, seller=carol)
    assert names_in(bucket) == set()


def test_objects_are_private(upload: Upload, bucket: Any) -> None:
    upload()
    for entry in bucket.objects.all():
        grants = entry.Acl().grants
        assert not [grant for grant in grants if "AllUsers" in str(grant)]


def test_files_are_served_from_the_bucket(upload: Upload, client: Client, bucket: Any) -> None:
    name = f"{upload().key}-480.webp"
    response = client.get(f"/media/pictures/{name}")
    assert response.status_code == 200
    assert response.content == bucket.Object(f"shop/pictures/{name}").get()["Body"].read()
    assert response["Content-Type"] == "image/webp"
    assert client.get(f"/media/pictures/{'0' * 32}-480.webp").status_code == 404


def test_orphans_are_deleted(upload: Upload, bucket: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = upload()
    bucket.put_object(Key=f"shop/pictures/{'a' * 32}-480.webp", Body=b"left over")
    assert orphans.remove_orphans() == 0  # too new
    later = database_now() + 2 * orphans.GRACE
    monkeypatch.setattr(orphans, "database_now", lambda: later)
    assert orphans.remove_orphans() == 1
    assert names_in(bucket) == set(file_names(picture))


@pytest.mark.django_db(transaction=True)
def test_uploads_at_once_leave_exactly_the_files_of_the_row(concert: Event, carol: User, bucket: Any) -> None:
    def act() -> EventPicture:
        return set_picture(event_id=concert.pk, seller=carol, data=a_picture(), alt="A stage")

    results = together(*[act] * 4)
    picture = EventPicture.objects.get()
    assert picture in results
    assert names_in(bucket) == set(file_names(picture))


@pytest.fixture
def unreachable(settings: Any, media: Path) -> Callable[[str], None]:
    """A function that makes another address that of the server."""

    def use(url: str) -> None:
        settings.STORAGES = settings.STORAGES | {"default": media_storage(url, media)}

    return use


def test_a_server_that_is_away_changes_nothing(
    concert: Event, upload: Upload, client: Client, bucket: Any, unreachable: Callable[[str], None]
) -> None:
    picture, before = upload(), names_in(bucket)
    unreachable("s3://key:secret@tickets?endpoint=http://127.0.0.1:9&region=eu-central-1")
    with pytest.raises(StorageUnavailable):
        upload()
    assert (EventPicture.objects.get(), names_in(bucket)) == (picture, before)
    assert client.get(f"/media/pictures/{picture.key}-480.webp").status_code == 503
    assert client.get(f"/events/{concert.pk}").status_code == 200


def test_a_bucket_that_does_not_exist_changes_nothing(
    upload: Upload, server: str, unreachable: Callable[[str], None]
) -> None:
    unreachable(f"s3://key:secret@another?endpoint={server}&region=eu-central-1")
    with pytest.raises(StorageUnavailable):
        upload()
    assert not EventPicture.objects.exists()


def test_a_server_that_never_answers_is_given_up_in_seconds(
    upload: Upload, unreachable: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("events.pictures.backend.READ_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        held: list[Any] = []
        accept = threading.Thread(target=lambda: held.extend(silent.accept() for _ in range(2)), daemon=True)
        accept.start()
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        unreachable(f"s3://key:secret@tickets?endpoint={address}&region=eu-central-1")
        with pytest.raises(StorageUnavailable):
            upload()
        accept.join(timeout=5)
        assert len(held) == 2  # it was tried twice


def test_calls_fail_at_once_while_the_server_does_not_answer(
    upload: Upload, client: Client, server: str, unreachable: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("events.pictures.backend.READ_SECONDS", 0.1)
    monkeypatch.setattr(storage.breaker, "reset_timeout", 0.5)
    picture = upload()
    path = f"/media/pictures/{picture.key}-480.webp"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        unreachable(f"s3://key:secret@tickets?endpoint={address}&region=eu-central-1&prefix=shop")
        assert [client.get(path).status_code for _ in range(storage.FAILURES)] == [503] * storage.FAILURES
        assert storage.breaker.current_state == "open"
        silent.settimeout(0.1)
        while True:  # forget the connections of these attempts
            try:
                silent.accept()[0].close()
            except TimeoutError:
                break
        assert client.get(path).status_code == 503
        with pytest.raises(TimeoutError):
            silent.accept()  # nothing has come
    unreachable(f"s3://key:secret@tickets?endpoint={server}&region=eu-central-1&prefix=shop")
    threading.Event().wait(0.6)
    assert client.get(path).status_code == 200
    assert storage.breaker.current_state == "closed"
