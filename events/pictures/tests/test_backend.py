"""The setting MEDIA_STORAGE."""

from pathlib import Path

import pytest

from events.pictures.backend import media_storage

FOLDER = Path("/var/lib/ticketing/media")


def test_by_default_files_are_in_a_folder() -> None:
    storage = media_storage("", FOLDER)
    assert storage["BACKEND"] == "django.core.files.storage.FileSystemStorage"
    assert storage["OPTIONS"] == {"location": FOLDER}


def test_a_url_names_bucket_server_and_key() -> None:
    url = "s3://key:s%2Fecret%40@tickets.example?endpoint=https://s3.example.com:9000&region=eu-central-1&prefix=shop"
    storage = media_storage(url, FOLDER)
    assert storage["BACKEND"] == "storages.backends.s3.S3Storage"
    options = storage["OPTIONS"]
    assert {name: options[name] for name in options if name not in ("client_config", "transfer_config")} == {
        "bucket_name": "tickets.example",
        "endpoint_url": "https://s3.example.com:9000",
        "region_name": "eu-central-1",
        "location": "shop",
        "access_key": "key",
        "secret_key": "s/ecret@",
    }
    assert options["client_config"].s3 == {"addressing_style": "path"}


def test_only_the_bucket_is_required() -> None:
    options = media_storage("s3://tickets", FOLDER)["OPTIONS"]
    assert options["bucket_name"] == "tickets"
    assert not {"access_key", "secret_key", "endpoint_url"} & set(options)  # those of the environment or the machine
    assert options["client_config"].s3 == {"addressing_style": "auto"}


@pytest.mark.parametrize(
    "url",
    [
        "tickets",
        "https://tickets",
        "s3://",
        "s3:///tickets",
        "s3://tickets/path",
        "s3://tickets?endpiont=x",
        "s3://b?x",
    ],
)
def test_a_mistake_in_the_setting_says_what_it_must_look_like(url: str) -> None:
    with pytest.raises(ValueError, match="MEDIA_STORAGE must look like s3://key:secret@bucket"):
        media_storage(url, FOLDER)
