"""Ten thousand mixed payments with failures at every step; at the end, both books must be equal to the cent.

Buyers hold seats, pay with every card of the mock gateway, click twice, cancel, refund and let holds expire. Processes
die between any two steps, responses are lost, and webhooks arrive repeatedly and out of order. Meanwhile, the expiry
sweep and the reconciliation run as in the worker. At the end everything open is settled, and the database is checked.
"""

import argparse
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from django.db import connection
from django.db.models import Sum

from accounts.models import User
from bookings.holds.cancel import cancel_booking
from bookings.holds.expiry import expire_holds
from bookings.holds.hold import hold_seats
from bookings.holds.hold_request import HoldRequest
from bookings.holds.models import Booking
from bookings.invariants import check_invariants
from bookings.payments import reconcile
from bookings.payments.gateway_webhook import receive_webhook
from bookings.payments.gateways import breaker
from bookings.payments.gateways.mock_models import MockCharge, MockRefund
from bookings.payments.gateways.mock_webhooks import webhook_body, webhook_headers
from bookings.payments.models import Payment, Refund
from bookings.payments.pay import pay_booking
from bookings.payments.refund import refund_booking
from bookings.payments.send_refunds import send_refund
from bookings.states import SelectionMode
from chaos.failures import Failures, Killed
from core.clock import database_now
from core.errors import DomainError
from events.lifecycle.create import create_event
from events.models import Event
from events.seating.configuration import read_seating

THREADS = 8
CARDS = {
    "4242424242424242": 50,
    "4000000000000002": 8,
    "4000000000009995": 4,
    "4000000000000077": 15,
    "4000000000000119": 10,
    "4000000000000101": 8,
}
HALL = {
    "rows": 25,
    "cols": 20,
    "sections": [{"name": name, "price": price, "subsections": 20} for name, price in (("A", 9900), ("B", 3333))],
}
SETTLE_SECONDS = 90  # limit for settling everything that is open


