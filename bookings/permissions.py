"""Who may call the bookings API."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.models import User


class BuyersBook(BasePermission):
    """Signed-in people read; only buyers make bookings. Whose booking it is, the operation checks."""

    message = "Only buyers can book seats."

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not request.user.is_authenticated:
            return False
        return request.method != "POST" or request.user.role == User.Role.BUYER
