"""The errors of the bookings app."""

from datetime import datetime
from typing import Any
from uuid import UUID

from core.errors import DomainError, NotFound


class TooManyHolds(DomainError):
    """The buyer has as many open holds as the event allows. The first one ends in `retry_after` seconds."""

    status, code, title = 429, "too_many_holds", "Too many unpaid bookings"
    detail = "You already have as many unpaid bookings as the event allows. Pay for or cancel one first."

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after=max(1, retry_after))


class WouldLeaveSingleSeat(DomainError):
    """The event forbids single gaps and the choice would leave one. `seats` names the seats that would be left."""

    code, title = "would_leave_single_seat", "A single seat would be left"
    detail = "This choice would leave a single seat that nobody can use. Please move over by one seat."

    def __init__(self, seats: list[str]) -> None:
        super().__init__(seats=seats)


class NeedsWheelchairPlace(DomainError):
    """The choice has companions' seats that no wheelchair place in it brings with it; `seats` names them."""

    code, title = "needs_wheelchair_place", "A companion seat needs a wheelchair place"

    def __init__(self, seats: list[str]) -> None:
        them = "it" if len(seats) == 1 else "them"
        super().__init__(
            "Companion seats are sold only together with wheelchair places. Also choose a wheelchair place for"
            f" {', '.join(seats)}, or leave {them} out.",
            seats=seats,
        )


class NotOwner(DomainError):
    """The user may see the booking, as seller or operator, but only its buyer may pay, extend or cancel it."""

    status, code, title = 403, "not_owner", "Not your booking"
    detail = "Only the buyer of this booking can do this."


class HoldExpired(DomainError):
    """The deadline has passed, by the database's clock, and the seats are free for others."""

    status, code, title = 410, "hold_expired", "Time to pay is over"
    detail = "The time to pay is over, and others can book what you had reserved. Please choose again."


class AlreadyPaid(DomainError):
    """The booking is already paid, so this request charged nothing."""

    code, title = "already_paid", "Already paid"
    detail = "This booking is already paid."


class PartOfOrder(DomainError):
    """The booking can't be paid or extended alone, because it is part of an order. `order` is the order's id."""

    code, title = "part_of_order", "Part of an order"
    detail = "These seats are part of an order, which is paid as a whole."

    def __init__(self, order_id: UUID) -> None:
        super().__init__(order=str(order_id))


class PaymentInProgress(DomainError):
    """A charge for this booking is in progress."""

    code, title = "payment_in_progress", "Payment in progress"
    detail = "A payment for this booking is under way. Please wait for its outcome."


class PaymentDeclined(DomainError):
    """The gateway declined the card. The seats stay held until the deadline."""

    status, code, title = 402, "payment_declined", "Payment declined"
    detail = "The card was declined. Try another card; your reservation is kept."


class GatewayUnreachable(DomainError):
    """The payment gateway can't be reached. Nothing was charged and the seats stay held."""

    status, code, title = 503, "overloaded", "Payment not possible at the moment"
    detail = "The payment provider does not answer. Nothing was charged; please try again in a moment."

    def __init__(self) -> None:
        super().__init__(retry_after=10)


class NoWallet(NotFound):
    """The shop has set no certificate for passes of Apple Wallet."""

    code, title = "no_wallet", "No passes"
    detail = "This shop makes no passes for Apple Wallet."


class RefundWindowClosed(DomainError):
    """The time in which the buyer may return the tickets is over. `hours` is the event's `refund_until_hours`."""

    code, title = "refund_window_closed", "Too late for a refund"

    def __init__(self, hours: int) -> None:
        super().__init__(f"Tickets can be returned up to {hours} hours before the start.")


class IdempotencyKeyReused(DomainError):
    """The user has used this idempotency key before, for a different request."""

    status, code, title = 422, "idempotency_key_reused", "Idempotency key reused"
    detail = "This Idempotency-Key was already used for a different request."


class AlreadyCheckedIn(DomainError):
    """The ticket is already checked in. Members of the problem say when, where and by whom, if that is known."""

    code, title = "already_checked_in", "Already checked in"


class NotCheckedIn(DomainError):
    """The ticket is not checked in, so there is nothing to undo."""

    code, title = "not_checked_in", "Not checked in"
    detail = "Nobody was let in with this ticket."


class TicketUnknown(NotFound):
    """No ticket of this event has the number, or the code is genuine but of another event's ticket."""

    code, title = "ticket_unknown", "Ticket unknown"
    detail = "No ticket for this event has this number. Please check each character, or search by name."


class TicketForged(NotFound):
    """The code is neither signed with our key nor a number that could be on a ticket."""

    code, title = "ticket_forged", "Not a genuine ticket"
    detail = "This is not a ticket for this event: its code is forged, damaged or misread."


class TooEarly(DomainError):
    """The event begins much later, and the request asks for a refusal in this case.

    `starts_at` says when, and `when` the same in words.
    """

    code, title = "too_early", "Too early"

    def __init__(self, starts_at: datetime, when: str, **place: Any) -> None:
        super().__init__(
            f"This event begins on {when}. Somebody who is let in now can't use the ticket then.",
            starts_at=starts_at,
            **place,
        )


class TicketVoid(DomainError):
    """The ticket was refunded and is no longer valid."""

    status, code, title = 410, "ticket_void", "Ticket void"
    detail = "This ticket was refunded and is no longer valid."


class ChallengeRequired(DomainError):
    """The client may be a bot. It must solve `challenge` (ALTCHA's JSON) and send the same request again."""

    status, code, title = 403, "challenge_required", "A proof of work is required"

    def __init__(self, why: str, challenge: dict[str, Any]) -> None:
        super().__init__(
            f"This looks like a bot ({why}). Browsers solve the challenge by themselves; other clients solve it and"
            " send the same request again with X-Challenge-Solution.",
            challenge=challenge,
        )


class RefusedAsBot(DomainError):
    """The buyer acts so much like a bot that solving a challenge is not enough. They may try again after `minutes`."""

    status, code, title = 403, "permission_denied", "Please wait a while"

    def __init__(self, why: str, minutes: int) -> None:
        wait = "a minute" if minutes == 1 else f"{minutes} minutes"
        detail = f"You can't reserve seats for a while, because {why}. Please try again in {wait}."
        super().__init__(detail, retry_after=minutes * 60)


class QueuePassRequired(DomainError):
    """The waiting room is on and the buyer has no valid queue pass. `queue` is the path to join the queue."""

    status, code, title = 403, "queue_pass_required", "Please queue first"
    detail = "Many people want seats for this event. Join the queue, and you are let in when it is your turn."

    def __init__(self, event_id: int) -> None:
        super().__init__(queue=f"/api/event/{event_id}/queue")


class NoWaitingRoom(DomainError):
    """The event's waiting room is off, so buyers choose seats without a queue."""

    code, title = "invalid_state", "No waiting room"
    detail = "There is no queue for this event at the moment. You can choose your seats right away."
