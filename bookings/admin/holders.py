"""Add the notice about ticket holders to an event's admin page."""

from bookings.operations.tell_holders import holders_notice
from events.event_actions import NOTICES

NOTICES.append(holders_notice)
