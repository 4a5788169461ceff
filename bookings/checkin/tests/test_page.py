"""Who may open the scanner page, and which files its service worker caches."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.contrib.staticfiles import finders
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from bookings.checkin import pages
from core.clock import database_now
from events.models import Event

ClientOf = Callable[[User | None], APIClient]
IMPORT = re.compile(r'(?:from|import) "([^"]+)";')


def test_the_scanner_is_for_gate_staff_only(
    concert: Event, alice: User, carol: User, client: Client, client_of: ClientOf
) -> None:
    page = f"/gate/{concert.pk}"
    response = client.get(page)
    assert (response.status_code, response["Location"].endswith(f"?next={page}")) == (302, True)
    assert client_of(alice).get(page).status_code == 403
    assert client_of(alice).get(f"{page}/app.webmanifest").status_code == 403
    assert client_of(carol).get("/gate/999999").status_code == 404


def test_a_ticket_counts_until_the_event_is_over_even_without_an_end(
    concert: Event, carol: User, client_of: ClientOf
) -> None:
    page = f"/gate/{concert.pk}"
    assert client_of(carol).get(page).context["page"]["ends_at"] is None
    starts_at = database_now()
    Event.objects.update(starts_at=starts_at)
    assert client_of(carol).get(page).context["page"]["ends_at"] == starts_at + timedelta(days=1)


def test_the_scanner_has_a_web_app_manifest(concert: Event, carol: User, client_of: ClientOf) -> None:
    response = client_of(carol).get(f"/gate/{concert.pk}/app.webmanifest")
    body = json.loads(response.content)
    assert response["Content-Type"] == "application/manifest+json"
    assert (body["start_url"], body["scope"], body["display"]) == (f"/gate/{concert.pk}", "/gate/", "standalone")


def test_the_service_worker_lists_the_files_to_cache(client: Client) -> None:
    response = client.get("/gate/sw.js")
    assert response["Content-Type"] == "text/javascript"
    assert "no-cache" in response["Cache-Control"]
    cached = json.loads(response.content.decode().removeprefix("const KEPT = ").split(";\n", 1)[0])
    assert re.fullmatch("[0-9a-f]{16}", cached["version"])
    assert any("checkin/scanner" in name for name in cached["files"])


def test_all_imported_modules_are_cached() -> None:
    for name in pages.FILES:
        found = finders.find(name)
        if found is None or not name.endswith(".js"):
            continue
        for imported in IMPORT.findall(Path(str(found)).read_text()):
            path = (Path("/") / name).parent.joinpath(imported)
            assert str(path.resolve()).removeprefix("/") in pages.FILES, (name, imported)
