"""Pages between the checkout and a bank: the way there and back, and the page of the demo's bank."""

import uuid

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from bookings.holds.models import Booking
from bookings.payments.gateways import mock
from bookings.payments.gateways.mock_models import MockCharge
from bookings.payments.models import Payment
from bookings.payments.reconcile import ask_gateway
from bookings.states import PaymentStatus
from core.http.origin import refuses_other_sites


@require_safe
@never_cache
@login_required
def go_on(request: HttpRequest, order_id: uuid.UUID) -> HttpResponse:
    """`/checkout/{id}/continue`: leads to the step that an open payment waits for; to the checkout without one.

    For buyers who lost the bank's page, or see the checkout in another tab.
    """
    if not Booking.objects.filter(order_id=order_id, buyer=request.user.pk).exists():
        raise Http404("You have no such order.")
    payment = Payment.objects.filter(order_id=order_id, status=PaymentStatus.PENDING).first()
    if payment is not None:
        ask_gateway(payment)
        payment.refresh_from_db()
        if payment.status == PaymentStatus.PENDING and payment.step_url:
            return redirect(payment.step_url)
    return redirect("checkout", order_id)


@require_safe
@never_cache
@login_required
def come_back(request: HttpRequest, payment_id: uuid.UUID) -> HttpResponse:
    """`/payment/{id}/return`: where banks send buyers back to. Asks the gateway, and shows the order as it is then.

    What the address says is not believed. Opening it again, or before or after the webhook, has no further effect.
    """
    payment = _own_payment(request, payment_id)
    if payment.status == PaymentStatus.PENDING:
        ask_gateway(payment)
    return redirect("checkout", payment.order_id)


@refuses_other_sites
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def mock_bank(request: HttpRequest, payment_id: uuid.UUID) -> HttpResponse:
    """`/mock-bank/{payment}`: the page of the demo's bank, on which the buyer confirms a payment or refuses it."""
    payment = _own_payment(request, payment_id)
    entry = MockCharge.objects.filter(pk=payment_id, method__in=mock.STEP_OF).first()
    if entry is None:
        raise Http404("This payment needs no step at the bank.")
    back = reverse("payment-return", args=[payment_id])
    if request.method == "POST":
        mock.answer(payment_id, confirmed=request.POST.get("answer") == "confirm")
        return redirect(back)
    context = {"entry": entry, "payment": payment, "is_card": entry.method == mock.THREE_D_SECURE, "back": back}
    return render(request, "bookings/mock_bank.html", context)


def _own_payment(request: HttpRequest, payment_id: uuid.UUID) -> Payment:
    """Return the payment if the user is its buyer. Raises Http404."""
    payment = Payment.objects.filter(pk=payment_id, order__buyer=request.user.pk).first()
    if payment is None:
        raise Http404("You have no such payment.")
    return payment
