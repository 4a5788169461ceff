"""The pages of an order over several blocks: one total, one deadline, one payment, and all tickets."""

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from bookings.checkout.tests.stage import text_of
from bookings.emails.compose import compose
from bookings.holds.models import Booking
from bookings.invoices.terms import set_terms
from bookings.notifications.models import EmailMessage
from bookings.orders.cancel import remove_item
from bookings.orders.tests.stage import order_of
from bookings.payments.pay import pay_order
from bookings.payments.refund import refund_booking
from bookings.tickets.tests.pdf_text import pages_of
from conftest import GOOD_CARD
from core.clock import database_now
from events.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

ClientOf = Callable[[User | None], APIClient]


@pytest.fixture
def order(concert: Event, alice: User) -> list[Booking]:
    """Alice's order of two seats in A1 ($50.00 each) and two in B1 ($20.00 each)."""
    return order_of(alice, concert, "A1", "B1")


def pay(order: list[Booking]) -> None:
    pay_order(order_id=order[0].order_id, buyer_id=order[0].buyer_id, card_number=GOOD_CARD)


def test_checkout_shows_all_blocks_and_one_total(client_of: ClientOf, alice: User, order: list[Booking]) -> None:
    page = client_of(alice).get(f"/checkout/{order[0].order_id}")
    html, text = page.content.decode(), text_of(page)
    assert "Section A, block 1" in text and "Section B, block 1" in text
    assert "2 seats at $50.00 each." in text and "2 seats at $20.00 each." in text
    assert text.count("To pay") == 1 and "To pay $140.00" in text
    assert all(f'data-remove="{booking.pk}"' in html for booking in order)
    data = json.loads(re.search(r'id="checkout-data" type="application/json">(.*?)<', html)[1])  # type: ignore[index]
    assert (data["order"]["total_price"], set(data["blocks"])) == (14_000, {str(booking.pk) for booking in order})


def test_the_receipt_says_which_fees_and_taxes_are_in_the_total(
    client_of: ClientOf, alice: User, concert: Event
) -> None:
    set_terms(event_id=concert.pk, ticket_fee=150, ticket_tax="VAT 7 %", ticket_tax_rate=700)
    order = order_of(alice, concert, "A1", "B1")
    for path in ("", "/done"):
        if path:
            pay(order)
        text = text_of(client_of(alice).get(f"/checkout/{order[0].order_id}{path}"))
        # Four tickets at 1.50; VAT in what is left of two at 50.00 and two at 20.00: 2 × 3.17 and 2 × 1.21.
        assert "$140.00 Includes fees $6.00 Includes VAT 7 % $8.76" in text


def test_what_was_taken_out_is_not_shown_and_the_last_block_has_no_button(
    client_of: ClientOf, alice: User, order: list[Booking]
) -> None:
    remove_item(order_id=order[0].order_id, booking_id=order[0].pk, buyer=alice)
    page = client_of(alice).get(f"/checkout/{order[0].order_id}")
    assert "Section A" not in text_of(page) and "To pay $40.00" in text_of(page)
    assert "data-remove" not in page.content.decode()


@pytest.mark.parametrize("page", ["", "/done", "/wallet/apple"])
def test_the_id_of_a_booking_leads_to_its_order(
    client_of: ClientOf, alice: User, bob: User, order: list[Booking], page: str
) -> None:
    path = f"/checkout/{order[1].pk}{page}"
    response = client_of(alice).get(path)
    if page == "/wallet/apple":  # the shop makes none
        assert response.status_code == 404
    else:
        assert response["Location"] == f"/checkout/{order[0].order_id}"
    assert client_of(bob).get(path).status_code == 404
    pay(order)
    if page != "/wallet/apple":
        assert client_of(alice).get(path)["Location"] == f"/checkout/{order[0].order_id}/done"


def test_a_paid_order_has_all_tickets_on_one_page_and_in_one_file(
    client_of: ClientOf, alice: User, order: list[Booking]
) -> None:
    starts_at = database_now() + timedelta(days=9)
    Event.objects.filter(pk=order[0].event_id).update(starts_at=starts_at, ends_at=starts_at + timedelta(hours=2))
    pay(order)
    client, order_id = client_of(alice), order[0].order_id
    page = client.get(f"/checkout/{order_id}/done")
    assert page.content.count(b'class="ticket"') == 4
    assert "Paid $140.00" in text_of(page)
    for booking in order:
        ticket = booking.admissions.all()[0]
        assert f"/api/booking/{booking.pk}/admissions/{ticket.pk}/qr.svg" in page.content.decode()
    pdf = client.get(f"/api/order/{order_id}/tickets.pdf")
    pages = pages_of(pdf.content)
    assert [("SECTION\nA" in text, "SECTION\nB" in text) for text in pages] == 2 * [(True, False)] + 2 * [(False, True)]
    mail = compose(EmailMessage.objects.get(kind="confirmation"))
    assert mail and pages_of(mail.attachments[0][1]) == pages
    assert all(order[0].reference in text and order[1].reference not in text for text in pages)
    calendar = client.get(f"/api/order/{order_id}/calendar.ics").content.decode().replace("\r\n ", "")
    assert "Section A\\, block 1" in calendar and "Section B\\, block 1" in calendar
    assert calendar.count("BEGIN:VEVENT") == 1

    refund_booking(booking_id=order[0].pk, user=alice)
    page = client.get(f"/checkout/{order_id}/done")
    assert page.content.count(b'class="ticket"') == 2
    assert "Section A" not in text_of(page) and "Paid $40.00" in text_of(page)
    assert len(pages_of(client.get(f"/api/order/{order_id}/tickets.pdf").content)) == 2


def test_an_order_that_was_not_bought_has_no_files(client_of: ClientOf, alice: User, order: list[Booking]) -> None:
    for file in ("tickets.pdf", "calendar.ics", "tickets.pkpasses"):
        response = client_of(alice).get(f"/api/order/{order[0].order_id}/{file}")
        assert (response.status_code, response.json()["code"]) == (409, "invalid_state")


def test_the_list_has_an_order_once_with_all_its_blocks(
    client_of: ClientOf, alice: User, order: list[Booking], concert: Event
) -> None:
    other = order_of(alice, concert, "A2", "B1")
    remove_item(order_id=other[0].order_id, booking_id=other[0].pk, buyer=alice)
    page = client_of(alice).get("/bookings")
    html, text = page.content.decode(), text_of(page)
    assert html.count('class="card booking"') == 2
    assert f'id="extend-{order[0].order_id}"' in html and f'href="/checkout/{order[0].order_id}"' in html
    assert "$140.00" in text and "$40.00" in text
    assert "Section A, block 2" not in text.replace("\u00a0", " ")
