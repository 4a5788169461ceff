"""Admin actions on bookings: each asks for confirmation, runs an operation and is logged."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from bookings.checkin.check_in import check_in
from bookings.checkin.tests.stage import codes_of
from bookings.emails.send import send_due_emails
from bookings.holds.models import Booking
from bookings.notifications.models import EmailMessage
from bookings.payments.gateways import gateway
from bookings.payments.models import Refund
from bookings.payments.pay import begin_payment
from bookings.payments.send_refunds import send_refund
from core.clock import database_now
from events.models import Ticket
from events.seller_admin import action_pages
from events.seller_admin.tests.messages import messages_of

LIST = "/admin/bookings/booking/"


def action_path(booking: Booking, name: str) -> str:
    return f"{LIST}{booking.pk}/do/{name}/"


def chosen(*bookings: Booking, action: str, **more: str) -> dict[str, object]:
    """Return the form of the list as a browser sends it."""
    return {"action": action, "_selected_action": [booking.pk for booking in bookings], "index": "0", **more}


def statuses() -> list[str]:
    return list(Booking.objects.order_by("created_at").values_list("status", flat=True))


def offered(seller_client, booking: Booking) -> list[str]:
    return [one.name for one in seller_client.get(f"{LIST}{booking.pk}/change/").context["row_actions"]]


def test_the_page_of_a_booking_offers_the_possible_actions(seller_client, hold, paid_booking, alice):
    held, paid, over = hold(alice), paid_booking(alice), hold(alice)
    Booking.objects.filter(pk=over.pk).update(expires_at=database_now())
    assert offered(seller_client, held) == ["release"]
    assert offered(seller_client, paid) == ["refund", "resend"]
    assert offered(seller_client, over) == []


def test_a_hold_is_cancelled_after_a_confirmation_page(seller_client, hold, alice):
    booking = hold(alice, "1-1", "1-2")
    question = seller_client.get(action_path(booking, "release"))
    shown = ("free for others at once", "alice@example.com", "row 1, seats 1 and 2", "Cancel the reservation</button>")
    for words in ("1 booking.", *shown):
        assert words in question.text, words
    assert statuses() == ["pending_payment"]
    answer = seller_client.post(action_path(booking, "release"), follow=True)
    words = "Reservation cancelled: the seats are free again, alice@example.com gets an email."
    assert messages_of(answer) == [words]
    assert statuses() == ["cancelled"]
    assert not Ticket.objects.exclude(status="available").exists()
    assert LogEntry.objects.get().change_message == words
    assert words in seller_client.get(f"{LIST}{booking.pk}/history/").text


def test_a_paid_booking_is_refunded_and_its_page_shows_the_progress(seller_client, paid_booking, alice, carol):
    booking = paid_booking(alice)
    assert "1 booking, $100.00." in seller_client.get(action_path(booking, "refund")).text
    answer = seller_client.post(action_path(booking, "refund"), follow=True)
    assert messages_of(answer) == ["Refunded $100.00: the tickets are void, alice@example.com gets an email."]
    refund = Refund.objects.get()
    assert (refund.amount, refund.reason, refund.by) == (10_000, "seller", carol)
    assert "$100.00. Given by the seller. Promised on" in answer.text
    assert "Void since" in answer.text
    send_refund(refund_id=refund.pk)
    assert "Sent to the card on" in seller_client.get(f"{LIST}{booking.pk}/change/").text


def test_tickets_are_sent_again_but_not_twice_in_a_minute(seller_client, paid_booking, alice, mailoutbox):
    booking = paid_booking(alice)
    send_due_emails()
    EmailMessage.objects.update(written_at=database_now() - timedelta(seconds=61))
    assert messages_of(seller_client.post(action_path(booking, "resend"), follow=True)) == [
        "Tickets sent again to alice@example.com."
    ]
    answer = seller_client.post(action_path(booking, "resend"), follow=True)
    assert messages_of(answer) == ["The tickets were sent less than a minute ago. Please wait a minute."]
    assert send_due_emails() == 1
    assert LogEntry.objects.count() == 1
    page = seller_client.get(f"{LIST}{booking.pk}/change/").text
    assert page.count("Sent on") == 2


def test_a_refused_action_shows_the_reason_and_changes_nothing(seller_client, hold, paid_booking, alice):
    held, paid = hold(alice), paid_booking(alice)
    begin_payment(order_id=held.pk, buyer_id=alice.pk, card_last4="4242", provider=gateway())
    for booking, name, words in (
        (held, "release", "A payment for this booking is under way. Please wait for its outcome."),
        (held, "refund", "A booking that is pending_payment can't be refunded."),
        (paid, "release", "A booking that is paid can't be cancelled."),
    ):
        assert messages_of(seller_client.post(action_path(booking, name), follow=True)) == [words]
    assert statuses() == ["pending_payment", "paid"]
    assert not LogEntry.objects.exists()


def test_several_bookings_are_refunded_after_a_page_with_their_number_and_total(
    seller_client, hold, paid_booking, alice, bob
):
    paid, other, held = paid_booking(alice), paid_booking(bob, quantity=1), hold(bob)
    question = seller_client.post(LIST, chosen(paid, other, held, action="refund"))
    assert "2 bookings, $150.00." in question.text
    assert "1 booking with the status “Waiting for payment”" in question.text
    assert str(held.pk) not in question.text
    assert statuses() == ["paid", "paid", "pending_payment"]
    sure = chosen(paid, other, action="refund", sure="yes")
    del sure["index"]
    answer = seller_client.post(LIST, sure, follow=True)
    assert messages_of(answer) == ["Refund: 2 bookings, $150.00."]
    assert statuses() == ["refunded", "refunded", "pending_payment"]
    assert set(LogEntry.objects.values_list("object_id", flat=True)) == {str(paid.pk), str(other.pk)}


def test_a_booking_that_changed_after_the_confirmation_page_is_refused_and_the_rest_is_done(
    seller_client, hold, alice, bob
):
    gone, held = hold(alice), hold(bob)
    seller_client.post(action_path(gone, "release"))
    answer = seller_client.post(LIST, chosen(gone, held, action="release", sure="yes"), follow=True)
    assert "A booking that is cancelled can't be cancelled." in messages_of(answer)
    assert statuses() == ["cancelled", "cancelled"]


def test_more_than_can_be_waited_for_are_not_begun(seller_client, hold, alice, bob, monkeypatch):
    monkeypatch.setattr(action_pages, "MAX_ROWS", 1)
    answer = seller_client.post(LIST, chosen(hold(alice), hold(bob), action="release", sure="yes"), follow=True)
    assert "at most 1 booking at a time" in messages_of(answer)[0]
    assert statuses() == ["pending_payment"] * 2


@pytest.mark.parametrize("name", ["release", "refund", "resend"])
def test_a_booking_of_another_seller_is_not_found(client, name, hold, alice, dave):
    booking = hold(alice)
    client.force_login(dave)
    for answer in (client.get(action_path(booking, name)), client.post(action_path(booking, name))):
        assert answer.status_code == 404
    client.post(LIST, chosen(booking, action=name, sure="yes"))
    client.force_login(alice)
    assert client.post(action_path(booking, name)).status_code == 302  # to the login
    assert statuses() == ["pending_payment"]
    assert not EmailMessage.objects.exists()


def test_an_action_needs_a_post_with_csrf_token_and_a_known_name(seller_client, carol, hold, alice):
    booking = hold(alice)
    stranger = Client(enforce_csrf_checks=True)
    stranger.force_login(carol)
    assert stranger.post(action_path(booking, "release")).status_code == 403
    assert seller_client.put(action_path(booking, "release")).status_code == 405
    assert seller_client.post(action_path(booking, "pay")).status_code == 404
    assert seller_client.post(f"{LIST}nonsense/do/release/").status_code == 404
    nonsense = {"action": "release", "_selected_action": ["x"], "index": "0"}
    assert "no such booking" in messages_of(seller_client.post(LIST, nonsense, follow=True))[0]
    assert statuses() == ["pending_payment"]


def test_an_operator_can_run_actions_for_a_seller(client, olga, paid_booking, alice):
    client.force_login(olga)
    client.post(action_path(paid_booking(alice), "refund"))
    assert statuses() == ["refunded"]


def test_the_page_shows_the_status_of_tickets_and_emails(seller_client, concert, paid_booking, alice, carol):
    booking = paid_booking(alice, "1-1", "1-2")
    page = f"{LIST}{booking.pk}/change/"
    for words in ("Active", "Waiting, to be sent on", "Booking confirmed, with the tickets"):
        assert words in seller_client.get(page).text, words
    check_in(event_id=concert.pk, by=carol, code=codes_of(booking)[0])
    EmailMessage.objects.update(status="failed", attempts=10, failure="no such mailbox")
    text = seller_client.get(page).text
    assert "Used: let in on" in text
    assert "Given up after 10 attempts: no such mailbox" in text


def test_the_page_takes_as_many_queries_for_nine_tickets_as_for_one(
    seller_client, paid_booking, alice, django_assert_num_queries
):
    one, nine = paid_booking(alice, quantity=1), paid_booking(alice, quantity=9)
    seller_client.get(f"{LIST}{one.pk}/change/")
    with django_assert_num_queries(7):
        seller_client.get(f"{LIST}{one.pk}/change/")
    with django_assert_num_queries(7):
        seller_client.get(f"{LIST}{nine.pk}/change/")
