"""Signed events that are none of ours are accepted, what is no event is refused, and none breaks the server."""

import json
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from bookings.holds.models import Booking
from bookings.payments.gateways.stripe_events import READERS, read_event
from bookings.payments.models import Payment, WebhookEvent
from bookings.payments.pay import pay_booking
from bookings.payments.tests.stripe_stand_in import SECRET, StandIn, deliver, post, signed

EVENT = {"id": "evt_1", "object": "event", "type": "payment_intent.succeeded"}
INTENT = {"id": "pi_1", "object": "payment_intent", "status": "succeeded", "amount": 100, "currency": "usd"}
METADATA: list[Any] = [
    *(None, [], {}, "x", {"payment_id": None}, {"payment_id": 7}, {"payment_id": "order-77"}, {"payment_id": []}),
    *({"payment_id": "\x00"}, {"payment_id": str(uuid.uuid4())}),
]
WRONG_MEMBERS: list[dict[str, Any]] = [
    *({"status": None}, {"status": []}, {"currency": None}, {"amount": "100"}, {"amount": None}, {"amount": -1}),
    *({"amount": 1e300}, {"id": None}, {"id": {}}, {"id": ""}, {"amount": True}),
]
FOREIGN = {"payment_intent": "pi_foreign", "amount": 5, "amount_refunded": 5, "currency": "usd", "id": "re_1"}
SUBJECTS: list[Any] = [
    None,
    {},
    {"payment_intent": None},
    FOREIGN | {"status": "lost"},
    {"payment_intent": {"id": "x"}},
]


def about(subject: Any, kind: str = "payment_intent.succeeded") -> dict[str, Any]:
    return {**EVENT, "type": kind, "data": {"object": subject}}


DATA: list[Any] = [None, [], "x", {}, {"object": None}, {"object": []}, {"object": {}}]
NOT_OURS: list[Any] = [
    EVENT,
    *({**EVENT, "data": data} for data in DATA),
    *(about({**INTENT, "metadata": metadata}) for metadata in METADATA),
    *(about({**INTENT, "metadata": {"payment_id": str(uuid.uuid4())}, **wrong}) for wrong in WRONG_MEMBERS),
    about({"id": "cus_1"}, "customer.created"),
    about({"id": "x"}, "a kind of next year"),
    {**EVENT, "object": "v2.core.event", "type": "v1.billing.meter.error_report_triggered", "data": {}},
    *(about(subject, kind) for kind in READERS for subject in SUBJECTS),
]
NO_EVENTS: list[bytes] = [
    *(b"[]", b"[1]", b"null", b"1", b'"x"', b"{}", b"", b"{", b"\xff\xfe", b"nonsense", b"[" * 100_000),
    json.dumps({**EVENT, "id": None}).encode(),
    json.dumps({**EVENT, "id": 7}).encode(),
    json.dumps({**EVENT, "id": ""}).encode(),
    json.dumps({**EVENT, "id": "x" * 256}).encode(),
    json.dumps({**EVENT, "id": "evt_\x00"}).encode(),
    json.dumps({**EVENT, "type": None}).encode(),
    json.dumps({**EVENT, "type": {}}).encode(),
]
LONG_TIME = "t=" + "9" * 5_000 + ",v1=a"
WRONG_SIGNATURES = ["", "t=1", "v1=x", "t=x,v1=y", "t=1,v1=é", LONG_TIME, "t=1,v1=a,t", "t=1,v1=a=b=c"]


@pytest.mark.parametrize("event", NOT_OURS)
def test_events_that_are_none_of_ours_are_accepted_and_ignored(stripe: StandIn, db: None, event: Any) -> None:
    body = json.dumps(event).encode()
    assert post(body, signed(body)) == 200
    assert not WebhookEvent.objects.exists()


@pytest.mark.parametrize("body", NO_EVENTS)
def test_what_is_no_event_is_refused(stripe: StandIn, db: None, body: bytes) -> None:
    try:
        headers = signed(body)
        body.decode()
    except UnicodeDecodeError:
        headers = {"Stripe-Signature": "t=1,v1=a"}
    assert post(body, headers) == 400


@pytest.mark.parametrize("signature", WRONG_SIGNATURES)
def test_a_wrong_signature_is_refused(stripe: StandIn, db: None, signature: str) -> None:
    assert post(json.dumps(EVENT).encode(), {"Stripe-Signature": signature}) == 400


@pytest.mark.parametrize("timestamp", ["", "x", "-1", "9" * 400, "9" * 5_000, "1e9", "١٢٣"])
def test_a_wrong_time_is_refused_by_the_mock_gateway(db: None, timestamp: str) -> None:
    headers = {"webhook-id": "m", "webhook-timestamp": timestamp, "webhook-signature": "v1,é"}
    url = "/api/payment/webhook/mock"
    assert Client().post(url, b"{}", content_type="application/json", headers=headers).status_code == 400


@pytest.mark.parametrize("name", ["other", "free", "Stripe", "x" * 300])
def test_only_unknown_gateways_are_not_found(stripe: StandIn, db: None, name: str) -> None:
    response = Client().post(f"/api/payment/webhook/{name}", b"{}", content_type="application/json")
    assert (response.status_code, response.json()["detail"]) == (404, "There is no such gateway.")


def test_an_installation_without_stripe_refuses_its_events(db: None) -> None:
    body = json.dumps(EVENT).encode()
    assert post(body, signed(body, secret="")) == 400


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(max_size=5) | st.sampled_from(["pi_1", "usd"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["payment_intent", "amount", "currency", "metadata", "id", "status", "amount_refunded", "x"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=300)
@given(kind=st.sampled_from(sorted(READERS)), subject=JSON, data=st.booleans())
def test_no_object_breaks_the_reader(kind: str, subject: Any, data: bool) -> None:
    event = {**EVENT, "type": kind, "data": {"object": subject} if data else subject}
    body = json.dumps(event).encode()
    read_event(signed(body), body, SECRET)


def test_an_old_event_is_refused(stripe: StandIn, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    body = json.dumps(EVENT).encode()
    headers = signed(body)
    now = time.time()
    monkeypatch.setattr("stripe._webhook.time.time", lambda: now + 302)
    assert post(body, headers) == 400


def test_long_texts_of_the_gateway_are_cut_to_what_the_database_keeps(
    stripe: StandIn, hold: Callable[..., Booking], alice: User
) -> None:
    booking = hold(alice)
    payment = pay_booking(booking_id=booking.pk, buyer_id=alice.pk, card_number="4000000000000119")
    error = {"code": "c" * 400, "message": "m\x00" * 400}
    intent = {"id": "pi_" + "x" * 252, "status": "requires_payment_method", "last_payment_error": error}
    subject = {**intent, "metadata": {"payment_id": str(payment.pk)}}
    assert deliver("payment_intent.payment_failed", subject) == 200
    payment = Payment.objects.get()
    assert (payment.status, len(payment.failure_code), len(payment.failure)) == ("failed", 50, 300)
    assert payment.gateway_reference == intent["id"]
