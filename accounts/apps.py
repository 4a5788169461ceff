"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users and how they sign in: passwords, sessions and bearer tokens."""

    name = "accounts"

    def ready(self) -> None:
        """Import the OpenAPI extensions for both ways to sign in; the generator finds them only once imported."""
        from accounts import schema  # noqa: F401
