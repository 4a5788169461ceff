"""A local HTTP server with the part of Stripe's API that the product uses, and events as Stripe signs them."""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.test import Client

SECRET = "whsec_test"
DECLINED_CARD = "4000000000000002"
SLOW_CARD = "4000000000000119"  # captured, but the connection is closed before the response


class StandIn(ThreadingHTTPServer):
    """The server with its PaymentIntents and refunds by Idempotency-Key, and the number of POST requests.

    While `broken` is set, all POST requests get the status 500. `captures` replaces the amount and currency that are
    captured, `refusal` (code, message) refuses refunds, and `refunded` was refunded in the dashboard.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.intents: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.requests = 0
        self.broken = False
        self.captures: dict[str, Any] = {}
        self.refusal: tuple[str, str] | None = None
        self.refunded = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def stripe_stand_in() -> Iterator[StandIn]:
    """Run a stand-in on a free port."""
    server = StandIn()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    """Return the header with which Stripe signs an event."""
    timestamp = int(time.time())
    signature = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Stripe-Signature": f"t={timestamp},v1={signature}"}


def post(body: bytes, headers: dict[str, str]) -> int:
    """Post a body to the webhook; return the status code."""
    url = "/api/payment/webhook/stripe"
    return Client().post(url, body, content_type="application/json", headers=headers).status_code


def deliver(kind: str, subject: Any, event_id: str = "evt_1") -> int:
    """Deliver a signed event about an object; return the status code."""
    event = {"id": event_id, "object": "event", "type": kind, "data": {"object": subject}}
    body = json.dumps(event).encode()
    return post(body, signed(body))


class _Handler(BaseHTTPRequestHandler):
    server: StandIn

    def do_POST(self) -> None:
        self.server.requests += 1
        if self.server.broken:
            self._respond(500, {"error": {"type": "api_error", "message": "down"}})
            return
        form = {k: v[0] for k, v in parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()).items()}
        key = self.headers["Idempotency-Key"]
        if self.path == "/v1/payment_intents":
            self._create_intent(key, form)
        elif self.path == "/v1/refunds":
            self._create_refund(key, form)

    def do_GET(self) -> None:
        if self.path.startswith("/v1/payment_intents/pi_"):
            made = sum(refund["amount"] for refund in self.server.refunds.values())
            self._respond(200, {"latest_charge": {"amount_refunded": made + self.server.refunded}})
            return
        query = parse_qs(urlsplit(self.path).query)["query"][0]
        found = [i for i in self.server.intents.values() if i["metadata"]["payment_id"] in query]
        self._respond(200, {"object": "search_result", "data": found, "has_more": False, "url": "/v1"})

    def _create_intent(self, key: str, form: dict[str, str]) -> None:
        card = form["payment_method_data[card][number]"]
        declined = card == DECLINED_CARD
        intent = {
            "id": f"pi_{len(self.server.intents)}",
            "object": "payment_intent",
            "status": "requires_payment_method" if declined else "succeeded",
            "amount": int(form["amount"]),
            "currency": form["currency"],
            "metadata": {"payment_id": form["metadata[payment_id]"]},
            "last_payment_error": {"code": "card_declined", "message": "Your card was declined."} if declined else None,
        }
        intent |= {"amount_received": 0 if declined else intent["amount"], **self.server.captures}
        self.server.intents.setdefault(key, intent)
        if card == SLOW_CARD:
            self.close_connection = True
            self.connection.close()
        elif declined:
            error = {"type": "card_error", "code": "card_declined", "message": "Your card was declined."}
            self._respond(402, {"error": error | {"payment_intent": intent}})
        else:
            self._respond(200, self.server.intents[key])

    def _create_refund(self, key: str, form: dict[str, str]) -> None:
        intent = next(i for i in self.server.intents.values() if i["id"] == form["payment_intent"])
        if self.server.refusal is not None:
            code, message = self.server.refusal
            self._respond(400, {"error": {"type": "invalid_request_error", "code": code, "message": message}})
            return
        refunded = self.server.refunded + sum(r["amount"] for k, r in self.server.refunds.items() if k != key)
        if refunded + int(form["amount"]) > intent["amount"]:
            error = {"type": "invalid_request_error", "message": "Refund amount is greater than charge amount"}
            self._respond(400, {"error": error})
            return
        refund = {"id": f"re_{key}", "object": "refund", "status": "succeeded", "amount": int(form["amount"])}
        self._respond(200, self.server.refunds.setdefault(key, refund))

    def _respond(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing."""
