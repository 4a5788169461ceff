"""Disconnect viewers whose sign-in has ended. Once a second one query checks all signed-in viewers of the process.

There is a single topic, which all signed-in viewers join. They have a `sign_in`.
"""

from collections.abc import Iterable
from typing import Any

from accounts.sign_ins import SignIn, ended
from realtime.feed import Feed, Topic
from realtime.viewer import Viewer

ONLY_TOPIC = 0


class SignInFeed(Feed[Topic]):
    """The signed-in viewers of this process."""

    def load(self, key: int) -> Topic:
        """See Feed."""
        return Topic(key)

    def handle(self, topic: Topic, message: dict[str, Any]) -> None:
        """See Feed. Nothing is published about sign-ins."""

    def query(self, topics: Iterable[Topic]) -> set[SignIn]:
        """See Feed. Returns the sign-ins of all viewers."""
        return {viewer.sign_in for topic in topics for viewer in topic.sockets | topic.streams}

    def fetch(self, query: set[SignIn]) -> set[SignIn]:
        """See Feed. Returns the sign-ins that have ended."""
        return ended(query)

    def apply(self, result: set[SignIn]) -> None:
        """See Feed. Disconnects the viewers whose sign-in has ended; they may reconnect."""
        for topic in self.topics.values():
            for viewer in topic.sockets | topic.streams:
                if viewer.sign_in in result:
                    viewer.disconnect()

    def flush(self, topics: list[Topic]) -> None:
        """See Feed. Nothing is ever pending."""

    def every_second(self, second: int) -> None:
        """See Feed. Other feeds keep the same connections open."""


async def watch_sign_in(viewer: Viewer) -> None:
    """Have the viewer disconnected when its `sign_in` ends.

    Call it before the viewer joins topics that only its user may watch.
    """
    viewer.join(await viewer.hub.open("sign_in", ONLY_TOPIC))
