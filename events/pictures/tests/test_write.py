"""Setting, describing and removing a picture: what the database and the storage have afterwards."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, OperationalError

from accounts.models import User
from bookings.testing.crowd import together
from core.errors import BadInput, NotFound, OutcomeUnknown, PermissionRefused
from events.errors import StorageUnavailable
from events.lifecycle.change import change_event
from events.models import Event
from events.picture_models import EventPicture
from events.pictures import storage, write
from events.pictures.storage import file_names
from events.pictures.tests.makers import a_picture
from events.pictures.write import describe_picture, remove_picture, set_picture

Upload = Callable[..., EventPicture]
Files = Callable[[], set[str]]


def stored(event: Event) -> EventPicture | None:
    return EventPicture.objects.filter(event=event).first()


@pytest.mark.django_db
def test_an_upload_writes_the_row_and_its_files(concert: Event, upload: Upload, files: Files) -> None:
    upload(alt="A stage in blue light")
    picture = stored(concert)
    assert picture is not None
    assert (picture.alt, picture.widths, picture.width, picture.height) == (
        "A stage in blue light",
        [480, 800],
        800,
        400,
    )
    assert files() == set(file_names(picture))
    assert files() == {f"{picture.key}-480.webp", f"{picture.key}-800.webp", f"{picture.key}-share.jpg"}


@pytest.mark.django_db
def test_another_upload_replaces_the_picture_and_its_files(concert: Event, upload: Upload, files: Files) -> None:
    first, second = upload(), upload(a_picture("PNG", (400, 300)), alt="Another")
    assert first.key != second.key
    assert files() == set(file_names(second))
    assert stored(concert) == second


@pytest.mark.django_db
def test_the_same_file_gets_a_new_name_with_each_upload(upload: Upload) -> None:
    assert upload().key != upload().key


@pytest.mark.django_db
def test_an_upload_is_a_change_of_the_event(concert: Event, upload: Upload) -> None:
    before = concert.updated_at
    upload()
    concert.refresh_from_db()
    assert concert.updated_at > before


@pytest.mark.django_db
def test_a_new_text_keeps_the_files(concert: Event, carol: User, upload: Upload, files: Files) -> None:
    upload()
    before = files()
    describe_picture(event_id=concert.pk, seller=carol, alt="In other words")
    picture = stored(concert)
    assert picture is not None
    assert picture.alt == "In other words"
    assert files() == before == set(file_names(picture))


@pytest.mark.django_db
def test_removing_removes_row_and_files(concert: Event, carol: User, upload: Upload, files: Files) -> None:
    upload()
    remove_picture(event_id=concert.pk, seller=carol)
    assert stored(concert) is None
    assert files() == set()
    remove_picture(event_id=concert.pk, seller=carol)  # once more is no error


@pytest.mark.django_db
def test_without_a_picture_there_is_nothing_to_describe(concert: Event, carol: User) -> None:
    with pytest.raises(NotFound):
        describe_picture(event_id=concert.pk, seller=carol, alt="Nothing")


def everything(event: Event, seller: User) -> list[Callable[[], object]]:
    event_id = event.pk
    return [
        lambda: set_picture(event_id=event_id, seller=seller, data=a_picture(), alt="Mine"),
        lambda: describe_picture(event_id=event_id, seller=seller, alt="Mine"),
        lambda: remove_picture(event_id=event_id, seller=seller),
    ]


@pytest.mark.django_db
def test_another_seller_changes_nothing(concert: Event, dave: User, upload: Upload, files: Files) -> None:
    picture, before = upload(), files()
    for act in everything(concert, dave):
        with pytest.raises(PermissionRefused):
            act()
    assert (stored(concert), files()) == (picture, before)


@pytest.mark.django_db
def test_another_sellers_draft_is_not_known(new_event: Callable[..., Event], dave: User) -> None:
    draft = new_event(draft=True)
    for act in everything(draft, dave):
        with pytest.raises(NotFound):
            act()


@pytest.mark.django_db
def test_an_operator_may_do_it(concert: Event, olga: User) -> None:
    for act in everything(concert, olga):
        act()


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["draft", "sold_out", "completed", "ended", "cancelled"])
def test_the_picture_can_be_changed_in_every_status(concert: Event, carol: User, status: str) -> None:
    Event.objects.filter(pk=concert.pk).update(status=status)
    for act in everything(concert, carol):
        act()


@pytest.mark.django_db
def test_the_picture_stays_when_the_event_changes(concert: Event, carol: User, upload: Upload) -> None:
    picture = upload()
    change_event(event_id=concert.pk, seller=carol, name="Another name")
    assert stored(concert) == picture


# --- What fails changes nothing -------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("data", [b"", b"no picture", b"<svg/>"])
def test_a_refused_file_changes_nothing(concert: Event, upload: Upload, files: Files, data: bytes) -> None:
    picture, before = upload(), files()
    with pytest.raises(BadInput):
        upload(data)
    assert (stored(concert), files()) == (picture, before)


@pytest.mark.django_db
def test_a_storage_that_is_full_changes_nothing(
    concert: Event, upload: Upload, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first two files can be written; the third can't."""
    picture, before = upload(), files()
    save = default_storage.save
    written: list[str] = []

    def save_until_full(name: str, content: Any) -> str:
        if len(written) == 2:
            raise OSError(28, "No space left on device")
        written.append(name)
        return save(name, content)

    monkeypatch.setattr(default_storage._wrapped, "save", save_until_full)  # type: ignore[attr-defined]
    with pytest.raises(StorageUnavailable):
        upload(a_picture("PNG"))
    assert len(written) == 2
    assert (stored(concert), files()) == (picture, before)


