"""Operations whose transaction fails in the middle are repeated, and have their effect once."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import partial
from typing import Any
from unittest import mock

import pytest
from django.conf import settings
from rest_framework.test import APIClient

from accounts.models import Session, TokenFamily, User
from accounts.operations.passwords import reset_link_parts, reset_password
from accounts.operations.registration import register_user
from accounts.operations.stream_tickets import issue_stream_ticket
from accounts.operations.tokens import tokens_for
from bookings import housekeeping
from bookings.emails import send
from bookings.event_changes.cancel_event import cancel_event, release_cancelled_event
from bookings.event_changes.complete_bookings import complete_bookings
from bookings.holds import expiry, respond_async
from bookings.holds.hold_request import HoldRequest
from bookings.holds.models import Booking
from bookings.invariants import check_invariants
from bookings.notifications.models import EmailMessage
from bookings.payments import gateway_webhook, refund, send_refunds, settle
from bookings.payments.gateways import Charge, Outcome, gateway
from bookings.payments.models import Refund, WebhookEvent
from bookings.payments.pay import begin_payment
from bookings.states import DeliveryKind, EmailKind, SelectionMode
from bookings.tickets.models import Admission
from bookings.webhooks import delivery
from bookings.webhooks.models import Delivery, Endpoint
from conftest import PASSWORD
from core.clock import database_now
from core.feature_switches import SURGE, turn
from core.models import FeatureSwitch
from core.tests.interruptions import DEADLOCK, SESSION_ENDED, interrupted_after
from events.models import Event, SeatChange
from events.states import ChangeKind

pytestmark = pytest.mark.django_db(transaction=True)

Hold = Callable[..., Booking]
Interrupted = Callable[[str], AbstractContextManager[None]]
NEW_PASSWORD = "another quiet evening"


@pytest.fixture(params=[DEADLOCK, SESSION_ENDED], ids=["deadlock", "lost connection"])
def interrupted(request: pytest.FixtureRequest) -> Interrupted:
    """`with interrupted(marker)`: the transaction fails once, after the statement that contains `marker`."""
    return partial(interrupted_after, failure=request.param)


@pytest.fixture
def enqueued(monkeypatch: pytest.MonkeyPatch) -> mock.Mock:
    """Stands for Celery; its calls are the tasks that were enqueued."""
    app = mock.Mock()
    monkeypatch.setattr("core.enqueue.current_app", app)
    return app.signature


@pytest.fixture
def browser(alice: User) -> APIClient:
    """Alice's browser, signed in with a cookie."""
    client = APIClient()
    client.force_login(alice)
    return client


def seat_changes(kind: ChangeKind) -> int:
    return SeatChange.objects.filter(kind=kind).count()


def emails(kind: EmailKind) -> int:
    return EmailMessage.objects.filter(kind=kind).count()


def end_hold(booking: Booking) -> None:
    Booking.objects.filter(pk=booking.pk).update(expires_at=database_now())


# --- Accounts ------------------------------------------------------------------------------------


def test_a_registration_creates_one_user_and_enqueues_one_email(interrupted: Interrupted, enqueued: mock.Mock) -> None:
    with interrupted('INSERT INTO "accounts_user"'):
        user = register_user(email="erin@example.com", password=PASSWORD, name="Erin", role="buyer")
    assert User.objects.get().pk == user.pk
    enqueued.assert_called_once_with("accounts.tasks.send_verification_mail", kwargs={"user_id": user.pk})


def test_a_new_sign_in_has_one_token_family(interrupted: Interrupted, alice: User) -> None:
    with interrupted('INSERT INTO "accounts_tokenfamily"'):
        tokens_for(alice)
    assert TokenFamily.objects.count() == 1


def test_a_reset_link_works_although_the_first_attempt_was_rolled_back(interrupted: Interrupted, alice: User) -> None:
    uid, token = reset_link_parts(alice)
    with interrupted('UPDATE "accounts_user" SET "password"'):
        reset_password(uid=uid, token=token, password=NEW_PASSWORD)
    assert User.objects.get().check_password(NEW_PASSWORD)


