"""A form that a browser sent itself, without a script: what was typed, and what is wrong with it.

With a script, forms call the API instead (ticketing/static/ticketing/forms.js); both ways check the input with the same
serializers, call the same operations and show the same errors at the same places.
"""

from collections.abc import Callable
from typing import Any, Self

from django.http import HttpRequest
from rest_framework.exceptions import ValidationError
from rest_framework.serializers import Serializer

from core.errors import DomainError, Unavailable
from core.http.problems import problem_body

SECRET = frozenset({"password"})  # fields that the page never shows again


class SentForm:
    """The input of a form and its errors. A form that wasn't sent yet is empty: `SentForm()`.

    `values` are the texts by field, without passwords; `errors` one sentence by field; `error` one about the whole.
    """

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.errors: dict[str, str] = {}
        self.error = ""
        self.is_accepted = False

    @classmethod
    def of(cls, request: HttpRequest, serializer: type[Serializer[Any]], operation: Callable[..., Any]) -> Self:
        """Call the operation with the form's fields, as checked by the serializer; return the form with the outcome.

        Raises Unavailable, for which the whole page is replaced.
        """
        form = cls()
        known = serializer().get_fields()
        sent = {name: text for name, text in request.POST.items() if name in known}
        form.values = {name: str(text) for name, text in sent.items() if name not in SECRET}
        body = serializer(data=sent)
        try:
            body.is_valid(raise_exception=True)
            operation(**body.validated_data)
        except Unavailable:
            raise
        except (DomainError, ValidationError) as error:
            form._refuse(problem_body(error) or {})
        else:
            form.is_accepted = True
        return form

    @property
    def status(self) -> int:
        """The HTTP status of the page with this form."""
        return 400 if self.error or self.errors else 200

    def _refuse(self, problem: dict[str, Any]) -> None:
        for each in problem.get("errors", []):
            if each["field"]:
                self.errors.setdefault(each["field"], each["detail"])
            else:
                self.error = each["detail"]
        if not self.errors and not self.error:
            self.error = problem.get("detail", "")
