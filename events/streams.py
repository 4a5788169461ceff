"""The doors of an event's live feed: WebSocket /ws/event/{id} and SSE /api/event/{id}/sse (docs/live.md)."""

from typing import Any

from accounts.scopes import visitor_of
from accounts.sign_ins import SignIn
from events.feed import read_missed
from events.looking import Looking, Mark
from events.reads import may_manage
from events.resume import known_by
from events.sign_ins import watch_sign_in
from events.topic import EventTopic
from realtime.database import in_thread
from realtime.frames import COMMENT, socket_frame
from realtime.hub import Hub
from realtime.origins import Scope
from realtime.sockets import Socket
from realtime.sse import Stream
from ticketing.errors import BadInput

PONG = socket_frame({"type": "pong"})


class EventSocket(Socket):
    """A viewer of one event. `watching` are the blocks whose seats he follows, `looking` tells others of his picks."""

    __slots__ = ("topic", "watching", "looking", "sign_in")

    topic: EventTopic

    def __init__(self, scope: Scope, hub: Hub, subject: int) -> None:
        super().__init__(scope, hub, subject)
        self.watching: frozenset[int] = frozenset()
        self.looking: Looking | None = None
        self.sign_in: SignIn | None = None  # set in whoever joins feeds that ask for it

    async def opened(self) -> None:
        """The snapshot at once; who is signed in hears of his bookings and his place in the queue too, and the
        event's seller how it sells.
        """
        user, self.sign_in = await in_thread(visitor_of, self.scope)
        self.topic = await self.hub.open("event", self.subject)
        self.topic.admit(user)
        self.join(self.topic)
        self.write(self.topic.snapshot())
        if user is not None:
            await watch_sign_in(self)
            self.join(await self.hub.open("buyer", user.pk))
            self.join(await self.hub.open("queue", self.subject))
            if may_manage(self.topic.event, user):
                self.join(await self.hub.open("analytics", self.subject))

    async def heard(self, frame: dict[str, Any]) -> None:
        """`watch`, `unwatch`, `selecting` or `ping`."""
        match frame.get("type"):
            case "watch":
                await self._watch(self._blocks(frame))
            case "unwatch":
                self.watching -= self._blocks(frame)
            case "selecting":
                self._select(frame)
            case "ping":
                self.write(PONG)
            case _:
                raise BadInput([], "The type of a frame is watch, unwatch, selecting or ping.")

    def closed(self) -> None:
        """See Socket. Who goes looks at nothing."""
        if self.looking is not None:
            self._pass_on(self.looking.away())

    def _select(self, frame: dict[str, Any]) -> None:
        """What others may see as faint marks; what comes too fast is left out."""
        found = self._blocks(frame)
        if frame.get("subsection") is None or len(found) != 1:
            raise BadInput([], "Seats are looked at in one block: give its section and subsection.")
        (block_id,) = found
        self.looking = self.looking or Looking()
        self._pass_on(self.looking.at(self.topic.blocks[block_id], frame.get("seats")))

    def _pass_on(self, mark: Mark | None) -> None:
        if mark is not None:
            self.hub.relay("event", self.subject, {"mark": mark._asdict()})

    async def _watch(self, block_ids: frozenset[int]) -> None:
        """The seats as they are now, and from here on every change of them: nothing can fall between."""
        await self.topic.read_seats(block_ids)
        self.watching = self.topic.every_block if block_ids == self.topic.every_block else self.watching | block_ids
        self.write(self.topic.seat_frames(block_ids))

    def _blocks(self, frame: dict[str, Any]) -> frozenset[int]:
        return self.topic.block_ids(frame.get("section"), frame.get("subsection"))


class EventStream(Stream):
    """The same for clients without WebSocket: the state, then what changes, seats included."""

    __slots__ = ("sign_in", "_missed")

    sign_in: SignIn | None

    async def prepare(self) -> None:
        """Refuses what the caller may not see; reads what a client that comes back has missed."""
        user, self.sign_in = await in_thread(visitor_of, self.scope)
        topic: EventTopic = await self.hub.open("event", self.subject)
        topic.admit(user)
        known = known_by(self.last_event_id, topic.blocks.values())
        self._missed = None
        if known is not None:
            prices = {id: (version, topic.blocks[id].price) for id, version in known.versions.items()}
            truths, events = await in_thread(read_missed, prices, {topic.key: topic.event.updated_at})
            for event in events:
                topic.learn_event(event)  # or else who has heard of it elsewhere would hear here how it was before
            self._missed = known, truths

    async def begin(self) -> None:
        """The first message: what was missed, or else everything."""
        if self.sign_in is not None:
            await watch_sign_in(self)
        topic: EventTopic = await self.hub.open("event", self.subject)
        missed = topic.missed(*self._missed) if self._missed else None
        self._missed = None
        self.join(topic)
        self.write(topic.initial_status() if missed is None else missed or COMMENT)
