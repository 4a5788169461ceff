"""Webhook endpoints and deliveries in the seller admin."""

import contextlib
import html
import threading

import pytest
from django.contrib.admin.models import LogEntry
from django.db.models import QuerySet

from bookings.states import WANTED_KINDS
from bookings.testing.crowd import crowd
from bookings.webhooks.delivery import send_due_deliveries
from bookings.webhooks.endpoints import MAX_ENDPOINTS, add_endpoint
from bookings.webhooks.models import Delivery, Endpoint
from events.seller_admin.tests.messages import messages_of

ENDPOINTS, DELIVERIES = "/admin/bookings/endpoint/", "/admin/bookings/delivery/"
URL = "https://hooks.example/in"

pytestmark = pytest.mark.django_db


@pytest.fixture
def daves_endpoint(dave, carols_server) -> Endpoint:
    """An endpoint of the other seller."""
    return add_endpoint(seller=dave, url=carols_server.url, kinds=WANTED_KINDS)


def ids_in_list(browser, page: str) -> list:
    """Return the ids of the rows that a list shows."""
    return [row.pk for row in browser.get(page).context["cl"].result_list]


def test_a_seller_adds_an_endpoint_and_sees_its_secret(seller_client, carol):
    response = seller_client.post(
        ENDPOINTS + "add/", {"url": URL, "kinds": ["booking.paid"], "is_active": "on"}, follow=True
    )
    endpoint = Endpoint.objects.get()
    assert response.redirect_chain[-1][0] == f"{ENDPOINTS}{endpoint.pk}/change/"
    assert (endpoint.seller, endpoint.url, endpoint.kinds, endpoint.is_active) == (carol, URL, ["booking.paid"], True)
    assert endpoint.secret.startswith("whsec_")
    assert endpoint.secret in html.unescape(response.text)
    assert LogEntry.objects.get().object_id == str(endpoint.pk)


def test_changing_an_endpoint_ends_its_pause(seller_client, carols_server):
    endpoint = Endpoint.objects.get()
    Endpoint.objects.update(is_active=False, off_because="It responded with 410.", failing_since=endpoint.created_at)
    page = f"{ENDPOINTS}{endpoint.pk}/change/"
    assert "Off. It responded with 410." in seller_client.get(page).text
    seller_client.post(page, {"url": URL, "kinds": ["event.sold_out", "booking.paid"], "is_active": "on"})
    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.kinds, endpoint.is_active) == (URL, ["booking.paid", "event.sold_out"], True)
    assert (endpoint.off_because, endpoint.failing_since) == ("", None)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"url": "http://10.0.0.1/"}, "not in the public internet"),
        ({"url": "ftp://hooks.example"}, "begins with https://"),
        ({"url": ""}, "required"),
        ({"kinds": []}, "required"),
        ({"kinds": ["endpoint.test"]}, "not one of the available choices"),
    ],
)
def test_invalid_input_is_refused_at_its_field(seller_client, settings, fields, message):
    settings.WEBHOOK_PRIVATE_ADDRESSES = False
    response = seller_client.post(
        ENDPOINTS + "add/", {"url": URL, "kinds": ["booking.paid"], "is_active": "on"} | fields
    )
    assert message in str(response.context["errors"])
    assert not Endpoint.objects.exists()


def test_a_seller_cannot_exceed_the_limit_of_endpoints(seller_client, carol):
    for _ in range(MAX_ENDPOINTS):
        add_endpoint(seller=carol, url=URL, kinds=WANTED_KINDS)
    response = seller_client.post(
        ENDPOINTS + "add/", {"url": URL, "kinds": ["booking.paid"], "is_active": "on"}, follow=True
    )
    assert "at most 10 endpoints" in messages_of(response)[0]
    assert Endpoint.objects.count() == MAX_ENDPOINTS


