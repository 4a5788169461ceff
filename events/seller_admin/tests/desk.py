"""What tests read from a page of the desk."""

from typing import Any


def messages_of(answer: Any) -> list[str]:
    """What the page tells the seller above everything else."""
    return [str(message) for message in answer.context["messages"]]
