"""What every page's template knows besides the request."""

from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest


class Link(NamedTuple):
    """A link to a page of the shop outside of this product."""

    text: str
    url: str


def legal_links(request: HttpRequest) -> dict[str, list[Link]]:
    """Return the shop's legal pages that are set (TERMS_URL, PRIVACY_URL, IMPRINT_URL).

    `legal_links` are for the foot of the page; `accepted_links` are those that people accept when they sign up or pay,
    with texts that fit into a sentence.
    """
    return {
        "legal_links": _set(
            Link("Terms", settings.TERMS_URL),
            Link("Privacy", settings.PRIVACY_URL),
            Link("Imprint", settings.IMPRINT_URL),
        ),
        "accepted_links": _set(Link("the terms", settings.TERMS_URL), Link("the privacy policy", settings.PRIVACY_URL)),
    }


def _set(*links: Link) -> list[Link]:
    return [link for link in links if link.url]
