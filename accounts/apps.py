"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users and how they sign in: passwords, sessions and bearer tokens."""

    name = "accounts"

    def ready(self) -> None:
        """Import the OpenAPI extensions, which the generator finds only once imported; note sign-ins and emails."""
        from celery.signals import before_task_publish, task_postrun
        from django.contrib.auth.signals import user_logged_in

        from accounts import schema  # noqa: F401
        from accounts.late_mails import note_ended, note_enqueued
        from accounts.session_store import remember_device

        user_logged_in.connect(remember_device, dispatch_uid="remember_device")
        before_task_publish.connect(note_enqueued, dispatch_uid="note_enqueued")
        task_postrun.connect(note_ended, dispatch_uid="note_ended")
