"""Deletes files of pictures that no row names: those of uploads that a process didn't finish."""

from datetime import datetime, timedelta

from core.clock import database_now
from events.picture_models import EventPicture
from events.pictures import storage

GRACE = timedelta(hours=1)  # an upload writes its row within seconds after its files


def remove_orphans() -> int:
    """Delete files older than GRACE that belong to no event's picture; return how many. Raises StorageUnavailable.

    Safe at any time, also several times at once: no upload ever takes up the name of an older file.
    """
    names = storage.all_files()
    used = {name for picture in EventPicture.objects.iterator() for name in storage.file_names(picture)}
    latest = database_now() - GRACE
    orphans = [name for name in names if name not in used and _is_older(name, latest)]
    storage.delete_files(orphans)
    return len(orphans)


def _is_older(name: str, latest: datetime) -> bool:
    """Return whether the file was stored before `latest`; not if somebody has just deleted it."""
    try:
        return storage.stored_at(name) < latest
    except FileNotFoundError:
        return False
