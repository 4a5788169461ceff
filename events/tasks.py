"""Celery's doors to the events. Each may run zero, one or many times at once."""

from celery import shared_task

from events.operations import creation


@shared_task(name="events.tasks.make_event")
def make_event(creation_id: int) -> None:
    """Right after a seller asked for a large event; `make_forgotten_events` does it if this is lost."""
    creation.make_event(creation_id=creation_id)


@shared_task(name="events.tasks.make_forgotten_events")
def make_forgotten_events() -> None:
    """Every five seconds: events whose message was lost, or whose worker died while making them."""
    creation.make_forgotten_events()
