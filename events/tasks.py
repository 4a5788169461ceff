"""Celery tasks of the events app. Each is safe to run any number of times, also at the same time."""

from celery import shared_task

from events.lifecycle import background_creation
from events.pictures.orphans import remove_orphans


@shared_task(name="events.tasks.make_event")
def make_event(creation_id: int) -> None:
    """Create the event of a request that was just stored. If this task is lost, `create_overdue_events` does it."""
    background_creation.make_event(creation_id=creation_id)


@shared_task(name="events.tasks.create_overdue_events")
def create_overdue_events() -> None:
    """Create requested events whose task was lost or whose worker died. Runs every five seconds."""
    background_creation.create_overdue_events()


@shared_task(name="events.tasks.remove_orphan_pictures")
def remove_orphan_pictures() -> None:
    """Every hour: delete files of pictures that no event has, left over by processes that died."""
    remove_orphans()
