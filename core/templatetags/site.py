"""The template tag `{% site_name %}`, available in every template without `{% load %}`.

A tag and not a context processor, because error pages are rendered without a request and emails have none.
"""

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def site_name() -> str:
    """Return the setting SITE_NAME, the name of the shop."""
    return str(settings.SITE_NAME)
