from django.apps import AppConfig


class EventsConfig(AppConfig):
    """What is for sale: events, subsections, tickets; the only hand on seat state."""

    name = "events"
    verbose_name = "For sale"

    def ready(self) -> None:
        """Makes the event feed known to the hub."""
        from events.feed import EventFeed
        from realtime.feed import register_feed

        register_feed("event", EventFeed)
