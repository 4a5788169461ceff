"""Base classes of the seller admin: who may see which rows, safe list URLs, log entries, and page titles."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import structlog
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import DataError, Error
from django.db.models import Field, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.text import capfirst

from accounts.models import User
from core.errors import DomainError, OutcomeUnknown, Unavailable
from core.http.missing_rows import MissingRows
from core.text.formatting import join_names
from core.transactions import retrying_transaction
from events.models import Event
from events.ownership import may_manage
from events.seller_admin.words import NO_ACTION, WhatToDo

log = structlog.get_logger(__name__)

LOG_FAILED = "The change was made, but it could not be recorded in the history."
MAX_NAMES = 50  # rows that one message names

admin.site.site_header = admin.site.site_title = f"{settings.SITE_NAME} – seller admin"
admin.site.index_title = "Your events and bookings"
admin.site.enable_nav_sidebar = False  # it has few entries, and the lists need the width


def user_of(request: HttpRequest) -> User:
    """Return the signed-in user. The admin has already refused anonymous requests."""
    return cast(User, request.user)


class SafeList(ChangeList):
    """A list that redirects to itself without parameters if its URL contains malformed values.

    Django redirects for most malformed values and answers the others with a 500. The title is the name of the rows
    instead of "Select … to change".
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = capfirst(str(self.opts.verbose_name_plural))

    def get_results(self, request: HttpRequest) -> None:
        try:
            super().get_results(request)
        except (ValueError, OverflowError, DataError) as error:
            raise IncorrectLookupParameters from error


class OwnRows(MissingRows):
    """A ModelAdmin that shows sellers the rows of their own events, and operators all rows.

    Permissions follow from role and ownership, never from permission rows in the database. Nothing can be added,
    changed or deleted unless a subclass allows it.
    """

    action_form = WhatToDo
    seller_lookup: str  # the lookup from a row to its seller
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False  # like facets, it would count all rows for each page

    def event_of(self, row: Any) -> Event:
        """Return the event a row belongs to."""
        raise NotImplementedError

    def name_of(self, row: Any) -> str:
        """Return what titles and messages call the row."""
        return str(row)

    def get_action_choices(self, request: HttpRequest, default_choices: Any = NO_ACTION) -> Any:
        """Return the actions on the selected rows, after a first entry that says what the list is for."""
        return super().get_action_choices(request, default_choices)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows the user may see; for all others the admin answers as if they didn't exist."""
        rows = super().get_queryset(request)
        return rows if request.user.is_superuser else rows.filter(**{self.seller_lookup: request.user})

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return a list class that malformed URLs can't break."""
        return SafeList

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Return whether the URL may filter by this lookup: only by the filters that the list shows.

        Django allows any column of the model in the URL, so that hidden values, such as the seed of a coming lottery,
        could be guessed character by character.
        """
        specs = [spec[0] if isinstance(spec, tuple) else spec for spec in self.get_list_filter(request)]
        filters = [getattr(spec, "parameter_name", spec) for spec in specs]
        named = any(lookup == name or lookup.startswith(f"{name}__") for name in filters)
        return named and super().lookup_allowed(lookup, value, request)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Set the title to the row's name, and drop "Save and continue editing"."""
        row = kwargs.get("obj")
        title = f"New {self.opts.verbose_name}" if row is None else self.name_of(row)
        context |= {"title": title, "subtitle": None, "show_save_and_continue": False}
        return super().render_change_form(request, context, *args, **kwargs)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Show the log entries of the row: what was done to it in the admin."""
        return super().history_view(request, object_id, {"title": "History", **(extra_context or {})})

    def formfield_for_dbfield(self, db_field: "Field[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        """Return the form field without buttons that add, change or show the row a field points to."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(widget := getattr(field, "widget", None), RelatedFieldWidgetWrapper):
            widget.can_add_related = widget.can_change_related = widget.can_view_related = False
        return field

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Allow active sellers and operators to use this part of the admin."""
        user = request.user
        return user.is_active and (user.is_superuser or user.role == User.Role.SELLER)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow sellers and operators; for one row, only those who manage its event."""
        return self.has_module_permission(request) and (obj is None or may_manage(self.event_of(obj), user_of(request)))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Allow nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow nobody."""
        return False

    # --- Log entries: written after the operation, whose result stays even if this fails -----------

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Write Django's log entry of a new row, retried like an operation; if it can't be written, warn the user."""
        return self._log_safely(request, super().log_addition, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Write the log entry of a change; otherwise like `log_addition`."""
        return self._log_safely(request, super().log_change, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """Write the log entries of deleted rows; otherwise like `log_addition`."""
        return self._log_safely(request, super().log_deletions, queryset)

    def _log_safely(self, request: HttpRequest, write: Callable[..., Any], *args: Any) -> Any:
        try:
            return retrying_transaction(write)(request, *args)
        except (Error, Unavailable) as error:
            log.warning("history_unwritten", rows=self.opts.model_name, reason=type(error).__name__)
            self.message_user(request, LOG_FAILED, messages.WARNING)
            return None

    # --- Operations on several rows ----------------------------------------------------------------

    @contextmanager
    def reporting_unfinished(self, request: HttpRequest, remaining: list[Any]) -> Iterator[None]:
        """Warn about the rows still in `remaining` if the database is lost halfway through several rows.

        The caller removes each row from the beginning of `remaining` once it is done. The database error is raised
        again. A single row gets no warning.
        """
        several = len(remaining) > 1
        try:
            yield
        except (Error, Unavailable) as error:
            names = [self.name_of(row) for row in remaining] if several else []
            unknown = 1 if isinstance(error, OutcomeUnknown) else 0
            for label, group in (("May be done, please check", names[:unknown]), ("Not done", names[unknown:])):
                if group:
                    message = f"{label}: {join_names(group, MAX_NAMES, '; ')}."
                    self.message_user(request, message, messages.WARNING)
            raise


class WrittenRows(OwnRows):
    """A ModelAdmin with forms that write: each submission calls one operation (a function with its own transaction)."""

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Show or save the form, outside of the transaction that Django would put around saving.

        An operation is a transaction of its own (`retrying_transaction`) and publishes its result on commit; neither
        works inside Django's transaction. The admin itself only writes the log entry, after the operation. A refusal
        that the form could not foresee is shown as a message; it leaves no change and no log entry.
        """
        view = self._changeform_view  # type: ignore[attr-defined]
        return self._with_refusals_as_messages(request, view, object_id, form_url, extra_context)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """Confirm (GET) or run (POST) the deletion of a row; transaction and refusals are as in `changeform_view`."""
        view = self._delete_view  # type: ignore[attr-defined]
        return self._with_refusals_as_messages(request, view, object_id, extra_context)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Do nothing: the operation called by `save_model` has already written everything."""

    def _with_refusals_as_messages(self, request: HttpRequest, view: Callable[..., Any], *args: Any) -> Any:
        try:
            return view(request, *args)
        except Unavailable:
            raise
        except DomainError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
