"""Labels and help texts of an event's fields in the seller admin."""

from django.conf import settings

LABELS = {
    "is_active": "Active",
    "venue_name": "Place",
    "time_zone": "Time zone",
    "starts_at": "Starts at",
    "ends_at": "Ends at",
    "late_entry_until": "Late entry until",
    "sales_start_at": "Sales start at",
    "sales_end_at": "Sales end at",
    "hold_seconds": "Time to start paying (seconds)",
    "payment_seconds": "Time to pay (seconds)",
    "max_tickets_per_booking": "Maximum seats per booking",
    "max_active_holds": "Maximum unpaid bookings per buyer",
    "refund_until_hours": "Refunds until (hours before start)",
    "allow_single_gaps": "Allow single empty seats",
    "release_companion_seats": "Release companion seats",
    "admit_per_minute": "Buyers let in per minute",
    "max_active": "Maximum buyers choosing at a time",
    "pass_seconds": "Time to choose (seconds)",
}
HELP_TEXTS = {
    "venue": "One of your venues; it also says the time zone. Without one, write the place and choose the zone below.",
    "venue_name": "As buyers read it. If empty, the name of the venue.",
    "time_zone": "Of the clock on the wall there: all times below are by it. A venue brings its own.",
    "is_active": "Untick it to pause the sale: the event isn't listed, and nobody can reserve or pay. Sold tickets "
    "stay valid.",
    "starts_at": "When the event begins. Sales end then unless “Late entry until” is set, and refund deadlines count "
    "from it. If empty, buyers read “Date to be announced”.",
    "ends_at": "When the event is over; it is then completed automatically. If empty, that is "
    f"{settings.DEFAULT_EVENT_HOURS} hours after the start.",
    "late_entry_until": "For events that people may join after the start: seats are sold until then. If empty, sales "
    "end at the start.",
    "sales_start_at": "Until then buyers can only look. If empty, buyers can book once the event is published.",
    "sales_end_at": "After this time nobody can reserve seats; buyers who have reserved some can still pay. If empty, "
    "sales end at the start.",
    "hold_seconds": "How long seats stay reserved for a buyer who has not started to pay. 300 is five minutes.",
    "payment_seconds": "How long a buyer has to complete the payment once it has started. 900 is 15 minutes.",
    "max_tickets_per_booking": "How many seats one booking can have.",
    "max_active_holds": "How many unpaid bookings one buyer can have at a time, across all events.",
    "refund_until_hours": "Buyers can return their tickets until this many hours before the start. If you move the "
    f"start, those who have tickets can return them for {settings.REFUND_DAYS_AFTER_MOVE} days until the event begins.",
    "allow_single_gaps": "Untick it to refuse bookings that leave a single free seat between taken ones.",
    "release_companion_seats": "Companion seats of a seating plan are sold only together with wheelchair places. Tick "
    "it, perhaps shortly before the event, to let everybody pick those that nobody wanted.",
    "waiting_room_on": "Buyers can only reserve seats after they have been let in from the queue.",
    "admit_per_minute": "How many buyers are let in from the queue, spread evenly over the minute.",
    "max_active": "Nobody else is let in while this many buyers are choosing or paying.",
    "pass_seconds": "How long a buyer has to reserve seats after being let in. 600 is ten minutes.",
}
