"""A local HTTP server with the part of Stripe's API that the product uses."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

DECLINED_CARD = "4000000000000002"
SLOW_CARD = "4000000000000119"  # captured, but the connection is closed before the response


class StandIn(ThreadingHTTPServer):
    """The server with its PaymentIntents and refunds by Idempotency-Key, and the number of POST requests.

    While `broken` is set, all POST requests get the status 500.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.intents: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.requests = 0
        self.broken = False

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
        refunded = sum(r["amount"] for k, r in self.server.refunds.items() if k != key)
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
