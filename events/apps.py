from django.apps import AppConfig


class EventsConfig(AppConfig):
    """What is for sale: events, subsections, tickets; the only hand on seat state."""

    name = "events"
    verbose_name = "For sale"

    def ready(self) -> None:
        """Register the live feeds of this app."""
        from events.feed import EventFeed
        from events.sign_in_feed import SignInFeed
        from realtime.feed import register_feed

        register_feed("event", EventFeed)
        register_feed("sign_in", SignInFeed)
