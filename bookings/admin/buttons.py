"""Pages of the desk that nothing is written on but by buttons, each of which calls one operation."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, NamedTuple

from django.contrib import messages
from django.contrib.admin.utils import quote, unquote
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods

from accounts.models import User
from events.desk import OwnRows, user_of
from ticketing.errors import DomainError


class Button(NamedTuple):
    """`act` calls the operation and raises its DomainError; `done` says what came of it.

    `warning` is asked before; after a button that `removes` there is no page to come back to.
    """

    label: str
    act: Callable[[Any, User], object]
    done: str
    warning: str = ""
    removes: bool = False


class Buttons(OwnRows):
    """A page with buttons, by their names in its address. Who sees a row may press them."""

    change_form_template = "admin/bookings/buttons.html"
    buttons: ClassVar[dict[str, Button]]

    def get_urls(self) -> list[URLPattern]:
        """Django's and the buttons'."""
        view = self.admin_site.admin_view(self.press)
        return [path("<path:object_id>/do/<str:button>/", view, name=self._view_name("do")), *super().get_urls()]

    @method_decorator(require_http_methods(["GET", "POST"]))
    def press(self, request: HttpRequest, object_id: str, button: str) -> HttpResponse:
        """One button of a row's page: GET asks the button's warning, POST does it."""
        row = self.get_object(request, unquote(object_id))
        if row is None or button not in self.buttons or not self.has_view_permission(request, row):
            raise Http404
        if request.method == "GET":
            return self._ask(request, row, self.buttons[button])
        self.press_for(request, button, [row])
        page = "changelist" if self.buttons[button].removes else "change"
        args = [] if self.buttons[button].removes else [quote(row.pk)]
        return HttpResponseRedirect(reverse(f"admin:{self._view_name(page)}", args=args))

    def _ask(self, request: HttpRequest, row: Any, button: Button) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": button.label,
            "opts": self.opts,
            "row": row,
            "button": button,
        }
        return TemplateResponse(request, "admin/bookings/button.html", context)

    def press_for(self, request: HttpRequest, button: str, rows: Iterable[Any]) -> None:
        """The same for several rows; each is told and logged by itself."""
        for row in rows:
            key = row.pk
            try:
                self.buttons[button].act(row, user_of(request))
            except DomainError as refusal:
                self.message_user(request, f"“{row}”: {refusal}", messages.ERROR)
            else:
                row.pk = key  # Django takes it from what was deleted
                self.log_change(request, row, self.buttons[button].done)
                self.message_user(request, f"“{row}”: {self.buttons[button].done}", messages.SUCCESS)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """With the buttons, once there is something they can be about."""
        row = kwargs.get("obj")
        if row is not None:
            view = f"admin:{self._view_name('do')}"
            context["buttons"] = [
                (reverse(view, args=[quote(row.pk), name]), button) for name, button in self.buttons.items()
            ]
        return super().render_change_form(request, context, *args, **kwargs)

    def _view_name(self, page: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"
