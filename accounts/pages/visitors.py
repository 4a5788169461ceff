"""The pages for visitors. They show forms; scripts send the input to the API, and without scripts the pages take it."""

from functools import partial
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.operations.passwords import request_password_reset, reset_password
from accounts.operations.registration import register_user, verify_email
from accounts.operations.sessions import log_in, log_out
from accounts.pages.landing import HOME, landing_page, own_path
from accounts.pages.sent_form import SentForm
from accounts.serializers import (
    CredentialsInput,
    RegistrationInput,
    ResetInput,
    ResetRequestInput,
    VerificationInput,
)
from core.http.origin import refuses_other_sites

PAGES_OF_SELLERS = ("/sell", "/admin/")  # who comes from there and signs up probably wants to sell

page_with_form = require_http_methods(["GET", "HEAD", "POST"])


@refuses_other_sites
@page_with_form
def login(request: HttpRequest) -> HttpResponseBase:
    """Serve the page `/login?next=`, a form to sign in; redirect users who are signed in to `next`.

    Without `next`, the form leads back here, and from here to the user's own first page (accounts.pages.landing).
    """
    form = SentForm()
    if request.method == "POST":
        form = SentForm.of(request, CredentialsInput, partial(log_in, request=request))
    return _visitor_page(request, "accounts/login.html", form)


@refuses_other_sites
@page_with_form
def register(request: HttpRequest) -> HttpResponseBase:
    """Serve the page `/register?next=&role=`, to register as buyer or seller; redirect signed-in users to `next`."""
    form = SentForm()
    if request.method == "POST":
        form = SentForm.of(request, RegistrationInput, partial(_register, request))
    sells = request.GET.get("next", "").startswith(PAGES_OF_SELLERS)
    wanted = form.values.get("role") or request.GET.get("role") or (sells and User.Role.SELLER)
    role = User.Role.SELLER if wanted == User.Role.SELLER else User.Role.BUYER
    return _visitor_page(request, "accounts/register.html", form, role=role)


@refuses_other_sites
@page_with_form
@sensitive_variables("token")
def verify(request: HttpRequest) -> HttpResponse:
    """Serve the page `/verify?token=`, the target of the link in the verification email.

    Only the page's form or script sends the token, so that a mail scanner's GET verifies nothing.
    """
    form = SentForm()
    if request.method == "POST":
        form = SentForm.of(request, VerificationInput, verify_email)
    onward = landing_page(request.user) if request.user.is_authenticated else None
    context = {"token": request.GET.get("token", "")[:2048], "form": form, "onward": onward}
    return _private(render(request, "accounts/verify.html", context, status=form.status))


@refuses_other_sites
@page_with_form
def reset(request: HttpRequest) -> HttpResponse:
    """Serve the page `/reset`, a form for the email address of a user who forgot their password."""
    form = SentForm()
    if request.method == "POST":
        form = SentForm.of(request, ResetRequestInput, request_password_reset)
    return render(request, "accounts/reset.html", {"form": form}, status=form.status)


@refuses_other_sites
@page_with_form
@sensitive_variables("token")
def reset_confirm(request: HttpRequest, uid: str, token: str) -> HttpResponseBase:
    """Serve the page `/reset/<uid>/<token>`, a form for a new password: the target of the link in the reset email."""
    form = SentForm()
    if request.method == "POST":
        form = SentForm.of(request, ResetInput, reset_password)
    if form.is_accepted:
        messages.success(request, "Your new password is saved. You can log in with it now.")
        return redirect("login")
    context = {"uid": uid, "token": token, "form": form}
    return _private(render(request, "accounts/reset_confirm.html", context, status=form.status))


@refuses_other_sites
@require_POST
def logout(request: HttpRequest) -> HttpResponseBase:
    """End the session as `POST /api/user/logout` does, then show the list of events."""
    if request.user.is_authenticated:
        log_out(request=request, user=request.user)
    return redirect("events")


def _register(request: HttpRequest, *, email: str, password: str, name: str, role: str) -> None:
    """Register the user and sign them in, so that they need not type the password again."""
    user = register_user(email=email, password=password, name=name, role=role)
    log_in(request=request, email=user.email, password=password)
    text = f"Welcome! We sent an email to {user.email}. Please confirm your address with the link in it."
    messages.success(request, text)


def _visitor_page(request: HttpRequest, template: str, form: SentForm, **context: Any) -> HttpResponseBase:
    """Render a page for visitors; redirect those who are signed in, or whose form was accepted, to `next`.

    Without `next`, they are redirected to their first page.
    """
    next_path = own_path(request.GET.get("next", ""))
    has_next = next_path != HOME.path
    if form.is_accepted or (request.user.is_authenticated and request.method != "POST"):
        return redirect(next_path if has_next else landing_page(cast(User, request.user)).path)
    next_step = next_path if has_next else reverse("login")
    context |= {"form": form, "next": next_step, "has_next": has_next}
    return render(request, template, context, status=form.status)


def _private(response: HttpResponse) -> HttpResponse:
    """Forbid caching, and to tell any site the page's URL, which contains a secret.

    The policy still names this site, without a path: with `no-referrer`, browsers send `Origin: null` with a form,
    which is the origin of no site.
    """
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "strict-origin"
    return response
