"""The fast path as a Django app, so that its system check is registered."""

from django.apps import AppConfig
from django.core.checks import register


class FastPathConfig(AppConfig):
    """Registers the system check of the middleware table."""

    name = "ticketing.fast_path"

    def ready(self) -> None:
        """Register the check."""
        from ticketing.fast_path.middleware_table import check_middleware

        register(check_middleware)
