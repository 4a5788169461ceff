"""Setting, describing and removing the picture of an event.

The row of an event's picture is changed under the lock of the event's row. Files are stored before the transaction and
deleted after it, so that the row never names a file that isn't there. A process that dies in between leaves files that
no row names, and `orphans.remove_orphans` deletes those.
"""

import secrets
from typing import Any

from accounts.models import User
from core.clock import Now
from core.errors import NotFound, OutcomeUnknown
from core.transactions import retrying_transaction
from events.models import Event
from events.ownership import own_event
from events.picture_models import EventPicture
from events.pictures import storage
from events.pictures.sandbox import render_picture

NO_PICTURE = "This event has no picture."


def set_picture(*, event_id: int, seller: User, data: bytes, alt: str) -> EventPicture:
    """Give the event a picture instead of the one it may have. `data` is the uploaded file, `alt` its text.

    1. Check and render the file, in a process of its own.
    2. Store the renderings under new names.
    3. In a transaction, lock the event and write the row. Of two uploads at once, the later one wins.
    4. Delete the files of the picture that was replaced; or, if the transaction failed, the new ones.

    Raises NotFound, PermissionRefused, BadInput, StorageUnavailable, Overloaded.
    """
    own_event(event_id, seller)
    *pages, share = render_picture(data)
    key = secrets.token_hex(16)
    storage.save_files(key, [*pages, share])
    widths = [page.width for page in pages]
    picture = EventPicture(event_id=event_id, key=key, alt=alt, widths=widths, height=pages[-1].height)
    try:
        replaced = _write(picture)
    except OutcomeUnknown:
        raise  # the row may have been written
    except BaseException:
        storage.delete_files(storage.file_names(picture))
        raise
    if replaced is not None:
        storage.delete_files(storage.file_names(replaced))
    return picture


@retrying_transaction
def describe_picture(*, event_id: int, seller: User, alt: str) -> EventPicture:
    """Change the alternative text of the event's picture. Raises NotFound, PermissionRefused."""
    own_event(event_id, seller)
    picture = _locked_picture(event_id)
    if picture is None:
        raise NotFound(NO_PICTURE)
    picture.alt = alt
    picture.save(update_fields=["alt"])
    _touch(event_id)
    return picture


def remove_picture(*, event_id: int, seller: User) -> None:
    """Remove the event's picture, if it has one, and then its files. Raises NotFound, PermissionRefused."""
    removed = _remove(event_id, seller)
    if removed is not None:
        storage.delete_files(storage.file_names(removed))


@retrying_transaction
def _write(picture: EventPicture) -> EventPicture | None:
    """Write the picture's row; return the one that it replaced."""
    replaced = _locked_picture(picture.event_id)
    picture.save(force_insert=replaced is None, force_update=replaced is not None)
    _touch(picture.event_id)
    return replaced


@retrying_transaction
def _remove(event_id: int, seller: User) -> EventPicture | None:
    own_event(event_id, seller)
    picture = _locked_picture(event_id)
    if picture is not None:
        EventPicture.objects.filter(pk=event_id).delete()
        _touch(event_id)
    return picture


def _locked_picture(event_id: int) -> EventPicture | None:
    """Return the event's picture, if it has one, with a lock on the event's row."""
    _lock_event(event_id)
    picture: EventPicture | None = EventPicture.objects.filter(pk=event_id).first()
    return picture


def _lock_event(event_id: int) -> None:
    """Lock the event's row, so that its picture is changed by one transaction at a time; bookings go on."""
    locked: Any = Event.objects.select_for_update(of=("self",), no_key=True)
    locked.only("pk").get(pk=event_id)


def _touch(event_id: int) -> None:
    """Record that the event has changed, for search engines (sitemap.xml)."""
    Event.objects.filter(pk=event_id).update(updated_at=Now())
