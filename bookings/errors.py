"""Refusals of the bookings app."""

from typing import Any

from ticketing.errors import DomainError


class TooManyHolds(DomainError):
    """The buyer has as many open holds as the event allows; the first of them ends in `retry_after` seconds."""

    status, code, title = 429, "too_many_holds", "Too many open holds"
    detail = "You already hold as many bookings as you may. Pay or cancel one first."

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after=max(1, retry_after))


class WouldLeaveSingleSeat(DomainError):
    """The event allows no single gaps and the choice would leave one; `seats` names the lone seats."""

    code, title = "would_leave_single_seat", "A single seat would be left"
    detail = "This choice would leave a single seat that nobody can use. Please move over by one seat."

    def __init__(self, seats: list[str]) -> None:
        super().__init__(seats=seats)


class NotOwner(DomainError):
    """The event's seller sees the booking, but it is not his to pay, extend or cancel."""

    status, code, title = 403, "not_owner", "Not your booking"
    detail = "Only the buyer of this booking can do this."


class HoldExpired(DomainError):
    """The deadline has passed by the database's clock; the seats are free for others."""

    status, code, title = 410, "hold_expired", "Hold expired"
    detail = "The time to pay is over and the seats are free again. Please choose once more."


class AlreadyPaid(DomainError):
    """The booking is paid; nothing was charged again."""

    code, title = "already_paid", "Already paid"
    detail = "This booking is already paid."


class PaymentInProgress(DomainError):
    """A charge for this booking is open; its outcome is not known yet."""

    code, title = "payment_in_progress", "Payment in progress"
    detail = "A payment for this booking is under way. Please wait for its outcome."


class PaymentDeclined(DomainError):
    """The gateway refused the card; the seats stay held until the deadline."""

    status, code, title = 402, "payment_declined", "Payment declined"
    detail = "The card was declined. Try another card; your seats are still held."


class GatewayAway(DomainError):
    """The payment gateway can't be reached; nothing was charged and the seats are still held."""

    status, code, title = 503, "overloaded", "Payment not possible at the moment"
    detail = "The payment provider does not answer. Nothing was charged; please try again in a moment."

    def __init__(self) -> None:
        super().__init__(retry_after=10)


class RefundWindowClosed(DomainError):
    """Too late for the buyer to give his tickets back."""

    code, title = "refund_window_closed", "Too late for a refund"

    def __init__(self, hours: int) -> None:
        super().__init__(f"Tickets can be given back up to {hours} hours before the start.")


class IdempotencyKeyReused(DomainError):
    """The key was used for something else."""

    status, code, title = 422, "idempotency_key_reused", "Idempotency key reused"
    detail = "This Idempotency-Key was already used for a different request."


class AlreadyCheckedIn(DomainError):
    """Somebody was let in with this ticket; the extra members say when and where."""

    code, title = "already_checked_in", "Already checked in"


class NotCheckedIn(DomainError):
    """Nobody was let in with this ticket, so there is nothing to undo."""

    code, title = "not_checked_in", "Not checked in"
    detail = "Nobody was let in with this ticket."


class TicketVoid(DomainError):
    """The ticket was refunded and opens no door any more."""

    status, code, title = 410, "ticket_void", "Ticket void"
    detail = "This ticket was refunded and is not valid any more."


class ChallengeRequired(DomainError):
    """The buyer may be a program: `challenge` (ALTCHA's JSON) is to be solved, and the same request sent again."""

    status, code, title = 403, "challenge_required", "A proof of work is required"

    def __init__(self, why: str, challenge: dict[str, Any]) -> None:
        super().__init__(
            f"Something looks like a program ({why}). Browsers clear this up by themselves; a program solves the"
            " challenge and sends the same request again with X-Challenge-Solution.",
            challenge=challenge,
        )


class TakenForBot(DomainError):
    """The buyer behaves like a program, and no proof of work would do; he may try again after so many minutes."""

    status, code, title = 403, "permission_denied", "No holds for a while"

    def __init__(self, why: str, minutes: int) -> None:
        wait = "a minute" if minutes == 1 else f"{minutes} minutes"
        detail = f"You can't hold seats for a while, because {why}. Please try again in {wait}."
        super().__init__(detail, retry_after=minutes * 60)


class QueuePassRequired(DomainError):
    """The event's waiting room is on, and the buyer has no pass that counts; `queue` is where he gets in line."""

    status, code, title = 403, "queue_pass_required", "Please queue first"
    detail = "Many people want seats for this event. Get in line, and you will be let in when it is your turn."

    def __init__(self, event_id: int) -> None:
        super().__init__(queue=f"/api/event/{event_id}/queue")


class NoWaitingRoom(DomainError):
    """The event's waiting room is off: whoever wants seats just takes them."""

    code, title = "invalid_state", "No waiting room"
    detail = "There is no queue for this event at the moment. You can choose your seats right away."
