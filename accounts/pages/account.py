"""The account page: name, email address, password, sign-ins and deletion, as forms that need no script."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, cast

from django.contrib import auth, messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.operations.deletion import delete_account
from accounts.operations.email_change import (
    cancel_email_change,
    confirm_email_change,
    new_address_of,
    request_email_change,
)
from accounts.operations.profile import update_user
from accounts.operations.registration import resend_verification
from accounts.operations.sign_in_list import end_all_sign_ins, end_sign_in, list_sign_ins
from accounts.pages.landing import own_path
from accounts.pages.sent_form import SentForm
from accounts.serializers import DeletionInput, EmailChangeInput, ProfileInput, VerificationInput
from core.errors import BadInput, NotFound
from core.http.origin import refuses_other_sites

# Every form leads back to the page itself, also after signing in.
signed_in = login_required(login_url="/login?next=/account", redirect_field_name=None)
unstored = cache_control(private=True, no_store=True)


def receives_form(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Return the view for a form of the page. Opened as a page, as by a reload, it leads back to the page."""

    @refuses_other_sites
    @signed_in
    @unstored
    @wraps(view)
    def receive(request: HttpRequest, **arguments: Any) -> HttpResponseBase:
        return view(request, **arguments) if request.method == "POST" else redirect("account")

    return receive


@signed_in
@unstored
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Return the page `/account`."""
    return _page(request)


@receives_form
def change_name(request: HttpRequest) -> HttpResponseBase:
    """Save the name."""
    return _change_profile(request, "name", ("name",), "Your name is saved.")


@receives_form
def change_organizer(request: HttpRequest) -> HttpResponseBase:
    """Save what buyers see of a seller."""
    fields = ("organizer_name", "contact_email")
    return _change_profile(request, "organizer", fields, "Saved. Buyers see it at once.")


@receives_form
@sensitive_post_parameters()
def change_password(request: HttpRequest) -> HttpResponseBase:
    """Save a new password; other devices are signed out."""
    fields = ("current_password", "password")
    return _change_profile(
        request, "password", fields, "Your new password is saved. You are logged out everywhere else."
    )


@receives_form
@sensitive_post_parameters()
def change_email(request: HttpRequest) -> HttpResponseBase:
    """Send a link to a new address."""
    form = SentForm.of(request, EmailChangeInput, partial(request_email_change, user=_user(request)))
    return _answer(request, "email", form, "We have sent a link to the new address. Open it to confirm the address.")


@receives_form
def cancel_email(request: HttpRequest) -> HttpResponseBase:
    """Drop the change of the address."""
    cancel_email_change(user=_user(request))
    return _done(request, "Your address stays as it is.")


@receives_form
def resend(request: HttpRequest) -> HttpResponseBase:
    """Send the email that confirms the address again; lead back to the page in `next`, or to the account."""
    resend_verification(user=_user(request))
    text = f"We have sent the email to {_user(request).email} again. Open the link in it to confirm your address."
    return _done(request, text, own_path(request.POST["next"]) if "next" in request.POST else "")


@refuses_other_sites
@unstored
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("token")
def confirm_email(request: HttpRequest) -> HttpResponseBase:
    """Return the page `/account/email/confirm?token=`, the target of the link in the email; its button confirms.

    A GET changes nothing, because programs that check emails open links too. It needs no sign-in: the link may be
    opened on another device.
    """
    form = SentForm()
    if request.method == "POST":
        form = SentForm.of(request, VerificationInput, confirm_email_change)
    token = form.values.get("token") or request.GET.get("token", "")[:2048]
    address, broken = _new_address(token)
    problem = " ".join(form.errors.values()) or form.error or broken
    context = {"token": token, "address": address, "form": form, "problem": problem}
    return render(request, "accounts/email_confirm.html", context, status=400 if problem else 200)


def _new_address(token: str) -> tuple[str, str]:
    """Return the address that the token is about, and "" or why it is about none."""
    try:
        return new_address_of(token), ""
    except BadInput as refusal:
        return "", refusal.extra["errors"][0]["detail"]


@receives_form
def end_one(request: HttpRequest, sign_in_id: str) -> HttpResponseBase:
    """Sign out one device. If it is signed out already, that is fine."""
    try:
        end_sign_in(user=_user(request), sign_in_id=sign_in_id)
    except NotFound as gone:
        return _done(request, str(gone))
    return _done(request, "That device is logged out.")


@receives_form
def end_everywhere(request: HttpRequest) -> HttpResponseBase:
    """Sign out all devices, also this one."""
    end_all_sign_ins(user=_user(request))
    auth.logout(request)
    return redirect("events")


@receives_form
@sensitive_post_parameters()
def delete(request: HttpRequest) -> HttpResponseBase:
    """Delete the account, or say what is still to come."""
    form = SentForm.of(request, DeletionInput, partial(delete_account, user=_user(request)))
    if not form.is_accepted:
        return _page(request, delete=form)
    auth.logout(request)
    return render(request, "accounts/account_deleted.html")


def _change_profile(request: HttpRequest, name: str, fields: tuple[str, ...], message: str) -> HttpResponseBase:
    save = partial(update_user, request=request, user=_user(request))
    return _answer(request, name, SentForm.of(request, ProfileInput, save, fields=fields), message)


def _answer(request: HttpRequest, name: str, form: SentForm, message: str) -> HttpResponseBase:
    """Show the page again: with the message if the form was accepted, else with the form's errors."""
    return _done(request, message) if form.is_accepted else _page(request, **{name: form})


def _page(request: HttpRequest, **sent: SentForm) -> HttpResponse:
    """Return the page; `sent` is the form, by its name, that was refused."""
    user = _user(request)
    forms = {
        "name": SentForm({"name": user.name}),
        "organizer": SentForm({"organizer_name": user.organizer_name, "contact_email": user.contact_email}),
        **{name: SentForm() for name in ("email", "password", "delete")},
        **sent,
    }
    sign_ins = list_sign_ins(user=user, session_key=request.session.session_key)
    status = max(form.status for form in forms.values())
    return render(request, "accounts/account.html", {"forms": forms, "sign_ins": sign_ins}, status=status)


def _done(request: HttpRequest, message: str, path: str = "") -> HttpResponseBase:
    """Lead to the path, or to the top of the account page, with a message."""
    messages.success(request, message)
    return redirect(path or f"{reverse('account')}#main")  # where the message is, and not where the form was


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)