def test_an_operator_adds_an_endpoint_for_a_seller(client, olga, carol, alice):
    client.force_login(olga)
    fields = {"url": URL, "kinds": ["booking.paid"], "is_active": "on"}
    assert client.post(ENDPOINTS + "add/", fields | {"seller": alice.pk}).status_code == 200
    assert not Endpoint.objects.exists()
    client.post(ENDPOINTS + "add/", fields | {"seller": carol.pk})
    assert Endpoint.objects.get().seller == carol


def test_the_test_button_sends_a_message_that_the_delivery_page_shows(seller_client, carols_server):
    endpoint = Endpoint.objects.get()
    seller_client.post(f"{ENDPOINTS}{endpoint.pk}/do/test/")
    send_due_deliveries()
    delivery = Delivery.objects.get()
    assert len(carols_server.messages) == 1
    page = seller_client.get(f"{DELIVERIES}{delivery.pk}/change/").text
    for shown in (
        "Delivered",
        "200",
        "your endpoint can be reached",
        delivery.message_id,
        carols_server.url.split("?")[0],
    ):
        assert shown in page


def test_the_new_secret_button_replaces_the_secret_after_a_confirmation(seller_client, carols_server):
    before = Endpoint.objects.get()
    assert "24 hours to switch to it" in seller_client.get(f"{ENDPOINTS}{before.pk}/do/roll/").text
    assert Endpoint.objects.get().secret == before.secret
    response = seller_client.post(f"{ENDPOINTS}{before.pk}/do/roll/", follow=True)
    after = Endpoint.objects.get()
    assert after.secret != before.secret == after.former_secret
    assert "The former one is also valid until" in response.text
    assert "24 hours" in LogEntry.objects.get().change_message


def test_removing_an_endpoint_removes_its_deliveries(seller_client, carols_server, paid_booking, alice):
    paid_booking(alice)
    endpoint = Endpoint.objects.get()
    response = seller_client.post(f"{ENDPOINTS}{endpoint.pk}/do/remove/", follow=True)
    assert response.redirect_chain[-1][0] == ENDPOINTS
    assert not Endpoint.objects.exists() and not Delivery.objects.exists()
    assert LogEntry.objects.get().object_id == str(endpoint.pk)


def test_send_again_repeats_a_delivery_with_the_same_id_and_bytes(seller_client, carols_server, paid_booking, alice):
    paid_booking(alice)
    send_due_deliveries()
    delivery = Delivery.objects.get()
    response = seller_client.post(f"{DELIVERIES}{delivery.pk}/do/repeat/", follow=True)
    assert messages_of(response) == ["Will be sent again within seconds, with the same id and content."]
    assert "Will be sent again" in LogEntry.objects.get().change_message
    assert send_due_deliveries() == 1
    first, second = carols_server.messages
    assert (first.id, first.body) == (second.id, second.body)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == ("delivered", 2)


def test_send_again_in_the_list_works_while_the_endpoint_is_paused(seller_client, carols_server, paid_booking, alice):
    carols_server.responses = [500]
    for _ in range(2):
        paid_booking(alice, quantity=1)
    send_due_deliveries()
    Delivery.objects.update(status="failed")
    assert send_due_deliveries() == 0
    keys = [str(pk) for pk in Delivery.objects.values_list("pk", flat=True)]
    seller_client.post(DELIVERIES, {"action": "repeat", "_selected_action": keys, "sure": "yes"})
    assert send_due_deliveries() == 2
    assert set(Delivery.objects.values_list("status", flat=True)) == {"delivered"}


def test_send_again_in_the_list_needs_a_confirmation_and_ignores_invalid_ids(
    seller_client, carols_server, paid_booking, alice
):
    paid_booking(alice)
    send_due_deliveries()
    delivery = Delivery.objects.get()
    again = {"action": "repeat", "_selected_action": [str(delivery.pk)], "index": "0"}
    assert delivery.message_id in seller_client.post(DELIVERIES, again).text
    nonsense = seller_client.post(DELIVERIES, again | {"_selected_action": ["x"], "sure": "yes"}, follow=True)
    assert messages_of(nonsense) == ["There is no such webhook delivery."]
    assert send_due_deliveries() == 0
    assert not LogEntry.objects.exists()


