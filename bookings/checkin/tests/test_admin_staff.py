"""Gate staff in the seller admin: of one event, and of all events of a seller."""

import pytest
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.test import Client

from bookings.checkin.models import GateStaff, SellerGateStaff
from bookings.checkin.selectors import check_in_event
from bookings.checkin.staff import add_gate_staff, add_gate_staff_for_all_events, remove_gate_staff_for_all_events
from core.errors import BadInput, PermissionRefused
from events.seller_admin.tests.messages import messages_of

OF_EVENT = "/admin/bookings/gatestaff/"
OF_SELLER = "/admin/bookings/sellergatestaff/"


@pytest.fixture
def daves_staff(new_event, dave) -> GateStaff:
    """Gate staff of the other seller's event."""
    return add_gate_staff(event_id=new_event(seller=dave, name="Dave's").pk, email="zoe@example.com", seller=dave)


@pytest.fixture
def daves_staff_for_all_events(dave) -> SellerGateStaff:
    """Gate staff of all events of the other seller."""
    return add_gate_staff_for_all_events(seller=dave, email="zoe@example.com", by=dave)


def test_a_seller_adds_and_removes_gate_staff_of_an_event(seller_client, concert, new_user):
    gus = new_user("gus", is_verified=True)
    response = seller_client.post(OF_EVENT + "add/", {"event": concert.pk, "email": "Gus@example.com"}, follow=True)
    gate = f"{settings.SITE_URL}/gate/{concert.pk}"
    assert f"Tell gus@example.com to log in and open {gate} to scan tickets." in messages_of(response)
    row = GateStaff.objects.get()
    assert check_in_event(concert.pk, gus) == concert
    assert LogEntry.objects.get().object_id == str(row.pk)

    assert "gus@example.com" in seller_client.get(f"{OF_EVENT}?event__id__exact={concert.pk}").text
    assert seller_client.get(f"{OF_EVENT}{row.pk}/delete/").status_code == 200
    assert GateStaff.objects.exists()
    seller_client.post(f"{OF_EVENT}{row.pk}/delete/", {"post": "yes"})
    with pytest.raises(PermissionRefused):
        check_in_event(concert.pk, gus)
    assert LogEntry.objects.count() == 2


def test_several_staff_are_removed_from_the_list(seller_client, concert, carol):
    rows = [add_gate_staff(event_id=concert.pk, email=f"{name}@example.com", seller=carol) for name in ("a", "b")]
    chosen = {"action": "delete_selected", "_selected_action": [row.pk for row in rows]}
    assert seller_client.post(OF_EVENT, chosen).status_code == 200
    assert GateStaff.objects.count() == 2
    seller_client.post(OF_EVENT, {**chosen, "post": "yes"})
    assert not GateStaff.objects.exists()
    assert LogEntry.objects.count() == 2


def test_staff_of_all_events_may_check_in_at_events_of_their_seller_only(
    seller_client, concert, new_event, dave, new_user
):
    gus = new_user("gus", is_verified=True)
    seller_client.post(OF_SELLER + "add/", {"email": "gus@example.com", "seller": dave.pk})
    row = SellerGateStaff.objects.get()
    assert (row.seller, row.email) == (concert.seller, "gus@example.com")
    later = new_event(name="Another evening")
    assert [check_in_event(event.pk, gus) for event in (concert, later)] == [concert, later]
    with pytest.raises(PermissionRefused):
        check_in_event(new_event(seller=dave).pk, gus)

    seller_client.post(f"{OF_SELLER}{row.pk}/delete/", {"post": "yes"})
    assert not SellerGateStaff.objects.exists()
    assert LogEntry.objects.count() == 2


def test_an_operator_adds_staff_of_all_events_for_a_seller(client, olga, dave, alice):
    client.force_login(olga)
    assert client.post(OF_SELLER + "add/", {"email": "gus@example.com", "seller": alice.pk}).status_code == 200
    assert not SellerGateStaff.objects.exists()
    client.post(OF_SELLER + "add/", {"email": "gus@example.com", "seller": dave.pk})
    assert SellerGateStaff.objects.get().seller == dave


