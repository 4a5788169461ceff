from django.apps import AppConfig


class BookingsConfig(AppConfig):
    """The bookings app: holds, payments, tickets, check-in, waiting room, notifications and reports."""

    name = "bookings"
    verbose_name = "Sales"

    def ready(self) -> None:
        """Register the app's feeds, the rules for prices, and the function that emails ticket holders of changes."""
        from bookings.event_changes.notify_ticket_holders import notify_ticket_holders
        from bookings.live.feed import BuyerFeed
        from bookings.payments.chargeable import GatewayRules
        from bookings.reports.feed import AnalyticsFeed
        from bookings.waiting_room.feed import QueueFeed
        from events.lifecycle.change import ON_EVENT_CHANGED
        from events.pricing import register_charge_rules
        from realtime.feed import register_feed

        register_feed("buyer", BuyerFeed)
        register_feed("queue", QueueFeed)
        register_feed("analytics", AnalyticsFeed)
        register_charge_rules(GatewayRules())
        ON_EVENT_CHANGED.append(notify_ticket_holders)
