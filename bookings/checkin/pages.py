"""The list of events for gate staff, and the check-in page of an event.

The check-in page keeps working offline once it has been opened online.

The service worker caches the page and its files. The service worker's URL is `/gate/sw.js`, so that it may serve pages
below `/gate/`.
"""

import hashlib
import json
from pathlib import Path
from typing import cast

from csp.decorators import csp_update
from django.contrib.auth.decorators import login_required
from django.contrib.staticfiles import finders
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from bookings.checkin.gate_events import gate_events, is_named
from bookings.checkin.selectors import check_in_event, counts
from core.errors import NotFound, PermissionRefused
from events.models import Event

WORKER = "bookings/checkin/service_worker.js"
# All files that the page needs. BARCODE_READERS, for browsers without a barcode detector, are cached later.
FILES = (
    "ticketing/tiers.css",
    "ticketing/tokens.css",
    "ticketing/style.css",
    "ticketing/header.css",
    "ticketing/forms.css",
    "ticketing/components.css",
    "ticketing/icon.svg",
    "ticketing/announce.js",
    "ticketing/api.js",
    "ticketing/format.js",
    "ticketing/forms.js",
    "ticketing/localize.js",
    "ticketing/read_only.js",
    "ticketing/ready.js",
    "ticketing/base.js",
    "ticketing/toast.js",
    "bookings/checkin.css",
    "bookings/checkin/camera.js",
    "bookings/checkin/server_clock.js",
    "bookings/checkin/ticket_code.js",
    "bookings/checkin/decision.js",
    "bookings/checkin/decision_text.js",
    "bookings/checkin/device_name.js",
    "bookings/checkin/finder.js",
    "bookings/checkin/found_list.js",
    "bookings/checkin/guest_count.js",
    "bookings/checkin/install.js",
    "bookings/checkin/scan_log.js",
    "bookings/checkin/scanner.js",
    "bookings/checkin/offline_store.js",
    "bookings/checkin/offline_tickets.js",
    "bookings/checkin/result_panel.js",
    "bookings/checkin/upload.js",
)
BARCODE_READERS = ("bookings/checkin/vendor/zxing_reader.js", "bookings/checkin/vendor/zxing_reader.wasm")


@require_safe
@never_cache
@login_required
def gates(request: HttpRequest) -> HttpResponse:
    """`/gate`: the events whose tickets the user may check in, the next ones first."""
    user = cast(User, request.user)
    context = {"events": gate_events(user), "unconfirmed": not user.is_verified and is_named(user)}
    return render(request, "bookings/gates.html", context)


@require_safe
@never_cache
@login_required
@csp_update({"script-src": ["'wasm-unsafe-eval'"]})  # type: ignore[arg-type]  # the barcode reader is WebAssembly
def scanner(request: HttpRequest, event_id: int) -> HttpResponse:
    """The check-in page of an event, for its gate staff."""
    event = _event(request, event_id)
    page = {
        "event_id": event.pk,
        "starts_at": event.starts_at,
        "staff": cast(User, request.user).name,
        "check_in": reverse("check-in", args=[event.pk]),
        "find": reverse("check-in-tickets", args=[event.pk]),
        "counts": reverse("check-in-counts", args=[event.pk]),
        "manifest": reverse("check-in-manifest", args=[event.pk]),
        "batch": reverse("check-in-batch", args=[event.pk]),
        "gates": reverse("gates"),
        "worker": reverse("gate-worker"),
        "readers": [static(name) for name in BARCODE_READERS],
        "login": f"{reverse('login')}?next={request.path}",
    }
    return render(request, "bookings/checkin.html", {"event": event, "page": page, "counts": counts(event)})


@require_safe
@login_required
def web_manifest(request: HttpRequest, event_id: int) -> HttpResponse:
    """The web app manifest, with which browsers install the page like an app."""
    event = _event(request, event_id)
    start = reverse("gate", args=[event.pk])
    body = {
        "id": start,
        "name": f"Gate: {event.name}",
        "short_name": "Gate",
        "start_url": start,
        "scope": "/gate/",
        "display": "standalone",
        "background_color": "#0e1412",
        "theme_color": "#0e1412",
        "icons": [{"src": static("ticketing/icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
    }
    return JsonResponse(body, content_type="application/manifest+json")


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The service worker's source, preceded by the list of files to cache and a hash of their content.

    The response changes whenever one of the files does.
    """
    source = Path(cast(str, finders.find(WORKER))).read_text()
    files = {"files": [static(name) for name in FILES], "readers": [static(name) for name in BARCODE_READERS]}
    cached = json.dumps(files | {"version": _version()}, indent=2)
    response = HttpResponse(f"const KEPT = {cached};\n\n{source}", content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


def _version() -> str:
    """Return a hash of the content of all files that the service worker caches.

    The content is hashed because static file names contain no hash in development.
    """
    digest = hashlib.sha256()
    for name in (*FILES, *BARCODE_READERS):
        found = finders.find(name)
        digest.update(Path(found).read_bytes() if found else name.encode())
    return digest.hexdigest()[:16]


def _event(request: HttpRequest, event_id: int) -> Event:
    try:
        return check_in_event(event_id, cast(User, request.user))
    except NotFound as error:
        raise Http404(str(error)) from error
    except PermissionRefused as error:
        raise PermissionDenied(str(error)) from error
