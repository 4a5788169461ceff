"""Texts are compared as people search: whatever their case and accents."""

from collections.abc import Callable

import pytest
from django.db import connection

from accounts.models import User
from core.text.folding import folded

EQUAL = [
    ("Zürich", "zurich", "ZURICH", "ZÜRICH", "Zu\u0308rich"),
    ("Łódź", "lodz", "LODZ"),
    ("Đặng Thùy Trâm", "dang thuy tram"),
    ("Bjørn Ærø", "bjorn aero"),
    ("Straße", "STRASSE", "STRA\u1e9eE"),
    ("İstanbul ışık", "istanbul isik", "ISTANBUL ISIK"),
    ("Œuvre", "oeuvre"),
    ("Þórr", "thorr"),
    ("rock’n’roll", "rock'n'roll", "rock´n´roll", "Rock`n`Roll"),
    ("Aix\u2010en\u2011Provence", "aix-en-provence"),
    ("Ａｂｃ １", "abc 1"),
    ("Ένας Σωκράτης", "ενας σωκρατης", "ΕΝΑΣ ΣΩΚΡΑΤΗΣ"),
    ("Ёлка", "елка"),
    ("ﬁn", "fin"),
]
KEPT = ["東京ドーム", "서울", "ガギグ", "हिन्दी", "שלום", "مرحبا", "a b\tc\nd", "50%_\\'\"", ""]


def fold(text: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT core_fold(%s)", [text])
        return str(cursor.fetchone()[0])


@pytest.mark.parametrize("texts", EQUAL)
def test_what_people_type_is_the_same(db: None, texts: tuple[str, ...]) -> None:
    assert len({fold(text) for text in texts}) == 1


def test_folded_texts_are_in_lower_case_without_accents(db: None) -> None:
    assert (fold("ZÜRICH, Straße"), fold("Łódź")) == ("zurich, strasse", "lodz")


@pytest.mark.parametrize("text", KEPT)
def test_texts_without_accents_stay_as_they_are(db: None, text: str) -> None:
    assert fold(text) == text


def test_folding_a_folded_text_changes_nothing(db: None) -> None:
    texts = [text for group in EQUAL for text in group]
    assert [fold(fold(text)) for text in texts] == [fold(text) for text in texts]


def test_the_lookup_folds_both_sides(new_user: Callable[..., User]) -> None:
    new_user("a"), new_user("b")
    User.objects.filter(email="a@example.com").update(name="Zoë")
    User.objects.filter(email="b@example.com").update(name="50% Zoe_")
    found = User.objects.order_by("email")
    assert [user.name for user in found.filter(name__folded__contains="ZOÉ")] == ["Zoë", "50% Zoe_"]
    assert [user.name for user in found.filter(name__folded="zoe")] == ["Zoë"]
    assert [user.name for user in found.filter(name__folded__contains="%")] == ["50% Zoe_"]
    assert [user.name for user in found.filter(name__folded__icontains="_")] == ["50% Zoe_"]
    assert found.filter(name__folded=folded("ZOË")).get().name == "Zoë"
