"""The errors for the outcomes with which `bookings_hold` refuses a hold."""

from datetime import datetime

from bookings.errors import NeedsWheelchairPlace, QueuePassRequired, TooManyHolds, WouldLeaveSingleSeat
from bookings.holds.hold_function import HoldResult
from bookings.holds.hold_request import HoldRequest
from core.clock import database_now
from core.errors import BadInput, DomainError, NotFound, NotSignedIn
from core.money.amounts import money
from events.errors import NotEnoughSeats, NotOnSale, SeatsTaken
from events.models import Event
from events.pricing import charge_rules
from events.seating.positions import checked_positions, positions_of, seat_name
from events.states import ON_SALE, SubsectionKind
from events.wall_clocks import clock_text


def refusal(result: HoldResult, hold_request: HoldRequest) -> DomainError:
    """Return the error for a refused hold request. Reads the event if the outcome alone does not give the reason."""
    match result.outcome:
        case "not_signed_in":
            return NotSignedIn()
        case "no_subsection":
            return no_subsection(hold_request)
        case "queue_pass_required":
            return QueuePassRequired(hold_request.event_id)
        case "not_on_sale":
            return not_on_sale(Event.objects.get(pk=hold_request.event_id), database_now())
        case "too_many_seats":
            return too_many_seats(result.number or 0)
        case "total_too_high":
            return total_too_high(result.total, result.currency)
        case "standing_area":
            return standing_area()
        case "no_seat":
            return _no_seat(result, hold_request)
        case "whole_table":
            return whole_table(_seat_names(result))
        case "needs_wheelchair_place":
            return NeedsWheelchairPlace(_seat_names(result))
        case "too_many_holds":
            return TooManyHolds(retry_after=result.number or 1)
        case "seats_taken":
            return SeatsTaken(_seat_names(result))
        case "would_leave_single_seat":
            return WouldLeaveSingleSeat(_seat_names(result))
        case "not_enough_seats":
            return not_enough_seats(hold_request, result.kind or "")
    raise AssertionError(result.outcome)


def no_subsection(hold_request: HoldRequest) -> DomainError:
    """Return NotFound if there is no such event, otherwise BadInput for a subsection that the event does not have."""
    if not Event.objects.filter(pk=hold_request.event_id).exists():
        return NotFound("There is no such event.")
    name = f"{hold_request.section[:32]} {hold_request.subsection}"
    return BadInput.field("section", f"This event has no block {name}.", "unknown")


def not_on_sale(event: Event, now: datetime) -> NotOnSale:
    """Return the error for an event that is not on sale at `now`. It says whether sales are over or begin later."""
    if event.is_active and event.status in ON_SALE:
        if event.sales_start_at is not None and now < event.sales_start_at:
            return NotOnSale(f"Sales begin on {clock_text(event, event.sales_start_at)}.")
        if event.sales_close_at is not None and now >= event.sales_close_at:
            by_start = event.sales_close_at == event.starts_at
            return NotOnSale("The event has begun; its seats are no longer sold." if by_start else "Sales are over.")
    return NotOnSale()


def too_many_seats(limit: int) -> BadInput:
    """Return the error for a request of more seats than `limit`, the event's `max_tickets_per_booking`."""
    return BadInput.field("quantity", f"At most {limit} seats can be booked at once.", "max_value")


def total_too_high(total: int, currency: str) -> BadInput:
    """Return the error for seats that together cost more than can be charged at once."""
    reason = charge_rules().refusal(total, currency) or ""
    return BadInput.field("quantity", f"These seats cost {money(total, currency)}. {reason}", "not_chargeable")


def not_enough_seats(hold_request: HoldRequest, kind: str) -> NotEnoughSeats:
    """Return the error if the best available of a subsection of that kind are fewer than requested.

    More seats may be free: those at whole tables of another size, wheelchair places and companion seats.
    """
    accessible, quantity = hold_request.accessible, hold_request.quantity
    if kind == SubsectionKind.STANDING:
        if accessible:
            return NotEnoughSeats("This standing area has no wheelchair places. Try another block.")
        return NotEnoughSeats("This standing area does not have that many free places. Try another block.")
    if not accessible:
        return NotEnoughSeats()
    what = "wheelchair places" if accessible == quantity else "wheelchair places and seats"
    return NotEnoughSeats(f"This block can't offer that many {what}. Try fewer, or another block.")


def standing_area() -> BadInput:
    """Return the error for places of a standing area that are named one by one."""
    detail = "Nobody chooses a place in a standing area: ask for the best available."
    return BadInput.field("seat_selection_mode", detail, "standing_area")


def whole_table(missing: list[str]) -> BadInput:
    """Return the error for only some of the seats of tables that are sold as a whole; the others are `missing`."""
    detail = f"This table is sold as a whole. Also name {', '.join(missing)}, or none of its seats."
    return BadInput.field("seat_positions", detail, "whole_table")


def _seat_names(result: HoldResult) -> list[str]:
    return result.seat_names or [seat_name(position, result.cols) for position in result.seats or ()]


def _no_seat(result: HoldResult, hold_request: HoldRequest) -> DomainError:
    try:
        if result.kind == SubsectionKind.DRAWN:
            checked_positions(hold_request.seats, result.seats or [])
        else:
            positions_of(hold_request.seats, rows=result.number or 0, cols=result.cols)
    except BadInput as error:
        return error
    raise AssertionError("all seats exist")
