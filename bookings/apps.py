from django.apps import AppConfig


class BookingsConfig(AppConfig):
    """The bookings app: holds, payments, tickets, check-in, waiting room, notifications and reports."""

    name = "bookings"
    verbose_name = "Sales"

    def ready(self) -> None:
        """Register feeds, checks, rules for prices, landing pages, what changed events and deleted accounts mean."""
        from django.core.checks import register

        from accounts.operations.deletion import OBSTACLES, ON_ACCOUNT_DELETED
        from accounts.pages.landing import LANDING_PAGES
        from bookings.account_deletion import booking_obstacles, remove_person
        from bookings.checkin.gate_events import gate_landing
        from bookings.event_changes.complete_bookings import reopen_bookings
        from bookings.event_changes.notify_ticket_holders import notify_ticket_holders
        from bookings.holds.selectors import booked_subsections
        from bookings.live.feed import BuyerFeed
        from bookings.payments.chargeable import GatewayRules
        from bookings.reports.feed import AnalyticsFeed
        from bookings.reports.landing import seller_landing
        from bookings.tickets.wallets.checks import check_wallets
        from bookings.waiting_room.feed import QueueFeed
        from events.lifecycle.change import ON_EVENT_CHANGED
        from events.lifecycle.take_over import BOOKED
        from events.pricing import register_charge_rules
        from realtime.feed import register_feed

        register_feed("buyer", BuyerFeed)
        register_feed("queue", QueueFeed)
        register_feed("analytics", AnalyticsFeed)
        register_charge_rules(GatewayRules())
        # In this order: emails go to the holders of paid bookings.
        ON_EVENT_CHANGED.extend([reopen_bookings, notify_ticket_holders])
        BOOKED.append(booked_subsections)
        OBSTACLES.append(booking_obstacles)
        ON_ACCOUNT_DELETED.append(remove_person)
        register(check_wallets)
        LANDING_PAGES.extend([gate_landing, seller_landing])