def main() -> None:
    """Run, print what happened, and exit with 1 if anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--payments", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--failures", type=float, default=0.04, help="share of each step that fails")
    options = parser.parse_args()
    print(f"{options.payments:,} payments, seed {options.seed}, {options.failures:.0%} of each step fail", flush=True)
    wrong = run(options.payments, options.seed, options.failures)
    sys.exit("\n".join(["WRONG:", *wrong]) if wrong else 0)


def run(payments: int, seed: int, share: float) -> list[str]:
    """Make all payments and return what is wrong at the end."""
    reconcile.OVERDUE_AFTER, reconcile.NEVER_SENT_AFTER = reconcile.OVERDUE_AFTER / 20, reconcile.NEVER_SENT_AFTER / 20
    breaker.FAILURES = 10**9  # its own tests cover the breaker; here every call goes through
    failures = Failures(share)
    failures.install()
    event, buyers = _new_event_and_buyers(seed)
    done, seen = threading.Event(), Counter[str]()
    started = time.monotonic()

    background_tasks = threading.Thread(target=_run_background_tasks, args=(done, random.Random(seed)))
    background_tasks.start()
    with ThreadPoolExecutor(THREADS) as pool:
        for thread_seen in pool.map(
            lambda n: _shop(failures, seed + n, event, buyers[n::THREADS], payments // THREADS), range(THREADS)
        ):
            seen += thread_seen
    print(f"  {time.monotonic() - started:.0f} s; now everything open is settled", flush=True)
    time.sleep(0.1)
    all_settled = _wait_until_settled(seed)
    done.set()
    background_tasks.join()
    _print(seen, failures.injected)
    return ([] if all_settled else ["something is still open"]) + _wrong()


def _new_event_and_buyers(seed: int) -> tuple[Event, list[User]]:
    """Create an event of 20,000 seats whose holds expire quickly, and its buyers."""
    stamp = f"{seed}-{time.time_ns()}"
    seller = User.objects.create(email=f"seller-{stamp}@chaos.example", name="Seller", role="seller")
    buyers = User.objects.bulk_create(
        User(email=f"buyer{number}-{stamp}@chaos.example", name=f"Buyer {number}") for number in range(THREADS * 10)
    )
    seating = read_seating(HALL, max_seats=20_000)
    texts: dict[str, Any] = {"name": f"Chaos {stamp}", "description": "", "venue_name": "Here"}
    limits: dict[str, Any] = {"hold_seconds": 2, "payment_seconds": 3, "max_active_holds": 1000}
    return create_event(seller=seller, seating=seating, **texts, **limits), buyers


def _shop(failures: Failures, seed: int, event: Event, buyers: list[User], payments: int) -> Counter[str]:
    """Make `payments` payments in this thread, whatever their outcome."""
    dice, seen = failures.seed(seed), Counter[str]()
    try:
        while payments > 0:
            buyer = dice.choice(buyers)
            booking = _try(seen, "hold", partial(_hold, dice, event, buyer))
            if booking is None:
                continue
            payments -= 1
            _after_hold(dice, seen, booking)
    finally:
        connection.close()
    return seen


def _after_hold(dice: random.Random, seen: Counter[str], booking: Booking) -> None:
    """Pay, and then cancel or refund, as a random buyer might."""
    buyer, action = booking.buyer, dice.random()
    if action < 0.05:
        time.sleep(dice.uniform(1.9, 2.1))  # pay at the deadline
    for _ in range(dice.choice([1, 1, 1, 2, 3])):  # retry declined cards, click twice with good ones
        card = dice.choices(list(CARDS), list(CARDS.values()))[0]
        _try(seen, "pay", partial(pay_booking, booking_id=booking.pk, buyer_id=buyer.pk, card_number=card))
    if action > 0.93:
        _try(seen, "cancel", partial(cancel_booking, booking_id=booking.pk, buyer=buyer))
    elif action > 0.35:
        _try(seen, "refund", partial(refund_booking, booking_id=booking.pk, user=buyer))
        for refund_id in Refund.objects.filter(payment__order=booking.order_id).values_list("pk", flat=True):
            for _ in range(dice.choice([0, 1, 2])):
                _try(seen, "send refund", partial(send_refund, refund_id=refund_id))


def _hold(dice: random.Random, event: Event, buyer: User) -> Booking:
    """Hold one to four of the best seats of a random subsection."""
    hold_request = HoldRequest(
        event_id=event.pk,
        section=dice.choice("AB"),
        subsection=dice.randint(1, 20),
        mode=SelectionMode.BEST_AVAILABLE,
        quantity=dice.randint(1, 4),
    )
    return hold_seats(buyer_id=buyer.pk, hold_request=hold_request)


def _try(seen: Counter[str], what: str, call: Callable[[], Any]) -> Any:
    """Return the result of the call, or None if it was refused or killed.

    All outcomes are counted in `seen`. Any other exception is a bug and ends the run.
    """
    try:
        result = call()
        seen[f"{what}: done"] += 1
        return result
    except DomainError as error:
        seen[f"{what}: {error.code}"] += 1
    except Killed:
        seen[f"{what}: killed"] += 1
        connection.close()
    return None


def _run_background_tasks(done: threading.Event, dice: random.Random) -> None:
    """Run the worker's tasks, and deliver the gateway's webhooks, repeated and shuffled."""
    while not done.wait(0.2):
        expire_holds()
        _send_webhooks(dice)
        reconcile.reconcile_payments()
    connection.close()


def _send_webhooks(dice: random.Random) -> None:
    """Deliver due webhooks of the mock gateway one to three times each, in random order."""
    due = list(MockCharge.objects.filter(webhook_due_at__lte=database_now(), webhook_delivered_at=None)[:200])
    messages = [entry for entry in due for _ in range(dice.choice([1, 2, 3]))]
    dice.shuffle(messages)
    for entry in messages:
        body = webhook_body(entry)
        receive_webhook(gateway="mock", headers=webhook_headers(entry, body), body=body)
    MockCharge.objects.filter(pk__in=[entry.pk for entry in due]).update(webhook_delivered_at=database_now())


def _wait_until_settled(seed: int) -> bool:
    """Wait until no charge, refund or hold is open; return whether that happened."""
    long_ago = database_now() - 2 * reconcile.NEVER_SENT_AFTER * 20
    Refund.objects.filter(status="pending").update(created_at=long_ago, retry_at=None)
    end = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < end:
        time.sleep(0.5)
        open_ = Payment.objects.filter(status="pending").exists() or Refund.objects.filter(status="pending").exists()
        if not open_ and not Booking.objects.filter(status="pending_payment").exists():
            return True
    return False


def _wrong() -> list[str]:
    """Return broken invariants, and differences between the books."""
    wrong = [f"{name}: {found}" for name, found in check_invariants().items() if found]
    own_book = Payment.objects.filter(captured_at__isnull=False).aggregate(
        taken=Sum("amount"), back=Sum("refunded_amount")
    )
    gateway_book = MockCharge.objects.filter(captured=True).aggregate(taken=Sum("amount"))
    gateway_book["back"] = MockRefund.objects.aggregate(back=Sum("amount"))["back"]
    print(f"  own book:      taken {own_book['taken']:>12,}  refunded  {own_book['back']:>12,} cents")
    print(f"  gateway's:     taken {gateway_book['taken']:>12,}  refunded  {gateway_book['back']:>12,} cents")
    sold = Booking.objects.filter(status__in=["paid", "completed"]).aggregate(sum=Sum("total_price"))["sum"] or 0
    print(f"  sold tickets:  {sold:>18,} cents", flush=True)
    if own_book != gateway_book:
        wrong.append("the two books differ")
    if own_book["taken"] - own_book["back"] != sold:
        wrong.append("the money kept is not the price of the seats sold")
    return wrong


def _print(seen: Counter[str], injected: Counter[str]) -> None:
    print("  what buyers saw:  " + ", ".join(f"{count:,} {what}" for what, count in sorted(seen.items())))
    print("  failures injected: " + ", ".join(f"{count:,} {what}" for what, count in sorted(injected.items())))
