"""Who may call what: every URL and method, for every kind of caller.

A URL without a line in `RIGHTS` fails, so that no new view is forgotten.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Model
from django.http import HttpResponseBase
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import User
from bookings.checkin.check_in import check_in
from bookings.checkin.staff import add_gate_staff, add_gate_staff_for_all_events
from bookings.holds.models import Booking
from bookings.payments.gateways.mock import BANK
from bookings.payments.gateways.mock_models import MockCharge
from bookings.tickets.issue import code_of
from bookings.webhooks.endpoints import add_endpoint
from bookings.webhooks.models import Delivery
from events.catalog.addresses import event_slug
from events.models import Creation, Event
from events.picture_models import EventPicture
from events.seller_admin.rows import OwnRows
from events.venues.plans import add_plan, publish_plan
from events.venues.tests.documents import document
from events.venues.write import add_venue

# One character for each caller: (n)obody signed in, the booking's (b)uyer, another buyer (x), the event's (g)ate staff,
# its (s)eller, ano(t)her seller, an (o)perator.
EVERYBODY = "nbxgsto"
SIGNED_IN = "bxgsto"
MANAGERS = "so"  # they manage the event
SELLERS = "sto"
OPERATOR = "o"
BUYER = "b"
BUYERS = "bxgo"  # users with the role buyer; the operator of these tests has it too
NOBODY = ""

RIGHTS: dict[str, dict[str, str]] = {
    # --- Pages -------------------------------------------------------------------------------------
    "": {"GET": EVERYBODY},
    "events/<int:event_id>": {"GET": EVERYBODY},
    "events/<int:event_id>/<str:slug>": {"GET": EVERYBODY},
    "media/pictures/<str:file>": {"GET": EVERYBODY},
    "sitemap.xml": {"GET": EVERYBODY},
    "robots.txt": {"GET": EVERYBODY},
    "login": {"GET": EVERYBODY, "POST": EVERYBODY},
    "logout": {"POST": EVERYBODY},
    "register": {"GET": EVERYBODY, "POST": EVERYBODY},
    "verify": {"GET": EVERYBODY, "POST": EVERYBODY},
    "reset": {"GET": EVERYBODY, "POST": EVERYBODY},
    "reset/<str:uid>/<str:token>": {"GET": EVERYBODY, "POST": EVERYBODY},
    "account": {"GET": SIGNED_IN},
    **{
        f"account/{form}": {"POST": SIGNED_IN}
        for form in ("name", "organizer", "verify/resend", "email", "email/cancel", "password", "delete")
    },
    "account/email/confirm": {"GET": EVERYBODY, "POST": EVERYBODY},
    "account/sign-ins/end": {"POST": SIGNED_IN},
    "account/sign-ins/<str:sign_in_id>/end": {"POST": SIGNED_IN},
    "account/data": {"GET": SIGNED_IN},
    "checkout/<uuid:order_id>": {"GET": BUYER},
    "checkout/<uuid:order_id>/done": {"GET": BUYER},
    "checkout/<uuid:order_id>/wallet/apple": {"GET": BUYER},
    "checkout/<uuid:order_id>/continue": {"GET": BUYER},
    "payment/<uuid:payment_id>/return": {"GET": BUYER},
    "mock-bank/<uuid:payment_id>": {"GET": BUYER, "POST": BUYER},
    "checkout/<uuid:booking_id>/wallet/google/<uuid:admission_id>": {"GET": BUYER},
    "bookings": {"GET": SIGNED_IN},
    "queue/<int:event_id>": {"GET": SIGNED_IN},
    "gate": {"GET": SIGNED_IN},  # without work at an entrance, it is empty
    "gate/sw.js": {"GET": EVERYBODY},
    "gate/<int:event_id>": {"GET": "gso"},
    "gate/<int:event_id>/app.webmanifest": {"GET": "gso"},
    "sell": {"GET": SELLERS},
    "sell/<int:event_id>": {"GET": MANAGERS},
    "operator": {"GET": OPERATOR},
    "healthz": {"GET": EVERYBODY},
    "readyz": {"GET": EVERYBODY},
    "metrics": {"GET": EVERYBODY},  # from this machine; ticketing/tests/test_metrics.py
    "favicon.ico": {"GET": EVERYBODY},
    # --- API: accounts -----------------------------------------------------------------------------
    "api/user": {"GET": SIGNED_IN, "POST": EVERYBODY, "PATCH": SIGNED_IN, "DELETE": SIGNED_IN},
    "api/user/data": {"GET": SIGNED_IN},
    "api/user/email": {"GET": SIGNED_IN, "POST": SIGNED_IN, "DELETE": SIGNED_IN},
    "api/user/email/confirm": {"POST": EVERYBODY},
    "api/user/sessions": {"GET": SIGNED_IN, "DELETE": SIGNED_IN},
    "api/user/sessions/<str:sign_in_id>": {"DELETE": BUYER},
    "api/user/login": {"POST": EVERYBODY},
    "api/user/logout": {"POST": SIGNED_IN},
    "api/user/token": {"POST": EVERYBODY},
    "api/user/token/refresh": {"POST": EVERYBODY},
    "api/user/verify": {"POST": EVERYBODY},
    "api/user/verify/resend": {"POST": SIGNED_IN},
    "api/user/password/reset": {"POST": EVERYBODY},
    "api/user/password/reset/confirm": {"POST": EVERYBODY},
    "api/user/stream-ticket": {"POST": SIGNED_IN},
    # --- API: events -------------------------------------------------------------------------------
    "api/venue": {"GET": SELLERS, "POST": SELLERS},
    "api/venue/<int:venue_id>": {"GET": MANAGERS, "PATCH": MANAGERS, "DELETE": MANAGERS},
    "api/venue/<int:venue_id>/plan": {"GET": MANAGERS, "POST": MANAGERS},
    "api/plan/check": {"POST": SELLERS},
    "api/plan/import": {"POST": SELLERS},
    "api/plan/<int:plan_id>": {"GET": MANAGERS, "PATCH": MANAGERS, "DELETE": MANAGERS},
    "api/plan/<int:plan_id>/version": {"POST": MANAGERS},
    "api/plan-version/<int:version_id>": {"GET": MANAGERS},
    "api/plan-version/<int:version_id>/export": {"GET": MANAGERS},
    "api/geometry/<str:digest>": {"GET": EVERYBODY},
    "api/event": {"GET": EVERYBODY, "POST": SELLERS},
    "api/event/<int:event_id>": {"GET": EVERYBODY, "PATCH": MANAGERS},
    "api/event/<int:event_id>/picture": {"PUT": MANAGERS, "PATCH": MANAGERS, "DELETE": MANAGERS},
    "api/event/<int:event_id>/block": {"POST": MANAGERS},
    "api/event/<int:event_id>/unblock": {"POST": MANAGERS},
    "api/event/<int:event_id>/seatmap": {"GET": EVERYBODY},
    "api/event/<int:event_id>/calendar.ics": {"GET": EVERYBODY},
    "api/event/<int:event_id>/sections/<path:section>/subsection/<int:number>/seats": {"GET": EVERYBODY},
    "api/event/<int:event_id>/cancel": {"POST": MANAGERS},
    "api/event/<int:event_id>/check-in": {"GET": "gso", "POST": "gso", "DELETE": "gso"},
    "api/event/<int:event_id>/check-in/tickets": {"GET": "gso"},
    "api/event/<int:event_id>/check-in/counts": {"GET": "gso"},
    "api/event/<int:event_id>/check-in/manifest": {"GET": "gso"},
    "api/event/<int:event_id>/check-in/batch": {"POST": "gso"},
    "api/event/<int:event_id>/gate-staff/<str:email>": {"PUT": MANAGERS, "DELETE": MANAGERS},
    "api/event/<int:event_id>/analytics": {"GET": MANAGERS},
    "api/event/<int:event_id>/analytics/curve": {"GET": MANAGERS},
    "api/event/<int:event_id>/sections/<path:section>/subsection/<int:number>/seats/<path:seat>/story": {
        "GET": MANAGERS
    },
    "api/event/<int:event_id>/bookings.csv": {"GET": MANAGERS},
    "api/event/<int:event_id>/terms": {"GET": MANAGERS, "PUT": MANAGERS},
    "api/event/<int:event_id>/queue": {"GET": SIGNED_IN, "POST": BUYERS, "DELETE": SIGNED_IN},
    # --- API: bookings -----------------------------------------------------------------------------
    "api/booking": {"GET": SIGNED_IN, "POST": BUYERS},
    "api/booking/my_booking": {"GET": SIGNED_IN},
    "api/booking/<uuid:booking_id>": {"GET": "bso", "PATCH": BUYER, "DELETE": BUYER},
    "api/booking/<uuid:booking_id>/extend": {"POST": BUYER},
    "api/booking/<uuid:booking_id>/pay": {"POST": BUYER},
    "api/booking/<uuid:booking_id>/refund": {"POST": "bso"},
    "api/order": {"GET": SIGNED_IN, "POST": BUYERS},
    "api/order/<uuid:order_id>": {"GET": "bso", "DELETE": BUYER},
    "api/order/<uuid:order_id>/extend": {"POST": BUYER},
    "api/order/<uuid:order_id>/pay": {"POST": BUYER},
    "api/order/<uuid:order_id>/refund": {"POST": "bso"},
    "api/order/<uuid:order_id>/tickets.pdf": {"GET": BUYER},
    "api/order/<uuid:order_id>/tickets.pkpasses": {"GET": BUYER},
    "api/order/<uuid:order_id>/calendar.ics": {"GET": BUYER},
    "api/order/<uuid:order_id>/items": {"POST": BUYER},
    "api/order/<uuid:order_id>/items/<uuid:booking_id>": {"DELETE": BUYER},
    "api/booking/<uuid:booking_id>/admissions": {"GET": BUYER},
    "api/booking/<uuid:booking_id>/admissions/<uuid:admission_id>/qr.svg": {"GET": BUYER},
    "api/booking/<uuid:booking_id>/admissions/<uuid:admission_id>/qr.png": {"GET": BUYER},
    "api/booking/<uuid:booking_id>/admissions/<uuid:admission_id>/ticket.pkpass": {"GET": BUYER},
    "api/booking/<uuid:booking_id>/tickets.pdf": {"GET": BUYER},
    "api/booking/<uuid:booking_id>/tickets.pkpasses": {"GET": BUYER},
    "api/booking/<uuid:booking_id>/calendar.ics": {"GET": BUYER},
    "api/payment/webhook/<str:gateway>": {"POST": EVERYBODY},  # anybody who can sign it
    # --- API: operations ---------------------------------------------------------------------------
    "api/operator": {"GET": OPERATOR},
    "api/operator/switch/<str:name>": {"POST": OPERATOR},
    "api/operator/event/<int:event_id>": {"POST": OPERATOR},
    "api/schema": {"GET": EVERYBODY},
    "api/docs": {"GET": EVERYBODY},
    # --- The admin ---------------------------------------------------------------------------------
    "admin/": {"GET": SELLERS},
    "admin/login/": {"GET": "nbxg"},  # the others are redirected into the admin
    "admin/logout/": {"POST": SELLERS},
    "admin/password_change/": {"GET": SELLERS},
    "admin/password_change/done/": {"GET": SELLERS},
    "admin/autocomplete/": {"GET": NOBODY},  # no form has such a field
    "admin/jsi18n/": {"GET": SELLERS},
    "admin/^(?P<app_label>accounts|events|bookings)$": {"GET": SELLERS},
    "admin/(?P<url>.*)$": {"GET": NOBODY},
    **{
        f"admin/accounts/user/{page}": {"GET": OPERATOR}
        for page in ("", "add/", "<path:object_id>/history/", "<path:object_id>/change/", "<id>/password/")
    },
    "admin/accounts/user/<path:object_id>/delete/": {"GET": NOBODY},
    "admin/accounts/user/<path:object_id>/": {"GET": SELLERS},  # redirects to the page
    "admin/events/event/": {"GET": SELLERS},
    "admin/events/event/add/": {"GET": SELLERS},
    "admin/events/event/<path:object_id>/change/": {"GET": MANAGERS},
    "admin/events/event/<path:object_id>/history/": {"GET": MANAGERS},
    "admin/events/event/<path:object_id>/progress/": {"GET": MANAGERS},
    "admin/events/event/<path:object_id>/seats/": {"GET": MANAGERS, "POST": MANAGERS},
    "admin/events/event/<path:object_id>/picture/": {"GET": MANAGERS, "POST": MANAGERS},
    "admin/events/event/creation/<int:creation_id>/": {"GET": MANAGERS},
    "admin/events/event/creation/<int:creation_id>/state": {"GET": MANAGERS},
    "admin/bookings/seat/<int:event_id>/<int:subsection_id>/<int:position>/": {"GET": MANAGERS},
    **{
        f"admin/{rows}/<path:object_id>/do/<str:name>/": {"GET": MANAGERS, "POST": MANAGERS}
        for rows in ("events/event", "events/seatingplan", "bookings/booking", "bookings/delivery", "bookings/endpoint")
    },
    "admin/events/event/<path:object_id>/delete/": {"GET": NOBODY},
    "admin/events/event/<path:object_id>/": {"GET": SELLERS},  # redirects to the page
    **{
        f"admin/events/venue/{page}": {"GET": allowed}
        for page, allowed in {
            "": SELLERS,
            "add/": SELLERS,
            "<path:object_id>/change/": MANAGERS,
            "<path:object_id>/history/": MANAGERS,
            "<path:object_id>/delete/": NOBODY,  # it has an event
            "<path:object_id>/": SELLERS,  # redirects to the page
        }.items()
    },
    **{
        f"admin/events/seatingplan/{page}": {"GET": allowed}
        for page, allowed in {
            "": SELLERS,
            "add/": SELLERS,
            "<path:object_id>/change/": MANAGERS,
            "<path:object_id>/designer/": MANAGERS,
            "<path:object_id>/history/": MANAGERS,
            "import/": SELLERS,
            "import/check/": SELLERS,
            "<path:object_id>/version/<int:number>/picture.svg": MANAGERS,
            "<path:object_id>/delete/": NOBODY,  # an action removes plans
            "<path:object_id>/": SELLERS,  # redirects to the page
        }.items()
    },
    **{
        f"admin/bookings/{rows}/{page}": {"GET": allowed}
        for rows in ("booking", "checkin", "delivery", "endpoint", "gatestaff", "sellergatestaff")
        for page, allowed in {
            "": SELLERS,
            "add/": SELLERS if rows in ("endpoint", "gatestaff", "sellergatestaff") else NOBODY,
            "<path:object_id>/change/": MANAGERS,
            "<path:object_id>/history/": MANAGERS,
            "<path:object_id>/delete/": MANAGERS if rows in ("gatestaff", "sellergatestaff") else NOBODY,
            "<path:object_id>/": SELLERS,  # redirects to the page
        }.items()
    },
}
NEVER = datetime(2099, 1, 1, 20, tzinfo=UTC)
LOGIN_PAGES = ("/login", "/admin/login/")


def routes(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yield every URL of the resolver with its pattern."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route.replace("/$", "$"), pattern


ROUTES = dict(routes(get_resolver().url_patterns))


@pytest.fixture
def people(
    alice: User, bob: User, carol: User, dave: User, olga: User, new_user: Callable[..., User]
) -> dict[str, Any]:
    """The users for the characters in RIGHTS."""
    gus = new_user("gus", is_verified=True)
    return {"n": None, "b": alice, "x": bob, "g": gus, "s": carol, "t": dave, "o": olga}


ACTIONS = {
    "event": "close",
    "seatingplan": "publish",
    "booking": "refund",
    "delivery": "repeat",
    "endpoint": "test",
}  # an admin action for each kind of row


class Stage(NamedTuple):
    """The objects that requests are about: Carol's concert, Alice's paid booking, Gus at the gate."""

    values: dict[str, object]  # for the parameters of a route
    rows: dict[str, object]  # object ids in the admin, by model name
    body: dict[str, object]  # members of the bodies of all endpoints

    def path(self, route: str) -> str:
        """Return a URL of the route."""
        rows = route.split("/")[2] if route.startswith("admin/") and route.count("/") > 2 else ""
        own = {"<path:object_id>": self.rows.get(rows), "<id>": self.rows["user"]}
        action_or_switch = ACTIONS.get(rows, "surge")
        for name, value in {**self.values, **own, "<str:name>": action_or_switch}.items():
            route = route.replace(name, str(value))
        return f"/{route}"

    def body_for(self, route: str, method: str) -> str:
        """Return a valid body for a call."""
        bodies = getattr(getattr(ROUTES[route].callback, "cls", None), "bodies", {})
        members = bodies[method]().fields if method in bodies else ()
        return json.dumps({name: value for name, value in self.body.items() if name in members})


@pytest.fixture
def stage(
    people: dict[str, User],
    concert: Event,
    paid_booking: Callable[..., Booking],
    media: Path,
    wallets: dict[str, str],
) -> Stage:
    """A stage with something to see for everybody who may see it."""
    venue = add_venue(seller=people["s"], name="The hall", time_zone="Europe/Berlin")
    Event.objects.filter(pk=concert.pk).update(starts_at=NEVER, venue=venue)
    plan = add_plan(venue_id=venue.pk, seller=people["s"], name="Concert", draft=document())
    version = publish_plan(plan_id=plan.pk, seller=people["s"])
    endpoint = add_endpoint(seller=people["s"], url="https://example.com/hook", kinds=["booking.paid"])
    booking = paid_booking(people["b"], "1-1")
    MockCharge.objects.update(method=BANK)
    admission = booking.admissions.select_related("event").get()
    staff = add_gate_staff(event_id=concert.pk, email=people["g"].email, seller=people["s"])
    seating = {"plan_version": version.pk, "prices": {"Category 1": 5000}}  # an event that is being created keeps it
    creation = Creation.objects.create(seller=people["s"], fields={}, seating_config=seating, total=6)
    picture = EventPicture.objects.create(event=concert, key="0" * 32, alt="A stage", widths=[480], height=300)
    _, scan = check_in(event_id=concert.pk, code=code_of(admission), by=people["g"])
    values = {
        "<int:event_id>": concert.pk,
        "<int:venue_id>": venue.pk,
        "<int:plan_id>": plan.pk,
        "<int:version_id>": version.pk,
        "<str:digest>": version.digest,
        "<str:slug>": event_slug(concert),
        "<str:file>": default_storage.save(f"pictures/{picture.key}-480.webp", ContentFile(b"")).split("/")[1],
        "<path:section>": "A",
        "<int:number>": 1,
        "<int:subsection_id>": booking.subsection_id,
        "<int:position>": 0,
        "<path:seat>": "1-1",
        "<int:creation_id>": creation.pk,
        "<uuid:booking_id>": booking.pk,
        "<uuid:order_id>": booking.order_id,
        "<uuid:payment_id>": booking.payments.get().pk,
        "<uuid:admission_id>": admission.pk,
        "<str:email>": "new@example.com",
        "<str:sign_in_id>": people["b"].token_families.create(refresh_jti=uuid4(), expires_at=NEVER).pk,
        "<str:gateway>": "mock",
        "<str:uid>": "MQ",
        "<str:token>": "abc-def",
        "^(?P<app_label>accounts|events|bookings)$": "bookings/",
        "(?P<url>.*)$": "nonsense/",
    }
    rows = {
        **{"user": people["x"].pk, "event": concert.pk, "venue": venue.pk, "booking": booking.pk, "checkin": scan.pk},
        **{"endpoint": endpoint.pk, "delivery": Delivery.objects.get().pk, "gatestaff": staff.pk},
        "seatingplan": plan.pk,
        "sellergatestaff": add_gate_staff_for_all_events(
            seller=people["s"], email="usher@example.com", by=people["s"]
        ).pk,
    }
    body = {
        **{"event_id": concert.pk, "section": "A", "subsection": 1, "seat_positions": ["3-3"], "quantity": 1},
        **{"seat_selection_mode": "manual", "status": "cancelled", "card_number": "4242424242424242"},
        "items": [{"section": "A", "subsection": 1, "seat_selection_mode": "best_available", "quantity": 1}],
        **{"code": code_of(admission), "scans": [], "on": False},
        **{"name": "A name", "revision": 0, "alt": "A stage"},
    }
    return Stage(values, rows, body)


def refused(response: HttpResponseBase) -> bool:
    """Return whether the response refuses the caller, or says that there is no such object."""
    target = response.headers.get("Location", "")
    redirected = response.status_code == 302 and (target == "/admin/" or target.startswith(LOGIN_PAGES))
    return redirected or response.status_code in (401, 403, 404)


def test_every_url_is_listed_in_rights() -> None:
    assert set(ROUTES) == set(RIGHTS)


@pytest.mark.parametrize("route", [route for route in ROUTES if route.startswith("api/")])
def test_every_method_of_an_endpoint_is_listed_in_rights(route: str) -> None:
    view: Any = ROUTES[route].callback
    assert set(RIGHTS[route]) == {
        method.upper() for method in view.view_class.http_method_names if hasattr(view.view_class, method)
    } - {"HEAD", "OPTIONS"}


@pytest.mark.parametrize(("route", "method"), [(route, method) for route in RIGHTS for method in RIGHTS[route]])
def test_only_allowed_callers_are_let_in(people: dict[str, User], stage: Stage, route: str, method: str) -> None:
    path, allowed = stage.path(route), RIGHTS[route][method]
    for caller in sorted(EVERYBODY, key=allowed.count):  # refused callers come first, and must change nothing
        browser = Client()
        if people[caller] is not None:
            browser.force_login(people[caller])
        response = browser.generic(method, path, stage.body_for(route, method), "application/json")
        assert response.status_code != 500, (caller, path)
        assert refused(response) == (caller not in allowed), (
            caller,
            response.status_code,
            response.headers.get("Location"),
        )


@pytest.mark.parametrize("route", [route for route in ROUTES if "<path:object_id>" in route])
def test_nobody_changes_rows_of_another_seller_in_the_admin(people: dict[str, User], stage: Stage, route: str) -> None:
    form = {"name": "Mine", "url": "https://mine.example/", "email": "me@example.com", "sure": "1", "post": "yes"}
    for caller in "nbxgt":
        browser = Client()
        if people[caller] is not None:
            browser.force_login(people[caller])
        response = browser.post(stage.path(route), form)
        assert response.status_code in (302, 403, 404, 405), caller
        assert not LogEntry.objects.exists(), caller


@pytest.mark.parametrize("rows", [model for model, rows in admin.site._registry.items() if isinstance(rows, OwnRows)])
def test_no_list_action_changes_rows_of_another_seller(
    people: dict[str, User], stage: Stage, rows: type[Model]
) -> None:
    chosen = stage.rows[str(rows._meta.model_name)]
    browser = Client()
    browser.force_login(people["t"])
    before = list(rows._base_manager.values())
    for action in {"delete_selected", "copy", *ACTIONS.values(), *actions_of(rows, people["o"])}:
        for across in ("0", "1"):
            form = {"action": action, "_selected_action": chosen, "select_across": across, "sure": "1", "post": "yes"}
            response = browser.post(reverse(f"admin:{rows._meta.label_lower.replace('.', '_')}_changelist"), form)
            assert response.status_code in (200, 302), action
    assert list(rows._base_manager.values()) == before
    assert not LogEntry.objects.exists()


def actions_of(rows: type[Model], user: User) -> list[str]:
    """Return the names of all actions that the list offers to this user."""
    request = RequestFactory().get("/")
    request.user = user
    return list(admin.site._registry[rows].get_actions(request))
