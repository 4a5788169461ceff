"""Pages of the admin about a row that doesn't exist."""

from typing import Any, NoReturn

from django.contrib import admin
from django.http import Http404, HttpRequest


class MissingRows(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """A ModelAdmin with the site's "not found" page for rows that don't exist or that the user may not see.

    Django redirects to the admin's first page, with a message that repeats the id from the address.
    """

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> NoReturn:
        raise Http404
