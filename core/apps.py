from django.apps import AppConfig


class CoreConfig(AppConfig):
    """The foundation: no models; its command `migrate` extends Django's."""

    name = "core"
