from django.apps import AppConfig


class CoreConfig(AppConfig):
    """The foundation of all apps. Its command `migrate` extends Django's."""

    name = "core"
