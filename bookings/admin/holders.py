"""Adds to an event's admin page the notice about ticket holders who are emailed when the event changes."""

from bookings.operations.tell_holders import holders_notice
from events.steps import NOTICES

NOTICES.append(holders_notice)
