"""Times in the seller admin: sellers type what the clock at the venue shows."""

from datetime import UTC, datetime

import pytest

from events.admin.tests.test_admin import ADD, change_page, changed, filled_in
from events.models import Event
from events.venues.write import add_venue

BERLIN = "Europe/Berlin"


@pytest.fixture
def hall(carol):
    return add_venue(seller=carol, name="Philharmonie", time_zone=BERLIN)


def typed(day: str, hour: str, side: str = "", name: str = "starts_at") -> dict[str, str]:
    return {f"{name}_0": day, f"{name}_1": hour, f"{name}_2": side}


def test_times_are_by_the_clock_of_the_venue(seller_client, hall):
    seller_client.post(ADD, filled_in(venue=hall.pk, venue_name="", **typed("2030-05-01", "20:00")))
    event = Event.objects.get()
    assert (event.venue, event.venue_name, event.time_zone) == (hall, "Philharmonie", BERLIN)
    assert event.starts_at == datetime(2030, 5, 1, 18, tzinfo=UTC)
    assert event.starts_at_local == datetime(2030, 5, 1, 20)
    page = seller_client.get(change_page(event)).text
    assert 'name="starts_at_0" value="2030-05-01"' in page
    assert 'name="starts_at_1" value="20:00:00"' in page


def test_without_a_venue_the_zone_is_chosen(seller_client):
    seller_client.post(ADD, filled_in(time_zone="Asia/Kathmandu", **typed("2030-05-01", "20:00")))
    assert Event.objects.get().starts_at == datetime(2030, 5, 1, 14, 15, tzinfo=UTC)


def test_a_place_needs_a_venue_or_a_name(seller_client):
    page = seller_client.post(ADD, filled_in(venue_name=""))
    assert page.context["errors"] == [["Choose a venue, or write where it takes place."]]
    assert not Event.objects.exists()


def test_a_time_that_the_clocks_jump_over_is_asked_back(seller_client, hall):
    page = seller_client.post(ADD, filled_in(venue=hall.pk, **typed("2030-03-31", "02:30")))
    text = "The clocks go forward that night: 02:30 does not exist. They show 03:00 next."
    assert page.context["errors"] == [[text]]
    assert not Event.objects.exists()


def test_a_time_that_comes_twice_is_asked_back_with_a_choice(seller_client, hall):
    page = seller_client.post(ADD, filled_in(venue=hall.pk, **typed("2030-10-27", "02:30")))
    text = "The clocks go back that night: 02:30 comes twice. Please say which one is meant."
    assert page.context["errors"] == [[text]]
    assert '<select name="starts_at_2" aria-label' in page.text  # not hidden
    assert '<select name="ends_at_2" hidden' in page.text
    assert not Event.objects.exists()


@pytest.mark.parametrize(("side", "hour"), [("first", 0), ("second", 1)])
def test_the_chosen_one_of_two_times_is_kept(seller_client, hall, side, hour):
    seller_client.post(ADD, filled_in(venue=hall.pk, **typed("2030-10-27", "02:30", side)))
    event = Event.objects.get()
    assert event.starts_at == datetime(2030, 10, 27, hour, 30, tzinfo=UTC)
    page = seller_client.get(change_page(event)).text
    assert f'<option value="{side}" selected>' in page
    seller_client.post(change_page(event), changed(event, name="Renamed", **typed("2030-10-27", "02:30", side)))
    event.refresh_from_db()
    assert (event.name, event.starts_at.hour) == ("Renamed", hour)


def test_in_another_zone_the_clock_stays_and_the_instants_move(seller_client, new_event, hall):
    event = new_event(starts_at=datetime(2030, 5, 1, 20, tzinfo=UTC), ends_at=datetime(2030, 5, 1, 22, tzinfo=UTC))
    times = typed("2030-05-01", "20:00") | typed("2030-05-01", "22:00", name="ends_at")
    seller_client.post(change_page(event), changed(event, venue=hall.pk, **times))
    event.refresh_from_db()
    assert (event.venue, event.venue_name, event.time_zone) == (hall, "Philharmonie", BERLIN)
    assert (event.starts_at.hour, event.ends_at.hour) == (18, 20)
    assert event.starts_at_local == datetime(2030, 5, 1, 20)


def test_a_venue_can_have_another_name_on_an_event(seller_client, new_event, hall):
    event = new_event()
    seller_client.post(change_page(event), changed(event, venue=hall.pk, venue_name="Philharmonie, foyer"))
    event.refresh_from_db()
    assert (event.venue, event.venue_name) == (hall, "Philharmonie, foyer")


def test_venues_of_others_are_neither_offered_nor_accepted(seller_client, new_user):
    other = add_venue(seller=new_user("oscar", role="seller"), name="Oscar's bar", time_zone="UTC")
    assert "Oscar" not in seller_client.get(ADD).text
    page = seller_client.post(ADD, filled_in(venue=other.pk))
    refusal = "Select a valid choice. That choice is not one of the available choices."
    assert page.context["errors"] == [[refusal]]
    assert not Event.objects.exists()


def test_an_operator_cannot_put_an_event_in_the_venue_of_another_seller(client, olga, carol, new_user):
    other = add_venue(seller=new_user("oscar", role="seller"), name="Bar", time_zone="UTC")
    client.force_login(olga)
    page = client.post(ADD, filled_in(seller=carol.pk, venue=other.pk))
    assert page.context["errors"] == [["This is a venue of another seller."]]
