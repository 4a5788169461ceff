"""What a seller does about bookings at his desk: asked first, done by the operations, logged."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from bookings.gateways import gateway
from bookings.models import Booking, Letter, Refund
from bookings.operations.check_in import check_in
from bookings.operations.pay import begin_payment
from bookings.operations.post import send_due_letters
from bookings.operations.refund import send_refund
from bookings.tests.gate_stage import codes_of
from events import action_pages
from events.clock import database_now
from events.models import Ticket
from events.tests.desk import messages_of

LIST = "/admin/bookings/booking/"


def deed(booking: Booking, name: str) -> str:
    return f"{LIST}{booking.pk}/do/{name}/"


def chosen(*bookings: Booking, action: str, **more: str) -> dict[str, object]:
    """The list's form as a browser sends it."""
    return {"action": action, "_selected_action": [booking.pk for booking in bookings], "index": "0", **more}


def statuses() -> list[str]:
    return list(Booking.objects.order_by("created_at").values_list("status", flat=True))


def offered(desk, booking: Booking) -> list[str]:
    return [one.name for one in desk.get(f"{LIST}{booking.pk}/change/").context["row_actions"]]


def test_the_page_of_a_booking_offers_what_can_be_done_about_it(desk, hold, paid_booking, alice):
    held, paid, over = hold(alice), paid_booking(alice), hold(alice)
    Booking.objects.filter(pk=over.pk).update(expires_at=database_now())
    assert offered(desk, held) == ["release"]
    assert offered(desk, paid) == ["refund", "resend"]
    assert offered(desk, over) == []


def test_a_hold_is_cancelled_after_a_page_that_says_so(desk, hold, alice):
    booking = hold(alice, "1-1", "1-2")
    asked = desk.get(deed(booking, "release"))
    shown = ("free for others at once", "alice@example.com", "row 1, seats 1–2", "Cancel the hold</button>")
    for words in ("1 booking.", *shown):
        assert words in asked.text, words
    assert statuses() == ["pending_payment"]
    answer = desk.post(deed(booking, "release"), follow=True)
    words = "Hold cancelled: the seats are free again, alice@example.com is told by mail."
    assert messages_of(answer) == [words]
    assert statuses() == ["cancelled"]
    assert not Ticket.objects.exclude(status="available").exists()
    assert LogEntry.objects.get().change_message == words
    assert words in desk.get(f"{LIST}{booking.pk}/history/").text


def test_a_paid_booking_is_refunded_and_its_page_shows_how_far_that_is(desk, paid_booking, alice, carol):
    booking = paid_booking(alice)
    assert "1 booking, 100.00 USD." in desk.get(deed(booking, "refund")).text
    answer = desk.post(deed(booking, "refund"), follow=True)
    assert messages_of(answer) == ["Refunded 100.00 USD: the tickets are void, alice@example.com is told by mail."]
    refund = Refund.objects.get()
    assert (refund.amount, refund.reason, refund.by) == (10_000, "seller", carol)
    assert "100.00 USD. Given by the seller. Promised on" in answer.text
    assert "Void since" in answer.text
    send_refund(refund_id=refund.pk)
    assert "Sent to the card on" in desk.get(f"{LIST}{booking.pk}/change/").text


def test_the_tickets_are_sent_again_but_not_twice_in_a_minute(desk, paid_booking, alice, mailoutbox):
    booking = paid_booking(alice)
    send_due_letters()
    Letter.objects.update(written_at=database_now() - timedelta(seconds=61))
    assert messages_of(desk.post(deed(booking, "resend"), follow=True)) == ["Tickets sent again to alice@example.com."]
    answer = desk.post(deed(booking, "resend"), follow=True)
    assert messages_of(answer) == ["The tickets were sent less than a minute ago. Please wait a minute."]
    assert send_due_letters() == 1
    assert LogEntry.objects.count() == 1
    page = desk.get(f"{LIST}{booking.pk}/change/").text
    assert page.count("Sent on") == 2


def test_a_refusal_is_told_and_leaves_nothing(desk, hold, paid_booking, alice):
    held, paid = hold(alice), paid_booking(alice)
    begin_payment(booking_id=held.pk, buyer_id=alice.pk, card_last4="4242", provider=gateway())
    for booking, name, words in (
        (held, "release", "A payment for this booking is under way. Please wait for its outcome."),
        (held, "refund", "A booking that is pending_payment can't be refunded."),
        (paid, "release", "A booking that is paid can't be cancelled."),
    ):
        assert messages_of(desk.post(deed(booking, name), follow=True)) == [words]
    assert statuses() == ["pending_payment", "paid"]
    assert not LogEntry.objects.exists()


