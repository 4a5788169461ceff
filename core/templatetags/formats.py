"""Template tags that write amounts, times and names for people."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.money.amounts import money, price_text
from core.text import times
from core.text.directions import isolated

register = template.Library()
register.simple_tag(money)
register.simple_tag(price_text, name="price")
register.filter(isolated)


@register.simple_tag
def time(when: datetime, form: times.Form = "date-time", zone: ZoneInfo | None = None) -> SafeString:
    """Write a time by the clock at a venue, with `zone`; localize.js puts the reader's own time beside it.

    Without `zone` it is in UTC, and localize.js rewrites it in the reader's zone. `core/text/times.py` has the forms.
    """
    return _time_element(when, times.time_text(when, form, zone or UTC), zone, format=form)


@register.simple_tag
def time_range(start: datetime, end: datetime | None, zone: ZoneInfo | None = None) -> SafeString:
    """Write a range of times, or only the start if there is no end; `zone` is as for `time`."""
    if end is None:
        return time(start, zone=zone)
    until = end.astimezone(zone or UTC).isoformat()
    return _time_element(start, times.range_text(start, end, zone or UTC), zone, until=until)


@register.simple_tag
def time_text(when: datetime, form: times.Form = "date-time", zone: ZoneInfo | None = None) -> str:
    """Write a time as plain text, where scripts don't rewrite it: in attributes, titles and the admin."""
    return times.time_text(when, form, zone or UTC)


def _time_element(when: datetime, text: str, zone: ZoneInfo | None, **data: str) -> SafeString:
    known = data if zone is None else {**data, "zone": zone.key}
    attributes = format_html_join("", ' data-{}="{}"', known.items())
    return format_html('<time datetime="{}"{}>{}</time>', when.astimezone(zone or UTC).isoformat(), attributes, text)
