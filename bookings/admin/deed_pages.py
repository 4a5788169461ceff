"""What a seller does about bookings: a page that first says what will happen, then one operation for each of them."""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from bookings.deeds import DEEDS, Deed
from bookings.models import Booking
from events.desk import OwnRows, user_of
from events.money import money
from ticketing.errors import DomainError

MOST_AT_ONCE = 100  # each is a transaction of its own, and somebody waits for all of them


class DeedPages(OwnRows):
    """The buttons of a booking's page and the actions of the list. A GET does nothing but ask."""

    def get_urls(self) -> list[URLPattern]:
        """Django's and the buttons'."""
        view = self.admin_site.admin_view(require_http_methods(["GET", "POST"])(self.deed_view))
        return [path("<path:object_id>/deed/<str:name>/", view, name="bookings_booking_deed"), *super().get_urls()]

    def get_actions(self, request: HttpRequest) -> Any:
        """A deed each, for several bookings at once."""
        return {name: (partial(_several, deed), name, deed.label) for name, deed in DEEDS.items()}

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *more: Any, **options: Any
    ) -> HttpResponse | None:
        """Django's; what is no booking's id chooses nothing."""
        try:
            return super().response_action(request, queryset, *more, **options)
        except ValidationError:
            self.message_user(request, "There is no such booking.", messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def deed_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """A button of a booking's page."""
        booking = self.get_object(request, unquote(object_id))
        if booking is None or name not in DEEDS or not self.has_view_permission(request, booking):
            raise Http404
        if request.method == "GET":
            return self.ask(request, DEEDS[name], [booking])
        self.do(request, DEEDS[name], [booking])
        return HttpResponseRedirect(reverse("admin:bookings_booking_change", args=[quote(booking.pk)]))

    def ask(
        self, request: HttpRequest, deed: Deed, bookings: Sequence[Booking], *, listed: bool = False
    ) -> HttpResponse:
        """The page before: how many bookings, how much money, and which of them stay as they are."""
        possible = [booking for booking in bookings if deed.possible(booking)]
        others = Counter(self.state(booking) for booking in bookings if not deed.possible(booking))
        context = {
            **self.admin_site.each_context(request),
            "title": deed.label,
            "opts": self.opts,
            "deed": deed,
            "bookings": [(booking, self.seats(booking), self.price(booking)) for booking in possible],
            "total": totals(possible) if deed.moves_money else "",
            "others": sorted(others.items()),
            "only": None if listed else bookings[0],
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/bookings/booking/deed.html", context)

    def do(self, request: HttpRequest, deed: Deed, bookings: Sequence[Booking]) -> None:
        """Does it to each, writes the log, and says what came of it; of refusals each reason once."""
        done, refusals = [], Counter[str]()
        for booking in bookings:
            try:
                deed.act(booking.pk, user_of(request))
            except DomainError as refusal:
                refusals[str(refusal)] += 1
            else:
                self.log_change(request, booking, deed.done_to(booking))
                done.append(booking)
        if done:
            self.message_user(request, _summary(deed, done), messages.SUCCESS)
        for reason, times in refusals.items():
            self.message_user(request, reason if times == 1 else f"{times} bookings: {reason}", messages.ERROR)

    def state(self, booking: Booking) -> str:
        """The status in words."""
        raise NotImplementedError

    def seats(self, booking: Booking) -> str:
        """The seats by name."""
        raise NotImplementedError

    def price(self, booking: Booking) -> str:
        """The total as people write it."""
        raise NotImplementedError


def _several(deed: Deed, pages: DeedPages, request: HttpRequest, chosen: QuerySet[Booking]) -> HttpResponse | None:
    """An action of the list: asks first; the answer names the bookings, so that what was said is what is done."""
    bookings = list(chosen[: MOST_AT_ONCE + 1])
    if len(bookings) > MOST_AT_ONCE:
        words = f"Please choose at most {MOST_AT_ONCE} bookings at once. To refund everybody, cancel the event."
        pages.message_user(request, words, messages.ERROR)
        return None
    if "sure" not in request.POST:
        return pages.ask(request, deed, bookings, listed=True)
    pages.do(request, deed, bookings)
    return None


def totals(bookings: Sequence[Booking]) -> str:
    """The sum of what the bookings cost, in each currency."""
    sums = Counter[str]()
    for booking in bookings:
        sums[booking.event.currency] += booking.total_price
    return ", ".join(money(amount, currency) for currency, amount in sorted(sums.items()))


def _summary(deed: Deed, done: Sequence[Booking]) -> str:
    if len(done) == 1:
        return deed.done_to(done[0])
    money_moved = f", {totals(done)}" if deed.moves_money else ""
    return f"{deed.label}: {len(done)} bookings{money_moved}."
