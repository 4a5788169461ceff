"""App configuration of the seller admin. The settings name it instead of django.contrib.admin."""

from django.contrib.admin.apps import AdminConfig


class SellerAdminConfig(AdminConfig):
    """Django's admin app with `SellerAdminSite` as its site."""

    default_site = "events.seller_admin.site.SellerAdminSite"