@pytest.mark.django_db
def test_a_storage_that_is_away_changes_nothing(concert: Event, upload: Upload, media: Path) -> None:
    media.mkdir()
    (media / "pictures").write_text("no folder")
    with pytest.raises(StorageUnavailable):
        upload()
    assert stored(concert) is None


@pytest.mark.django_db
def test_files_that_can_not_be_deleted_are_left_behind(
    concert: Event, upload: Upload, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = upload()

    def refuse(name: str) -> None:
        raise PermissionError(name)

    monkeypatch.setattr(default_storage._wrapped, "delete", refuse)  # type: ignore[attr-defined]
    second = upload()
    assert stored(concert) == second
    assert files() == {*file_names(first), *file_names(second)}


@pytest.mark.django_db
def test_a_transaction_that_fails_takes_its_files_along(
    concert: Event, upload: Upload, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture, before = upload(), files()

    def fail(event_id: int) -> None:
        raise OperationalError("the database is away")

    monkeypatch.setattr(write, "_touch", fail)
    with pytest.raises(OperationalError):
        upload()
    assert (stored(concert), files()) == (picture, before)


@pytest.mark.django_db
def test_files_stay_if_nobody_knows_whether_their_row_was_written(
    upload: Upload, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture, write_row = upload(), write._write

    def lose_the_answer(picture: EventPicture) -> None:
        write_row(picture)
        raise OutcomeUnknown

    monkeypatch.setattr(write, "_write", lose_the_answer)
    with pytest.raises(OutcomeUnknown):
        upload()
    now = EventPicture.objects.get()
    assert now.key != picture.key
    assert set(file_names(now)) < files()


# --- Two at once ----------------------------------------------------------------------------------------


def uploads_at_once(event: Event, seller: User, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Two uploads that both have their files, and reach the transaction, at the same time."""
    meeting, touch = threading.Barrier(2), write._touch
    save = storage.save_files

    def save_and_wait(*args: Any) -> None:
        save(*args)
        meeting.wait(timeout=30)

    def pause(event_id: int) -> None:
        threading.Event().wait(0.3)  # between reading the old row and the end of the transaction
        touch(event_id)

    monkeypatch.setattr(storage, "save_files", save_and_wait)
    monkeypatch.setattr(write, "_touch", pause)
    return together(
        *[
            lambda alt=alt: set_picture(event_id=event.pk, seller=seller, data=a_picture(), alt=alt)
            for alt in ("One", "Another")
        ]
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("has_picture", [False, True])
def test_of_two_uploads_at_once_the_last_one_wins_and_nothing_is_left_over(
    concert: Event, carol: User, upload: Upload, files: Files, monkeypatch: pytest.MonkeyPatch, has_picture: bool
) -> None:
    if has_picture:
        upload()
    results = uploads_at_once(concert, carol, monkeypatch)
    picture = stored(concert)
    assert picture in results
    assert {type(result) for result in results} == {EventPicture}
    assert files() == set(file_names(picture))  # type: ignore[arg-type]


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_files_of_one_are_left_over(
    concert: Event, carol: User, upload: Upload, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload()
    monkeypatch.setattr(write, "_lock_event", lambda event_id: None)
    uploads_at_once(concert, carol, monkeypatch)
    assert files() > set(file_names(EventPicture.objects.get()))


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_first_uploads_collide(
    concert: Event, carol: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write, "_lock_event", lambda event_id: None)
    results = uploads_at_once(concert, carol, monkeypatch)
    assert {type(result) for result in results} == {EventPicture, IntegrityError}


@pytest.mark.django_db(transaction=True)
def test_uploads_and_removals_at_once_leave_exactly_the_files_of_the_row(
    concert: Event, carol: User, files: Files
) -> None:
    acts = everything(concert, carol)
    together(*(acts[number % 3] for number in range(9)))
    picture = stored(concert)
    assert files() == (set(file_names(picture)) if picture else set())
