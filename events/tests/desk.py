"""What tests read from a page of the desk."""

from django.http import HttpResponse


def messages_of(answer: HttpResponse) -> list[str]:
    """What the page tells the seller above everything else."""
    return [str(message) for message in answer.context["messages"]]  # type: ignore[attr-defined]