def test_a_new_password_and_name_are_stored_and_the_session_stays(
    interrupted: Interrupted, browser: APIClient, alice: User
) -> None:
    changes = {"name": "Alicia", "password": NEW_PASSWORD, "current_password": PASSWORD}
    with interrupted('UPDATE "accounts_user" SET "name"'):
        response = browser.patch("/api/user", changes)
    assert response.status_code == 200
    assert browser.get("/api/user").json()["name"] == "Alicia"
    assert User.objects.get().check_password(NEW_PASSWORD)
    assert Session.objects.count() == 1


def test_a_logout_ends_the_session_and_all_tokens(interrupted: Interrupted, browser: APIClient, alice: User) -> None:
    tokens_for(alice)
    issue_stream_ticket(user=alice)
    with interrupted('DELETE FROM "accounts_streamticket"'):
        response = browser.post("/api/user/logout")
    assert response.status_code == 204
    assert not Session.objects.exists()
    assert not TokenFamily.objects.filter(revoked_at=None).exists()
    assert not alice.stream_tickets.exists()
    assert browser.get("/api/user").status_code == 401


# --- Holds and payments --------------------------------------------------------------------------


def test_an_expired_hold_ends_once(
    interrupted: Interrupted, hold: Hold, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    published, wasted = mock.Mock(), mock.Mock()
    booking = hold(alice)
    end_hold(booking)
    monkeypatch.setattr("bookings.publish.publish_many", published)
    monkeypatch.setattr(expiry, "record_wasted_holds", wasted)
    with interrupted("INSERT INTO bookings_emailmessage"):
        assert expiry.expire_in(booking.subsection_id) == 1
    booking.refresh_from_db()
    assert booking.status == "expired"
    assert (seat_changes(ChangeKind.EXPIRED), emails(EmailKind.HOLD_EXPIRED)) == (1, 1)
    assert (published.call_count, wasted.call_count) == (1, 1)


def test_a_payment_is_settled_once(interrupted: Interrupted, hold: Hold, alice: User) -> None:
    booking = hold(alice, quantity=2)
    payment = begin_payment(order_id=booking.pk, buyer_id=alice.pk, card_last4="4242", provider=gateway())[0]
    with interrupted("INSERT INTO bookings_emailmessage"):
        settle.settle_stepwise(
            payment_id=payment.pk, charge=Charge(Outcome.CAPTURED, "reference", amount=10_000, currency="USD")
        )
    booking.refresh_from_db()
    assert (booking.status, Admission.objects.count()) == ("paid", 2)
    assert (seat_changes(ChangeKind.PAID), emails(EmailKind.CONFIRMATION)) == (1, 1)


def test_a_late_payment_is_refunded_once(
    interrupted: Interrupted, hold: Hold, alice: User, bob: User, enqueued: mock.Mock
) -> None:
    """This is the operation with a savepoint: the seats can't be taken again."""
    booking = hold(alice, "1-1", "1-2")
    payment = begin_payment(order_id=booking.pk, buyer_id=alice.pk, card_last4="4242", provider=gateway())[0]
    end_hold(booking)
    expiry.expire_in(booking.subsection_id)
    hold(bob, "1-2", "1-3")
    with interrupted('INSERT INTO "bookings_refund"'):
        settle.settle_stepwise(
            payment_id=payment.pk, charge=Charge(Outcome.CAPTURED, "reference", amount=10_000, currency="USD")
        )
    refunded = Refund.objects.get()
    assert (refunded.amount, emails(EmailKind.SEATS_LOST)) == (payment.amount, 1)
    enqueued.assert_called_once_with("bookings.payments.tasks.send_refund", kwargs={"refund_id": str(refunded.pk)})


def test_a_payment_is_cancelled(interrupted: Interrupted, hold: Hold, alice: User) -> None:
    booking = hold(alice)
    payment = begin_payment(order_id=booking.pk, buyer_id=alice.pk, card_last4="4242", provider=gateway())[0]
    with interrupted('UPDATE "bookings_payment"'):
        settle.cancel_payment(payment_id=payment.pk)
    payment.refresh_from_db()
    assert payment.status == "cancelled"


def test_a_refund_is_marked_as_sent(
    interrupted: Interrupted, paid_booking: Hold, alice: User, enqueued: mock.Mock
) -> None:
    refund.refund_booking(booking_id=paid_booking(alice).pk, user=alice)
    with interrupted('UPDATE "bookings_refund" SET "status"'):
        send_refunds.send_refund(refund_id=Refund.objects.get().pk)
    assert Refund.objects.get().status == "sent"


def test_a_message_of_the_gateway_is_recorded_once(interrupted: Interrupted) -> None:
    with interrupted('INSERT INTO "bookings_webhookevent"'):
        gateway_webhook._record("mock", "event")
    assert WebhookEvent.objects.count() == 1


def test_an_accepted_hold_request_fails_once(
    interrupted: Interrupted, concert: Event, alice: User, enqueued: mock.Mock
) -> None:
    request = HoldRequest(concert.pk, "A", 1, SelectionMode.BEST_AVAILABLE, 2)
    booking = respond_async.accept_hold_request(buyer_id=alice.pk, hold_request=request)
    with interrupted('UPDATE "bookings_booking"'):
        respond_async._fail(booking.pk, "There are not enough seats.")
    booking.refresh_from_db()
    assert (booking.status, booking.failure) == ("failed", "There are not enough seats.")


def test_the_holds_of_a_cancelled_event_end_once(
    interrupted: Interrupted, hold: Hold, alice: User, carol: User, concert: Event, enqueued: mock.Mock
) -> None:
    hold(alice)
    cancel_event(event_id=concert.pk, seller=carol)
    with interrupted("INSERT INTO bookings_emailmessage"):
        assert release_cancelled_event(event_id=concert.pk) == 1
    assert (seat_changes(ChangeKind.CANCELLED), emails(EmailKind.EVENT_CANCELLED)) == (1, 1)


# --- Sweeps --------------------------------------------------------------------------------------


def test_paid_bookings_are_completed(interrupted: Interrupted, paid_booking: Hold, alice: User) -> None:
    paid_booking(alice)
    Event.objects.update(status="completed")
    with interrupted("UPDATE bookings_booking b SET status = 'completed'"):
        assert complete_bookings() == 1
    assert Booking.objects.get().status == "completed"


def test_an_email_is_claimed_once(interrupted: Interrupted, paid_booking: Hold, alice: User) -> None:
    paid_booking(alice)
    with interrupted('UPDATE "bookings_emailmessage"'):
        claimed = send._claim(None)
    assert claimed is not None
    assert (claimed.attempts, EmailMessage.objects.get().attempts) == (1, 1)


def test_deliveries_are_claimed_once(interrupted: Interrupted, carol: User) -> None:
    now = database_now()
    endpoint = Endpoint.objects.create(
        seller=carol, url="https://example.com/", kinds=[], secret="whsec_", free_at=now, created_at=now
    )
    Delivery.objects.create(endpoint=endpoint, kind=DeliveryKind.TEST, subject="x", happened_at=now, due_at=now)
    with interrupted('UPDATE "bookings_delivery"'):
        claimed = delivery._claim(16)
    assert claimed is not None
    assert [each.attempts for each in claimed] == [Delivery.objects.get().attempts] == [1]


def test_old_rows_are_purged(interrupted: Interrupted) -> None:
    old = database_now() - timedelta(days=settings.WEBHOOK_EVENT_DAYS + 1)
    WebhookEvent.objects.create(gateway="mock", event_id="old", received_at=old)
    with interrupted('DELETE FROM "bookings_webhookevent"'):
        assert housekeeping.purge_finished() == 1
    assert not WebhookEvent.objects.exists()


def test_invariants_are_checked_in_one_snapshot(interrupted: Interrupted, paid_booking: Hold, alice: User) -> None:
    paid_booking(alice)
    with interrupted("statement_timeout"):
        breaches: dict[str, list[Any]] = check_invariants()
    assert not any(breaches.values())


def test_a_switch_is_turned_on(interrupted: Interrupted, olga: User) -> None:
    with interrupted('INSERT INTO "core_featureswitch"'):
        turn(name=SURGE, on=True, by=olga)
    assert FeatureSwitch.objects.get(name=SURGE).is_on
