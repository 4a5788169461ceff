"""A form that a browser sent itself, without a script: what was typed, and what is wrong with it.

With a script, forms with `data-api` call the API instead (ticketing/static/ticketing/forms.js); both ways check the
input with the same serializers, call the same operations and show the same errors at the same places.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Self

from django.http import HttpRequest
from rest_framework.exceptions import ValidationError
from rest_framework.serializers import Serializer

from core.errors import DomainError, Unavailable
from core.http.problems import problem_body

SECRET = frozenset({"password", "current_password"})  # fields that the page never shows again
MISSING = frozenset({"blank", "required"})  # codes of errors about a field without input
FILL_IN = "Please fill this in."


class SentForm:
    """The input of a form and its errors. A form that wasn't sent yet has the values it begins with, or none.

    `values` are the texts by field, without passwords; `errors` one sentence by field; `error` one about the whole.
    `problem` is the API's problem, empty unless the operation refused.
    """

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self.values = dict(values or {})
        self.errors: dict[str, str] = {}
        self.error = ""
        self.problem: dict[str, Any] = {}
        self.is_accepted = False

    @classmethod
    def of(
        cls,
        request: HttpRequest,
        serializer: type[Serializer[Any]],
        operation: Callable[..., Any],
        *,
        fields: Collection[str] = (),
    ) -> Self:
        """Call the operation with the form's fields, as checked by the serializer; return the form with the outcome.

        `fields` are those of the serializer that the form has, all of them if empty. Others are ignored, so that no
        form does what another one is for; a missing one is taken as empty. Raises Unavailable, for which the whole
        page is replaced.
        """
        sent = {name: str(request.POST.get(name, "")) for name in fields or serializer().get_fields()}
        form = cls({name: text for name, text in sent.items() if name not in SECRET})
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
        return 400 if self.problem else 200

    def _refuse(self, problem: dict[str, Any]) -> None:
        self.problem = problem
        for each in problem.get("errors", []):
            text = FILL_IN if each["code"] in MISSING else each["detail"]
            if each["field"]:
                self.errors.setdefault(each["field"], text)
            else:
                self.error = text
        if not self.errors and not self.error:
            self.error = problem.get("detail", "")