def test_a_seller_cannot_add_staff_to_another_sellers_event(seller_client, daves_staff):
    page = seller_client.post(OF_EVENT + "add/", {"event": daves_staff.event_id, "email": "me@example.com"})
    assert "event" in page.context["adminform"].form.errors
    assert GateStaff.objects.count() == 1
    assert "Dave" not in seller_client.get(OF_EVENT + "add/").text


@pytest.mark.parametrize("email", ["", "gus", "gus@example.com\0", "a" * 300 + "@example.com"])
def test_an_invalid_address_is_refused_at_its_field(seller_client, concert, email):
    for path in (OF_EVENT, OF_SELLER):
        page = seller_client.post(path + "add/", {"event": concert.pk, "email": email})
        assert "email" in page.context["adminform"].form.errors
    assert not GateStaff.objects.exists()
    assert not LogEntry.objects.exists()


def test_adding_the_same_address_again_changes_nothing(seller_client, concert):
    for path, model in ((OF_EVENT, GateStaff), (OF_SELLER, SellerGateStaff)):
        for _ in range(2):
            seller_client.post(path + "add/", {"event": concert.pk, "email": "gus@example.com"})
        assert model.objects.count() == 1


def test_a_refused_addition_is_shown_and_not_logged(seller_client, concert, monkeypatch):
    """The form prevents all other refusals; here the seller loses the event between form and operation."""
    monkeypatch.setattr("events.ownership.may_manage", lambda event, user: False)
    response = seller_client.post(OF_EVENT + "add/", {"event": concert.pk, "email": "gus@example.com"}, follow=True)
    assert messages_of(response) == ["Only the event's seller can do this."]
    assert not GateStaff.objects.exists()
    assert not LogEntry.objects.exists()


def test_a_refused_removal_is_shown_and_not_logged(seller_client, concert, carol, monkeypatch):
    row = add_gate_staff(event_id=concert.pk, email="gus@example.com", seller=carol)
    monkeypatch.setattr("events.ownership.may_manage", lambda event, user: False)
    response = seller_client.post(f"{OF_EVENT}{row.pk}/delete/", {"post": "yes"}, follow=True)
    assert messages_of(response) == ["Only the event's seller can do this."]
    assert GateStaff.objects.exists()
    assert not LogEntry.objects.exists()


def test_a_seller_cannot_see_or_remove_another_sellers_staff(seller_client, daves_staff, daves_staff_for_all_events):
    for path, row in ((OF_EVENT, daves_staff), (OF_SELLER, daves_staff_for_all_events)):
        assert "zoe@example.com" not in seller_client.get(path).text
        for page in ("change/", "delete/", "history/"):
            for response in (
                seller_client.get(f"{path}{row.pk}/{page}"),
                seller_client.post(f"{path}{row.pk}/{page}", {"post": "yes"}),
            ):
                assert response.status_code in (302, 403, 404, 405)
                assert "zoe" not in response.text
        chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        seller_client.post(path, chosen)
    assert GateStaff.objects.count() == SellerGateStaff.objects.count() == 1
    assert not LogEntry.objects.exists()


def test_the_form_for_staff_preselects_the_event_that_the_list_is_filtered_by(seller_client, concert):
    page = seller_client.get(f"{OF_EVENT}add/?_changelist_filters=event__id__exact%3D{concert.pk}").text
    assert f'<option value="{concert.pk}" selected>' in page


def test_a_buyer_cannot_open_the_pages_of_staff(client, alice, daves_staff):
    client.force_login(alice)
    for path in (OF_EVENT, OF_SELLER, OF_EVENT + "add/"):
        assert client.get(path).status_code == 302


def test_staff_cannot_be_changed(seller_client, concert, carol):
    row = add_gate_staff(event_id=concert.pk, email="gus@example.com", seller=carol)
    assert seller_client.post(f"{OF_EVENT}{row.pk}/change/", {"email": "b@example.com"}).status_code == 403
    assert GateStaff.objects.get().email == "gus@example.com"


