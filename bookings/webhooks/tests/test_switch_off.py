"""An endpoint that responds with 410 or fails for five days is switched off, and its seller gets an email."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, transaction

from accounts.models import User
from bookings.emails.send import send_due_emails
from bookings.holds.models import Booking
from bookings.notifications.models import EmailMessage
from bookings.notifications.outbox import queue_email
from bookings.states import WANTED_KINDS, EmailKind
from bookings.webhooks import delivery
from bookings.webhooks.delivery import send_due_deliveries
from bookings.webhooks.endpoints import change_endpoint, remove_endpoint
from bookings.webhooks.models import Delivery, Endpoint
from bookings.webhooks.tests.receiver import Receiver
from core.clock import database_now

pytestmark = pytest.mark.django_db

Paid = Callable[..., Booking]
Mails = list[EmailMultiAlternatives]


@pytest.fixture
def dying(carols_server: Receiver, paid_booking: Paid, alice: User) -> Endpoint:
    """Carol's endpoint with three due messages; it fails, and has failed for five days."""
    for _ in range(3):
        paid_booking(alice, quantity=1)
    EmailMessage.objects.all().delete()  # alice's tickets
    carols_server.responses = [500] * 3
    Endpoint.objects.update(failing_since=database_now() - timedelta(days=5, minutes=1))
    return Endpoint.objects.get()


def switch_on(endpoint: Endpoint) -> None:
    change_endpoint(endpoint_id=endpoint.pk, by=endpoint.seller, url=endpoint.url, kinds=WANTED_KINDS, is_active=True)


def test_an_endpoint_that_responds_410_gets_no_more_messages(
    carols_server: Receiver, paid_booking: Paid, alice: User
) -> None:
    carols_server.responses = [410]
    paid_booking(alice, quantity=1)
    send_due_deliveries()
    endpoint = Endpoint.objects.get()
    assert (endpoint.is_active, endpoint.off_because) == (False, "It responded with 410: it wants no more messages.")
    assert Delivery.objects.get().status == "failed"
    paid_booking(alice, quantity=1)
    assert send_due_deliveries() == 0
    assert Delivery.objects.count() == 1


def test_an_endpoint_that_accepts_nothing_for_five_days_is_switched_off(dying: Endpoint) -> None:
    assert send_due_deliveries() == 1
    dying.refresh_from_db()
    assert not dying.is_active
    assert "has accepted nothing since" in dying.off_because and "Status 500: well" in dying.off_because


def test_the_seller_gets_an_email_with_the_last_error_and_a_link_to_switch_it_on(
    dying: Endpoint, carol: User, mailoutbox: Mails
) -> None:
    send_due_deliveries()
    send_due_emails()
    [mail] = mailoutbox
    assert (mail.to, mail.subject) == ([carol.email], "Your webhook endpoint was switched off")
    html = str(mail.alternatives[0][0])
    page = f"{settings.SITE_URL}/admin/bookings/endpoint/{dying.pk}/change/"
    for expected in (dying.url, "It has accepted nothing since", "Status 500: well", page, "Active"):
        assert expected in mail.body and expected in html
    for text in (mail.body, html):
        assert "Booking" not in text and "/bookings" not in text.replace(page, "")
    assert EmailMessage.objects.get().status == "sent"


def test_messages_that_fail_together_cause_one_email(carols_server: Receiver, paid_booking: Paid, alice: User) -> None:
    for _ in range(5):
        paid_booking(alice, quantity=1)
    carols_server.responses = [410] * 5
    assert send_due_deliveries() == 5
    assert EmailMessage.objects.filter(kind=EmailKind.ENDPOINT_OFF).count() == 1


def test_each_switch_off_causes_an_email(carols_server: Receiver, dying: Endpoint, mailoutbox: Mails) -> None:
    for number in (1, 2):
        carols_server.responses = [410]
        Delivery.objects.update(due_at=database_now(), status="waiting")
        Endpoint.objects.update(failing_since=database_now())  # one message is enough
        assert send_due_deliveries() == 1
        send_due_emails()
        assert len(mailoutbox) == number
        switch_on(dying)


def test_no_email_is_sent_if_the_endpoint_is_on_again(dying: Endpoint, mailoutbox: Mails) -> None:
    send_due_deliveries()
    switch_on(dying)
    send_due_emails()
    assert not mailoutbox
    assert EmailMessage.objects.get().status == "dropped"


def test_no_email_is_queued_if_the_seller_switches_it_off_first(
    dying: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_failure = delivery._record_failure

    def switch_off_and_record(*args: Any) -> None:
        Endpoint.objects.update(is_active=False)
        record_failure(*args)

    monkeypatch.setattr(delivery, "_record_failure", switch_off_and_record)
    assert send_due_deliveries() == 1
    assert not EmailMessage.objects.exists()


def test_removing_an_endpoint_removes_its_waiting_email(dying: Endpoint, carol: User) -> None:
    send_due_deliveries()
    remove_endpoint(endpoint_id=dying.pk, by=carol)
    assert not EmailMessage.objects.exists()
    assert send_due_emails() == 0


def test_the_receivers_response_is_escaped_in_html(dying: Endpoint, mailoutbox: Mails) -> None:
    send_due_deliveries()
    Endpoint.objects.update(off_because="It has accepted nothing. The last error: Status 500: <b>no</b>")
    send_due_emails()
    assert "<b>no</b>" in mailoutbox[0].body
    assert "<b>no" not in str(mailoutbox[0].alternatives[0][0])


def test_an_email_is_about_a_booking_or_an_endpoint(dying: Endpoint) -> None:
    booking = Booking.objects.all()[0]
    with pytest.raises(IntegrityError, match="email_of_booking_or_endpoint"), transaction.atomic():
        queue_email(EmailKind.ENDPOINT_OFF, booking)
    queue_email(EmailKind.CONFIRMATION, booking)
    for wrong in ({"booking": None}, {"endpoint": dying}):
        with pytest.raises(IntegrityError, match="email_of_booking_or_endpoint"), transaction.atomic():
            EmailMessage.objects.update(**wrong)
