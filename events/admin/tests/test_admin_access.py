"""Who may open the seller admin, and which rows they see. test_admin.py tests what an event's pages do."""

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse

from events.models import Event
from events.states import EventStatus

LIST = "/admin/events/event/"


@pytest.fixture
def browser_of(client):
    """A function that signs the browser in as a user and returns it."""

    def sign_in(user) -> Client:
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def daves_event(new_event, dave) -> Event:
    """An event of the other seller."""
    return new_event(seller=dave, name="Dave's show")


def change_page(event: Event) -> str:
    return reverse("admin:events_event_change", args=[event.pk])


def test_anonymous_visitors_are_redirected_to_the_login_page(client, db):
    response = client.get("/admin/")
    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")
    assert "seller admin" in client.get(response["Location"]).text


def test_buyers_cannot_open_the_admin(browser_of, alice, concert):
    browser = browser_of(alice)
    for path in ("/admin/", LIST, change_page(concert), "/admin/bookings/booking/"):
        assert browser.get(path).status_code == 302, path


def test_staff_users_who_are_not_sellers_see_nothing(browser_of, new_user, concert):
    browser = browser_of(new_user("gus", is_staff=True))
    assert browser.get("/admin/").status_code == 200
    for path in (LIST, LIST + "add/", change_page(concert), "/admin/bookings/booking/"):
        assert browser.get(path).status_code == 403, path


def test_permission_rows_in_the_database_grant_nothing(browser_of, new_user, concert):
    gus = new_user("gus", is_staff=True)
    gus.user_permissions.set(Permission.objects.filter(content_type__app_label__in=["events", "bookings"]))
    assert browser_of(gus).get(LIST).status_code == 403


def test_a_seller_sees_only_events_and_bookings(browser_of, carol):
    page = browser_of(carol).get("/admin/")
    assert {app["app_label"] for app in page.context["app_list"]} == {"events", "bookings"}
    assert browser_of(carol).get("/admin/accounts/user/").status_code == 403
    assert browser_of(carol).get("/admin/auth/group/").status_code == 404


def test_sellers_see_only_their_own_events(browser_of, carol, concert, daves_event):
    page = browser_of(carol).get(LIST)
    assert "A concert" in page.text
    assert "Dave" not in page.text
    assert "Dave" not in browser_of(carol).get(LIST + f"?id__exact={daves_event.pk}").text
    assert "Dave" not in browser_of(carol).get(LIST + "?q=Dave%27s").context["cl"].result_list.values_list(
        "name", flat=True
    )


@pytest.mark.parametrize("page", ["change/", "history/", "delete/", "do/close/", "seats/", "progress/"])
def test_another_sellers_event_is_not_found(browser_of, carol, daves_event, page):
    path = f"{LIST}{daves_event.pk}/{page}"
    browser = browser_of(carol)
    for response in (browser.get(path), browser.post(path, {"name": "Mine now", "post": "yes"})):
        assert response.status_code in (302, 403, 404, 405)
        assert "Dave" not in response.text
    daves_event.refresh_from_db()
    assert (daves_event.name, daves_event.status) == ("Dave's show", EventStatus.AVAILABLE)


def test_a_seller_cannot_close_sales_of_another_seller_from_the_list(browser_of, carol, concert, daves_event):
    chosen = {"action": "close", "_selected_action": [daves_event.pk, concert.pk]}
    assert "Dave" not in browser_of(carol).post(LIST, chosen).text
    browser_of(carol).post(LIST, {**chosen, "sure": "yes"})
    daves_event.refresh_from_db()
    concert.refresh_from_db()
    assert (daves_event.status, concert.status) == (EventStatus.AVAILABLE, EventStatus.ENDED)


@pytest.mark.parametrize("row", ["1", "nonsense"])
def test_there_is_no_view_on_site_page(browser_of, carol, row):
    kind = ContentType.objects.get_by_natural_key("bookings", "booking")
    assert browser_of(carol).get(f"/admin/r/{kind.pk}/{row}/").status_code == 404


def test_an_operator_sees_and_changes_the_events_of_all_sellers(browser_of, olga, concert, daves_event):
    page = browser_of(olga).get(LIST)
    assert "A concert" in page.text
    assert "Dave&#x27;s show" in page.text
    assert "dave@example.com" in page.text
    assert browser_of(olga).get(change_page(daves_event)).status_code == 200
    assert browser_of(olga).post(f"{LIST}{daves_event.pk}/do/close/").status_code == 302
    daves_event.refresh_from_db()
    assert daves_event.status == EventStatus.ENDED


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "status__exact=%00",
        "status__exact=nonsense",
        "starts_at__gte=yesterday",
        "starts_at__year=999999999999",
        "id__exact=99999999999999999999999",
        "p=x",
        "o=99.-x",
        "is_active__exact=7",
        "seller__password__startswith=b",
    ],
)
def test_no_query_string_of_the_list_is_a_server_error(browser_of, carol, concert, query):
    assert browser_of(carol).get(f"{LIST}?{query}").status_code in (200, 302, 400)


def test_the_list_cannot_be_filtered_by_hidden_columns(browser_of, carol, concert):
    """Otherwise, a seller could guess the seed before the lottery and choose accounts that come first."""
    for lookup in ("shuffle_seed", "shuffle_seed__startswith", "shuffle_seed__gt"):
        assert browser_of(carol).get(f"{LIST}?{lookup}={concert.shuffle_seed}").status_code == 400


@pytest.mark.parametrize("event_id", ["abc", "0", "99999999999999999999999", "_00", "1.5"])
def test_no_id_is_a_server_error(browser_of, carol, event_id):
    assert browser_of(carol).get(f"{LIST}{event_id}/change/").status_code == 404
    assert browser_of(carol).post(f"{LIST}{event_id}/do/publish/").status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_list(browser_of, olga, new_event, django_assert_num_queries):
    new_event()
    browser = browser_of(olga)
    with django_assert_num_queries(6) as one:
        browser.get(LIST)
    for number in range(9):
        new_event(name=f"Show {number}")
    with django_assert_num_queries(len(one)):
        page = browser.get(LIST)
    assert len(page.context["cl"].result_list) == 10
