"""The seller's pages: the list of events, and the sales charts of one event, which follow its live feed."""

from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from bookings.reports.sales_report import money_of, sales_report
from events.catalog.selectors import events_of_seller, with_stats
from events.lifecycle.publication import must_confirm
from events.models import Event
from events.ownership import may_manage
from events.states import ON_SALE, EventStatus

EVENTS_PER_PAGE = 20
MAX_COMPARABLE = 50  # other events of the seller that are offered for comparison, newest first
STATUS_KINDS = {EventStatus.AVAILABLE: "good", EventStatus.SOLD_OUT: "accent", EventStatus.CANCELLED: "bad"}


@require_safe
@never_cache
@login_required
def events(request: HttpRequest) -> HttpResponse:
    """`/sell`: the sales of each of the seller's events, newest first; for operators, of all events."""
    user = cast(User, request.user)
    if user.role != User.Role.SELLER and not user.is_superuser:
        raise PermissionDenied("This page is for sellers. With a seller’s account you can set up events of your own.")
    page = Paginator(with_stats(_events_of(user)), EVENTS_PER_PAGE).get_page(request.GET.get("page"))
    money = money_of([event.pk for event in page])
    rows = [_row(event, money[event.pk]) for event in page]
    return render(request, "bookings/sell_events.html", {"rows": rows, "page": page})


@require_safe
@never_cache
@login_required
def charts(request: HttpRequest, event_id: int) -> HttpResponse:
    """`/sell/{id}`: the sales charts of an event. 404 for users who may not manage it."""
    user = cast(User, request.user)
    event = Event.objects.select_related("seller").filter(pk=event_id).first()
    if event is None or not may_manage(event, user):
        raise Http404("There is no such event.")
    report = sales_report(event)
    others = events_of_seller(event.seller_id, user).exclude(pk=event.pk).exclude(status=EventStatus.DRAFT)
    context = {
        "event": event,
        "report": report,
        "must_confirm": must_confirm(event),
        "kind": STATUS_KINDS.get(EventStatus(event.status), ""),
        "others": others.only("name", "starts_at")[:MAX_COMPARABLE],
        "page": _page_data(event, report),
    }
    return render(request, "bookings/sell.html", context)


def _events_of(user: User) -> QuerySet[Event]:
    return Event.objects.select_related("seller") if user.is_superuser else events_of_seller(user.pk, user)


def _row(event: Event, money: dict[str, int]) -> dict[str, Any]:
    """Return the template variables of one event in the list."""
    stats = event.stats  # type: ignore[attr-defined]  # see with_stats
    in_sale = stats["total"] - stats["blocked"]
    return {
        "event": event,
        "kind": STATUS_KINDS.get(EventStatus(event.status), ""),
        "sold": stats["sold"],
        "held": stats["reserved"],
        "in_sale": in_sale,
        "percent": 100 * stats["sold"] // in_sale if in_sale else 0,
        "revenue": money["gross"] - money["refunded"],
    }


def _page_data(event: Event, report: dict[str, Any]) -> dict[str, Any]:
    """Return the initial data of sell/page.js."""
    return {
        "event_id": event.pk,
        "currency": event.currency,
        "time_zone": event.time_zone,
        "status": event.status,
        "statuses": {status.value: [status.label, STATUS_KINDS.get(status, "")] for status in EventStatus},
        "on_sale": list(ON_SALE),
        "report": report,
        "report_path": reverse("event-analytics", args=[event.pk]),
    }
