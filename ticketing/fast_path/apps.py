from django.apps import AppConfig
from django.core.checks import register


class FastPathConfig(AppConfig):
    name = "ticketing.fast_path"

    def ready(self) -> None:
        from ticketing.fast_path.middleware_table import check_middleware

        register(check_middleware)
