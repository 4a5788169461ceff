"""What search engines and links in messages show: structured data, addresses, the site map and robots.txt."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from events.inventory.blocking import block_free_seats
from events.lifecycle.change import change_event
from events.models import Event
from events.venues.write import add_venue

STARTS = datetime(2027, 5, 1, 17, 30, tzinfo=UTC)
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def json_ld(client: Client, event: Event) -> dict[str, object]:
    page = client.get(f"/events/{event.pk}").text
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    data: dict[str, object] = json.loads(text)
    return data


@pytest.fixture
def ninth(new_event: Callable[..., Event], carol: User) -> Event:
    venue = add_venue(
        seller=carol, name="Philharmonie", time_zone="Europe/Berlin", country="DE", address="Karajan-Straße 1",
        latitude=52.51, longitude=13.37,
    )  # fmt: skip
    sections = [{"name": "A", "price": 5000, "subsections": 1}, {"name": "B", "price": 2050, "subsections": 1}]
    return new_event(sections, name="Ninth", description="Ode.", starts_at=STARTS, venue_id=venue.pk)


def test_an_event_has_structured_data(client: Client, ninth: Event) -> None:
    url = f"{settings.SITE_URL}/events/{ninth.pk}/ninth"
    assert json_ld(client, ninth) == {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": "Ninth",
        "description": "Ode.",
        "url": url,
        "startDate": "2027-05-01T19:30:00+02:00",
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "location": {
            "@type": "Place",
            "name": "The hall",
            "address": {"@type": "PostalAddress", "streetAddress": "Karajan-Straße 1", "addressCountry": "DE"},
            "geo": {"@type": "GeoCoordinates", "latitude": 52.51, "longitude": 13.37},
        },
        "organizer": {"@type": "Organization", "name": "Carol"},
        "offers": {
            "@type": "AggregateOffer",
            "url": url,
            "lowPrice": "20.50",
            "highPrice": "50.00",
            "priceCurrency": "USD",
            "offerCount": 100,
            "availability": "https://schema.org/InStock",
        },
    }


def test_a_cancelled_event_says_so_and_offers_nothing(client: Client, ninth: Event) -> None:
    Event.objects.filter(pk=ninth.pk).update(status="cancelled")
    data = json_ld(client, ninth)
    assert data["eventStatus"] == "https://schema.org/EventCancelled"
    assert data["offers"]["availability"] == "https://schema.org/SoldOut"  # type: ignore[index]


def test_an_event_whose_seats_are_all_blocked_is_not_sold_out(client: Client, ninth: Event, carol: User) -> None:
    ids = list(ninth.subsections.values_list("pk", flat=True))
    block_free_seats(event_id=ninth.pk, seller=carol, subsection_ids=ids)
    assert client.get(f"/api/event/{ninth.pk}").json()["status"] == "available"
    assert json_ld(client, ninth)["offers"]["availability"] == "https://schema.org/OutOfStock"  # type: ignore[index]
    page, listed = client.get(f"/events/{ninth.pk}", follow=True).text, client.get("/").text
    assert "Sold out" not in page + listed
    assert "No seats on sale now" in listed


def test_without_a_date_there_is_no_structured_data(client: Client, new_event: Callable[..., Event]) -> None:
    assert "application/ld+json" not in client.get(f"/events/{new_event().pk}").text


def test_a_name_cannot_end_the_script(client: Client, new_event: Callable[..., Event]) -> None:
    name = "</script><script>alert(1)</script><!-- & \u2028"
    event = new_event(name=name, starts_at=STARTS)
    assert "<script>alert" not in client.get(f"/events/{event.pk}").text
    assert json_ld(client, event)["name"] == name


def test_the_address_has_the_name_and_follows_it(client: Client, ninth: Event, carol: User) -> None:
    page = client.get(f"/events/{ninth.pk}/ninth")
    assert page.status_code == 200
    address = f"{settings.SITE_URL}/events/{ninth.pk}/ninth"
    assert f'<link rel="canonical" href="{address}">' in page.text
    assert f'<meta property="og:url" content="{address}">' in page.text
    change_event(event_id=ninth.pk, seller=carol, name="Neunte in Zürich!")
    moved = client.get(f"/events/{ninth.pk}/ninth")
    assert (moved.status_code, moved["Location"]) == (301, f"/events/{ninth.pk}/neunte-in-z%C3%BCrich")
    assert client.get(moved["Location"]).status_code == 200
    assert client.get(f"/events/{ninth.pk}/old?utm_source=mail")["Location"].endswith("?utm_source=mail")


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("!!!", ""),
        ("第九", "/%E7%AC%AC%E4%B9%9D"),
        ("A" * 200, "/" + "a" * 80),
        ("../../x", "/x"),
        ("🎻 trio", "/trio"),
    ],
)
def test_addresses_of_odd_names(client: Client, new_event: Callable[..., Event], name: str, path: str) -> None:
    event = new_event(name=name)
    address = f"/events/{event.pk}{path}"
    assert f'href="{settings.SITE_URL}{address}"' in client.get(f"/events/{event.pk}").text
    assert client.get(address).status_code == 200


def test_the_site_map_lists_what_is_on_show(client: Client, new_event: Callable[..., Event], ninth: Event) -> None:
    new_event(draft=True)
    new_event(is_active=False)
    response = client.get("/sitemap.xml", headers={"Host": "127.0.0.1"})
    assert response["Content-Type"] == "application/xml"
    found = [element.text for element in ET.fromstring(response.text).iter(f"{SITEMAP}loc")]  # noqa: S314  (our own)
    assert found == [f"{settings.SITE_URL}/", f"{settings.SITE_URL}/events/{ninth.pk}/ninth"]


def test_robots_may_read_public_pages_only(client: Client) -> None:
    response = client.get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    lines = response.text.splitlines()
    assert lines[0] == "User-agent: *"
    assert {"Disallow: /api/", "Disallow: /admin/", f"Sitemap: {settings.SITE_URL}/sitemap.xml"} <= set(lines)
    assert not [line for line in lines if line.startswith("Disallow: /events") or line == "Disallow: /"]
