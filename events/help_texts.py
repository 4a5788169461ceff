"""What the fields of an event are called and mean, for the seller who fills them in at his desk."""

LABELS = {
    "is_active": "Active",
    "hold_seconds": "Seats are held for (seconds)",
    "payment_seconds": "Time to pay (seconds)",
    "max_tickets_per_booking": "Seats a booking, at most",
    "max_active_holds": "Unpaid bookings a buyer, at most",
    "refund_until_hours": "Refunds until (hours before)",
    "allow_single_gaps": "Lone seats may be left over",
    "admit_per_minute": "Let in a minute",
    "pass_seconds": "Time to choose (seconds)",
}
HELP_TEXTS = {
    "is_active": "Off pauses the sale: the event is in no list, and nothing can be held or paid. Sold tickets work.",
    "starts_at": "When it begins. Empty: buyers read “Date to be announced”. Refunds are counted back from it.",
    "ends_at": "From then on the event is completed by itself, and nothing can be booked.",
    "sales_start_at": "Until then buyers only look. Empty: seats can be held as soon as the event is published.",
    "sales_end_at": "From then on nothing can be held; who holds seats may still pay. Empty: until the event ends.",
    "hold_seconds": "How long seats stay held for a buyer before paying begins. 300 is five minutes.",
    "payment_seconds": "How long a buyer has to finish once paying has begun. 900 is a quarter of an hour.",
    "max_tickets_per_booking": "The most seats one booking can have.",
    "max_active_holds": "The most unpaid bookings one buyer may have at once, over all events. More is refused.",
    "refund_until_hours": "Until this many hours before the start buyers can give their tickets back by themselves.",
    "allow_single_gaps": "Off: nobody may leave a lone free seat between taken ones.",
    "waiting_room_on": "Only who has been let in from the queue can hold seats.",
    "admit_per_minute": "Buyers let in from the queue, spread evenly over the minute.",
    "max_active": "Nobody else is let in while this many are choosing: let in, and neither paid nor out of time.",
    "pass_seconds": "How long a buyer has from being let in to holding seats. 600 is ten minutes.",
}
