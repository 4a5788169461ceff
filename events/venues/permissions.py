"""Who may call the venues API."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.models import User


class SellersOnly(BasePermission):
    """Lets sellers and operators in. Operations check whose venue it is."""

    message = "Only sellers can do this."

    def has_permission(self, request: Request, view: APIView) -> bool:
        user = request.user
        return user.is_authenticated and (user.role == User.Role.SELLER or user.is_superuser)
