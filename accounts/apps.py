"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users and how they sign in: passwords, sessions and bearer tokens."""

    name = "accounts"

    def ready(self) -> None:
        """Import the OpenAPI extensions and signal receivers, which work only once imported; note who signs in."""
        from django.contrib.auth.signals import user_logged_in

        from accounts import late_mails, schema  # noqa: F401
        from accounts.session_store import remember_device

        user_logged_in.connect(remember_device, dispatch_uid="remember_device")