def test_send_again_is_refused_while_sending_and_while_the_endpoint_is_off(
    seller_client, carols_server, paid_booking, alice
):
    paid_booking(alice)
    delivery, page = Delivery.objects.get(), f"{DELIVERIES}{Delivery.objects.get().pk}/do/repeat/"
    Delivery.objects.update(status="sending", due_at="2100-01-01T00:00Z")
    assert "being sent just now" in messages_of(seller_client.post(page, follow=True))[0]
    Delivery.objects.update(status="failed")
    Endpoint.objects.update(is_active=False)
    assert "Switch it on first" in messages_of(seller_client.post(page, follow=True))[0]
    delivery.refresh_from_db()
    assert delivery.status == "failed"
    assert not LogEntry.objects.exists()


def test_a_seller_sees_only_their_own_endpoints_and_deliveries(
    seller_client, client, daves_endpoint, new_event, dave, paid_booking, alice, olga
):
    paid_booking(alice)
    paid_booking(alice, event=new_event(seller=dave))
    own = Endpoint.objects.exclude(pk=daves_endpoint.pk).get()
    assert ids_in_list(seller_client, ENDPOINTS) == [own.pk]
    assert ids_in_list(seller_client, DELIVERIES) == [own.deliveries.get().pk]
    assert ids_in_list(seller_client, f"{DELIVERIES}?endpoint={daves_endpoint.pk}") == []
    assert len(ids_in_list(seller_client, f"{DELIVERIES}?endpoint={own.pk}")) == 1
    client.force_login(olga)
    assert len(ids_in_list(client, ENDPOINTS)) == len(ids_in_list(client, DELIVERIES)) == 2
    assert ids_in_list(client, f"{DELIVERIES}?endpoint={daves_endpoint.pk}") == [daves_endpoint.deliveries.get().pk]


@pytest.mark.parametrize("button", ["test", "roll", "remove"])
def test_a_seller_cannot_open_or_change_another_sellers_endpoint(seller_client, daves_endpoint, button):
    assert seller_client.post(f"{ENDPOINTS}{daves_endpoint.pk}/do/{button}/").status_code == 404
    page = f"{ENDPOINTS}{daves_endpoint.pk}/change/"
    assert seller_client.get(page).status_code == seller_client.post(page, {"url": URL}).status_code == 404
    assert seller_client.get(f"{ENDPOINTS}{daves_endpoint.pk}/delete/").status_code in (403, 404)
    unchanged = Endpoint.objects.get(pk=daves_endpoint.pk)
    assert (unchanged.secret, unchanged.url) == (daves_endpoint.secret, daves_endpoint.url)
    assert not Delivery.objects.exists()


def test_a_seller_cannot_open_or_repeat_another_sellers_delivery(
    seller_client, daves_endpoint, new_event, dave, paid_booking, alice
):
    paid_booking(alice, event=new_event(seller=dave))
    delivery = Delivery.objects.get()
    assert seller_client.post(f"{DELIVERIES}{delivery.pk}/do/repeat/").status_code == 404
    assert seller_client.get(f"{DELIVERIES}{delivery.pk}/change/").status_code == 404
    assert Delivery.objects.get().due_at == delivery.due_at


def test_a_buyer_cannot_open_the_pages_of_endpoints(client, alice):
    client.force_login(alice)
    assert client.get(ENDPOINTS).status_code == client.get(ENDPOINTS + "add/").status_code == 302


@pytest.mark.parametrize("query", ["endpoint=x", "endpoint=%00", "status__exact=%00", "q=%00", "kind__exact=x", "q={"])
def test_no_query_string_of_the_list_causes_a_server_error(seller_client, carols_server, query):
    assert seller_client.get(f"{DELIVERIES}?{query}").status_code in (200, 302)


