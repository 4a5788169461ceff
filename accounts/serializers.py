"""The shapes of the accounts' calls: what comes in, what goes out. They check form; rules are in the operations."""

from typing import Any

from rest_framework import serializers

from accounts.models import User, plain_address


class PasswordField(serializers.CharField):
    """A password as typed, spaces included; never sent back. Hashing a longer one would only cost us time."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=128, trim_whitespace=False, write_only=True, **options)


class RegistrationInput(serializers.Serializer[Any]):
    """Who registers as what. Other members (is_staff, is_verified …) are ignored."""

    email = serializers.EmailField(max_length=254, validators=[plain_address])
    password = PasswordField(help_text="At least 8 characters, not common, not only digits, not like the address.")
    name = serializers.CharField(max_length=150)
    role = serializers.ChoiceField(choices=User.Role.choices)


class ProfileInput(serializers.Serializer[Any]):
    """What may be changed. Other members (email, role, is_staff, is_verified …) are ignored."""

    name = serializers.CharField(max_length=150, required=False)
    password = PasswordField(required=False, help_text="The new password; ends all other sessions and all tokens.")
    current_password = PasswordField(required=False, help_text="Required with `password`.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A new password is taken only together with the current one."""
        if "password" in attrs and "current_password" not in attrs:
            raise serializers.ValidationError({"current_password": "Required to change the password."}, "required")
        return attrs


class CredentialsInput(serializers.Serializer[Any]):
    """An address and its password. Not checked for the form of an address: a wrong one is just unknown."""

    email = serializers.CharField(max_length=254)
    password = PasswordField()


class RefreshInput(serializers.Serializer[Any]):
    """The newest refresh token."""

    refresh = serializers.CharField(max_length=2048)


class VerificationInput(serializers.Serializer[Any]):
    """The token from the verification mail."""

    token = serializers.CharField(max_length=2048)


class ResetRequestInput(serializers.Serializer[Any]):
    """The address whose password was forgotten."""

    email = serializers.EmailField(max_length=254)


class ResetInput(serializers.Serializer[Any]):
    """`uid` and `token` from the mail, and the new password."""

    uid = serializers.CharField(max_length=64)
    token = serializers.CharField(max_length=256)
    password = PasswordField()


class UserOutput(serializers.ModelSerializer[User]):
    """A user as he sees himself."""

    class Meta:
        model = User
        fields = ("id", "email", "name", "role", "is_active", "is_verified")
        read_only_fields = fields


class TokensOutput(serializers.Serializer[Any]):
    """Bearer tokens: `access` for the `Authorization` header, `refresh` for the next pair (once)."""

    access = serializers.CharField()
    refresh = serializers.CharField()


class StreamTicketOutput(serializers.Serializer[Any]):
    """A ticket for `?ticket=` on a live feed: works once, within `expires_in` seconds."""

    ticket = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds.")
