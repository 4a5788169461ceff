"""Who may call the events API."""

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.models import User


class AnyoneReadsSellersWrite(BasePermission):
    """Lets everyone read, and only sellers and operators write. Operations check whose event it is."""

    message = "Only sellers can do this."

    def has_permission(self, request: Request, view: APIView) -> bool:
        if request.method in SAFE_METHODS:
            return True
        user = request.user
        return user.is_authenticated and (user.role == User.Role.SELLER or user.is_superuser)
