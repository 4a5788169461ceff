"""The operator page. Its script (bookings/static/bookings/operator.js) fills it and keeps it up to date."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from bookings.operator import overview


@require_safe
@never_cache
@login_required
def operator(request: HttpRequest) -> HttpResponse:
    """`/operator`: the operator page; 403 for users who are not superusers."""
    if not cast(User, request.user).is_superuser:
        raise PermissionDenied("Only operators can do this.")
    page = {"overview": overview.overview(), "path": reverse("operator-overview")}
    return render(request, "bookings/operator.html", {"page": page})
