"""What an event's page in the admin says about those who hold seats."""

from bookings.operations.tell_holders import holders_notice
from events.event_actions import NOTICES

NOTICES.append(holders_notice)
