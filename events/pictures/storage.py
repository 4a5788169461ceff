"""The files of pictures, in Django's default storage: below STATE_DIR/media, or in S3 (MEDIA_STORAGE).

Files are written once and never changed. No function here is called while a transaction is open.

A storage that doesn't answer must not occupy the threads that serve everything else: few read at once, and after
FAILURES failures in a row all calls fail at once, until one that is tried after OPEN_SECONDS succeeds.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

import pybreaker
import structlog
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from core.concurrency import ConcurrencyLimiter
from events.errors import StorageUnavailable
from events.picture_models import EventPicture
from events.pictures.limits import SHARE
from events.pictures.rendering import Rendering

log = structlog.get_logger(__name__)

FOLDER = "pictures"
FAILURES, OPEN_SECONDS = 3, 10
READS = 2  # at once in each process, of its eight threads
WAIT_SECONDS = 0.25  # for another read; pictures come from the proxy's and the browser's cache mostly

breaker = pybreaker.CircuitBreaker(
    FAILURES, OPEN_SECONDS, exclude=[FileNotFoundError], throw_new_error_on_trip=False, name="storage"
)
_reads = ConcurrencyLimiter(READS, stall=WAIT_SECONDS, wait=WAIT_SECONDS)

NAME = re.compile(r"(?P<key>[0-9a-f]{32})-(\d{1,4}\.webp|share\.jpg)", re.ASCII)


def file_names(picture: EventPicture) -> list[str]:
    """Return the names of a picture's files."""
    return [file_name(picture.key, last) for last in (*(f"{width}.webp" for width in picture.widths), SHARE)]


def file_name(key: str, last: str) -> str:
    """Return the name of a file from the picture's key and the name of a rendering."""
    return f"{key}-{last}"


def save_files(key: str, renderings: Iterable[Rendering]) -> None:
    """Store all renderings or none. Raises StorageUnavailable."""
    stored = []
    try:
        for rendering in renderings:
            name = file_name(key, rendering.name)
            with _storing():
                default_storage.save(f"{FOLDER}/{name}", ContentFile(rendering.content))
            stored.append(name)
    except StorageUnavailable:
        delete_files(stored)
        raise


def read_file(name: str) -> bytes:
    """Return the content of a file. Raises FileNotFoundError, StorageUnavailable, Overloaded."""
    with _reads.slot(), _storing(), default_storage.open(f"{FOLDER}/{name}") as file:
        content: bytes = file.read()
        return content


def delete_files(names: Iterable[str]) -> None:
    """Delete files. Those that can't be deleted now are left to `orphans.remove_orphans`."""
    with suppress(StorageUnavailable):
        for name in names:
            with _storing():
                default_storage.delete(f"{FOLDER}/{name}")


def all_files() -> list[str]:
    """Return the names of all files, in use or not. Raises StorageUnavailable."""
    with _storing():
        try:
            _, names = default_storage.listdir(FOLDER)
        except FileNotFoundError:  # nothing was ever stored
            return []
    return [name for name in names if NAME.fullmatch(name)]


def stored_at(name: str) -> datetime:
    """Return when a file was stored. Raises FileNotFoundError, StorageUnavailable."""
    with _storing():
        return default_storage.get_modified_time(f"{FOLDER}/{name}")


@contextmanager
def _storing() -> Iterator[None]:
    """Raise StorageUnavailable instead of any error of the storage, of which each kind has its own."""
    try:
        with breaker.calling():
            yield
    except FileNotFoundError:
        raise
    except pybreaker.CircuitBreakerError as is_open:
        raise StorageUnavailable from is_open
    except Exception as error:
        log.warning("storage_unavailable", reason=f"{type(error).__name__}: {error}"[:300])
        raise StorageUnavailable from error