def test_adding_and_removing_need_a_csrf_token(carol, concert):
    row = add_gate_staff(event_id=concert.pk, email="gus@example.com", seller=carol)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(carol)
    assert browser.post(OF_EVENT + "add/", {"event": concert.pk, "email": "b@example.com"}).status_code == 403
    assert browser.post(f"{OF_EVENT}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert GateStaff.objects.count() == 1


@pytest.mark.parametrize(
    "query",
    [
        "event__id__exact=x",
        "event__id__exact=%00",
        "q=%00",
        "event=x",
        "email=%00",
        "_changelist_filters=event__id__exact%3Dx",
    ],
)
def test_no_query_string_of_the_lists_causes_a_server_error(seller_client, concert, query):
    for path in (OF_EVENT, OF_SELLER, OF_EVENT + "add/", OF_SELLER + "add/"):
        assert seller_client.get(f"{path}?{query}").status_code in (200, 302, 400)


def test_only_the_seller_or_an_operator_can_name_staff_of_all_events(carol, dave, olga, alice):
    for seller, by in ((carol, dave), (carol, alice), (alice, alice), (alice, olga)):
        with pytest.raises(PermissionRefused):
            add_gate_staff_for_all_events(seller=seller, email="gus@example.com", by=by)
        with pytest.raises(PermissionRefused):
            remove_gate_staff_for_all_events(seller=seller, email="gus@example.com", by=by)
    with pytest.raises(BadInput):
        add_gate_staff_for_all_events(seller=carol, email="nonsense", by=carol)
    assert not SellerGateStaff.objects.exists()

    first = add_gate_staff_for_all_events(seller=carol, email=" Gus@Example.com ", by=olga)
    assert add_gate_staff_for_all_events(seller=carol, email="gus@example.com", by=carol) == first
    remove_gate_staff_for_all_events(seller=carol, email="GUS@example.com", by=carol)
    remove_gate_staff_for_all_events(seller=carol, email="gus@example.com", by=carol)
    assert not SellerGateStaff.objects.exists()


def test_add_another_keeps_the_chosen_event(seller_client, concert, new_event):
    other = new_event(name="Another evening")
    page = f"{OF_EVENT}add/?_changelist_filters=event__id__exact%3D{other.pk}"
    for name in ("gus", "zoe"):
        form = {"event": concert.pk, "email": f"{name}@example.com", "_addanother": "Save and add another"}
        response = seller_client.post(page, form, follow=True)
        assert f'<option value="{concert.pk}" selected>' in response.text
        assert f"“{name}@example.com” was added" in messages_of(response)[1]
        assert response.context["adminform"].form["email"].value() is None
        page = response.redirect_chain[-1][0]
    assert set(GateStaff.objects.values_list("event", "email")) == {
        (concert.pk, "gus@example.com"),
        (concert.pk, "zoe@example.com"),
    }


def test_add_another_works_for_staff_of_all_events(seller_client, client, carol, olga):
    another = {"_addanother": "Save and add another"}
    response = seller_client.post(OF_SELLER + "add/", {"email": "gus@example.com", **another}, follow=True)
    assert response.context["adminform"].form["email"].value() is None
    seller_client.post(response.redirect_chain[-1][0], {"email": "zoe@example.com"})
    client.force_login(olga)
    response = client.post(OF_SELLER + "add/", {"seller": carol.pk, "email": "kim@example.com", **another}, follow=True)
    assert f'<option value="{carol.pk}" selected>' in response.text
    assert set(SellerGateStaff.objects.values_list("seller", "email")) == {
        (carol.pk, f"{name}@example.com") for name in ("gus", "zoe", "kim")
    }


def test_add_another_shows_the_error_of_the_first(seller_client, concert):
    form = {"event": concert.pk, "email": "nobody", "_addanother": "Save and add another"}
    response = seller_client.post(OF_EVENT + "add/", form)
    assert "email" in response.context["adminform"].form.errors
    assert not GateStaff.objects.exists()
