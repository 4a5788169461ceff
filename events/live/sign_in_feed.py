"""Disconnect viewers whose sign-in has ended. Once a second one query checks all signed-in viewers of the process.

There is a single topic, which all signed-in viewers join. Each of them has its SignIn as `sign_in`.
"""

from collections.abc import Iterable
from typing import Any

from accounts.sign_ins import SignIn, ended
from realtime.feed import Feed, Topic
from realtime.viewer import Viewer

ONLY_TOPIC = 0


class SignInFeed(Feed[Topic]):
    """Disconnects the signed-in viewers of this process when their sign-in ends."""

    def load(self, key: int) -> Topic:
        """Return the topic, without viewers. Nothing is read from the database."""
        return Topic(key)

    def handle(self, topic: Topic, message: dict[str, Any]) -> None:
        """Do nothing: no messages are published about sign-ins."""

    def query(self, topics: Iterable[Topic]) -> set[SignIn]:
        """Return the sign-ins of all viewers of these topics."""
        return {viewer.sign_in for topic in topics for viewer in topic.sockets | topic.streams}

    def fetch(self, query: set[SignIn]) -> set[SignIn]:
        """Return those of the sign-ins that have ended, read from the database."""
        return ended(query)

    def apply(self, result: set[SignIn]) -> None:
        """Disconnect the viewers whose sign-in is in `result`; they may reconnect."""
        for topic in self.topics.values():
            for viewer in topic.sockets | topic.streams:
                if viewer.sign_in in result:
                    viewer.disconnect()

    def flush(self, topics: list[Topic]) -> None:
        """Do nothing: this feed sends no changes to viewers."""

    def every_second(self, second: int) -> None:
        """Do nothing: these viewers also watch other feeds, which keep the connections open."""


async def watch_sign_in(viewer: Viewer) -> None:
    """Have the viewer disconnected when its `sign_in` ends.

    Call it before the viewer joins topics that only its user may watch.
    """
    viewer.join(await viewer.hub.open("sign_in", ONLY_TOPIC))
