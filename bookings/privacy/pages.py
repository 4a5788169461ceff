"""The page on which people read what the shop knows about them."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from bookings.privacy.download import personal_data
from bookings.privacy.writing import SHOWN, shown


@require_safe
@never_cache
@login_required
def my_data(request: HttpRequest) -> HttpResponse:
    """`/account/data`: the same as the file, for people; long sections are cut."""
    sections = shown(personal_data(cast(User, request.user)))
    return render(request, "bookings/my_data.html", {"sections": sections, "limit": SHOWN})
