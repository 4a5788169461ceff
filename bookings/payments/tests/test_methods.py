"""Methods of payment with a step of the buyer: the bank's page is lost, opened twice or left."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from bookings.holds.expiry import expire_holds
from bookings.holds.models import Booking
from bookings.invariants import check_invariants
from bookings.payments.gateways import mock
from bookings.payments.gateways.mock_models import MockCharge
from bookings.payments.gateways.mock_webhooks import webhook_body, webhook_headers
from bookings.payments.models import Payment
from bookings.payments.reconcile import reconcile_payments
from bookings.testing.crowd import crowd
from core.clock import database_now

pytestmark = pytest.mark.django_db(transaction=True)

ClientOf = Callable[[User | None], APIClient]
GOOD = "4242424242424242"


@pytest.fixture
def booking(hold: Callable[..., Booking], alice: User) -> Booking:
    return hold(alice)


@pytest.fixture
def browser(alice: User, client: Client) -> Client:
    client.force_login(alice)
    return client


def pay(booking: Booking, client: Any, method: str = mock.BANK, key: str = "one") -> Any:
    return client.post(f"/api/booking/{booking.pk}/pay", {"method": method}, headers={"Idempotency-Key": key})


@pytest.fixture
def bank(booking: Booking, alice: User, client_of: ClientOf) -> str:
    """The bank's page of a payment that was begun."""
    return str(pay(booking, client_of(alice)).json()["next_url"])


def status(booking: Booking) -> str:
    booking.refresh_from_db()
    return booking.status


def deliver_webhook() -> int:
    entry = MockCharge.objects.get()
    body = webhook_body(entry)
    headers = webhook_headers(entry, body)
    return (
        Client().post("/api/payment/webhook/mock", body, content_type="application/json", headers=headers).status_code
    )


def confirm(browser: Client, bank: str, answer: str = "confirm") -> str:
    """Answer on the bank's page; return the address it sends the buyer back to."""
    return str(browser.post(bank, {"answer": answer})["Location"])


@pytest.mark.parametrize("method", [mock.BANK, mock.THREE_D_SECURE])
def test_a_confirmed_step_sells_the_seats(
    booking: Booking, alice: User, client_of: ClientOf, browser: Client, method: str
) -> None:
    begun = pay(booking, client_of(alice), method)
    assert (begun.status_code, begun.json()["status"]) == (202, "pending_payment")
    assert "Confirm the payment" in browser.get(begun.json()["next_url"]).text
    back = confirm(browser, begun.json()["next_url"])
    assert status(booking) == "pending_payment"
    for _ in range(2):  # the return is opened again
        assert browser.get(back)["Location"] == f"/checkout/{booking.pk}"
    assert status(booking) == "paid"
    paid = pay(booking, client_of(alice), method)
    assert (paid.status_code, paid.json()["status"], paid.json()["next_url"]) == (200, "paid", None)
    assert not any(check_invariants().values())


def test_a_refused_step_keeps_the_seats_and_another_method_pays(
    booking: Booking, bank: str, alice: User, client_of: ClientOf, browser: Client
) -> None:
    back = confirm(browser, bank, "refuse")
    page = browser.get(back, follow=True)
    assert mock.REFUSED_BY_BUYER[1] in page.text and "Card number" in page.text
    assert pay(booking, client_of(alice), "mock_card", "two").json()["status"] == "paid"
    assert MockCharge.objects.filter(captured=True).count() == 1


def test_the_lost_page_of_the_bank_is_found_again_from_any_tab(
    booking: Booking, bank: str, alice: User, client_of: ClientOf, browser: Client
) -> None:
    assert pay(booking, client_of(alice)).json()["next_url"] == bank  # the response was lost
    second_tab = pay(booking, client_of(alice), key="two")
    assert (second_tab.status_code, second_tab.json()["code"]) == (409, "payment_in_progress")
    assert f"/checkout/{booking.pk}/continue" in browser.get(f"/checkout/{booking.pk}").text
    assert browser.get(f"/checkout/{booking.pk}/continue")["Location"] == bank
    assert Payment.objects.count() == 1


