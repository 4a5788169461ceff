from django.apps import AppConfig
from django.core.checks import Tags, register


class EventsConfig(AppConfig):
    """The events app: events, subsections and tickets, and all changes of seats."""

    name = "events"
    verbose_name = "For sale"

    def ready(self) -> None:
        """Register the live feeds and checks of this app, and which events keep their seller's account."""
        from accounts.operations.deletion import OBSTACLES
        from events.checks import check_zone_rules
        from events.lifecycle.account_deletion import event_obstacles
        from events.live.feed import EventFeed
        from events.live.sign_in_feed import SignInFeed
        from realtime.feed import register_feed

        OBSTACLES.append(event_obstacles)
        register_feed("event", EventFeed)
        register_feed("sign_in", SignInFeed)
        register(check_zone_rules, Tags.database)
