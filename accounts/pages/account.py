"""The account page: name, email address, password, sign-ins and deletion, as plain forms that need no script."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django import forms
from django.contrib import auth, messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import AccountInUse, EmailTaken
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
from accounts.pages.account_forms import DeletionForm, EmailForm, NameForm, OrganizerForm, PasswordForm
from core.errors import BadInput, DomainError, NotFound

Forms = dict[str, forms.BaseForm]
FORMS: dict[str, type[forms.BaseForm]] = {
    "name": NameForm,
    "organizer": OrganizerForm,
    "email": EmailForm,
    "password": PasswordForm,
    "delete": DeletionForm,
}
# Every form leads back to the page itself, also after signing in.
signed_in = login_required(login_url="/login?next=/account", redirect_field_name=None)
unstored = cache_control(private=True, no_store=True)


def receives_form(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Return the view for a form of the page. Opened as a page, as by a reload, it leads back to the page."""

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
    return _page(request, {})


@receives_form
def change_name(request: HttpRequest) -> HttpResponseBase:
    """Save the name."""

    def save(name: str) -> None:
        update_user(request=request, user=_user(request), name=name)

    return _submit(request, "name", save, "Your name is saved.")


@receives_form
def change_organizer(request: HttpRequest) -> HttpResponseBase:
    """Save what buyers see of a seller."""

    def save(organizer_name: str, contact_email: str) -> None:
        update_user(request=request, user=_user(request), organizer_name=organizer_name, contact_email=contact_email)

    return _submit(request, "organizer", save, "Saved. Buyers see it at once.")


@receives_form
def resend(request: HttpRequest) -> HttpResponseBase:
    """Send the email that confirms the address again."""
    resend_verification(user=_user(request))
    return _done(request, "We have sent the email again. Open the link in it to confirm your address.")


@receives_form
@sensitive_post_parameters()
def change_email(request: HttpRequest) -> HttpResponseBase:
    """Send a link to a new address."""

    def save(email: str, current_password: str) -> None:
        request_email_change(user=_user(request), email=email, current_password=current_password)

    return _submit(request, "email", save, "We have sent a link to the new address. Open it to confirm the address.")


@receives_form
def cancel_email(request: HttpRequest) -> HttpResponseBase:
    """Drop the change of the address."""
    cancel_email_change(user=_user(request))
    return _done(request, "Your address stays as it is.")


@unstored
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("token")
def confirm_email(request: HttpRequest) -> HttpResponseBase:
    """Return the page `/account/email/confirm?token=`, the target of the link in the email; its button confirms.

    A GET changes nothing, because programs that check emails open links too. It needs no sign-in: the link may be
    opened on another device.
    """
    token = (request.POST if request.method == "POST" else request.GET).get("token", "")[:2048]
    context: dict[str, Any] = {"token": token, "is_confirmed": request.method == "POST"}
    try:
        context["address"] = new_address_of(token)
        if request.method == "POST":
            confirm_email_change(token=token)
    except (BadInput, EmailTaken) as refusal:
        context["problem"] = refusal.extra["errors"][0]["detail"] if "errors" in refusal.extra else str(refusal)
    status = 400 if "problem" in context else 200
    return render(request, "accounts/email_confirm.html", context, status=status)


@receives_form
@sensitive_post_parameters()
def change_password(request: HttpRequest) -> HttpResponseBase:
    """Save a new password; other devices are signed out."""

    def save(current_password: str, password: str) -> None:
        update_user(request=request, user=_user(request), password=password, current_password=current_password)

    return _submit(request, "password", save, "Your new password is saved. You are logged out everywhere else.")


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
    form = _form("delete", request)
    try:
        if form.is_valid():
            delete_account(user=_user(request), **form.cleaned_data)
            auth.logout(request)
            return render(request, "accounts/account_deleted.html")
    except BadInput as refusal:
        _show(refusal, form)
    except AccountInUse as refusal:
        return _page(request, {"delete": form}, obstacles=refusal.extra["obstacles"], status=409)
    return _page(request, {"delete": form}, status=400)


def _submit(request: HttpRequest, name: str, save: Callable[..., None], message: str) -> HttpResponseBase:
    """Save a valid form and show the page again with the message; else show the page with the form's errors."""
    form = _form(name, request)
    if form.is_valid():
        try:
            save(**form.cleaned_data)
        except (BadInput, EmailTaken) as refusal:
            _show(refusal, form)
        else:
            return _done(request, message)
    return _page(request, {name: form}, status=400)


def _form(name: str, request: HttpRequest | None = None) -> Any:
    """Return a form of the page with what was posted, if anything; its ids are unique on the page."""
    return FORMS[name](request.POST if request else None, auto_id=f"{name}-%s")


def _show(refusal: DomainError, form: forms.BaseForm) -> None:
    """Add the errors of an operation to the fields of the form."""
    for problem in refusal.extra.get("errors", [{"field": "email", "detail": str(refusal)}]):
        form.add_error(problem["field"], problem["detail"])


def _page(
    request: HttpRequest, submitted: Forms, *, obstacles: list[Any] | None = None, status: int = 200
) -> HttpResponse:
    user = _user(request)
    shown: Forms = {name: _form(name) for name in ("email", "password", "delete")}
    shown["name"] = NameForm(instance=user, auto_id="name-%s")
    shown["organizer"] = OrganizerForm(instance=user, auto_id="organizer-%s")
    sign_ins = list_sign_ins(user=user, session_key=request.session.session_key)
    context = {"forms": shown | submitted, "sign_ins": sign_ins, "obstacles": obstacles}
    return render(request, "accounts/account.html", context, status=status)


def _done(request: HttpRequest, message: str) -> HttpResponseBase:
    messages.success(request, message)
    return redirect(f"{reverse('account')}#main")  # where the message is, and not where the form was


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)
