from django.apps import AppConfig


class BookingsConfig(AppConfig):
    """The sale: holds and payments."""

    name = "bookings"

    def ready(self) -> None:
        """Makes the buyers' feed and that of the queues known to the hub."""
        from bookings.feed import BuyerFeed
        from bookings.waiting.feed import QueueFeed
        from realtime.feed import register_feed

        register_feed("buyer", BuyerFeed)
        register_feed("queue", QueueFeed)