def test_several_are_refunded_at_once_after_a_page_with_their_number_and_the_money(
    desk, hold, paid_booking, alice, bob
):
    paid, other, held = paid_booking(alice), paid_booking(bob, quantity=1), hold(bob)
    asked = desk.post(LIST, chosen(paid, other, held, action="refund"))
    assert "2 bookings, 150.00 USD." in asked.text
    assert "1 booking with the status “Waiting for payment”" in asked.text
    assert str(held.pk) not in asked.text
    assert statuses() == ["paid", "paid", "pending_payment"]
    sure = chosen(paid, other, action="refund", sure="yes")
    del sure["index"]
    answer = desk.post(LIST, sure, follow=True)
    assert messages_of(answer) == ["Refund: 2 bookings, 150.00 USD."]
    assert statuses() == ["refunded", "refunded", "pending_payment"]
    assert set(LogEntry.objects.values_list("object_id", flat=True)) == {str(paid.pk), str(other.pk)}


def test_what_changed_after_the_question_is_refused_and_the_rest_is_done(desk, hold, alice, bob):
    gone, held = hold(alice), hold(bob)
    desk.post(deed(gone, "release"))
    answer = desk.post(LIST, chosen(gone, held, action="release", sure="yes"), follow=True)
    assert "A booking that is cancelled can't be cancelled." in messages_of(answer)
    assert statuses() == ["cancelled", "cancelled"]


def test_more_than_can_be_waited_for_are_not_begun(desk, hold, alice, bob, monkeypatch):
    monkeypatch.setattr(action_pages, "MAX_ROWS", 1)
    answer = desk.post(LIST, chosen(hold(alice), hold(bob), action="release", sure="yes"), follow=True)
    assert "at most 1 booking at a time" in messages_of(answer)[0]
    assert statuses() == ["pending_payment"] * 2


@pytest.mark.parametrize("name", ["release", "refund", "resend"])
def test_somebody_elses_booking_does_not_exist(client, name, hold, alice, dave):
    booking = hold(alice)
    client.force_login(dave)
    for answer in (client.get(deed(booking, name)), client.post(deed(booking, name))):
        assert answer.status_code == 404
    client.post(LIST, chosen(booking, action=name, sure="yes"))
    client.force_login(alice)
    assert client.post(deed(booking, name)).status_code == 302  # to the login
    assert statuses() == ["pending_payment"]
    assert not Letter.objects.exists()


def test_a_deed_needs_a_post_with_a_token_and_a_name(desk, carol, hold, alice):
    booking = hold(alice)
    stranger = Client(enforce_csrf_checks=True)
    stranger.force_login(carol)
    assert stranger.post(deed(booking, "release")).status_code == 403
    assert desk.put(deed(booking, "release")).status_code == 405
    assert desk.post(deed(booking, "pay")).status_code == 404
    assert desk.post(f"{LIST}nonsense/do/release/").status_code == 404
    nonsense = {"action": "release", "_selected_action": ["x"], "index": "0"}
    assert "no such booking" in messages_of(desk.post(LIST, nonsense, follow=True))[0]
    assert statuses() == ["pending_payment"]


def test_an_operator_does_it_for_a_seller(client, olga, paid_booking, alice):
    client.force_login(olga)
    client.post(deed(paid_booking(alice), "refund"))
    assert statuses() == ["refunded"]


def test_the_page_tells_of_tickets_and_mails_in_plain_words(desk, concert, paid_booking, alice, carol):
    booking = paid_booking(alice, "1-1", "1-2")
    page = f"{LIST}{booking.pk}/change/"
    for words in ("Active", "Waiting, to be sent on", "Booking confirmed, with the tickets"):
        assert words in desk.get(page).text, words
    check_in(event_id=concert.pk, by=carol, code=codes_of(booking)[0])
    Letter.objects.update(status="failed", attempts=10, failure="no such mailbox")
    text = desk.get(page).text
    assert "Used: let in on" in text
    assert "Given up after 10 attempts: no such mailbox" in text


def test_the_page_costs_the_same_number_of_queries_for_one_ticket_and_for_nine(
    desk, paid_booking, alice, django_assert_num_queries
):
    one, nine = paid_booking(alice, quantity=1), paid_booking(alice, quantity=9)
    desk.get(f"{LIST}{one.pk}/change/")
    with django_assert_num_queries(7):
        desk.get(f"{LIST}{one.pk}/change/")
    with django_assert_num_queries(7):
        desk.get(f"{LIST}{nine.pk}/change/")
