from django.apps import AppConfig


class BookingsConfig(AppConfig):
    """The sale: holds and payments."""

    name = "bookings"

    def ready(self) -> None:
        """Makes the feeds of the buyers, of the queues and of the sellers' reports known to the hub."""
        from bookings.analytics_feed import AnalyticsFeed
        from bookings.feed import BuyerFeed
        from bookings.waiting.feed import QueueFeed
        from realtime.feed import register_feed

        register_feed("buyer", BuyerFeed)
        register_feed("queue", QueueFeed)
        register_feed("analytics", AnalyticsFeed)
