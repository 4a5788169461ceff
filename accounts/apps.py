"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who you are: users, passwords, sessions, bearer tokens."""

    name = "accounts"

    def ready(self) -> None:
        """Teaches the OpenAPI generator the two ways of signing in; it finds extensions only once imported."""
        from accounts import schema  # noqa: F401
