"""The template filter with which the header of every page links to the gate."""

from django import template
from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from bookings.checkin.gate_events import is_named

register = template.Library()


@register.filter
def is_gate_staff(user: User | AnonymousUser) -> bool:
    """Return whether a seller named this user as gate staff. Sellers have other ways to the gate of their events."""
    return isinstance(user, User) and user.role == User.Role.BUYER and not user.is_superuser and is_named(user)
