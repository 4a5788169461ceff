"""Who may call the events API."""

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.models import User


class AnyoneReadsSellersWrite(BasePermission):
    """Reading is public; writing takes a seller or an operator. Whose event it is, the operation checks."""

    message = "Only sellers can do this."

    def has_permission(self, request: Request, view: APIView) -> bool:
        if request.method in SAFE_METHODS:
            return True
        user = request.user
        return user.is_authenticated and (user.role == User.Role.SELLER or user.is_superuser)
