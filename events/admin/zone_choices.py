"""The time zones that forms offer."""

from functools import cache
from itertools import groupby

from django.forms import BaseForm

from accounts.models import User
from events.models import Event
from events.venue_models import Venue
from events.zones import place_zones

# Names from before the regions: the same zones are in the list under today's names.
FORMER_REGIONS = frozenset({"US", "Canada", "Brazil", "Chile", "Mexico"})


@cache
def zone_choices() -> list[tuple[str, str | list[tuple[str, str]]]]:
    """Return the zones by region, as choices of a form: [("Europe", [("Europe/Berlin", "Berlin"), …]), …]."""
    places = sorted(name for name in place_zones() - {"UTC"} if name.split("/")[0] not in FORMER_REGIONS)
    regions = groupby(places, key=lambda name: name.split("/")[0])
    return [("UTC", "UTC"), *((region, [(name, _city(name)) for name in names]) for region, names in regions)]


def latest_zone(seller: User) -> dict[str, str]:
    """Return the zone of the seller's latest venue or, without venues, event, as initial data of a form."""
    for model in (Venue, Event):
        row = model._default_manager.filter(seller=seller).order_by("-pk").only("time_zone").first()
        if row is not None:
            return {"time_zone": row.time_zone}
    return {}


def suggest_zone(form: BaseForm) -> None:
    """Let the page's script (own_zone.js) choose the zone of the browser, unless one is known from before."""
    if not form.is_bound and "time_zone" not in form.initial:
        form.fields["time_zone"].widget.attrs["data-suggest"] = ""


def _city(name: str) -> str:
    return name.partition("/")[2].replace("_", " ").replace("/", ", ")
