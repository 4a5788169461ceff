"""Users in the admin, for operators only. Sellers use the admin too, but don't see this."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.http import HttpRequest

from accounts.models import User, normal_email

admin.site.unregister(Group)  # permissions follow from the role and `is_superuser`


class NewUserForm(AdminUserCreationForm):
    """A new user with a password, which Django's validators check."""

    class Meta:
        model = User
        fields = ("email", "name", "role")

    def clean_email(self) -> str:
        """Normalise the address as it is stored, so that the form notices one that is taken."""
        return normal_email(self.cleaned_data["email"])


class ChangedUserForm(UserChangeForm):
    """A user, with a link to set the password."""

    class Meta:
        model = User
        fields = "__all__"

    def clean_email(self) -> str:
        """Normalise the address as it is stored, so that the form notices one that is taken."""
        return normal_email(self.cleaned_data["email"])


@admin.register(User)
class Users(UserAdmin):
    """Find, add and deactivate users; set passwords and roles. A new password ends the user's sessions and tokens."""

    form = ChangedUserForm
    add_form = NewUserForm
    list_display = ("email", "name", "role", "is_active", "is_verified", "is_superuser", "created_at")
    list_filter = ("role", "is_active", "is_verified", "is_superuser")
    search_fields = ("email", "name")
    ordering = ("email",)
    filter_horizontal = ()
    readonly_fields = ("is_staff", "last_login", "created_at")
    fieldsets = (
        (None, {"fields": ("email", "password", "name")}),
        ("Rights", {"fields": ("role", "is_active", "is_verified", "is_superuser", "is_staff")}),
        ("Dates", {"fields": ("last_login", "created_at")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "role", "usable_password", "password1", "password2")}),)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Operators only."""
        return is_operator(request)

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Operators only."""
        return is_operator(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Operators only."""
        return is_operator(request)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Operators only."""
        return is_operator(request)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nobody: a user's purchases and sales must remain. Deactivate users instead."""
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Save the user; sellers and superusers may enter the admin, nobody else."""
        obj.is_staff = obj.is_superuser or obj.role == User.Role.SELLER
        super().save_model(request, obj, form, change)


def is_operator(request: HttpRequest) -> bool:
    """Whether the user is an active superuser."""
    return bool(request.user.is_active and request.user.is_superuser)
