"""The command `manage.py create_event`."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from events.models import Event, Ticket

HALL = {"rows": 2, "cols": 5, "sections": [{"name": "A", "price": 2000, "subsections": 2}]}


def create(tmp_path: Path, body: Any, seller: str = "carol@example.com") -> str:
    file, out = tmp_path / "event.json", StringIO()
    file.write_text(body if isinstance(body, str) else json.dumps(body))
    call_command("create_event", config=file, seller=seller, stdout=out)
    return out.getvalue()


def test_an_event_is_created_from_a_file(carol: User, tmp_path: Path) -> None:
    output = create(tmp_path, {"name": "Jazz", "description": "", "venue_name": "Cellar", "seating_config": HALL})
    event = Event.objects.get()
    assert f"/api/event/{event.pk}" in output
    assert (event.seller, event.status) == (carol, "available")
    assert Ticket.objects.filter(event=event).count() == 20


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{", "event.json"),
        ({"name": "Jazz"}, "required"),
        ({"name": "J", "description": "", "venue_name": "C", "seating_config": {**HALL, "rows": 0}}, "sections.0.rows"),
    ],
)
def test_a_bad_file_is_refused_with_a_reason(carol: User, tmp_path: Path, body: Any, message: str) -> None:
    with pytest.raises(CommandError, match=message):
        create(tmp_path, body)
    assert not Event.objects.exists()


def test_an_unknown_seller_is_refused_with_a_reason(db: None, alice: User, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no seller alice"):
        create(tmp_path, {}, seller=alice.email)
