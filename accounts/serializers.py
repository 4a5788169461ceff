"""Request and response bodies of the accounts endpoints. They check the form; operations check the rules."""

from typing import Any

from rest_framework import serializers

from accounts.models import User, ascii_email
from core.http.bodies import Body
from core.http.json_types import Choice
from core.http.texts import EmailAddress, Line, Text
from core.openapi import Problem


class PasswordField(Text):
    """A password as typed, spaces included; never part of a response.

    The maximum of 128 characters limits the cost of hashing.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=128, trim_whitespace=False, write_only=True, **options)


class RegistrationInput(Body):
    """A new user. Other members (is_staff, is_verified …) are refused."""

    email = EmailAddress(max_length=254, validators=[ascii_email])
    password = PasswordField(help_text="At least 8 characters, not common, not only digits, not like the address.")
    name = Line(max_length=150)
    role = Choice(choices=User.Role.choices)


class ProfileInput(Body):
    """Changes to the user. Other members (email, role, is_staff, is_verified …) are refused."""

    name = Line(max_length=150, required=False)
    organizer_name = Line(
        max_length=150, required=False, allow_blank=True, help_text="Shown to buyers instead of a seller's `name`."
    )
    contact_email = EmailAddress(
        max_length=254,
        required=False,
        allow_blank=True,
        validators=[ascii_email],
        help_text="Shown to buyers on a seller's events; replies to emails about them go there.",
    )
    password = PasswordField(required=False, help_text="The new password; ends all other sessions and all tokens.")
    current_password = PasswordField(required=False, help_text="Required with `password`, and only with it.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Require both passwords or neither: the current one is a proof for a new one, and for nothing else."""
        if "password" in attrs and "current_password" not in attrs:
            raise serializers.ValidationError({"current_password": "Required to change the password."}, "required")
        if "current_password" in attrs and "password" not in attrs:
            detail = "This is only for a new password; send it as `password`."
            raise serializers.ValidationError({"current_password": detail}, "without_password")
        return attrs


class CredentialsInput(Body):
    """An email address and its password.

    The address is not validated: a malformed one is simply unknown.
    """

    email = Text(max_length=254)
    password = PasswordField()


class RefreshInput(Body):
    """The newest refresh token."""

    refresh = Text(max_length=2048)


class VerificationInput(Body):
    """The token from the verification mail."""

    token = Text(max_length=2048)


class ResetRequestInput(Body):
    """The address of the account whose password was forgotten."""

    email = EmailAddress(max_length=254)


class ResetInput(Body):
    """`uid` and `token` from the mail, and the new password."""

    uid = Text(max_length=64)
    token = Text(max_length=256)
    password = PasswordField()


class EmailChangeInput(Body):
    """The new address, and the password as proof that the owner of the account asks for it."""

    email = EmailAddress(max_length=254, validators=[ascii_email])
    current_password = PasswordField()


class DeletionInput(Body):
    """The password as proof that the owner of the account asks to delete it."""

    current_password = PasswordField()


class EmailOutput(serializers.Serializer[Any]):
    """The user's address, and the one that waits for its confirmation."""

    email = serializers.EmailField()
    is_verified = serializers.BooleanField()
    pending_email = serializers.EmailField(
        allow_null=True, help_text="It replaces `email` when the link that was sent to it is opened; null if none."
    )


class SignInOutput(serializers.Serializer[Any]):
    """One sign-in of the user."""

    id = serializers.CharField(help_text="Names the sign-in; it is no secret.")
    kind = serializers.ChoiceField(choices=["browser", "program"], help_text="By session cookie, or by bearer tokens.")
    device = serializers.CharField(help_text="What the client says it is.")
    signed_in_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    is_current = serializers.BooleanField(help_text="Whether this request comes from it.")


class ObstacleOutput(serializers.Serializer[Any]):
    """A booking or an event that is still to come."""

    kind = serializers.CharField(help_text="booking, event or operator")
    id = serializers.CharField()
    name = serializers.CharField()
    path = serializers.CharField(required=False, help_text="Of its page.")


class AccountInUseProblem(Problem):
    """The problem `account_in_use`: the account can't be deleted yet, because of these."""

    obstacles = ObstacleOutput(many=True)


class UserOutput(serializers.ModelSerializer[User]):
    """The user, as shown to themselves. Only sellers have `organizer_name` and `contact_email`."""

    class Meta:
        model = User
        fields = ("id", "email", "name", "role", "is_active", "is_verified", "organizer_name", "contact_email")
        read_only_fields = fields
        extra_kwargs = {name: {"required": False} for name in ("organizer_name", "contact_email")}

    def to_representation(self, instance: User) -> dict[str, Any]:
        """Return the fields that the user's role has."""
        body = super().to_representation(instance)
        if instance.role != User.Role.SELLER:
            del body["organizer_name"], body["contact_email"]
        return body


class TokensOutput(serializers.Serializer[Any]):
    """Bearer tokens: `access` for the `Authorization` header; `refresh` gets the next pair, once."""

    access = serializers.CharField()
    refresh = serializers.CharField()


class StreamTicketOutput(serializers.Serializer[Any]):
    """A ticket for `?ticket=` of a live feed: it works once, within `expires_in` seconds."""

    ticket = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds.")


def email_body(user: User) -> dict[str, Any]:
    """Return the user's addresses in the shape of EmailOutput."""
    return {"email": user.email, "is_verified": user.is_verified, "pending_email": user.pending_email or None}
