"""The sections of the download: what each contains, why the shop has it, and for how long.

It is what people may ask of whoever keeps data about them (GDPR, article 15), in words for them.
"""

from typing import NamedTuple

from django.conf import settings


class Section(NamedTuple):
    """A section as people read it: its title, its purpose and how long its data are kept."""

    title: str
    purpose: str
    kept: str


UNTIL_DELETION = "Until you delete your account."
SECTIONS: dict[str, Section] = {
    "account": Section("Your account", "To sign you in and to reach you about your bookings.", UNTIL_DELETION),
    "sign_ins": Section("Where you are logged in", "To keep you logged in, and to show you where.", "14 days."),
    "bookings": Section(
        "Your bookings",
        "To give you your seats, tickets and money, and to keep the books that the law demands. The seller of an event"
        " sees the bookings for it, with your name and address.",
        "Bookings and payments stay in the books. When you delete your account, your name and address are removed. A"
        f" booking that you never paid for is no longer yours after {settings.UNPAID_BOOKING_DAYS} days, and emails are"
        f" deleted after {settings.EMAIL_DAYS} days.",
    ),
    "queues": Section(
        "Waiting rooms",
        "To let people in fairly, and to prove it.",
        f"{settings.QUEUE_PASS_DAYS} days; in drawings, the number of your account.",
    ),
    "gate_staff": Section("Entrances where you work", "So that you can check tickets.", "Until a seller ends it."),
    "check_ins": Section("Tickets that you checked", "To find out what happened at an entrance.", "With the bookings."),
    "seller": Section("What you sell", "To sell your events.", "Events stay in the books without your name."),
    "admin_log": Section(
        "What you changed in the admin", "To find out who changed what.", f"{settings.ADMIN_LOG_DAYS} days."
    ),
    "protection": Section(
        "Protection from programs",
        "To keep programs from taking seats away from people: your network address, and how often you tried.",
        f"{settings.BOT_SIGNAL_HOURS} hours after your last attempt.",
    ),
}
