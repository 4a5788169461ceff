"""Venues in the seller admin."""

import re

from events.venue_models import Venue
from events.venues.write import add_venue

ADD = "/admin/events/venue/add/"
HALL = {
    "name": "Philharmonie",
    "address": "Herbert-von-Karajan-Straße 1",
    "country": "DE",
    "time_zone": "Europe/Berlin",
    "accessibility": "Ramp at the side.",
    "latitude": "52.51",
    "longitude": "13.369722",
}


def page_of(venue: Venue, page: str = "change") -> str:
    return f"/admin/events/venue/{venue.pk}/{page}/"


def test_a_seller_adds_changes_and_removes_a_venue(seller_client, carol):
    seller_client.post(ADD, HALL)
    venue = Venue.objects.get()
    assert (venue.seller, venue.name, venue.time_zone) == (carol, "Philharmonie", "Europe/Berlin")
    page = seller_client.get(page_of(venue)).text
    assert '<option value="Europe/Berlin" selected>Berlin</option>' in page
    assert re.search(r'<option value="DE"(?=[^>]* selected)(?=[^>]* data-zones="Europe/Berlin Europe/Busingen")', page)
    seller_client.post(page_of(venue), {**HALL, "name": "Kammermusiksaal"})
    venue.refresh_from_db()
    assert venue.name == "Kammermusiksaal"
    assert "Kammermusiksaal" in seller_client.get("/admin/events/venue/").text
    seller_client.post(page_of(venue, "delete"), {"post": "yes"})
    assert not Venue.objects.exists()


def test_bad_input_is_shown_at_its_field(seller_client):
    page = seller_client.post(ADD, {**HALL, "longitude": "", "name": "\u200b"})
    errors = page.context["adminform"].form.errors
    assert set(errors) == {"longitude", "name"}
    assert not Venue.objects.exists()


def test_a_refusal_is_a_message(seller_client, carol, new_event):
    venue = add_venue(seller=carol, name="Philharmonie", time_zone="Europe/Berlin")
    new_event(venue_id=venue.pk, venue_name="Philharmonie")
    page = seller_client.post(page_of(venue), {**HALL, "time_zone": "Europe/Paris"}, follow=True)
    assert "Events are still to take place there, so its time zone can&#x27;t be changed." in page.text
    assert seller_client.get(page_of(venue, "delete")).status_code == 403


def test_venues_of_others_do_not_exist(seller_client, client, olga, new_user):
    other = add_venue(seller=new_user("oscar", role="seller"), name="Bar", time_zone="UTC")
    assert seller_client.get(page_of(other)).status_code == 404
    assert "Bar" not in seller_client.get("/admin/events/venue/").text
    client.force_login(olga)
    assert "Bar" in client.get("/admin/events/venue/").text


def test_a_new_venue_starts_with_the_zone_of_the_last_one(seller_client, carol):
    add_venue(seller=carol, name="Philharmonie", time_zone="Europe/Berlin")
    assert '<option value="Europe/Berlin" selected>' in seller_client.get(ADD).text
