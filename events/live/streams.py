"""Endpoints of an event's live feed: WebSocket /ws/event/{id} and SSE /api/event/{id}/sse (docs/live.md)."""

from typing import Any

from accounts.scopes import visitor_of
from accounts.sign_ins import SignIn
from core.errors import BadInput
from core.http.bodies import no_such_member, unknown_members
from events.live.presence import Presence, Selection
from events.live.queries import fetch_changes
from events.live.resume import known_by
from events.live.sign_in_feed import watch_sign_in
from events.live.topic import EventTopic
from events.ownership import may_manage
from realtime.database import in_thread
from realtime.frames import COMMENT, socket_frame
from realtime.hub import Hub
from realtime.origins import Scope
from realtime.sockets import Socket
from realtime.sse import Stream

MEMBERS = {  # of a client's frames by their type
    "watch": ("section", "subsection"),
    "unwatch": ("section", "subsection"),
    "selecting": ("section", "subsection", "seats"),
    "ping": (),
}
PONG = socket_frame({"type": "pong"})


class EventSocket(Socket):
    """A viewer of one event by WebSocket.

    `watching` are the ids of the subsections whose seats the viewer watches; `presence` shows the viewer's selection
    to others.
    """

    __slots__ = ("topic", "watching", "presence", "sign_in")

    topic: EventTopic

    def __init__(self, scope: Scope, hub: Hub, subject: int) -> None:
        super().__init__(scope, hub, subject)
        self.watching: frozenset[int] = frozenset()
        self.presence: Presence | None = None
        self.sign_in: SignIn | None = None  # topics of the queue and of sign-ins need it

    async def opened(self) -> None:
        """Send the snapshot, and join all topics the user may watch.

        Signed-in users also watch their bookings and their queue position. The event's seller and operators also watch
        the sales report.
        """
        user, self.sign_in = await in_thread(visitor_of, self.scope)
        self.topic = await self.hub.open("event", self.subject)
        self.topic.authorize(user)
        self.join(self.topic)
        self.write(self.topic.snapshot())
        if user is not None:
            await watch_sign_in(self)
            self.join(await self.hub.open("buyer", user.pk))
            self.join(await self.hub.open("queue", self.subject))
            if may_manage(self.topic.event, user):
                self.join(await self.hub.open("analytics", self.subject))

    async def received(self, frame: dict[str, Any]) -> None:
        """Handle a `watch`, `unwatch`, `selecting` or `ping` frame. A member that its type doesn't have is an error."""
        kind = frame.get("type")
        if not isinstance(kind, str) or kind not in MEMBERS:
            wrong = f"The type of a frame is one of {', '.join(MEMBERS)}."
            raise BadInput([BadInput.problem("type", wrong)], wrong)
        _refuse_unknown(frame, kind)
        match kind:
            case "watch":
                await self._watch(self._subsection_ids(frame))
            case "unwatch":
                self.watching -= self._subsection_ids(frame)
            case "selecting":
                self._select(frame)
            case "ping":
                self.write(PONG)

    def closed(self) -> None:
        """Take back the viewer's selection, so that others no longer see it."""
        if self.presence is not None:
            self._broadcast(self.presence.clear())

    def _select(self, frame: dict[str, Any]) -> None:
        """Show the viewer's selection to others, unless it comes too soon after the last one."""
        found = self._subsection_ids(frame)
        if frame.get("subsection") is None or len(found) != 1:
            raise BadInput([], "Seats are looked at in one block: give its section and subsection.")
        (id,) = found
        self.presence = self.presence or Presence()
        self._broadcast(self.presence.select(self.topic.subsections[id], frame.get("seats")))

    def _broadcast(self, selection: Selection | None) -> None:
        if selection is not None:
            self.hub.broadcast("event", self.subject, {"selection": selection._asdict()})

    async def _watch(self, ids: frozenset[int]) -> None:
        """Send the seats of these subsections as they are now, and from here on every change of them.

        Nothing is awaited once the seats are loaded, so no change can be missed.
        """
        await self.topic.load_seats(ids)
        self.watching = self.topic.all_ids if ids == self.topic.all_ids else self.watching | ids
        self.write(self.topic.seat_frames(ids))

    def _subsection_ids(self, frame: dict[str, Any]) -> frozenset[int]:
        return self.topic.subsection_ids(frame.get("section"), frame.get("subsection"))


def _refuse_unknown(frame: dict[str, Any], kind: str) -> None:
    """Raise BadInput if the frame has a member that frames of its type don't have."""
    known = ("type", *MEMBERS[kind])
    if unknown := unknown_members(frame, known):
        problems = [BadInput.problem(name, no_such_member(known), "unknown") for name in unknown]
        raise BadInput(problems, f"A {kind} frame has no member {', '.join(unknown)}.")


class EventStream(Stream):
    """A viewer of one event by SSE: the state first, then all changes, seats included."""

    __slots__ = ("sign_in", "_missed")

    sign_in: SignIn | None

    async def prepare(self) -> None:
        """Check that the caller may see the event, and read what a reconnecting client has missed."""
        user, self.sign_in = await in_thread(visitor_of, self.scope)
        topic: EventTopic = await self.hub.open("event", self.subject)
        topic.authorize(user)
        known = known_by(self.last_event_id, topic.subsections.values())
        self._missed = None
        if known is not None:
            received = {id: (version, topic.subsections[id].price) for id, version in known.versions.items()}
            snapshots, events = await in_thread(fetch_changes, received, {topic.key: topic.event.updated_at})
            if any(event.plan_version_id != topic.event.plan_version_id for event in events):
                return  # within a second the topic gets the blocks of the other version, and this client is told
            for event in events:
                # Otherwise a client that received the new offer from another process would get the old one here.
                topic.update_event(event)
            self._missed = known, snapshots

    async def begin(self) -> None:
        """Join the event, and send what the client missed or, if that is unknown, the whole state."""
        if self.sign_in is not None:
            await watch_sign_in(self)
        topic: EventTopic = await self.hub.open("event", self.subject)
        missed = topic.missed(*self._missed) if self._missed else None
        self._missed = None
        self.join(topic)
        self.write(topic.initial_status() if missed is None else missed or COMMENT)
