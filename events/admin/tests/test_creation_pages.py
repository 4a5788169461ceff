"""Large events in the admin: the form requests them, a page shows the progress, and a worker creates them."""

import pytest
from django.contrib.admin.models import LogEntry

from events.admin.tests.test_admin import ADD, TEXTS, filled_in
from events.lifecycle.background_creation import LARGE, make_event
from events.models import Creation, Event
from events.seller_admin.tests.messages import messages_of
from ticketing.celery import app

LIST = "/admin/events/event/"


@pytest.fixture
def all_events_are_large(monkeypatch):
    """Leave events of any size to a worker."""
    monkeypatch.setattr("events.admin.form_page.LARGE", 1)


@pytest.fixture
def creation(seller_client, all_events_are_large) -> Creation:
    """A request by carol that no worker has taken."""
    seller_client.post(ADD, filled_in(starts_at_0="2030-05-01", starts_at_1="20:00"))
    return Creation.objects.get()


def page_of(creation: Creation) -> str:
    return f"{LIST}creation/{creation.pk}/"


def state_of(client, creation: Creation) -> dict:
    return client.get(page_of(creation) + "state").json()


def seating(seats: int) -> dict:
    return {"sections": [{"name": "A", "price": 1, "subsections": seats // 100, "rows": 10, "cols": 10}]}


def test_a_small_event_is_created_at_once(seller_client, settings):
    seller_client.post(ADD, filled_in(seating(LARGE - 100)))
    assert Event.objects.exists() and not Creation.objects.exists()


def test_a_large_event_is_only_requested(seller_client, carol, django_capture_on_commit_callbacks):
    response = seller_client.post(ADD, filled_in(seating(LARGE)))
    creation = Creation.objects.get()
    assert response["Location"] == page_of(creation)
    assert (creation.seller, creation.total, creation.status) == (carol, LARGE, "waiting")
    assert not Event.objects.exists() and not LogEntry.objects.exists()


def test_the_page_says_that_the_request_waits_for_a_worker(seller_client, creation):
    page = seller_client.get(page_of(creation))
    assert "Waiting for a worker" in page.text and '<progress id="progress-bar" max="200" value="0"' in page.text
    waiting = {
        "text": "Waiting for a worker to start.",
        "running": True,
        "label": "Seats created",
        "next": page_of(creation),
    }
    assert state_of(seller_client, creation) == {"done": 0, "total": 200, **waiting}
    assert str(creation) == TEXTS["name"]
    assert "is being created" in messages_of(seller_client.get(LIST))[0]


def test_the_page_shows_the_progress(seller_client, creation):
    Creation.objects.update(status="running", done=150)
    assert 'value="150"' in seller_client.get(page_of(creation)).text
    assert state_of(seller_client, creation)["text"] == "150 of 200 seats created."


def test_the_page_redirects_to_the_event_once_it_is_created(seller_client, creation):
    make_event(creation_id=creation.pk)
    event = Event.objects.get()
    state = state_of(seller_client, creation)
    assert (state["running"], state["next"]) == (False, page_of(creation))
    response = seller_client.get(page_of(creation), follow=True)
    assert response.redirect_chain == [(f"{LIST}{event.pk}/change/", 302)]
    assert messages_of(response) == ["A play: all 200 seats have been created."]
    assert messages_of(seller_client.get(LIST)) == []
    assert event.status == "draft"


def test_the_history_of_the_event_starts_with_the_user_who_requested_it(client, olga, carol, all_events_are_large):
    client.force_login(olga)
    client.post(ADD, filled_in(seller=carol.pk))
    creation = Creation.objects.get()
    for _ in range(2):
        make_event(creation_id=creation.pk)
    entry = LogEntry.objects.get()
    assert (entry.user, entry.get_edited_object(), entry.get_change_message()) == (olga, Event.objects.get(), "Added.")
    assert "Added." in client.get(f"{LIST}{entry.object_id}/history/").text


def test_the_page_says_why_the_request_failed(seller_client, creation):
    Creation.objects.update(status="failed", failure="There is <no> room.")
    page = seller_client.get(page_of(creation)).text
    assert "There is &lt;no&gt; room." in page and "progress.js" not in page
    state = state_of(seller_client, creation)
    assert (state["text"], state["running"]) == ("There is <no> room.", False)


def test_only_the_seller_and_operators_can_open_the_page(client, seller_client, creation, dave, alice, olga):
    for user, status in ((dave, 404), (alice, 302), (olga, 200)):
        client.force_login(user)
        assert client.get(page_of(creation)).status_code == status
        assert client.get(page_of(creation) + "state").status_code == status
    client.logout()
    assert client.get(page_of(creation)).status_code == 302


def test_an_invalid_form_requests_nothing(seller_client, all_events_are_large):
    assert seller_client.post(ADD, filled_in(name="")).status_code == 200
    assert not Creation.objects.exists()


def test_a_request_is_stored_while_the_broker_is_unavailable(seller_client, all_events_are_large, monkeypatch):
    def refuse(*args, **kwargs):
        raise ConnectionError

    monkeypatch.setattr(app, "signature", refuse)
    assert seller_client.post(ADD, filled_in()).status_code == 302
    assert Creation.objects.get().status == "waiting"
