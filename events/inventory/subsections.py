"""Look up a subsection by its section and number."""

from core.errors import NotFound
from events.models import Subsection


def subsection_of(event_id: int, section: str, number: int) -> Subsection:
    """Return a subsection of an event by section and number. Raises NotFound."""
    subsection = Subsection.objects.filter(event_id=event_id, section=section, number=number).first()
    if subsection is None:
        raise NotFound("This event has no such block.")
    return subsection
