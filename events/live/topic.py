"""One watched event: turns the state of its subsections into snapshots, deltas and ticks for WebSocket and SSE."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from accounts.models import User
from core.errors import NotFound
from events.live.presence import MAX_SELECTIONS, Selection
from events.live.resume import Known, fingerprint, resume_id
from events.live.subsection import (
    LiveSubsection,
    SeatStatusMap,
    Snapshot,
    total_counts,
)
from events.models import Event
from events.ownership import may_manage
from events.states import EventStatus
from realtime.database import in_thread
from realtime.feed import Topic
from realtime.frames import socket_frame, stream_message

# One statement, so that version and seat status belong to the same moment.
SEAT_STATUS = "SELECT id, version, seat_status FROM events_subsection WHERE event_id = %s AND id = ANY(%s)"


class EventTopic(Topic):
    """One watched event. Its sockets have `watching`, the ids of the subsections whose seats they watch."""

    def __init__(self, event: Event, subsections: list[LiveSubsection]) -> None:
        super().__init__(event.pk)
        self.event = event
        self.subsections = {subsection.id: subsection for subsection in subsections}
        self.all_ids = frozenset(self.subsections)
        self.selections: dict[str, bytes] = {}  # viewer: frame for the next flush
        self._snapshot: bytes | None = None
        self._initial: bytes | None = None
        self._loading_seats = asyncio.Lock()

    def authorize(self, user: User | None) -> None:
        """Raise NotFound if the event is a draft and `user` is neither its seller nor an operator."""
        if self.event.status == EventStatus.DRAFT and not may_manage(self.event, user):
            raise NotFound("There is no such event.")

    def subsection_ids(self, section: Any = None, number: Any = None) -> frozenset[int]:
        """Return the ids a client asks for: of one subsection, a section, or all. Raises NotFound if there is none."""
        if section is None:
            return self.all_ids
        found = frozenset(
            subsection.id
            for subsection in self.subsections.values()
            if subsection.section == section and number in (None, subsection.number)
        )
        if not found:
            raise NotFound("This event has no such block.")
        return found

    def update_event(self, event: Event) -> None:
        """Replace the event's row.

        Viewers get `event_updated` if the offer (what can be bought, at what price) changed.
        """
        if event.seller_id != self.event.seller_id:
            self._disconnect_user(self.event.seller_id)
        before = self._offer()
        self.event = event
        self.clear_cache()
        if self._offer() != before:
            frame = socket_frame({"type": "event_updated", "event_id": self.key, **self._offer()})
            sent = {subsection.id: subsection.sent_version for subsection in self.subsections.values()}
            message = self._event_updated(sent)
            for socket in self.sockets:
                socket.write(frame)
            for stream in self.streams:
                stream.write(message)

    def _disconnect_user(self, user_id: int) -> None:
        """Disconnect a user who was authorized as the event's seller and no longer is."""
        for viewer in self.sockets | self.streams:
            if viewer.sign_in is not None and viewer.sign_in.user_id == user_id:
                viewer.disconnect()

    # --- Messages ----------------------------------------------------------------------------------

    def clear_cache(self) -> None:
        """Drop encoded snapshots, which are out of date."""
        self._snapshot = self._initial = None

    def add_selection(self, selection: Selection) -> bool:
        """Keep a viewer's selection for the next flush. Return False if the flush has too many already."""
        if selection.viewer not in self.selections and len(self.selections) >= MAX_SELECTIONS:
            return False
        self.selections[selection.viewer] = selection.frame()
        return True

    def snapshot(self) -> bytes:
        """Return the first frame of a WebSocket; encoded once for all clients that connect before the next change."""
        if self._snapshot is None:
            self._snapshot = socket_frame({"type": "snapshot", "event_id": self.key, **self._state()})
        return self._snapshot

    def initial_status(self) -> bytes:
        """Return the first message of a stream; encoded once like `snapshot`."""
        if self._initial is None:
            self._initial = self._stream_message("initial_status", self._state(), _versions(self.subsections.values()))
        return self._initial

    def status_update(self, pending: list[LiveSubsection]) -> bytes:
        """Return a message of a stream: these subsections with what changed since they were sent."""
        subsections = self.subsections.values()
        return self._stream_message("status_update", _changes(subsections, pending), _versions(subsections))

    def missed(self, known: Known, snapshots: dict[int, Snapshot]) -> bytes | None:
        """Return the messages that bring a stream from `known` to where all others are; b"" if nothing was missed.

        Returns None if the stream can't be continued, because others have received changes newer than `snapshots`.
        """
        subsections = [
            self._as_of(subsection, known.versions[subsection.id], snapshots.get(subsection.id))
            for subsection in self.subsections.values()
        ]
        if any(self.subsections[subsection.id].sent_version > subsection.version for subsection in subsections):
            return None
        updated = b"" if known.offer == fingerprint(self._offer()) else self._event_updated(known.versions)
        pending = [subsection for subsection in subsections if subsection.pending]
        if not pending:
            return updated
        changes = _changes(self.subsections.values(), pending)
        return updated + self._stream_message("status_update", changes, _versions(subsections))

    def tick(self, *, read_only: bool = False) -> bytes:
        """Return the frame by which clients notice that they missed something, or that the site is read-only."""
        versions: dict[str, dict[str, int]] = {}
        for subsection in self.subsections.values():
            versions.setdefault(subsection.section, {})[str(subsection.number)] = subsection.version
        extra = {"read_only": True} if read_only else {}
        return socket_frame({"type": "tick", "at": datetime.now(UTC), "versions": versions, **extra})

    def seat_frames(self, subsection_ids: Iterable[int]) -> bytes:
        """Return a `seats` frame for each subsection. Await `load_seats` directly before."""
        return b"".join(self._seats_frame(self.subsections[id]) for id in subsection_ids)

    def flush(self) -> None:
        """Send pending changes to everybody. Each change is encoded once; each viewer gets one write."""
        pending = [subsection for subsection in self.subsections.values() if subsection.pending]
        if self.sockets:
            self._send_to_sockets(pending)
        if self.streams and pending:
            message = self.status_update(pending)
            for stream in self.streams:
                stream.write(message)
        for subsection in pending:
            subsection.mark_sent()
        self.selections.clear()

    def _send_to_sockets(self, pending: list[LiveSubsection]) -> None:
        frames: dict[frozenset[int], bytes] = {}
        for socket in self.sockets:
            if socket.watching not in frames:
                frames[socket.watching] = b"".join(_delta_frame(each, socket.watching) for each in pending)
            if frames[socket.watching]:
                socket.write(frames[socket.watching])
        if self.selections:
            self._send_selections()

    def _send_selections(self) -> None:
        """Send selections to all sockets that watch seats, without the viewer's own."""
        selections = b"".join(self.selections.values())
        for socket in self.sockets:
            own = self.selections.get(socket.presence.viewer) if socket.presence is not None else None
            if socket.watching and own != selections:
                socket.write(selections if own is None else selections.replace(own, b""))

    def _state(self) -> dict[str, Any]:
        subsections = self.subsections.values()
        rows = [subsection.row() for subsection in subsections]
        return {**self._sale(), "stats": total_counts(subsections), "sections": rows}

    def _sale(self) -> dict[str, Any]:
        """Return the event's fields that decide whether seats can be held now."""
        return {name: getattr(self.event, name) for name in ("status", "is_active", "sales_start_at", "sales_end_at")}

    def _offer(self) -> dict[str, Any]:
        """Return the same with the price of each section."""
        sections = self.event.seating_config["sections"]
        return {**self._sale(), "prices": {section["name"]: section["price"] for section in sections}}

    def _event_updated(self, versions: Mapping[int, int]) -> bytes:
        """Return a message of a stream with the present offer."""
        return self._stream_message("event_updated", self._offer(), versions)

    def _stream_message(self, kind: str, data: dict[str, Any], versions: Mapping[int, int]) -> bytes:
        """Return a message of a stream. `versions` are those that a client knows once it has this message."""
        names = {"event_type": kind, "event_id": self.key, "total_sections": len(self.subsections)}
        return stream_message(kind, {**names, **data}, resume_id(Known(fingerprint(self._offer()), versions)))

    def _as_of(self, subsection: LiveSubsection, version: int, snapshot: Snapshot | None) -> LiveSubsection:
        """Return a copy as a client knows it that has `version`, with what the client missed pending."""
        copy = replace(subsection, version=version, pending=False, changed={}, early={}, seat_status=None)
        if snapshot is not None:
            copy.apply_snapshot(snapshot)
        return copy

    # --- Seats -------------------------------------------------------------------------------------

    async def load_seats(self, subsection_ids: Iterable[int]) -> None:
        """Read the seat status of these subsections, in one query for all that have not been read yet."""
        async with self._loading_seats:
            while missing := [id for id in subsection_ids if not self._has_seats(id)]:
                loading = {id: SeatStatusMap() for id in missing}
                for id, seat_status in loading.items():
                    self.subsections[id].seat_status = seat_status
                try:
                    for id, version, letters in await in_thread(_read_seat_status, self.key, missing):
                        loading[id].load(version, letters)
                except BaseException:
                    for id in missing:
                        self.subsections[id].seat_status = None
                    raise

    def _has_seats(self, subsection_id: int) -> bool:
        seat_status = self.subsections[subsection_id].seat_status
        return seat_status is not None and seat_status.loaded

    def _seats_frame(self, subsection: LiveSubsection) -> bytes:
        seat_status = subsection.seat_status
        if seat_status is None or not seat_status.loaded:
            raise RuntimeError("Await load_seats directly before seat_frames.")
        names = {"type": "seats", "section": subsection.section, "subsection": subsection.number}
        return socket_frame({**names, "version": seat_status.version, "seats": seat_status.letters.decode()})


def _delta_frame(subsection: LiveSubsection, watching: frozenset[int]) -> bytes:
    delta = subsection.counts_delta()
    if subsection.id in watching:
        return socket_frame({"type": "seats_changed", **delta, "seats": subsection.changed_seats()})
    return socket_frame({"type": "counts_changed", **delta})


def _versions(subsections: Iterable[LiveSubsection]) -> dict[int, int]:
    return {subsection.id: subsection.version for subsection in subsections}


def _changes(subsections: Iterable[LiveSubsection], pending: Iterable[LiveSubsection]) -> dict[str, Any]:
    return {"stats": total_counts(subsections), "sections": [_stream_row(subsection) for subsection in pending]}


def _stream_row(subsection: LiveSubsection) -> dict[str, Any]:
    seats = subsection.changed_seats()
    return {**subsection.row(), "from_version": subsection.sent_version, "seats": seats, "at": subsection.changed_at}


def _read_seat_status(event_id: int, subsection_ids: list[int]) -> list[tuple[int, int, str]]:
    """Return (id, version, letters) of each subsection, all of one moment."""
    with connection.cursor() as cursor:
        cursor.execute(SEAT_STATUS, [event_id, subsection_ids])
        return list(cursor.fetchall())
