"""The shape of the document with a person's data, for the API's schema."""

from typing import Any

from rest_framework import serializers

from bookings.privacy.sections import SECTIONS


def _rows(section: str) -> serializers.ListField:
    return serializers.ListField(child=serializers.DictField(), help_text=SECTIONS[section].purpose)


def _members(section: str) -> serializers.DictField:
    return serializers.DictField(help_text=SECTIONS[section].purpose)


class PersonalDataBody(serializers.Serializer[Any]):
    """All that the shop knows about a person. `about` has the format, the time and what each section is for."""

    about = serializers.DictField(help_text="`format`, `made_at`, the shop, and the `sections`: purpose and how long.")
    account = _members("account")
    sign_ins = _rows("sign_ins")
    bookings = _rows("bookings")
    queues = _rows("queues")
    gate_staff = _rows("gate_staff")
    check_ins = _rows("check_ins")
    seller = _members("seller")
    admin_log = _rows("admin_log")
    protection = _members("protection")
