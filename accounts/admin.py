"""The admin pages of users, for operators only; sellers, who also use the admin, don't see them."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.models import User, normal_email
from core.http.missing_rows import MissingRows

admin.site.unregister(Group)  # rights come from the role and is_superuser


class NewUserForm(AdminUserCreationForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A form for a new user; Django's validators check the password."""

    class Meta:
        model = User
        fields = ("email", "name", "role")

    def clean_email(self) -> str:
        """Return the address as it is stored, so that a taken address is found."""
        return normal_email(self.cleaned_data["email"])


class ChangedUserForm(UserChangeForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A form to edit a user, with a link to set their password."""

    class Meta:
        model = User
        fields = "__all__"

    def clean_is_active(self) -> bool:
        """Refuse to activate an account that its owner has deleted."""
        if self.cleaned_data["is_active"] and self.instance.deleted_at is not None:
            raise ValidationError("The owner has deleted this account.", "deleted")
        return bool(self.cleaned_data["is_active"])

    def clean_email(self) -> str:
        """Return the address as it is stored, so that a taken address is found."""
        return normal_email(self.cleaned_data["email"])


@admin.register(User)
class Users(MissingRows, UserAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """The admin pages to find, add and deactivate users, and to set their password or role.

    A changed password ends the user's sessions and tokens.
    """

    form = ChangedUserForm
    add_form = NewUserForm
    list_display = ("email", "name", "role", "is_active", "is_verified", "is_superuser", "created_at")
    list_filter = ("role", "is_active", "is_verified", "is_superuser")
    search_fields = ("email", "name__folded")
    ordering = ("email",)
    filter_horizontal = ()
    readonly_fields = ("is_staff", "pending_email", "last_login", "created_at", "deleted_at")
    fieldsets = (
        (None, {"fields": ("email", "pending_email", "password", "name")}),
        ("Organizer", {"fields": ("organizer_name", "contact_email")}),
        ("Rights", {"fields": ("role", "is_active", "is_verified", "is_superuser", "is_staff")}),
        ("Dates", {"fields": ("last_login", "created_at", "deleted_at")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "role", "usable_password", "password1", "password2")}),)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Allow operators only."""
        return is_operator(request)

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Allow operators only."""
        return is_operator(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Allow operators only."""
        return is_operator(request)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Allow operators only."""
        return is_operator(request)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Allow nobody, because a user's bookings and events must keep their owner. Users are deactivated instead."""
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Save the user; sellers and operators may enter the admin (`is_staff`), nobody else may."""
        obj.is_staff = obj.is_superuser or obj.role == User.Role.SELLER
        super().save_model(request, obj, form, change)


def is_operator(request: HttpRequest) -> bool:
    """Return whether the request comes from an active superuser."""
    return bool(request.user.is_active and request.user.is_superuser)
