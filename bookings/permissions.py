"""Who may call the bookings API."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.models import User


class BuyersBook(BasePermission):
    """Permission to POST for buyers only, and to use other methods for all signed-in users.

    Operations and selectors check whose booking it is.
    """

    message = "Only buyers can book seats."

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not request.user.is_authenticated:
            return False
        return request.method != "POST" or request.user.role == User.Role.BUYER
