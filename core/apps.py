from django.apps import AppConfig


class CoreConfig(AppConfig):
    """The foundation of all apps. Its command `migrate` extends Django's."""

    name = "core"

    def ready(self) -> None:
        """Add the lookup `folded` to text fields."""
        from core.text.folding import register

        register()
