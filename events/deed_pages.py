"""Deeds at the desk: a page that says what will happen, then one operation for each row, its log and what is told."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from events.deeds import Deed
from events.desk import OwnRows, user_of
from events.words import counted
from ticketing.errors import DomainError, Unavailable

MOST_AT_ONCE = 100  # each is a transaction of its own, and somebody waits for all of them


class DeedPages(OwnRows):
    """The buttons of a row's page and the actions of the list. Who sees a row may press them; a GET only asks."""

    change_form_template = "admin/deeds.html"
    deeds: ClassVar[Mapping[str, Deed]]
    listed: tuple[str, ...] = ()  # the deeds that can be done to several rows of the list
    instead_of_more = ""  # what does the same to more than MOST_AT_ONCE

    def get_urls(self) -> list[URLPattern]:
        """Django's and the buttons'."""
        view = self.admin_site.admin_view(require_http_methods(["GET", "HEAD", "POST"])(self.deed_view))
        return [path("<path:object_id>/do/<str:name>/", view, name=self._page("do")), *super().get_urls()]

    def get_actions(self, request: HttpRequest) -> Any:
        """Django's and the listed deeds."""
        several = {name: (partial(_several, name), name, self.deeds[name].label) for name in self.listed}
        return super().get_actions(request) | several

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *more: Any, **options: Any
    ) -> HttpResponse | None:
        """Django's; what is no row's id chooses nothing."""
        try:
            return super().response_action(request, queryset, *more, **options)
        except (ValidationError, ValueError):
            self.message_user(request, f"There is no such {self.opts.verbose_name}.", messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def deed_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """A button of a row's page. Afterwards there is that page again, or the list if the row is gone."""
        row = self.get_object(request, unquote(object_id))
        if row is None or name not in self.deeds or not self.has_view_permission(request, row):
            raise Http404
        if request.method != "POST":
            return self.ask(request, self.deeds[name], [row], only=row)
        self.do(request, self.deeds[name], [row])
        if self.get_object(request, unquote(object_id)) is None:
            return HttpResponseRedirect(reverse(f"admin:{self._page('changelist')}"))
        return HttpResponseRedirect(reverse(f"admin:{self._page('change')}", args=[quote(object_id)]))

    def ask(self, request: HttpRequest, deed: Deed, rows: Sequence[Any], only: Any = None) -> HttpResponse:
        """The page before. `only`: the row whose page it is asked from; the list's answer names the rows it can be
        done to, so that what was said is what is done."""
        question = deed.question(rows)
        several = f": {deed.counted(question.rows)}" if len(question.rows) > 1 else ""
        context = {
            **self.admin_site.each_context(request),
            "title": deed.label,
            "opts": self.opts,
            "deed": deed,
            "question": question,
            "button": f"{deed.label}{several}" if question.rows else "",
            "only": only,
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/ask.html", context)

    def do(self, request: HttpRequest, deed: Deed, rows: Sequence[Any]) -> None:
        """Does it to each, writes the log, and says what came of it; of refusals each reason once.

        So it does where the database is lost half-way, which is raised.
        """
        rest, done, refusals = list(rows), list[Any](), Counter[str]()
        with self.telling_the_rest(request, rest):
            try:
                while rest:
                    if reason := self._refused(request, deed, rest[0]):
                        refusals[reason] += 1
                    else:
                        done.append(rest[0])
                    del rest[0]
            finally:
                self._tell(request, deed, done, refusals)

    def _refused(self, request: HttpRequest, deed: Deed, row: Any) -> str:
        """Does it and writes the log, or returns why not."""
        try:
            deed.take(row, user_of(request))
        except Unavailable:
            raise
        except DomainError as refusal:
            return str(refusal)
        self.log_change(request, row, deed.done_to(row))
        return ""

    def _tell(self, request: HttpRequest, deed: Deed, done: Sequence[Any], refusals: Counter[str]) -> None:
        if done:
            self.message_user(request, deed.summary(done), messages.SUCCESS)
        for reason, times in refusals.items():
            self.message_user(request, reason if times == 1 else f"{self._counted(times)}: {reason}", messages.ERROR)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """With what can be done about this row."""
        row = kwargs.get("obj")
        if row is not None:
            context["deeds"] = [deed for deed in self.deeds.values() if deed.offered(row)]
        return super().render_change_form(request, context, *args, **kwargs)

    def _counted(self, rows: int) -> str:
        return counted(rows, str(self.opts.verbose_name), str(self.opts.verbose_name_plural))

    def _page(self, name: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"


def _several(name: str, pages: DeedPages, request: HttpRequest, chosen: QuerySet[Any]) -> HttpResponse | None:
    """An action of the list: the first POST asks, and the answer's does it."""
    rows = list(chosen[: MOST_AT_ONCE + 1])
    if len(rows) > MOST_AT_ONCE:
        words = f"Please choose at most {pages._counted(MOST_AT_ONCE)} at once. {pages.instead_of_more}"
        pages.message_user(request, words.strip(), messages.ERROR)
        return None
    if "sure" not in request.POST:
        return pages.ask(request, pages.deeds[name], rows)
    pages.do(request, pages.deeds[name], rows)
    return None
