"""How Django finds the sellers' desk: the settings name this instead of django.contrib.admin."""

from django.contrib.admin.apps import AdminConfig


class DeskConfig(AdminConfig):
    """Django's admin, with another site."""

    default_site = "events.desk_site.SellersDesk"
