"""Runs admin actions (events.seller_admin.actions): confirmation page, one operation per row, log entries, messages."""

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

from core.errors import DomainError, Unavailable
from core.text.formatting import pluralize
from events.seller_admin.actions import AdminAction
from events.seller_admin.rows import OwnRows, user_of

MAX_ROWS = 100  # per request: each row is its own transaction, and the seller waits for all of them


class ActionPages(OwnRows):
    """A ModelAdmin with actions: buttons on a row's page, and entries in the list's menu, for all who may see the row.

    A GET of an action's URL shows the confirmation page, a POST runs the action.
    """

    change_form_template = "admin/row_actions.html"
    row_actions: ClassVar[Mapping[str, AdminAction]]
    list_actions: tuple[str, ...] = ()  # names of the actions that can be run on several rows of the list
    too_many_hint = ""  # what to do instead for more than MAX_ROWS rows

    def get_urls(self) -> list[URLPattern]:
        """Add the URL that confirms (GET) or runs (POST) an action on one row."""
        view = self.admin_site.admin_view(require_http_methods(["GET", "HEAD", "POST"])(self.action_view))
        return [path("<path:object_id>/do/<str:name>/", view, name=self._url_name("do")), *super().get_urls()]

    def get_actions(self, request: HttpRequest) -> Any:
        """Return Django's actions of the list and those in `list_actions`."""
        own = {
            name: (partial(_run_on_selected, name), name, self.row_actions[name].label) for name in self.list_actions
        }
        return super().get_actions(request) | own

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *more: Any, **options: Any
    ) -> HttpResponse | None:
        """Run an action of the list; show a message if ids of selected rows are malformed (Django: a 500)."""
        try:
            return super().response_action(request, queryset, *more, **options)
        except (ValidationError, ValueError):
            self.message_user(request, f"There is no such {self.opts.verbose_name}.", messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def action_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """On a GET, show the confirmation page of an action on one row; on a POST, run the action.

        A POST then redirects to the row's page, or to the list if the row is gone. Raise Http404 if there is no such
        row or action, or the user may not see the row.
        """
        row = self.get_object(request, unquote(object_id))
        if row is None or name not in self.row_actions or not self.has_view_permission(request, row):
            raise Http404
        if request.method != "POST":
            return self.confirm(request, self.row_actions[name], [row], only=row)
        self.run_action(request, self.row_actions[name], [row])
        if self.get_object(request, unquote(object_id)) is None:
            return HttpResponseRedirect(reverse(f"admin:{self._url_name('changelist')}"))
        return HttpResponseRedirect(reverse(f"admin:{self._url_name('change')}", args=[quote(object_id)]))

    def confirm(self, request: HttpRequest, action: AdminAction, rows: Sequence[Any], only: Any = None) -> HttpResponse:
        """Return the confirmation page of an action on these rows.

        `only` is the row whose page the seller came from. Without `only`, the form names the rows the action can be run
        on, so that exactly these are changed.
        """
        confirmation = action.confirmation(rows)
        several = f": {action.counted(confirmation.rows)}" if len(confirmation.rows) > 1 else ""
        context = {
            **self.admin_site.each_context(request),
            "title": action.label,
            "opts": self.opts,
            "action": action,
            "confirmation": confirmation,
            "button": f"{action.label}{several}" if confirmation.rows else "",
            "only": only,
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/confirm_action.html", context)

    def run_action(self, request: HttpRequest, action: AdminAction, rows: Sequence[Any]) -> None:
        """Run the action on each row, with a log entry for each; show what was done, and each reason of a refusal once.

        If the database is lost halfway, the seller also reads which rows were not done, and the error is raised.
        """
        remaining, done, refusals = list(rows), list[Any](), Counter[str]()
        with self.reporting_unfinished(request, remaining):
            try:
                while remaining:
                    if reason := self._run_on_row(request, action, remaining[0]):
                        refusals[reason] += 1
                    else:
                        done.append(remaining[0])
                    del remaining[0]
            finally:
                self._show_results(request, action, done, refusals)

    def _run_on_row(self, request: HttpRequest, action: AdminAction, row: Any) -> str:
        """Run the action on one row and write a log entry. Return why the operation refused, or ""."""
        try:
            action.run(row, user_of(request))
        except Unavailable:
            raise
        except DomainError as refusal:
            return str(refusal)
        self.log_change(request, row, action.done_message(row))
        return ""

    def _show_results(
        self, request: HttpRequest, action: AdminAction, done: Sequence[Any], refusals: Counter[str]
    ) -> None:
        if done:
            self.message_user(request, action.summary(done), messages.SUCCESS)
        for reason, times in refusals.items():
            self.message_user(request, reason if times == 1 else f"{self._counted(times)}: {reason}", messages.ERROR)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Add the actions that are offered for this row to the context of its page."""
        row = kwargs.get("obj")
        if row is not None:
            context["row_actions"] = [action for action in self.row_actions.values() if action.offered(row)]
        return super().render_change_form(request, context, *args, **kwargs)

    def _counted(self, rows: int) -> str:
        return pluralize(rows, str(self.opts.verbose_name), str(self.opts.verbose_name_plural))

    def _url_name(self, name: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"


def _run_on_selected(
    name: str, pages: ActionPages, request: HttpRequest, selected: QuerySet[Any]
) -> HttpResponse | None:
    """Run an action of the list: the first POST shows the confirmation page, that page's POST runs the action."""
    rows = list(selected[: MAX_ROWS + 1])
    if len(rows) > MAX_ROWS:
        message = f"Select at most {pages._counted(MAX_ROWS)} at a time. {pages.too_many_hint}"
        pages.message_user(request, message.strip(), messages.ERROR)
        return None
    if "sure" not in request.POST:
        return pages.confirm(request, pages.row_actions[name], rows)
    pages.run_action(request, pages.row_actions[name], rows)
    return None
