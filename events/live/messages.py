"""Encode the state of an event as frames for WebSockets and messages for streams (docs/live.md).

Functions for WebSockets end in `_frame`, those for streams in `_message`. `versions`, {subsection id: version}, is what
a client knows once it has the message; it goes into the message's id (events.live.resume).
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from events.live.resume import Known, fingerprint, resume_id
from events.live.subsection import LiveSubsection, total_counts
from events.models import Event
from events.seating.prices import prices_of
from realtime.frames import socket_frame, stream_message

SALE_FIELDS = ("status", "is_active", "starts_at", "sales_start_at", "sales_end_at", "sales_close_at")


def sale(event: Event) -> dict[str, Any]:
    """Return the event's fields that decide whether seats can be held now."""
    return {name: getattr(event, name) for name in SALE_FIELDS}


def offer(event: Event) -> dict[str, Any]:
    """Return what can be bought and at what price: `sale`, and `prices` as {section or category: minor units}.

    With a seating plan also `geometry`, the address of what maps draw, and `release_companion_seats`.
    """
    plan = {"geometry": event.geometry, "release_companion_seats": event.release_companion_seats}
    return {**sale(event), "prices": prices_of(event.seating_config), **(plan if event.geometry else {})}


def versions_of(subsections: Iterable[LiveSubsection]) -> dict[int, int]:
    """Return the version of each subsection, by its id."""
    return {subsection.id: subsection.version for subsection in subsections}


# --- WebSocket -------------------------------------------------------------------------------------


def snapshot_frame(event: Event, subsections: Collection[LiveSubsection]) -> bytes:
    """Return the first frame of a WebSocket: the whole state without single seats."""
    return socket_frame({"type": "snapshot", "event_id": event.pk, **_state(event, subsections)})


def event_updated_frame(event: Event) -> bytes:
    """Return the `event_updated` frame, with the present `offer` of the event."""
    return socket_frame({"type": "event_updated", "event_id": event.pk, **offer(event)})


def tick_frame(subsections: Iterable[LiveSubsection], *, read_only: bool) -> bytes:
    """Return the `tick` frame, with the time and the version of every subsection.

    By the versions clients notice that they missed something. `read_only` tells them whether the site is read-only.
    """
    versions: dict[str, dict[str, int]] = {}
    for subsection in subsections:
        versions.setdefault(subsection.section, {})[str(subsection.number)] = subsection.version
    extra = {"read_only": True} if read_only else {}
    return socket_frame({"type": "tick", "at": datetime.now(UTC), "versions": versions, **extra})


def seats_frame(subsection: LiveSubsection) -> bytes:
    """Return the `seats` frame: the status of all seats of a subsection. Raises RuntimeError if it is not loaded."""
    seat_status = subsection.seat_status
    if seat_status is None or not seat_status.loaded:
        raise RuntimeError("Await load_seats directly before seats_frame.")
    place = {"section": subsection.section, "subsection": subsection.number}
    return socket_frame(
        {"type": "seats", **place, "version": seat_status.version, "seats": seat_status.letters.decode()}
    )


def delta_frame(subsection: LiveSubsection, watching: frozenset[int]) -> bytes:
    """Return the frame with a subsection's pending changes, `seats_changed` or `counts_changed`.

    It has the changed seats if the subsection's id is in `watching`, else only the counts.
    """
    delta = subsection.counts_delta()
    if subsection.id in watching:
        return socket_frame({"type": "seats_changed", **delta, "seats": subsection.changed_seats()})
    return socket_frame({"type": "counts_changed", **delta})


# --- Stream ----------------------------------------------------------------------------------------


def initial_status_message(event: Event, subsections: Collection[LiveSubsection]) -> bytes:
    """Return the first message of a stream: the whole state without single seats."""
    return _message(event, "initial_status", _state(event, subsections), versions_of(subsections))


def status_update_message(
    event: Event,
    subsections: Iterable[LiveSubsection],
    pending: Iterable[LiveSubsection],
    versions: Mapping[int, int],
) -> bytes:
    """Return the `status_update` message of a stream: the changes that viewers have not received yet.

    `pending` are the subsections with such changes. The message also has the totals over all `subsections`.
    """
    rows = [_changed_row(subsection) for subsection in pending]
    return _message(event, "status_update", {"stats": total_counts(subsections), "sections": rows}, versions)


def event_updated_message(event: Event, versions: Mapping[int, int]) -> bytes:
    """Return the `event_updated` message of a stream, with the present `offer` of the event."""
    return _message(event, "event_updated", offer(event), versions)


def _message(event: Event, kind: str, data: dict[str, Any], versions: Mapping[int, int]) -> bytes:
    header = {"event_type": kind, "event_id": event.pk, "total_sections": len(versions)}
    return stream_message(kind, {**header, **data}, resume_id(Known(fingerprint(offer(event)), versions)))


def _state(event: Event, subsections: Collection[LiveSubsection]) -> dict[str, Any]:
    rows = [subsection.row() for subsection in subsections]
    return {**sale(event), "stats": total_counts(subsections), "sections": rows}


def _changed_row(subsection: LiveSubsection) -> dict[str, Any]:
    seats = subsection.changed_seats()
    return {**subsection.row(), "from_version": subsection.sent_version, "seats": seats, "at": subsection.changed_at}
