"""URLs of a person's own data."""

from django.urls import path

from bookings.privacy import api, pages

urlpatterns = [
    path("account/data", pages.my_data, name="my-data"),
    path("api/user/data", api.PersonalData.as_view(), name="personal-data"),
]
