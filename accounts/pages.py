"""The pages of accounts. They show forms; scripts send the input to the API."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_safe

from accounts.landing import HOME, landing_page
from accounts.models import User


def own_path(wanted: str) -> str:
    """Return `wanted` if it is the path of a page of this site (not of the API), else "/". Prevents open redirects."""
    is_path = wanted.startswith("/") and not wanted.startswith(("//", "/api/"))
    return wanted if is_path and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else HOME


@require_safe
def login(request: HttpRequest) -> HttpResponseBase:
    """Return the page `/login?next=`, a form to sign in; redirect users who are signed in to `next`.

    Without `next`, the form leads back here, and from here to the user's own first page (accounts.landing).
    """
    return _visitor_page(request, "accounts/login.html")


@require_safe
def register(request: HttpRequest) -> HttpResponseBase:
    """Return the page `/register?next=&role=`, to register as buyer or seller; redirect signed-in users to `next`."""
    role = User.Role.SELLER if request.GET.get("role") == User.Role.SELLER else User.Role.BUYER
    return _visitor_page(request, "accounts/register.html", role=role)


@require_safe
@sensitive_variables("token")
def verify(request: HttpRequest) -> HttpResponse:
    """Return the page `/verify?token=`, the target of the link in the verification email.

    The page's script sends the token, so that a mail scanner's GET verifies nothing.
    """
    return _private(render(request, "accounts/verify.html", {"token": request.GET.get("token", "")[:2048]}))


@require_safe
def reset(request: HttpRequest) -> HttpResponse:
    """Return the page `/reset`, a form for the email address of a user who forgot their password."""
    return render(request, "accounts/reset.html")


@require_safe
@sensitive_variables("token")
def reset_confirm(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """Return the page `/reset/<uid>/<token>`, a form for a new password: the target of the link in the reset email."""
    return _private(render(request, "accounts/reset_confirm.html", {"uid": uid, "token": token}))


def _visitor_page(request: HttpRequest, template: str, **context: Any) -> HttpResponseBase:
    """Render a page for visitors; redirect signed-in users to `next` or, without it, to their first page."""
    next_path = own_path(request.GET.get("next", HOME))
    has_next = next_path != HOME
    if isinstance(request.user, User):
        return redirect(next_path if has_next else landing_page(request.user))
    next_step = next_path if has_next else reverse("login")
    return render(request, template, {"next": next_step, "has_next": has_next, **context})


def _private(response: HttpResponse) -> HttpResponse:
    """Forbid caching and the Referer header, because the page's URL contains a secret."""
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response