def test_the_way_back_without_an_answer_changes_nothing(booking: Booking, bank: str, browser: Client) -> None:
    back = f"/payment/{Payment.objects.get().pk}/return"
    page = browser.get(back, follow=True)
    assert "Your payment is in progress" in page.text
    assert status(booking) == "pending_payment"
    confirm(browser, bank)  # the back button led to the bank again
    browser.get(back)
    assert status(booking) == "paid"


def test_the_webhook_may_come_before_the_buyer(booking: Booking, bank: str, browser: Client) -> None:
    back = confirm(browser, bank)
    assert deliver_webhook() == 200
    assert status(booking) == "paid"
    page = browser.get(back, follow=True)
    assert page.redirect_chain[-1][0] == f"/checkout/{booking.pk}/done"
    assert Payment.objects.get().status == "captured"


def test_a_closed_browser_pays_by_webhook_or_reconciliation(booking: Booking, bank: str, browser: Client) -> None:
    confirm(browser, bank)
    Payment.objects.update(created_at=database_now() - timedelta(seconds=11))
    assert reconcile_payments()["charges"] == 1
    assert (status(booking), deliver_webhook()) == ("paid", 200)
    assert not any(check_invariants().values())


def test_only_the_first_answer_counts(booking: Booking, bank: str, browser: Client) -> None:
    back = confirm(browser, bank, "refuse")
    confirm(browser, bank)
    browser.get(back)
    assert (MockCharge.objects.get().captured, status(booking)) == (False, "pending_payment")
    assert "was not confirmed" in browser.get(bank).text


def test_a_step_that_nobody_takes_ends_declined(booking: Booking, bank: str, browser: Client) -> None:
    Payment.objects.update(created_at=database_now() - timedelta(seconds=70))
    assert reconcile_payments()["charges"] == 0
    MockCharge.objects.update(waits_until=database_now())
    confirm(browser, bank)  # too late
    assert reconcile_payments()["charges"] == 1
    assert Payment.objects.get().failure == mock.NOT_CONFIRMED[1]


def test_a_confirmation_after_the_hold_ended_takes_the_seats_again(
    booking: Booking, bank: str, browser: Client
) -> None:
    Booking.objects.update(expires_at=database_now())
    expire_holds()
    assert status(booking) == "expired"
    browser.get(confirm(browser, bank))
    assert status(booking) == "paid"


def test_returns_webhooks_and_repeats_at_once_charge_once(
    booking: Booking, bank: str, alice: User, client_of: ClientOf, browser: Client
) -> None:
    back = confirm(browser, bank)
    acts: list[Callable[[], int]] = [
        lambda: browser.get(back).status_code,
        deliver_webhook,
        lambda: pay(booking, client_of(alice)).status_code,
    ]
    assert set(crowd(6, lambda number: acts[number % 3]())) <= {302, 200, 202}
    assert status(booking) == "paid"
    assert (Payment.objects.count(), MockCharge.objects.count()) == (1, 1)
    assert not any(check_invariants().values())


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"method": "no token"}, "method"),
        ({"method": "mock_card", "card_number": GOOD}, "method"),
        ({"method": ""}, "method"),
    ],
)
def test_what_is_no_method_is_refused(
    booking: Booking, alice: User, client_of: ClientOf, body: dict[str, str], field: str
) -> None:
    response = client_of(alice).post(f"/api/booking/{booking.pk}/pay", body)
    assert (response.status_code, response.json()["errors"][0]["field"]) == (400, field)
    assert Payment.objects.count() == 0


def test_tokens_that_settle_at_once_later_or_never(booking: Booking, alice: User, client_of: ClientOf) -> None:
    declined = [pay(booking, client_of(alice), method, method) for method in ("mock_declined", "pm_other")]
    assert [response.status_code for response in declined] == [402, 402]
    later = pay(booking, client_of(alice), mock.TRANSFER, "later")
    assert (later.status_code, later.json()["next_url"]) == (202, None)
    assert MockCharge.objects.get(method=mock.TRANSFER).captured


def test_the_steps_of_others_are_not_found(booking: Booking, bank: str, bob: User, client: Client) -> None:
    client.force_login(bob)
    payment = Payment.objects.get()
    for path in (bank, f"/payment/{payment.pk}/return", f"/checkout/{booking.pk}/continue"):
        assert client.get(path).status_code == 404
    assert client.post(bank, {"answer": "confirm"}).status_code == 404
    assert not MockCharge.objects.get().captured
