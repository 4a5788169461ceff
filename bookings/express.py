"""The express lane of the sale: POST /api/booking, POST /api/booking/{id}/pay and the queue of a waiting room, with a
buyer's bearer token, when everything about it is plain.

See ticketing.express. Whatever is refused here for its form gives the call back, to be explained the ordinary way.
"""

import re
import uuid
from collections.abc import Callable
from typing import Any
from wsgiref.types import WSGIEnvironment

import orjson
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse

from accounts import tokens
from accounts.authentication import bearer_token
from accounts.errors import TokenRefused
from accounts.models import User
from accounts.operations.tokens import user_of_access_token
from accounts.tokens import Claims
from bookings.gatekeeping import Attempt, check_attempt
from bookings.idempotency import read_key
from bookings.operations.hold import Wish
from bookings.operations.pay import pay_booking
from bookings.placing import place_booking
from bookings.serializers import booking_detail, is_card_number, payment_body
from bookings.states import PaymentStatus, SelectionMode
from bookings.waiting.join import Standing, join_queue, look_at_queue
from bookings.waiting.messages import standing_body
from bookings.waiting.tokens import read_pass
from ticketing.errors import NotSignedIn

MODES = {mode.value: mode for mode in SelectionMode}
MEMBERS = {"event_id", "section", "subsection", "seat_selection_mode", "quantity", "seat_positions", "accessible"}


def hold(environ: WSGIEnvironment, body: Any) -> HttpResponse | None:
    """201 or 202 with the booking, as bookings.api.BookingList does it."""
    claims = _buyer(environ)
    wanted = _wanted(body)
    if claims is None or wanted is None:
        return None
    check_attempt(Attempt(int(claims["sub"]), wanted["event_id"], environ))
    once = read_key(environ.get("HTTP_IDEMPOTENCY_KEY"), wanted)
    wish = Wish(
        wanted["event_id"],
        wanted["section"],
        wanted["subsection"],
        MODES[wanted["seat_selection_mode"]],
        wanted["quantity"],
        wanted["seat_positions"],
        wanted.get("accessible", 0),
    )
    buyer_id = int(claims["sub"])
    try:
        placed = place_booking(
            prefer=environ.get("HTTP_PREFER", ""),
            buyer_id=buyer_id,
            wish=wish,
            once=once,
            family=uuid.UUID(claims["fam"]),
            pass_from=read_pass(environ.get("HTTP_X_QUEUE_PASS"), user_id=buyer_id, event_id=wish.event_id),
        )
    except NotSignedIn:
        return None
    return _json(booking_detail(placed.booking), placed.status, placed.headers)


def pay(environ: WSGIEnvironment, booking: str, body: Any) -> HttpResponse | None:
    """200 or 202 with the payment, as bookings.api.BookingPayment does it."""
    claims = _buyer(environ)
    if claims is None or not _is_card(body):
        return None
    booking_id, card_number = uuid.UUID(booking), body["card_number"]
    once = read_key(environ.get("HTTP_IDEMPOTENCY_KEY"), body | {"booking": booking_id})
    buyer_id, family = int(claims["sub"]), uuid.UUID(claims["fam"])
    try:
        payment = pay_booking(
            booking_id=booking_id, buyer_id=buyer_id, card_number=card_number, once=once, family=family
        )
    except NotSignedIn:
        return None
    return HttpResponse(
        orjson.dumps(payment_body(payment), option=orjson.OPT_UTC_Z),
        status=202 if payment.status == PaymentStatus.PENDING else 200,
        content_type="application/json",
    )


def join(environ: WSGIEnvironment, event_id: str, body: Any) -> HttpResponse | None:
    """200 with the place, as bookings.queue_api.EventQueue does it."""
    if not isinstance(body, dict) or not body.keys() <= {"token"}:
        return None
    token = body.get("token")
    if token is not None and not _is_name(token, 1_000):
        return None
    return _standing(environ, lambda user: join_queue(event_id=int(event_id), user=user, token=token))


def look(environ: WSGIEnvironment, event_id: str) -> HttpResponse | None:
    """200 with the place or the pass, as bookings.queue_api.EventQueue does it."""
    return _standing(environ, lambda user: look_at_queue(event_id=int(event_id), user=user))


def _standing(environ: WSGIEnvironment, ask: Callable[[User], Standing]) -> HttpResponse | None:
    token = bearer_token(environ.get("HTTP_AUTHORIZATION", ""))
    try:
        user = user_of_access_token(token=token) if token else None
        return _json(standing_body(ask(user))) if user else None
    except (OperationalError, InterfaceError):  # the ordinary way makes a new connection, or says what is wrong
        return None


def _json(body: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
    content = orjson.dumps(body, option=orjson.OPT_UTC_Z)
    return HttpResponse(content, status=status, content_type="application/json", headers=headers)


def _is_card(body: Any) -> bool:
    """Whether the body is nothing but the number of a card, written without spaces."""
    return (
        isinstance(body, dict)
        and body.keys() == {"card_number"}
        and isinstance(body["card_number"], str)
        and is_card_number(body["card_number"])
    )


def _buyer(environ: WSGIEnvironment) -> Claims | None:
    """What the bearer token says, if it says that this is a buyer; whether it still counts, the database is asked."""
    token = bearer_token(environ.get("HTTP_AUTHORIZATION", ""))
    if token is None:
        return None
    try:
        claims = tokens.read(token, "access")
    except TokenRefused:
        return None
    return claims if claims["role"] == User.Role.BUYER else None


def _wanted(body: Any) -> dict[str, Any] | None:
    """The body in the shape of NewBooking's checked data, if nothing about it has to be checked twice."""
    if not isinstance(body, dict) or not body.keys() <= MEMBERS:
        return None
    wanted = {
        "event_id": body.get("event_id"),
        "section": body.get("section"),
        "subsection": body.get("subsection"),
        "seat_selection_mode": body.get("seat_selection_mode"),
        "quantity": body.get("quantity"),
        "seat_positions": body.get("seat_positions", []),
    }
    if not _is_sound(**wanted):
        return None
    accessible = body.get("accessible", 0)
    if type(accessible) is not int or not 0 <= accessible <= 1_000:
        return None
    return wanted | {"accessible": accessible} if accessible else wanted


def _is_sound(
    event_id: Any, section: Any, subsection: Any, seat_selection_mode: Any, quantity: Any, seat_positions: Any
) -> bool:
    return (
        _is_count(event_id, 2**63)
        and _is_name(section, 32)
        and _is_count(subsection, 2**31)
        and isinstance(seat_selection_mode, str)
        and seat_selection_mode in MODES
        and _is_count(quantity, 1_001)
        and isinstance(seat_positions, list)
        and len(seat_positions) <= 1_000
        and all(_is_name(seat, 15) for seat in seat_positions)
    )


def _is_count(value: Any, end: int) -> bool:
    return type(value) is int and 1 <= value < end  # no bool


def _is_name(value: Any, longest: int) -> bool:
    return isinstance(value, str) and 0 < len(value) <= longest and value == value.strip()


BOOKING_ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
LANES: list[tuple[str, re.Pattern[str], Callable[..., HttpResponse | None]]] = [
    ("POST", re.compile("/api/booking"), hold),
    ("POST", re.compile(f"/api/booking/({BOOKING_ID})/pay"), pay),
    ("POST", re.compile("/api/event/([0-9]{1,18})/queue"), join),
    ("GET", re.compile("/api/event/([0-9]{1,18})/queue"), look),
]
