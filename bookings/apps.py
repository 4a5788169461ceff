from django.apps import AppConfig


class BookingsConfig(AppConfig):
    """The sale: holds and payments."""

    name = "bookings"
    verbose_name = "Sales"

    def ready(self) -> None:
        """Makes our feeds known to the hub, and those who hold seats to their events."""
        from bookings.analytics_feed import AnalyticsFeed
        from bookings.feed import BuyerFeed
        from bookings.operations.tell_holders import tell_holders
        from bookings.waiting.feed import QueueFeed
        from events.operations.change import TELL_HOLDERS
        from realtime.feed import register_feed

        register_feed("buyer", BuyerFeed)
        register_feed("queue", QueueFeed)
        register_feed("analytics", AnalyticsFeed)
        TELL_HOLDERS.append(tell_holders)
