"""No bare page of Django or of a library is shown to a buyer: each error has a page in the product's look."""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent
from django.db import OperationalError
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path

from accounts.models import User
from ticketing import urls

LOOK = ('<header class="site-header">', '<footer class="site-footer">', "ticketing/style")
ERRORS: dict[int, Exception] = {
    400: SuspiciousOperation("odd"),
    403: PermissionDenied("no"),
    404: Http404("none"),
    413: RequestDataTooBig("large"),
    500: RuntimeError("a secret of the code"),
    503: OperationalError("the database is away"),
}


def raises(error: Exception) -> Callable[..., HttpResponse]:
    def view(request: Any) -> HttpResponse:
        raise error

    return view


class Failing:
    """The product's URLs, and /fail/N, which fails with status N."""

    urlpatterns = (*urls.urlpatterns, *(path(f"fail/{status}", raises(error)) for status, error in ERRORS.items()))
    handler400, handler404, handler500 = urls.handler400, urls.handler404, urls.handler500


def assert_is_a_page(response: Any, status: int) -> str:
    text: str = response.content.decode()
    assert response.status_code == status
    assert response.headers["Content-Type"].startswith("text/html")
    assert [part for part in LOOK if part not in text] == []
    assert "Django" not in text
    assert "secret" not in text
    return text


@pytest.mark.django_db
@pytest.mark.parametrize("status", ERRORS)
@override_settings(ROOT_URLCONF=Failing)
def test_each_error_of_a_page_has_the_products_look(status: int) -> None:
    browser = Client(raise_request_exception=False)
    assert_is_a_page(browser.get(f"/fail/{status}"), status)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/events/1", "/bookings", "/logout"])
def test_a_method_that_a_page_does_not_have_gets_a_page(client: Client, address: str) -> None:
    response = client.get(address) if address == "/logout" else client.post(address, {"card_number": "1"})
    assert "This page can’t do that" in assert_is_a_page(response, 405)
    assert response.headers["Allow"]


ROWS = [f"{model._meta.app_label}/{model._meta.model_name}" for model in admin.site._registry]


@pytest.mark.django_db
@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("row_id", ["abc", "0", "9" * 30, "_00", str(UUID(int=0))])
def test_a_row_of_the_admin_that_does_not_exist_gets_a_page(olga: User, rows: str, row_id: str) -> None:
    browser = Client()
    browser.force_login(olga)
    for view in ("change", "history"):
        text = assert_is_a_page(browser.get(f"/admin/{rows}/{row_id}/{view}/"), 404)
        assert "Page not found" in text
        assert 'href="/admin/"' in text  # the way back
    assert browser.post(f"/admin/{rows}/{row_id}/delete/").status_code in (403, 404)
    assert "doesn’t exist" not in browser.get("/admin/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/events/1", f"/checkout/{UUID(int=0)}", "/admin/login/"])
def test_a_form_without_a_token_gets_a_page(address: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    text = assert_is_a_page(browser.post(address, {"card_number": "4242"}), 403)
    assert "This form is out of date" in text


@pytest.mark.django_db
def test_a_form_that_is_too_large_gets_a_page(client: Client) -> None:
    assert_is_a_page(client.post("/login", {"email": "x" * 2**20}), 413)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/login", "/admin/login/", "/nothing", "/api-not"])
def test_a_form_with_a_file_that_is_too_large_gets_a_page(client: Client, address: str) -> None:
    """It is refused before it is read: Django has no limit for files."""
    assert_is_a_page(client.post(address, {"file": BytesIO(b"x" * 2**20)}), 413)


@pytest.mark.django_db
def test_a_form_with_too_many_fields_gets_a_page(client: Client) -> None:
    assert_is_a_page(client.post("/login", {f"field-{number}": "x" for number in range(3_001)}), 400)
    assert issubclass(TooManyFieldsSent, SuspiciousOperation)


@pytest.mark.django_db
def test_an_unknown_host_gets_a_page(client: Client) -> None:
    assert_is_a_page(client.get("/", headers={"host": "evil.example"}), 400)


@override_settings(API_RATE=(100, 60), LOGIN_RATE=(1, 60))
@pytest.mark.django_db
def test_too_many_forms_get_a_page(client: Client) -> None:
    client.post("/login", {})
    assert_is_a_page(client.post("/login", {}), 429)


def test_the_page_for_an_old_form_needs_no_user(rf: RequestFactory) -> None:
    from core.http.problems import csrf_failure

    request = rf.post("/admin/login/?next=/admin/")
    request.user = AnonymousUser()
    assert 'href="/admin/login/?next=/admin/"' in csrf_failure(request).content.decode()  # type: ignore[attr-defined]
