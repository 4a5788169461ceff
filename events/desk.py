"""What all pages of the sellers' desk share: its name, who may see which rows, and lists that bear nonsense."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import structlog
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import DataError, Error
from django.db.models import Field, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.text import capfirst

from accounts.models import User
from accounts.transactions import durably
from events.models import Event
from events.reads import may_manage
from events.words import listed
from ticketing.errors import DomainError, OutcomeUnknown, Unavailable

log = structlog.get_logger(__name__)

UNWRITTEN = "It is done, but missing in the history: that could not be written at the moment."
NAMED = 50  # rows of which one message names each

admin.site.site_header = admin.site.site_title = "Ticketing — sellers' desk"
admin.site.index_title = "Your events and bookings"
admin.site.enable_nav_sidebar = False  # two entries; the lists need the width


def user_of(request: HttpRequest) -> User:
    """Who is signed in; the admin lets nobody else come this far."""
    return cast(User, request.user)


class SafeList(ChangeList):
    """A list which sends whoever wrote nonsense into its address back to the list, as Django does with most of it.

    Its title is what it shows, not "Select … to change".
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = capfirst(str(self.opts.verbose_name_plural))

    def get_results(self, request: HttpRequest) -> None:
        try:
            super().get_results(request)
        except (ValueError, OverflowError, DataError) as error:
            raise IncorrectLookupParameters from error


class OwnRows(admin.ModelAdmin):
    """Shows sellers what belongs to their events and operators everything.

    Rights follow from role and ownership, never from permission rows in the database. Nothing can be added,
    changed or deleted unless a subclass says so.
    """

    seller_lookup: str  # from a row to its seller
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False  # like facets, a count of all rows for each page

    def event_of(self, row: Any) -> Event:
        """The event a row belongs to."""
        raise NotImplementedError

    def name_of(self, row: Any) -> str:
        """The row as people know it."""
        return str(row)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows this person may see; all others don't exist here."""
        rows = super().get_queryset(request)
        return rows if request.user.is_superuser else rows.filter(**{self.seller_lookup: request.user})

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """A list that no address can break."""
        return SafeList

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """By the list's filters and nothing else. Django lets an address ask for any column of the rows, and so guess
        what is not shown letter by letter, such as the seed of a draw to come."""
        filters = [getattr(spec, "parameter_name", spec) for spec in self.get_list_filter(request)]
        named = any(lookup == name or lookup.startswith(f"{name}__") for name in filters)
        return named and super().lookup_allowed(lookup, value, request)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Under the name of the row, or as a new one; a new one is not shown again when it is saved."""
        row = kwargs.get("obj")
        title = f"New {self.opts.verbose_name}" if row is None else self.name_of(row)
        context |= {"title": title, "subtitle": None, "show_save_and_continue": False}
        return super().render_change_form(request, context, *args, **kwargs)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """What was done to the row at the desk."""
        return super().history_view(request, object_id, {"title": "History", **(extra_context or {})})

    def formfield_for_dbfield(self, db_field: "Field[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        """Without buttons that would change or add the row a field points to."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(widget := getattr(field, "widget", None), RelatedFieldWidgetWrapper):
            widget.can_add_related = widget.can_change_related = widget.can_view_related = False
        return field

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Sellers and operators."""
        user = request.user
        return user.is_active and (user.is_superuser or user.role == User.Role.SELLER)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Sellers and operators, and of one row only whoever manages its event."""
        return self.has_module_permission(request) and (obj is None or may_manage(self.event_of(obj), user_of(request)))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    # --- History: written after the operation, which stays done without it -------------------------

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Django's; tried again like an operation, and told if it is in vain."""
        return self._written_down(request, super().log_addition, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Likewise."""
        return self._written_down(request, super().log_change, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """Likewise."""
        return self._written_down(request, super().log_deletions, queryset)

    def _written_down(self, request: HttpRequest, write: Callable[..., Any], *args: Any) -> Any:
        try:
            return durably(write)(request, *args)
        except (Error, Unavailable) as trouble:
            log.warning("history_unwritten", rows=self.opts.model_name, reason=type(trouble).__name__)
            self.message_user(request, UNWRITTEN, messages.WARNING)
            return None

    # --- Several at once ---------------------------------------------------------------------------

    @contextmanager
    def telling_the_rest(self, request: HttpRequest, rest: list[Any]) -> Iterator[None]:
        """Where the database is lost on the way through several rows, those that are still in `rest` are told.

        Who has seen to a row, takes it out of `rest`, from the beginning.
        """
        several = len(rest) > 1
        try:
            yield
        except (Error, Unavailable) as trouble:
            names = [self.name_of(row) for row in rest] if several else []
            sure = 1 if isinstance(trouble, OutcomeUnknown) else 0
            for words, told in (("Done or not, please look", names[:sure]), ("Not done", names[sure:])):
                if told:
                    self.message_user(request, f"{words}: {listed(told, NAMED, '; ')}.", messages.WARNING)
            raise


class WrittenRows(OwnRows):
    """Rows that are added, changed or removed in forms, each by one operation."""

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """The form, outside of the transaction that Django wraps around it.

        An operation is a whole transaction (`durable=True`) and announces what it did once that has committed; inside
        Django's it could do neither. The admin itself writes one row, the log entry, and only after the operation.
        A refusal that the form could not foresee is told, and leaves neither change nor log entry.
        """
        return self._told(request, self._changeform_view, object_id, form_url, extra_context)  # type: ignore[attr-defined]

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """The question before a row goes, likewise."""
        return self._told(request, self._delete_view, object_id, extra_context)  # type: ignore[attr-defined]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing: the operation wrote all of it."""

    def _told(self, request: HttpRequest, view: Callable[..., Any], *args: Any) -> Any:
        try:
            return view(request, *args)
        except Unavailable:
            raise
        except DomainError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
