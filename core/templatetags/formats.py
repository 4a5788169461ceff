"""Template tags and a filter that write amounts and times for people."""

from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.money.amounts import money, price_text
from core.text import times

register = template.Library()
register.simple_tag(money)
register.simple_tag(price_text, name="price")


@register.simple_tag
def time(when: datetime, form: times.Form = "date-time") -> SafeString:
    """Write a time in UTC; localize.js rewrites it in the reader's time zone. `core/text/times.py` has the forms."""
    text = times.time_text(when, form)
    return format_html('<time datetime="{}" data-format="{}">{}</time>', when.isoformat(), form, text)


@register.simple_tag
def time_range(start: datetime, end: datetime | None) -> SafeString:
    """Write a range of times, or only the start if there is no end; localize.js rewrites it, as for `time`."""
    if end is None:
        return time(start)
    text = times.range_text(start, end)
    return format_html('<time datetime="{}" data-until="{}">{}</time>', start.isoformat(), end.isoformat(), text)


@register.filter
def time_text(when: datetime, form: times.Form = "date-time") -> str:
    """Write a time in UTC as plain text, where scripts don't rewrite it: in attributes, titles and the admin."""
    return times.time_text(when, form)
