"""Who you are, which of your bearer tokens still count, and how the operator has set his switches."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower

# Python and Postgres agree on the lower case of ASCII only; and nobody can register a look-alike of another address.
plain_address = RegexValidator(
    r"\A[\x21-\x7e]*\Z", "Write the address in ASCII (an international domain as xn--…).", "ascii"
)


def normal_email(email: str) -> str:
    """The one spelling under which an address is stored and looked up."""
    return email.strip().lower()


class UserManager(BaseUserManager["User"]):
    """Creates users; finds them by e-mail in any case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A user whose password is hashed (None: no password works). A seller is staff: he enters the admin."""
        fields.setdefault("is_staff", fields.get("role") == User.Role.SELLER)
        user = User(email=normal_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """An operator: sees and may do everything in the admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, is_verified=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """The user with this e-mail, in any case; raises `User.DoesNotExist`."""
        return self.get(email=normal_email(username or ""))


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in with an e-mail address. Buyers book, sellers sell, operators are superusers."""

    class Role(models.TextChoices):
        """What a person registers as; it never changes through the API."""

        BUYER = "buyer"
        SELLER = "seller"

    email = models.EmailField(unique=True, validators=[plain_address])
    name = models.CharField(max_length=150)
    role = models.CharField(max_length=6, choices=Role, default=Role.BUYER)
    is_active = models.BooleanField(default=True, help_text="Untick instead of deleting: the person can't sign in.")
    is_staff = models.BooleanField(default=False, help_text="May enter the admin; sellers see their own events there.")
    is_verified = models.BooleanField(default=False, help_text="The e-mail address was confirmed.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = (
            models.CheckConstraint(name="user_email_is_lower_case", condition=models.Q(email=Lower("email"))),
            models.CheckConstraint(name="user_role_is_known", condition=models.Q(role__in=["buyer", "seller"])),
        )

    def __str__(self) -> str:
        return self.email


class TokenFamily(models.Model):
    """All bearer tokens that descend from one sign-in.

    Only its newest refresh token counts; an older one is stolen or lost and ends the family. Access tokens name
    their family and die with it. Not prolonged by refreshing: like the cookie, it ends on a fixed day.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="token_families")
    refresh_jti = models.UUIDField(help_text="The id of the refresh token that counts.")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "token families"

    def __str__(self) -> str:
        return str(self.id)


class StreamTicket(models.Model):
    """Leave to open one live feed as this user within seconds, where no cookie can be sent.

    A ticket travels in a URL, so it is short-lived, works once, and only its hash is kept. A used one stands for the
    feed that it opened.
    """

    digest = models.CharField(max_length=64, primary_key=True, help_text="SHA-256 of the ticket, in hex.")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="stream_tickets")
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.digest[:8]}…"


class Switch(models.Model):
    """One of the operator's switches (accounts.switches). No row: never turned, off."""

    name = models.CharField(max_length=32, primary_key=True)
    is_on = models.BooleanField(default=False)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name_plural = "switches"

    def __str__(self) -> str:
        return f"{self.name}: {'on' if self.is_on else 'off'}"
