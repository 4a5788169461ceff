"""The registry of personal data: every column with a text or a user in it, and what becomes of it.

A test compares it with the models, so a new column fails until somebody has decided: is it about a person, in which
section of the download is it, and what does erasure do with it? Another test fills the columns of a person, downloads
them and erases the account.
"""

from enum import StrEnum
from typing import NamedTuple


class Erasure(StrEnum):
    """What becomes of a column when a person deletes their account."""

    OVERWRITTEN = "overwritten"
    DELETED = "deleted"  # with its row
    KEPT = "kept"  # for the reason that the registry states


class Personal(NamedTuple):
    """A column about a person. `section` is the member of the download that has it; "" if `reason` says why not."""

    section: str
    erasure: Erasure
    reason: str = ""


OVERWRITTEN, DELETED, KEPT = Erasure.OVERWRITTEN, Erasure.DELETED, Erasure.KEPT
BOOKS = "Books: a number of a row without name and address."
SHOWS_ONLY_A_NUMBER = Personal("", KEPT, BOOKS)

PERSONAL: dict[str, Personal] = {
    "accounts.User.email": Personal("account", OVERWRITTEN),
    "accounts.User.name": Personal("account", OVERWRITTEN),
    "accounts.User.pending_email": Personal("account", OVERWRITTEN),
    "accounts.User.organizer_name": Personal("account", OVERWRITTEN),
    "accounts.User.contact_email": Personal("account", OVERWRITTEN),
    "accounts.User.role": Personal("account", KEPT, "Decides which rows a number may be in."),
    "accounts.User.password": Personal("", OVERWRITTEN, "A hash, which helps nobody but an attacker."),
    "accounts.TokenFamily.user": Personal("sign_ins", DELETED),
    "accounts.TokenFamily.device": Personal("sign_ins", DELETED),
    "accounts.Session.user": Personal("sign_ins", DELETED),
    "accounts.Session.device": Personal("sign_ins", DELETED),
    "accounts.Session.session_key": Personal("", DELETED, "A secret that signs in."),
    "accounts.Session.session_data": Personal("", DELETED, "Ids of the sign-in, encoded."),
    "accounts.StreamTicket.user": Personal("", DELETED, "Valid for seconds."),
    "accounts.StreamTicket.digest": Personal("", DELETED, "Valid for seconds."),
    "admin.LogEntry.user": Personal("admin_log", KEPT, "Who changed what in the admin; the number only."),
    "admin.LogEntry.object_repr": Personal("", OVERWRITTEN, "The name of a changed row, also of this person's."),
    "admin.LogEntry.object_id": SHOWS_ONLY_A_NUMBER,
    "admin.LogEntry.change_message": Personal(
        "admin_log", KEPT, "Which fields were changed; an address in it is overwritten."
    ),
    "core.FeatureSwitch.changed_by": SHOWS_ONLY_A_NUMBER,
    "events.Venue.seller": Personal("seller", KEPT, BOOKS),
    "events.Venue.name": Personal("seller", KEPT, "A place where events were held in public."),
    "events.Venue.address": Personal("seller", KEPT, "A place where events were held in public."),
    "events.Event.seller": Personal("seller", KEPT, BOOKS),
    "events.Creation.seller": SHOWS_ONLY_A_NUMBER,
    "events.Creation.asked_by": SHOWS_ONLY_A_NUMBER,
    "bookings.Booking.buyer": Personal("bookings", KEPT, BOOKS),
    "bookings.Booking.reference": Personal("bookings", KEPT, BOOKS),
    "bookings.Booking.seat_names": Personal("bookings", KEPT, BOOKS),
    "bookings.Booking.seat_selection_mode": Personal("bookings", KEPT, BOOKS),
    "bookings.Booking.seat_kinds": Personal("bookings", KEPT, BOOKS),
    "bookings.Order.buyer": Personal("bookings", KEPT, BOOKS),
    "bookings.Order.idempotency_key": Personal("", KEPT, "A random text of the buyer's program."),
    "bookings.Admission.holder": Personal("bookings", OVERWRITTEN),
    "bookings.Admission.reference": Personal("bookings", KEPT, BOOKS),
    "bookings.CheckIn.by": Personal("check_ins", KEPT, "Who let somebody in; the number only."),
    "bookings.CheckIn.device": Personal("check_ins", OVERWRITTEN),
    "bookings.GateStaff.email": Personal("gate_staff", DELETED),
    "bookings.SellerGateStaff.email": Personal("gate_staff", DELETED),
    "bookings.SellerGateStaff.seller": Personal("", DELETED, "Whom a seller let in at their entrances: others."),
    "bookings.EmailMessage.kind": Personal("bookings", KEPT, BOOKS),
    "bookings.EmailMessage.failure": Personal("", OVERWRITTEN, "What a mail server said, perhaps with the address."),
    "bookings.Payment.reference": Personal("bookings", KEPT, BOOKS),
    "bookings.Payment.card_last4": Personal("bookings", KEPT, "Books: finds a payment when a bank asks back."),
    "bookings.Payment.failure": Personal("bookings", KEPT, "Books: why a card was declined."),
    "bookings.Payment.gateway_reference": Personal("", KEPT, "Books: the payment provider's name of the payment."),
    "bookings.Payment.dispute_reference": Personal("", KEPT, "Books: the payment provider's name of the dispute."),
    "bookings.Payment.idempotency_key": Personal("", KEPT, "A random text of the buyer's program."),
    "bookings.Refund.by": SHOWS_ONLY_A_NUMBER,
    "bookings.Refund.reason": Personal("bookings", KEPT, BOOKS),
    "bookings.Refund.idempotency_key": Personal("", KEPT, "A random text of a program."),
    "bookings.MockCharge.card_last4": Personal("", KEPT, "Only in the demo: the gateway's own books."),
    "bookings.QueuePass.user": Personal("queues", DELETED),
    "bookings.QueueLottery.user_ids": Personal("queues", KEPT, "Numbers: proof that the order was not changed."),
    "bookings.Endpoint.seller": Personal("seller", KEPT, BOOKS),
    "bookings.Endpoint.url": Personal("seller", OVERWRITTEN),
    "bookings.Endpoint.secret": Personal("", OVERWRITTEN, "A secret of the seller's systems."),
    "bookings.Endpoint.former_secret": Personal("", OVERWRITTEN, "A secret of the seller's systems."),
}
# Columns that are not about a person: texts of events and seats, statuses, and what programs write. By model.
IMPERSONAL: dict[str, str] = {
    "events.EventPicture": "key alt widths",
    "events.Venue": "country time_zone accessibility",
    "events.SeatingPlan": "name draft",
    "events.PlanVersion": "document digest",
    "events.Event": "name description venue_name time_zone status currency seating_config geometry_digest shuffle_seed",
    "events.Creation": "fields seating_config status failure",
    "events.Subsection": "section kind tier seat_status accessible",
    "events.Layout": (
        "names row_numbers seat_numbers cells closest companions restricted notes run_starts run_sizes run_gaps"
        " run_letters run_tables table_starts table_sizes tier_of tiers tier_prices"
    ),
    "events.Ticket": "status",
    "events.SeatChange": "kind positions",
    "core.FeatureSwitch": "name",
    "bookings.Booking": "positions row_numbers seat_numbers seat_notes seat_prices status failure",
    "bookings.Order": "request_hash",
    "bookings.Terms": "ticket_tax fee_tax",
    "bookings.Admission": "status",
    "bookings.CheckIn": "kind",
    "bookings.EmailMessage": "rank status before",
    "bookings.Payment": "step_url status currency captured_currency gateway dispute_status failure_code request_hash",
    "bookings.Refund": "status gateway_reference failure request_hash",
    "bookings.WebhookEvent": "gateway event_id",
    "bookings.MockCharge": "currency code detail method",
    "bookings.Endpoint": "kinds off_because",
    "bookings.Delivery": "kind subject payload status failure",  # payloads.py: they have no names of buyers
}
