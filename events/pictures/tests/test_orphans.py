"""Files that no row names are deleted, and no others."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from events.errors import StorageUnavailable
from events.picture_models import EventPicture
from events.pictures.orphans import GRACE, remove_orphans
from events.pictures.storage import file_names

pytestmark = pytest.mark.django_db

Upload = Callable[..., EventPicture]
Files = Callable[[], set[str]]
ORPHANS = {f"{'a' * 32}-480.webp", f"{'a' * 32}-share.jpg"}


def leave_behind(names: set[str] = ORPHANS) -> None:
    for name in names:
        default_storage.save(f"pictures/{name}", ContentFile(b"left over"))


def make_older(media: Path, seconds: float) -> None:
    then = time.time() - seconds
    for path in media.rglob("*.*"):
        os.utime(path, (then, then))


def test_old_files_without_a_row_are_deleted(upload: Upload, files: Files, media: Path) -> None:
    picture = upload()
    leave_behind()
    make_older(media, GRACE.total_seconds() + 10)
    assert remove_orphans() == 2
    assert files() == set(file_names(picture))
    assert remove_orphans() == 0


def test_files_of_an_upload_that_goes_on_stay(upload: Upload, files: Files, media: Path) -> None:
    upload()
    leave_behind()
    make_older(media, GRACE.total_seconds() - 60)
    assert remove_orphans() == 0
    assert files() > ORPHANS


def test_files_of_others_stay(files: Files, media: Path) -> None:
    leave_behind({"notes.txt", "a-480.webp"})
    make_older(media, 10 * GRACE.total_seconds())
    assert remove_orphans() == 0
    assert files() == {"notes.txt", "a-480.webp"}


def test_a_storage_without_files_has_no_orphans() -> None:
    assert remove_orphans() == 0


def test_a_storage_that_is_away_is_an_error(media: Path) -> None:
    media.mkdir()
    (media / "pictures").write_text("no folder")
    with pytest.raises(StorageUnavailable):
        remove_orphans()
