"""Reads the messages on a page of the seller admin."""

from typing import Any


def messages_of(response: Any) -> list[str]:
    """Return the messages that the page shows above its content."""
    return [str(message) for message in response.context["messages"]]
