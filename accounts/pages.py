"""The pages of this app. They render forms, which account.js sends to the API."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_safe

from accounts.models import User

HOME = "/"


def own_path(wanted: str) -> str:
    """Return `wanted` if it is a path of this site, otherwise the home page. Prevents open redirects."""
    is_path = wanted.startswith("/") and not wanted.startswith(("//", "/api/"))
    return wanted if is_path and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else HOME


@require_safe
def login(request: HttpRequest) -> HttpResponseBase:
    """`/login?next=`: redirects to `next` if the user is already logged in."""
    return _login_or_redirect(request, "accounts/login.html")


@require_safe
def register(request: HttpRequest) -> HttpResponseBase:
    """`/register?next=&role=`: sign up as a buyer or as a seller."""
    role = User.Role.SELLER if request.GET.get("role") == User.Role.SELLER else User.Role.BUYER
    return _login_or_redirect(request, "accounts/register.html", role=role)


@require_safe
@sensitive_variables("token")
def verify(request: HttpRequest) -> HttpResponse:
    """`/verify?token=`: the link in the mail. The script sends the token, so a mail scanner's GET does nothing."""
    return _private(render(request, "accounts/verify.html", {"token": request.GET.get("token", "")[:2048]}))


@require_safe
def reset(request: HttpRequest) -> HttpResponse:
    """`/reset`: asks for the e-mail address of the account whose password was forgotten."""
    return render(request, "accounts/reset.html")


@require_safe
@sensitive_variables("token")
def reset_confirm(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """`/reset/<uid>/<token>`: the link in the password reset mail."""
    return _private(render(request, "accounts/reset_confirm.html", {"uid": uid, "token": token}))


def _login_or_redirect(request: HttpRequest, template: str, **context: Any) -> HttpResponseBase:
    onward = own_path(request.GET.get("next", HOME))
    if request.user.is_authenticated:
        return redirect(onward)
    return render(request, template, {"next": onward, "has_next": onward != HOME, **context})


def _private(response: HttpResponse) -> HttpResponse:
    """Keep the secret in the URL out of caches and of the Referer header."""
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response
