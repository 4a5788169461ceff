"""Feeds don't outlive what they were opened by: once a second all who are signed in are looked at, in one statement.

Of this there is one topic in each process, which all its signed-in viewers join; they have a `sign_in`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from accounts.sign_ins import SignIn, ended
from realtime.feed import Feed, Topic

if TYPE_CHECKING:
    from realtime.sockets import Socket
    from realtime.sse import Stream

EVERYBODY = 0


class SignInFeed(Feed[Topic]):
    """Those who are signed in and watch something."""

    def load(self, key: int) -> Topic:
        """See Feed."""
        return Topic(key)

    def hear(self, topic: Topic, message: dict[str, Any]) -> None:
        """See Feed. There is no news of it."""

    def question(self, topics: Iterable[Topic]) -> set[SignIn]:
        """See Feed."""
        return {viewer.sign_in for topic in topics for viewer in topic.sockets | topic.streams}

    def read(self, question: set[SignIn]) -> set[SignIn]:
        """See Feed. Those that have ended."""
        return ended(question)

    def learn(self, answer: set[SignIn]) -> None:
        """See Feed. Who has been signed out is sent away, and comes back as whoever he is now."""
        for topic in self.topics.values():
            for viewer in topic.sockets | topic.streams:
                if viewer.sign_in in answer:
                    viewer.send_away()

    def flush(self, topics: list[Topic]) -> None:
        """See Feed. Nothing is ever due."""

    def beat(self, second: int) -> None:
        """Other feeds keep the same lines alive."""


async def watch_sign_in(viewer: Socket | Stream) -> None:
    """From now on the viewer is sent away when its `sign_in` has ended. Before it joins what only its user may hear."""
    viewer.join(await viewer.hub.open("sign_in", EVERYBODY))
