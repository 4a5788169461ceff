"""One watched event: what is known of its blocks becomes snapshots, deltas and ticks for both spouts."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from accounts.models import User
from events.blocks import Block, Seats, Truth, total_counts
from events.looking import MAX_TOLD_AT_ONCE, Mark
from events.models import Event
from events.reads import may_manage
from events.resume import Known, resume_id, seal_of
from events.states import EventStatus
from realtime.database import in_thread
from realtime.feed import Topic
from realtime.frames import socket_frame, stream_message
from ticketing.errors import NotFound

# One statement, so that version and letters are of the same moment.
LETTERS = "SELECT id, version, seat_status FROM events_subsection WHERE event_id = %s AND id = ANY(%s)"


class EventTopic(Topic):
    """One watched event. Sockets have `watching`: the ids of the blocks whose seats they follow."""

    def __init__(self, event: Event, blocks: list[Block]) -> None:
        super().__init__(event.pk)
        self.event = event
        self.blocks = {block.id: block for block in blocks}
        self.every_block = frozenset(self.blocks)
        self.marks: dict[str, bytes] = {}  # viewer: his mark, to be told with the next flush
        self._snapshot: bytes | None = None
        self._initial: bytes | None = None
        self._reading_seats = asyncio.Lock()

    def admit(self, user: User | None) -> None:
        """Raises NotFound if the event is a draft and `user` neither its seller nor an operator."""
        if self.event.status == EventStatus.DRAFT and not may_manage(self.event, user):
            raise NotFound("There is no such event.")

    def block_ids(self, section: Any = None, number: Any = None) -> frozenset[int]:
        """The blocks that a client means: one, all of a section, or all. Raises NotFound if there is none."""
        if section is None:
            return self.every_block
        found = frozenset(b.id for b in self.blocks.values() if b.section == section and number in (None, b.number))
        if not found:
            raise NotFound("This event has no such block.")
        return found

    def learn_event(self, event: Event) -> None:
        """The event's row is another one now; viewers are told if that decides what can be bought, or for how much."""
        if event.seller_id != self.event.seller_id:
            self._send_away(self.event.seller_id)
        before = self._offer()
        self.event = event
        self.changed()
        if self._offer() != before:
            frame = socket_frame({"type": "event_updated", "event_id": self.key, **self._offer()})
            message = self._event_updated({block.id: block.told for block in self.blocks.values()})
            for socket in self.sockets:
                socket.write(frame)
            for stream in self.streams:
                stream.write(message)

    def _send_away(self, user_id: int) -> None:
        """Him who was let in as the event's seller, and is not any more."""
        for viewer in self.sockets | self.streams:
            if viewer.sign_in is not None and viewer.sign_in.user_id == user_id:
                viewer.send_away()

    # --- Messages ----------------------------------------------------------------------------------

    def changed(self) -> None:
        """What was encoded is out of date."""
        self._snapshot = self._initial = None

    def mark(self, mark: Mark) -> bool:
        """Somebody looks at seats. Whether that will be told: beyond some at once it is not."""
        if mark.viewer not in self.marks and len(self.marks) >= MAX_TOLD_AT_ONCE:
            return False
        self.marks[mark.viewer] = mark.frame()
        return True

    def snapshot(self) -> bytes:
        """The first frame of a socket; encoded once for all who come before the next change."""
        if self._snapshot is None:
            self._snapshot = socket_frame({"type": "snapshot", "event_id": self.key, **self._state()})
        return self._snapshot

    def initial_status(self) -> bytes:
        """The first message of a stream; encoded once like `snapshot`."""
        if self._initial is None:
            self._initial = self._stream_message("initial_status", self._state(), _versions(self.blocks.values()))
        return self._initial

    def status_update(self, due: list[Block]) -> bytes:
        """A message of a stream: these blocks with what changed since they were told."""
        blocks = self.blocks.values()
        return self._stream_message("status_update", _changes(blocks, due), _versions(blocks))

    def missed(self, known: Known, truths: dict[int, Truth]) -> bytes | None:
        """The messages that bring a stream from what is `known` to where the others are; b"" if that is there.

        None if it can't be joined to what is told next: others have already been told more than `truths` say.
        """
        blocks = [self._as_of(block, known.versions[block.id], truths.get(block.id)) for block in self.blocks.values()]
        if any(self.blocks[block.id].told > block.version for block in blocks):
            return None
        updated = b"" if known.offer == seal_of(self._offer()) else self._event_updated(known.versions)
        due = [block for block in blocks if block.due]
        if not due:
            return updated
        return updated + self._stream_message("status_update", _changes(self.blocks.values(), due), _versions(blocks))

    def tick(self, *, read_only: bool = False) -> bytes:
        """The frame by which a socket's client finds out that it missed something, or that nothing can be changed."""
        versions: dict[str, dict[str, int]] = {}
        for block in self.blocks.values():
            versions.setdefault(block.section, {})[str(block.number)] = block.version
        said = {"read_only": True} if read_only else {}
        return socket_frame({"type": "tick", "at": datetime.now(UTC), "versions": versions, **said})

    def seat_frames(self, block_ids: Iterable[int]) -> bytes:
        """A `seats` frame of each block; `read_seats` must have been awaited just before."""
        return b"".join(self._seats_frame(self.blocks[block_id]) for block_id in block_ids)

    def flush(self) -> None:
        """Tells everybody what is due, each block encoded once, in one write a viewer."""
        due = [block for block in self.blocks.values() if block.due]
        if self.sockets:
            self._tell_sockets(due)
        if self.streams and due:
            message = self.status_update(due)
            for stream in self.streams:
                stream.write(message)
        for block in due:
            block.tell()
        self.marks.clear()

    def _tell_sockets(self, due: list[Block]) -> None:
        frames: dict[frozenset[int], bytes] = {}
        for socket in self.sockets:
            if socket.watching not in frames:
                frames[socket.watching] = b"".join(_delta_frame(block, socket.watching) for block in due)
            if frames[socket.watching]:
                socket.write(frames[socket.watching])
        if self.marks:
            self._tell_marks()

    def _tell_marks(self) -> None:
        """To all who follow seats; nobody is told his own."""
        marks = b"".join(self.marks.values())
        for socket in self.sockets:
            own = self.marks.get(socket.looking.viewer) if socket.looking is not None else None
            if socket.watching and own != marks:
                socket.write(marks if own is None else marks.replace(own, b""))

    def _state(self) -> dict[str, Any]:
        blocks = self.blocks.values()
        return {**self._sale(), "stats": total_counts(blocks), "sections": [block.row() for block in blocks]}

    def _sale(self) -> dict[str, Any]:
        """What of the event decides whether seats can be held now."""
        return {name: getattr(self.event, name) for name in ("status", "is_active", "sales_start_at", "sales_end_at")}

    def _offer(self) -> dict[str, Any]:
        """The same with the price of each section."""
        sections = self.event.seating_config["sections"]
        return {**self._sale(), "prices": {section["name"]: section["price"] for section in sections}}

    def _event_updated(self, told: Mapping[int, int]) -> bytes:
        """A message of a stream: what is on offer now."""
        return self._stream_message("event_updated", self._offer(), told)

    def _stream_message(self, kind: str, data: dict[str, Any], told: Mapping[int, int]) -> bytes:
        """`told`: the version of each block that a client knows once it has this message."""
        names = {"event_type": kind, "event_id": self.key, "total_sections": len(self.blocks)}
        return stream_message(kind, {**names, **data}, resume_id(Known(seal_of(self._offer()), told)))

    def _as_of(self, block: Block, version: int, truth: Truth | None) -> Block:
        """A copy of the block for somebody who knows it at `version`, with what he missed due."""
        copy = replace(block, version=version, due=False, changed={}, early={}, seats=None)
        if truth is not None:
            copy.learn(truth)
        return copy

    # --- Seats -------------------------------------------------------------------------------------

    async def read_seats(self, block_ids: Iterable[int]) -> None:
        """Makes the letters of these blocks known: one query for all of them that nobody watched yet."""
        async with self._reading_seats:
            while missing := [id for id in block_ids if (seats := self.blocks[id].seats) is None or not seats.known]:
                started = {id: Seats() for id in missing}
                for id, seats in started.items():
                    self.blocks[id].seats = seats
                try:
                    for id, version, letters in await in_thread(_read_letters, self.key, missing):
                        started[id].read(version, letters)
                except BaseException:
                    for id in missing:
                        self.blocks[id].seats = None
                    raise

    def _seats_frame(self, block: Block) -> bytes:
        seats = block.seats
        assert seats is not None
        assert seats.known
        names = {"type": "seats", "section": block.section, "subsection": block.number}
        return socket_frame({**names, "version": seats.version, "seats": seats.letters.decode()})


def _delta_frame(block: Block, watching: frozenset[int]) -> bytes:
    if block.id in watching:
        return socket_frame({"type": "seats_changed", **block.counts_delta(), "seats": block.changed_seats()})
    return socket_frame({"type": "counts_changed", **block.counts_delta()})


def _versions(blocks: Iterable[Block]) -> dict[int, int]:
    return {block.id: block.version for block in blocks}


def _changes(blocks: Iterable[Block], due: Iterable[Block]) -> dict[str, Any]:
    return {"stats": total_counts(blocks), "sections": [_stream_row(block) for block in due]}


def _stream_row(block: Block) -> dict[str, Any]:
    seats = block.changed_seats()
    return {**block.row(), "from_version": block.told, "seats": seats, "at": block.changed_at}


def _read_letters(event_id: int, block_ids: list[int]) -> list[tuple[int, int, str]]:
    """(id, version, letters) of each block, of one moment."""
    with connection.cursor() as cursor:
        cursor.execute(LETTERS, [event_id, block_ids])
        return cursor.fetchall()
