"""Users, token families and stream tickets."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower

from core.text.lines import check_line
from core.text.visible import check_visible

# ASCII only, because Python and Postgres agree on lower case only there, and because it rules out look-alike addresses.
ascii_email = RegexValidator(
    r"\A[\x21-\x7e]*\Z", "Write the address in ASCII (an international domain as xn--…).", "ascii"
)


def normal_email(email: str) -> str:
    """Return the form in which an address is stored and looked up: trimmed, lower case."""
    return email.strip().lower()


class UserManager(BaseUserManager["User"]):
    """Creates users and finds them by email address in any case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a user with a hashed password (None: they can't sign in with one).

        Sellers become staff, so that they can enter the admin.
        """
        fields.setdefault("is_staff", fields.get("role") == User.Role.SELLER)
        user = User(email=normal_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create an operator, who may see and do everything in the admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, is_verified=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user with this address in any case; raises `User.DoesNotExist`."""
        return self.get(email=normal_email(username or ""))


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in with an email address. Buyers book, sellers sell, operators are superusers."""

    class Role(models.TextChoices):
        """The role chosen at registration; the API never changes it."""

        BUYER = "buyer"
        SELLER = "seller"

    email = models.EmailField(unique=True, validators=[ascii_email])
    name = models.CharField(max_length=150, validators=[check_visible, check_line])
    role = models.CharField(max_length=6, choices=Role, default=Role.BUYER)
    is_active = models.BooleanField(default=True, help_text="Untick instead of deleting: the person can't sign in.")
    is_staff = models.BooleanField(default=False, help_text="May enter the admin; sellers see their own events there.")
    is_verified = models.BooleanField(default=False, help_text="The email address was confirmed.")
    pending_email = models.EmailField(
        blank=True, default="", db_default="", help_text="The address that replaces `email` once it is confirmed."
    )
    deleted_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When the person left; name and address are overwritten."
    )
    idle_warned_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When the person was told that the unused account will go."
    )
    organizer_name = models.CharField(
        max_length=150,
        blank=True,
        db_default="",
        validators=[check_visible, check_line],
        help_text="Shown to buyers as the organizer; if empty, the name is.",
    )
    contact_email = models.EmailField(
        blank=True,
        db_default="",
        validators=[ascii_email],
        help_text="Shown to buyers on event pages, and where their replies to emails go.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = (
            models.CheckConstraint(name="user_email_is_lower_case", condition=models.Q(email=Lower("email"))),
            models.CheckConstraint(name="user_role_is_known", condition=models.Q(role__in=["buyer", "seller"])),
            models.CheckConstraint(
                name="user_deleted_is_inactive", condition=models.Q(deleted_at=None) | models.Q(is_active=False)
            ),
        )

    def __str__(self) -> str:
        return self.email

    @property
    def public_name(self) -> str:
        """The name that buyers see as the organizer of this seller's events."""
        return self.organizer_name or self.name

    @property
    def shown_email(self) -> str:
        """The address for questions on the pages of this seller's events; "" if there is none.

        It counts only once the seller has confirmed the address they sign in with: before, the one may be as wrong as
        the other, and buyers must not be sent there.
        """
        return self.contact_email if self.is_verified else ""

    @property
    def reply_address(self) -> str:
        """The address to which replies to emails about this seller's events go; "" until theirs is confirmed."""
        return (self.contact_email or self.email) if self.is_verified else ""


class TokenFamily(models.Model):
    """All bearer tokens that come from one sign-in.

    Only the newest refresh token is valid. Use of an older one means that a token was stolen or lost, and revokes the
    family. Access tokens name their family and end with it. Refreshing does not extend the family: like the session
    cookie, it ends at a fixed time.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="token_families")
    refresh_jti = models.UUIDField(help_text="The id of the refresh token that counts.")
    device = models.CharField(max_length=60, blank=True, default="", db_default="", help_text="Who signed in.")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "token families"

    def __str__(self) -> str:
        return str(self.id)


class Session(AbstractBaseSession):
    """A session of Django, with columns that tell a user's sessions apart. `accounts.session_store` writes it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="sessions")
    device = models.CharField(max_length=60, blank=True, default="", db_default="")
    signed_in_at = models.DateTimeField()

    @classmethod
    def get_session_store_class(cls) -> Any:
        """Return the session engine's store, which encodes the data."""
        from importlib import import_module

        return import_module(settings.SESSION_ENGINE).SessionStore


class StreamTicket(models.Model):
    """Permission to open one live feed as this user, for clients that can't send a cookie or a header.

    A ticket is part of a URL, so it is valid for seconds, works once, and is stored only as a hash. The row of a used
    ticket remains for a while: it shows that the sign-in of the feed that the ticket opened is still valid.
    """

    digest = models.CharField(max_length=64, primary_key=True, help_text="SHA-256 of the ticket, in hex.")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="stream_tickets")
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.digest[:8]}…"
