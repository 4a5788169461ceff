"""Where sellers land after signing in or signing up: the list of their events."""

from django.urls import reverse

from accounts.models import User
from accounts.pages.landing import Landing


def seller_landing(user: User) -> Landing | None:
    """Return the page `/sell`, with the seller's next step as its label; None for everybody else."""
    if user.role != User.Role.SELLER:
        return None
    return Landing(reverse("sell"), "Go to your events" if user.events.exists() else "Set up your first event")
