from django.apps import AppConfig


class BookingsConfig(AppConfig):
    """The sale: holds and payments."""

    name = "bookings"

    def ready(self) -> None:
        """Makes the buyers' feed known to the hub."""
        from bookings.feed import BuyerFeed
        from realtime.feed import register_feed

        register_feed("buyer", BuyerFeed)
