"""The parts of an event's admin page about its bookings: cancelling with refunds, and the queue."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from bookings.event_changes import tasks
from bookings.event_changes.cancel_event import release_cancelled_event
from bookings.holds.models import Booking
from bookings.payments.models import Refund
from bookings.payments.refund import refund_booking
from bookings.payments.send_refunds import send_refund
from events.models import Event

pytestmark = pytest.mark.django_db(transaction=True)


def page_of(event: Event, page: str) -> str:
    return f"/admin/events/event/{event.pk}/{page}"


def effects_of(browser: Client, event: Event, step: str) -> list[str]:
    return browser.get(page_of(event, f"do/{step}/")).context["confirmation"].parts[0].sentences


def progress(browser: Client, event: Event) -> dict[str, object]:
    return browser.get(page_of(event, "progress/")).json()


def test_the_cancel_page_shows_affected_bookings_buyers_and_money(
    seller_client, concert, hold, paid_booking, alice, bob
):
    hold(alice)
    paid_booking(alice)
    paid_booking(bob)
    paid_booking(bob, section="B", quantity=1)
    refund_booking(booking_id=paid_booking(bob).pk, user=bob)
    assert effects_of(seller_client, concert, "cancel") == [
        "From that moment on, nobody can book or pay.",
        "1 reservation ends without a charge.",
        "3 paid bookings of 2 buyers are refunded in full: $220.00 in all.",
        "This runs in the background; the event's page shows its progress.",
        "The tickets of these bookings stop working.",
        "Everyone who has reserved or paid for seats gets an email.",
        "This can't be undone.",
    ]
    concert.refresh_from_db()
    assert concert.status == "available"
    assert not LogEntry.objects.exists()


def test_the_cancel_page_says_if_nobody_is_affected(seller_client, concert):
    assert effects_of(seller_client, concert, "cancel")[1] == (
        "Nobody has reserved or paid for seats, so there are no emails and no refunds."
    )


def test_the_progress_counts_the_refunds_of_the_cancellation_only(
    seller_client, concert, hold, paid_booking, alice, bob
):
    refund_booking(booking_id=paid_booking(bob).pk, user=bob)
    for refund in Refund.objects.all():
        send_refund(refund_id=refund.pk)
    for buyer in (alice, bob):
        paid_booking(buyer)
    hold(alice)
    assert progress(seller_client, concert) == {
        "done": 0,
        "total": 0,
        "text": "",
        "running": False,
        "label": "",
        "next": "",
    }

    answer = seller_client.post(page_of(concert, "do/cancel/"), follow=True)
    assert "0 of 2 bookings refunded, 1 reservation still to end." in answer.text
    assert LogEntry.objects.get().change_message.startswith("Cancelled.")

    release_cancelled_event(event_id=concert.pk)
    refunds = {"label": "Refunds", "next": ""}
    words = "0 of 2 bookings refunded, 2 wait for the gateway."
    assert progress(seller_client, concert) == {"done": 0, "total": 2, "text": words, "running": True, **refunds}

    first, second = Refund.objects.filter(status="pending")
    send_refund(refund_id=first.pk)
    words = "1 of 2 bookings refunded, 1 waits for the gateway."
    assert progress(seller_client, concert) == {"done": 1, "total": 2, "text": words, "running": True, **refunds}
    send_refund(refund_id=second.pk)
    words = "2 of 2 bookings refunded."
    assert progress(seller_client, concert) == {"done": 2, "total": 2, "text": words, "running": False, **refunds}
    assert '<label for="progress-bar">Refunds</label>' in seller_client.get(page_of(concert, "change/")).text
    assert "progress.js" not in seller_client.get(page_of(concert, "change/")).text


def test_the_progress_says_if_there_is_nothing_to_refund(seller_client, concert):
    seller_client.post(page_of(concert, "do/cancel/"))
    tasks.update_by_clock()
    words = "There is nothing to refund."
    label = "Cancellation"
    assert progress(seller_client, concert) == {
        "done": 0,
        "total": 0,
        "text": words,
        "running": False,
        "label": label,
        "next": "",
    }
    assert '<label for="progress-bar">Cancellation</label>' in seller_client.get(page_of(concert, "change/")).text


def test_the_progress_takes_two_queries_besides_session_user_and_event(
    seller_client, concert, paid_booking, alice, django_assert_num_queries
):
    paid_booking(alice)
    seller_client.post(page_of(concert, "do/cancel/"))
    with django_assert_num_queries(5):  # session, user, event
        progress(seller_client, concert)


def test_pausing_shows_how_many_buyers_wait(seller_client, concert, state_redis):
    Event.objects.update(waiting_room_on=True)
    assert effects_of(seller_client, concert, "pause")[0] == "0 buyers wait at this moment, and 0 have been let in."
    assert len(effects_of(seller_client, concert, "resume")) == 2


def test_pausing_works_without_redis(seller_client, concert, use_redis):
    use_redis("redis://127.0.0.1:1/0")
    assert (
        effects_of(seller_client, concert, "pause")[0]
        == "The number of waiting buyers is not available at this moment."
    )


def test_other_users_cannot_cancel_or_see_the_progress(concert, paid_booking, alice, dave):
    booking = paid_booking(alice)
    for user, status in ((dave, 404), (alice, 302)):
        browser = Client()
        browser.force_login(user)
        assert browser.get(page_of(concert, "do/cancel/")).status_code == status
        assert browser.post(page_of(concert, "do/cancel/")).status_code == status
        assert browser.get(page_of(concert, "progress/")).status_code == status
    assert Booking.objects.get(pk=booking.pk).status == "paid"
    assert not LogEntry.objects.exists()
