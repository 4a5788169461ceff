"""Look up a subsection by its section and number."""

from django.db.models import QuerySet

from core.errors import NotFound
from core.text.visible import composed
from events.models import Subsection


def subsection_of(event_id: int, section: str, number: int, *, among: QuerySet[Subsection] | None = None) -> Subsection:
    """Return a subsection of an event by section and number; looks only in `among`, if given. Raises NotFound."""
    subsections = Subsection.objects.all() if among is None else among
    subsection = subsections.filter(event_id=event_id, section=composed(section), number=number).first()
    if subsection is None:
        raise NotFound("This event has no such block.")
    return subsection