def test_the_list_needs_as_many_queries_for_nine_deliveries_as_for_one(
    seller_client, carols_server, paid_booking, alice, concert, django_assert_num_queries
):
    paid_booking(alice, quantity=1)
    with django_assert_num_queries(5) as one:
        seller_client.get(DELIVERIES)
    for _ in range(8):
        paid_booking(alice, quantity=1)
    with django_assert_num_queries(len(one)):
        assert len(ids_in_list(seller_client, DELIVERIES)) == 9


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False])
def test_the_lock_on_the_seller_keeps_simultaneous_additions_within_the_limit(carol, monkeypatch, locked):
    for _ in range(MAX_ENDPOINTS - 1):
        add_endpoint(seller=carol, url=URL, kinds=WANTED_KINDS)
    count, barrier = QuerySet.count, threading.Barrier(2)

    def count_and_wait(rows):
        number = count(rows)
        with contextlib.suppress(threading.BrokenBarrierError):  # with the lock, the other thread can't get here
            barrier.wait(1)
        return number

    monkeypatch.setattr(QuerySet, "count", count_and_wait)
    if not locked:
        monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **options: rows)
    crowd(2, lambda n: add_endpoint(seller=carol, url=URL, kinds=WANTED_KINDS))
    monkeypatch.undo()
    assert Endpoint.objects.count() == MAX_ENDPOINTS + (0 if locked else 1)


def test_add_another_links_to_the_page_of_each_new_endpoint(seller_client, carol):
    fields = {"kinds": ["booking.paid"], "is_active": "on", "_addanother": "Save and add another"}
    for url in (f"{URL}/1", f"{URL}/2"):
        response = seller_client.post(ENDPOINTS + "add/", fields | {"url": url}, follow=True)
        assert response.redirect_chain[-1][0] == ENDPOINTS + "add/"
        assert f'<a href="{ENDPOINTS}{Endpoint.objects.get(url=url).pk}/change/">' in messages_of(response)[0]
        form = response.context["adminform"].form
        assert (form["url"].value(), form["kinds"].value()) == (None, list(WANTED_KINDS))
    assert set(Endpoint.objects.values_list("seller", "url")) == {(carol.pk, f"{URL}/1"), (carol.pk, f"{URL}/2")}


def test_add_another_stops_at_the_limit_of_endpoints(seller_client, carol):
    for _ in range(MAX_ENDPOINTS - 1):
        add_endpoint(seller=carol, url=URL, kinds=WANTED_KINDS)
    fields = {"url": URL, "kinds": ["booking.paid"], "is_active": "on", "_addanother": "Save and add another"}
    assert "was added" in messages_of(seller_client.post(ENDPOINTS + "add/", fields, follow=True))[0]
    assert "at most 10 endpoints" in messages_of(seller_client.post(ENDPOINTS + "add/", fields, follow=True))[0]
    assert LogEntry.objects.count() == 1


@pytest.mark.parametrize("button", ["_addanother", "_continue"])
def test_a_changed_endpoint_is_saved_with_every_save_button(seller_client, carols_server, button):
    page = f"{ENDPOINTS}{Endpoint.objects.get().pk}/change/"
    fields = {"url": URL, "kinds": ["booking.paid"], "is_active": "on", button: "Save and"}
    response = seller_client.post(page, fields, follow=True)
    assert response.redirect_chain[-1][0] == (ENDPOINTS + "add/" if button == "_addanother" else page)
    assert Endpoint.objects.get().url == URL


def test_deliveries_are_found_by_the_booking(seller_client, carols_server, paid_booking, alice, bob):
    booking = paid_booking(alice)
    paid_booking(bob)
    expected = [Delivery.objects.get(subject=booking.pk).pk]
    for typed in (booking.pk, booking.reference, f"{booking.reference[:4].lower()}-{booking.reference[4:]}"):
        assert ids_in_list(seller_client, f"{DELIVERIES}?q={typed}") == expected
    assert ids_in_list(seller_client, f"{DELIVERIES}?q=nobody") == []
