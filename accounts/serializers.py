"""Request and response bodies of the accounts endpoints. They check the form; operations check the rules."""

from typing import Any

from rest_framework import serializers

from accounts.models import User, ascii_email


class PasswordField(serializers.CharField):
    """A password as typed, spaces included; never part of a response.

    The maximum of 128 characters limits the cost of hashing.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=128, trim_whitespace=False, write_only=True, **options)


class RegistrationInput(serializers.Serializer[Any]):
    """A new user. Other members (is_staff, is_verified …) are ignored."""

    email = serializers.EmailField(max_length=254, validators=[ascii_email])
    password = PasswordField(help_text="At least 8 characters, not common, not only digits, not like the address.")
    name = serializers.CharField(max_length=150)
    role = serializers.ChoiceField(choices=User.Role.choices)


class ProfileInput(serializers.Serializer[Any]):
    """Changes to the user. Other members (email, role, is_staff, is_verified …) are ignored."""

    name = serializers.CharField(max_length=150, required=False)
    organizer_name = serializers.CharField(
        max_length=150, required=False, allow_blank=True, help_text="Shown to buyers instead of a seller's `name`."
    )
    contact_email = serializers.EmailField(
        max_length=254,
        required=False,
        allow_blank=True,
        validators=[ascii_email],
        help_text="Shown to buyers on a seller's events; replies to emails about them go there.",
    )
    password = PasswordField(required=False, help_text="The new password; ends all other sessions and all tokens.")
    current_password = PasswordField(required=False, help_text="Required with `password`.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Require the current password with a new one."""
        if "password" in attrs and "current_password" not in attrs:
            raise serializers.ValidationError({"current_password": "Required to change the password."}, "required")
        return attrs


class CredentialsInput(serializers.Serializer[Any]):
    """An email address and its password.

    The address is not validated: a malformed one is simply unknown.
    """

    email = serializers.CharField(max_length=254)
    password = PasswordField()


class RefreshInput(serializers.Serializer[Any]):
    """The newest refresh token."""

    refresh = serializers.CharField(max_length=2048)


class VerificationInput(serializers.Serializer[Any]):
    """The token from the verification mail."""

    token = serializers.CharField(max_length=2048)


class ResetRequestInput(serializers.Serializer[Any]):
    """The address of the account whose password was forgotten."""

    email = serializers.EmailField(max_length=254)


class ResetInput(serializers.Serializer[Any]):
    """`uid` and `token` from the mail, and the new password."""

    uid = serializers.CharField(max_length=64)
    token = serializers.CharField(max_length=256)
    password = PasswordField()


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
