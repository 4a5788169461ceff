"""One watched event in a realtime process: its subsections, its viewers, and what is sent to them when."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from accounts.models import User
from core.errors import NotFound
from events.live import messages
from events.live.presence import MAX_SELECTIONS, Selection
from events.live.queries import fetch_seat_status
from events.live.resume import Known, fingerprint
from events.live.subsection import LiveSubsection, SeatStatusMap, Snapshot
from events.models import Event
from events.ownership import may_manage
from events.seating.prices import prices_of
from events.states import EventStatus
from realtime.database import in_thread
from realtime.feed import Topic


class EventTopic(Topic):
    """One watched event. Its sockets have `watching`, the ids of the subsections whose seats they watch."""

    def __init__(self, event: Event, subsections: list[LiveSubsection]) -> None:
        super().__init__(event.pk)
        self.event = event
        self.subsections = {subsection.id: subsection for subsection in subsections}
        self.all_ids = frozenset(self.subsections)
        self.selections: dict[str, bytes] = {}  # viewer: frame for the next flush
        self._snapshot: bytes | None = None
        self._initial_status: bytes | None = None
        self._loading_seats = asyncio.Lock()

    def authorize(self, user: User | None) -> None:
        """Raise NotFound if the event is a draft and `user` is neither its seller nor an operator."""
        if self.event.status == EventStatus.DRAFT and not may_manage(self.event, user):
            raise NotFound("There is no such event.")

    def subsection_ids(self, section: Any = None, number: Any = None) -> frozenset[int]:
        """Return the ids of the subsections that a client names: one, those of a section, or all.

        Raises NotFound if the event has no such subsection.
        """
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

    # --- The event's row ---------------------------------------------------------------------------

    def update_event(self, event: Event) -> None:
        """Replace `event` by its present row in the database.

        Viewers get `event_updated` if the offer (what can be bought, at what price) changed. If the seller changed, the
        previous seller is disconnected.
        """
        if event.seller_id != self.event.seller_id:
            self._disconnect_user(self.event.seller_id)
        before = messages.offer(self.event)
        self.event = event
        self._update_tiers()
        self.clear_cache()
        if messages.offer(event) != before:
            self._send_offer()

    def replace_subsections(self, subsections: list[LiveSubsection]) -> None:
        """Replace the subsections by those of another version of the seating plan.

        Those that stay keep their state. Viewers get `event_updated` with the new geometry, and load everything again.
        """
        present, all_before = self.subsections, self.all_ids
        self.subsections = {
            each.id: present[each.id] if _is_same_block(present.get(each.id), each) else each for each in subsections
        }
        self.all_ids = frozenset(self.subsections)
        for socket in self.sockets:
            is_all = socket.watching == all_before
            socket.watching = self.all_ids if is_all else socket.watching & self.all_ids

    def _update_tiers(self) -> None:
        """Take the prices of categories from the event; a change of them leaves the subsections' versions."""
        for subsection in self.subsections.values():
            if subsection.tiers:
                prices = prices_of(self.event.seating_config)
                subsection.tiers = {tier: prices.get(tier, price) for tier, price in subsection.tiers.items()}

    def _disconnect_user(self, user_id: int) -> None:
        """Disconnect a user who was authorized as the event's seller and no longer is."""
        for viewer in self.sockets | self.streams:
            if viewer.sign_in is not None and viewer.sign_in.user_id == user_id:
                viewer.disconnect()

    def _send_offer(self) -> None:
        frame = messages.event_updated_frame(self.event)
        sent = {subsection.id: subsection.sent_version for subsection in self.subsections.values()}
        message = messages.event_updated_message(self.event, sent)
        for socket in self.sockets:
            socket.write(frame)
        for stream in self.streams:
            stream.write(message)

    # --- First messages of a viewer ----------------------------------------------------------------

    def clear_cache(self) -> None:
        """Drop the encoded first messages, which a change has made out of date."""
        self._snapshot = self._initial_status = None

    def snapshot(self) -> bytes:
        """Return the first frame of a WebSocket; encoded once for all clients that connect before the next change."""
        if self._snapshot is None:
            self._snapshot = messages.snapshot_frame(self.event, self.subsections.values())
        return self._snapshot

    def initial_status(self) -> bytes:
        """Return the first message of a stream; encoded once like `snapshot`."""
        if self._initial_status is None:
            self._initial_status = messages.initial_status_message(self.event, self.subsections.values())
        return self._initial_status

    def missed(self, known: Known, snapshots: dict[int, Snapshot]) -> bytes | None:
        """Return the messages that bring a client from `known` to the state in `snapshots`; b"" if it missed nothing.

        `snapshots` ({subsection id: snapshot}) are those that differ from `known`. Returns None if the stream can't be
        continued, because others have received changes newer than `snapshots`.
        """
        subsections = [
            _as_known(subsection, known.versions[subsection.id], snapshots.get(subsection.id))
            for subsection in self.subsections.values()
        ]
        if any(self.subsections[subsection.id].sent_version > subsection.version for subsection in subsections):
            return None
        missed = b""
        if known.offer != fingerprint(messages.offer(self.event)):
            missed += messages.event_updated_message(self.event, known.versions)
        pending = [subsection for subsection in subsections if subsection.pending]
        if pending:
            versions = messages.versions_of(subsections)
            missed += messages.status_update_message(self.event, self.subsections.values(), pending, versions)
        return missed

    # --- Changes -----------------------------------------------------------------------------------

    def add_selection(self, selection: Selection) -> bool:
        """Keep a viewer's selection for the next flush. Return False if the flush has too many already."""
        if selection.viewer not in self.selections and len(self.selections) >= MAX_SELECTIONS:
            return False
        self.selections[selection.viewer] = selection.frame()
        return True

    def flush(self) -> None:
        """Send pending changes to all viewers, and selections to the sockets that watch seats.

        All changes for a viewer go into one write, which is encoded once for all viewers that get the same.
        """
        pending = [subsection for subsection in self.subsections.values() if subsection.pending]
        if self.sockets:
            self._send_to_sockets(pending)
        if self.streams and pending:
            self._send_to_streams(pending)
        for subsection in pending:
            subsection.mark_sent()
        self.selections.clear()

    def _send_to_sockets(self, pending: list[LiveSubsection]) -> None:
        frames: dict[frozenset[int], bytes] = {}
        for socket in self.sockets:
            watching = socket.watching
            if watching not in frames:
                frames[watching] = b"".join(messages.delta_frame(subsection, watching) for subsection in pending)
            if frames[watching]:
                socket.write(frames[watching])
        if self.selections:
            self._send_selections()

    def _send_to_streams(self, pending: list[LiveSubsection]) -> None:
        subsections = self.subsections.values()
        versions = messages.versions_of(subsections)
        message = messages.status_update_message(self.event, subsections, pending, versions)
        for stream in self.streams:
            stream.write(message)

    def _send_selections(self) -> None:
        """Send to each socket that watches seats the selections of all other viewers."""
        selections = b"".join(self.selections.values())
        for socket in self.sockets:
            own = self.selections.get(socket.presence.viewer) if socket.presence is not None else None
            if socket.watching and own != selections:
                socket.write(selections if own is None else selections.replace(own, b""))

    def send_tick(self, *, read_only: bool) -> None:
        """Send all versions to each WebSocket, and whether read-only mode is on."""
        if self.sockets:
            tick = messages.tick_frame(self.subsections.values(), read_only=read_only)
            for socket in self.sockets:
                socket.write(tick)

    # --- Seats -------------------------------------------------------------------------------------

    def seat_frames(self, subsection_ids: Iterable[int]) -> bytes:
        """Return a `seats` frame for each subsection. Await `load_seats` directly before."""
        return b"".join(messages.seats_frame(self.subsections[id]) for id in subsection_ids)

    async def load_seats(self, subsection_ids: Iterable[int]) -> None:
        """Read the seat status of these subsections (ids), in one query for all that are not loaded yet."""
        async with self._loading_seats:
            while missing := [id for id in subsection_ids if not self._has_seats(id)]:
                loading = {id: SeatStatusMap() for id in missing}
                for id, seat_status in loading.items():
                    self.subsections[id].seat_status = seat_status
                try:
                    for id, version, letters in await in_thread(fetch_seat_status, self.key, missing):
                        loading[id].load(version, letters)
                except BaseException:
                    for id in missing:
                        self.subsections[id].seat_status = None
                    raise

    def _has_seats(self, subsection_id: int) -> bool:
        seat_status = self.subsections[subsection_id].seat_status
        return seat_status is not None and seat_status.loaded


def _is_same_block(present: LiveSubsection | None, other: LiveSubsection) -> bool:
    return present is not None and present.names == other.names and present.tiers.keys() == other.tiers.keys()


def _as_known(subsection: LiveSubsection, version: int, snapshot: Snapshot | None) -> LiveSubsection:
    """Return a copy of the subsection in which the changes that a client with this version missed are pending."""
    copy = replace(subsection, version=version, pending=False, changed={}, early={}, seat_status=None)
    if snapshot is not None:
        copy.apply_snapshot(snapshot)
    return copy
