"""Who may call what: every address of the resolver, every method, every kind of person. An address that has no line in
`RIGHTS` fails, so a new view can't be forgotten."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db.models import Model
from django.http import HttpResponseBase
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import User
from bookings.models import Booking, Delivery
from bookings.operations.admit import code_of
from bookings.operations.check_in import check_in
from bookings.operations.endpoints import add_endpoint
from bookings.operations.gate_staff import add_gate_staff, add_standing_gate_staff
from events.desk import OwnRows
from events.models import Creation, Event

# One letter a person: who is not signed in, the booking's buyer, another buyer, the event's gate staff, its seller,
# another seller, an operator.
EVERYBODY = "nbxgsto"
SIGNED_IN = "bxgsto"
DESK = "so"  # who manages the event
SELLERS = "sto"
OPERATOR = "o"
BUYER = "b"
BUYERS = "bxgo"  # whose role is buyer; our operator's is, too
NOBODY = ""

RIGHTS: dict[str, dict[str, str]] = {
    # --- Pages -------------------------------------------------------------------------------------
    "": {"GET": EVERYBODY},
    "events/<int:event_id>": {"GET": EVERYBODY},
    "login": {"GET": EVERYBODY},
    "register": {"GET": EVERYBODY},
    "verify": {"GET": EVERYBODY},
    "reset": {"GET": EVERYBODY},
    "reset/<str:uid>/<str:token>": {"GET": EVERYBODY},
    "checkout/<uuid:booking_id>": {"GET": BUYER},
    "checkout/<uuid:booking_id>/done": {"GET": BUYER},
    "bookings": {"GET": SIGNED_IN},
    "queue/<int:event_id>": {"GET": SIGNED_IN},
    "gate/sw.js": {"GET": EVERYBODY},
    "gate/<int:event_id>": {"GET": "gso"},
    "gate/<int:event_id>/app.webmanifest": {"GET": "gso"},
    "sell": {"GET": SELLERS},
    "sell/<int:event_id>": {"GET": DESK},
    "operator": {"GET": OPERATOR},
    "healthz": {"GET": EVERYBODY},
    "readyz": {"GET": EVERYBODY},
    "metrics": {"GET": EVERYBODY},  # from this machine; ticketing/tests/test_metrics.py
    "favicon.ico": {"GET": EVERYBODY},
    # --- API: accounts -----------------------------------------------------------------------------
    "api/user": {"GET": SIGNED_IN, "POST": EVERYBODY, "PATCH": SIGNED_IN},
    "api/user/login": {"POST": EVERYBODY},
    "api/user/logout": {"POST": SIGNED_IN},
    "api/user/token": {"POST": EVERYBODY},
    "api/user/token/refresh": {"POST": EVERYBODY},
    "api/user/verify": {"POST": EVERYBODY},
    "api/user/password/reset": {"POST": EVERYBODY},
    "api/user/password/reset/confirm": {"POST": EVERYBODY},
    "api/user/stream-ticket": {"POST": SIGNED_IN},
    # --- API: events -------------------------------------------------------------------------------
    "api/event": {"GET": EVERYBODY, "POST": SELLERS},
    "api/event/<int:event_id>": {"GET": EVERYBODY, "PATCH": DESK},
    "api/event/<int:event_id>/block": {"POST": DESK},
    "api/event/<int:event_id>/unblock": {"POST": DESK},
    "api/event/<int:event_id>/seatmap": {"GET": EVERYBODY},
    "api/event/<int:event_id>/calendar.ics": {"GET": EVERYBODY},
    "api/event/<int:event_id>/sections/<path:section>/subsection/<int:number>/seats": {"GET": EVERYBODY},
    "api/event/<int:event_id>/cancel": {"POST": DESK},
    "api/event/<int:event_id>/check-in": {"GET": "gso", "POST": "gso", "DELETE": "gso"},
    "api/event/<int:event_id>/check-in/manifest": {"GET": "gso"},
    "api/event/<int:event_id>/check-in/batch": {"POST": "gso"},
    "api/event/<int:event_id>/gate-staff/<str:email>": {"PUT": DESK, "DELETE": DESK},
    "api/event/<int:event_id>/analytics": {"GET": DESK},
    "api/event/<int:event_id>/analytics/curve": {"GET": DESK},
    "api/event/<int:event_id>/sections/<path:section>/subsection/<int:number>/seats/<str:seat>/story": {"GET": DESK},
    "api/event/<int:event_id>/bookings.csv": {"GET": DESK},
    "api/event/<int:event_id>/queue": {"GET": SIGNED_IN, "POST": BUYERS, "DELETE": SIGNED_IN},
    # --- API: bookings -----------------------------------------------------------------------------
    "api/booking": {"GET": SIGNED_IN, "POST": BUYERS},
    "api/booking/my_booking": {"GET": SIGNED_IN},
    "api/booking/<uuid:booking_id>": {"GET": "bso", "PATCH": BUYER, "DELETE": BUYER},
    "api/booking/<uuid:booking_id>/extend": {"POST": BUYER},
    "api/booking/<uuid:booking_id>/pay": {"POST": BUYER},
    "api/booking/<uuid:booking_id>/refund": {"POST": "bso"},
    "api/booking/<uuid:booking_id>/admissions": {"GET": BUYER},
    "api/booking/<uuid:booking_id>/admissions/<uuid:admission_id>/qr.svg": {"GET": BUYER},
    "api/booking/<uuid:booking_id>/admissions/<uuid:admission_id>/qr.png": {"GET": BUYER},
    "api/booking/<uuid:booking_id>/tickets.pdf": {"GET": BUYER},
    "api/payment/webhook/<str:gateway>": {"POST": EVERYBODY},  # whoever signs it
    # --- API: operations ---------------------------------------------------------------------------
    "api/operator": {"GET": OPERATOR},
    "api/operator/switch/<str:name>": {"POST": OPERATOR},
    "api/operator/event/<int:event_id>": {"POST": OPERATOR},
    "api/schema": {"GET": EVERYBODY},
    "api/docs": {"GET": EVERYBODY},
    # --- The sellers' desk -------------------------------------------------------------------------
    "admin/": {"GET": SELLERS},
    "admin/login/": {"GET": "nbxg"},  # the others are in
    "admin/logout/": {"POST": SELLERS},
    "admin/password_change/": {"GET": SELLERS},
    "admin/password_change/done/": {"GET": SELLERS},
    "admin/autocomplete/": {"GET": NOBODY},  # no form of ours has such a field
    "admin/jsi18n/": {"GET": SELLERS},
    "admin/^(?P<app_label>accounts|events|bookings)$": {"GET": SELLERS},
    "admin/(?P<url>.*)$": {"GET": NOBODY},
    **{
        f"admin/accounts/user/{page}": {"GET": OPERATOR}
        for page in ("", "add/", "<path:object_id>/history/", "<path:object_id>/change/", "<id>/password/")
    },
    "admin/accounts/user/<path:object_id>/delete/": {"GET": NOBODY},
    "admin/accounts/user/<path:object_id>/": {"GET": SELLERS},  # leads to the page
    "admin/events/event/": {"GET": SELLERS},
    "admin/events/event/add/": {"GET": SELLERS},
    "admin/events/event/<path:object_id>/change/": {"GET": DESK},
    "admin/events/event/<path:object_id>/history/": {"GET": DESK},
    "admin/events/event/<path:object_id>/progress/": {"GET": DESK},
    "admin/events/event/<path:object_id>/seats/": {"GET": DESK, "POST": DESK},
    "admin/events/event/creation/<int:creation_id>/": {"GET": DESK},
    "admin/events/event/creation/<int:creation_id>/state": {"GET": DESK},
    "admin/bookings/seat/<int:event_id>/<int:subsection_id>/<int:position>/": {"GET": DESK},
    **{
        f"admin/{rows}/<path:object_id>/do/<str:name>/": {"GET": DESK, "POST": DESK}
        for rows in ("events/event", "bookings/booking", "bookings/delivery", "bookings/endpoint")
    },
    "admin/events/event/<path:object_id>/delete/": {"GET": NOBODY},
    "admin/events/event/<path:object_id>/": {"GET": SELLERS},  # leads to the page
    **{
        f"admin/bookings/{rows}/{page}": {"GET": people}
        for rows in ("booking", "checkin", "delivery", "endpoint", "gatestaff", "sellergatestaff")
        for page, people in {
            "": SELLERS,
            "add/": SELLERS if rows in ("endpoint", "gatestaff", "sellergatestaff") else NOBODY,
            "<path:object_id>/change/": DESK,
            "<path:object_id>/history/": DESK,
            "<path:object_id>/delete/": DESK if rows in ("gatestaff", "sellergatestaff") else NOBODY,
            "<path:object_id>/": SELLERS,  # leads to the page
        }.items()
    },
}
BEHIND_A_PAGE = ("/login", "/admin/login/")  # where who is not signed in is sent to


def routes(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address with its pattern, as the resolver has them."""
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
    """Whom the letters mean."""
    gus = new_user("gus", is_verified=True)
    return {"n": None, "b": alice, "x": bob, "g": gus, "s": carol, "t": dave, "o": olga}


DEEDS = {
    "event": "close",
    "booking": "refund",
    "delivery": "repeat",
    "endpoint": "test",
}  # at the desk, by the name of its rows; elsewhere a switch


class Stage(NamedTuple):
    """What a call is about: carol's concert, alice's paid booking, gus at the gate."""

    values: dict[str, object]  # of the parts of a route
    rows: dict[str, object]  # object ids of the admin, by the name of its rows
    body: str  # that means something to every call

    def path(self, route: str) -> str:
        """An address of the route."""
        rows = route.split("/")[2] if route.startswith("admin/") and route.count("/") > 2 else ""
        own = {"<path:object_id>": self.rows.get(rows), "<id>": self.rows["user"]}
        deed = DEEDS.get(rows, "surge")
        for name, value in {**self.values, **own, "<str:name>": deed}.items():
            route = route.replace(name, str(value))
        return f"/{route}"


@pytest.fixture
def stage(people: dict[str, User], concert: Event, paid_booking: Callable[..., Booking]) -> Stage:
    """With something to see for everybody who may see it."""
    Event.objects.filter(pk=concert.pk).update(starts_at=datetime(2099, 1, 1, 20, tzinfo=UTC))
    endpoint = add_endpoint(seller=people["s"], url="https://example.com/hook", kinds=["booking.paid"])
    booking = paid_booking(people["b"], "1-1")
    admission = booking.admissions.select_related("event").get()
    staff = add_gate_staff(event_id=concert.pk, email=people["g"].email, seller=people["s"])
    creation = Creation.objects.create(seller=people["s"], fields={}, seating_config=concert.seating_config, total=200)
    _, scan = check_in(event_id=concert.pk, code=code_of(admission), by=people["g"])
    values = {
        "<int:event_id>": concert.pk,
        "<path:section>": "A",
        "<int:number>": 1,
        "<int:subsection_id>": booking.subsection_id,
        "<int:position>": 0,
        "<str:seat>": "1-1",
        "<int:creation_id>": creation.pk,
        "<uuid:booking_id>": booking.pk,
        "<uuid:admission_id>": admission.pk,
        "<str:email>": "new@example.com",
        "<str:gateway>": "mock",
        "<str:uid>": "MQ",
        "<str:token>": "abc-def",
        "^(?P<app_label>accounts|events|bookings)$": "bookings/",
        "(?P<url>.*)$": "nonsense/",
    }
    rows = {
        **{"user": people["x"].pk, "event": concert.pk, "booking": booking.pk, "checkin": scan.pk},
        **{"endpoint": endpoint.pk, "delivery": Delivery.objects.get().pk, "gatestaff": staff.pk},
        "sellergatestaff": add_standing_gate_staff(seller=people["s"], email="usher@example.com", by=people["s"]).pk,
    }
    body = {
        **{"event_id": concert.pk, "section": "A", "subsection": 1, "seat_positions": ["3-3"], "quantity": 1},
        **{"seat_selection_mode": "manual", "status": "cancelled", "card_number": "4242424242424242"},
        **{"code": code_of(admission), "scans": []},
    }
    return Stage(values, rows, json.dumps(body))


def refused(answer: HttpResponseBase) -> bool:
    """Whether the caller was told that he may not, or that there is no such thing."""
    target = answer.headers.get("Location", "")
    sent_away = answer.status_code == 302 and (target == "/admin/" or target.startswith(BEHIND_A_PAGE))
    return sent_away or answer.status_code in (401, 403, 404)


def test_every_address_has_its_rights_written_down() -> None:
    assert set(ROUTES) == set(RIGHTS)


@pytest.mark.parametrize("route", [route for route in ROUTES if route.startswith("api/")])
def test_every_method_of_a_call_has_its_rights_written_down(route: str) -> None:
    view: Any = ROUTES[route].callback
    assert set(RIGHTS[route]) == {
        method.upper() for method in view.view_class.http_method_names if hasattr(view.view_class, method)
    } - {"HEAD", "OPTIONS"}


@pytest.mark.parametrize(("route", "method"), [(route, method) for route in RIGHTS for method in RIGHTS[route]])
def test_it_is_let_in_who_may_and_nobody_else(people: dict[str, User], stage: Stage, route: str, method: str) -> None:
    path, allowed = stage.path(route), RIGHTS[route][method]
    for letter in sorted(
        EVERYBODY, key=allowed.count
    ):  # who is refused comes first: he must leave everything as it was
        browser = Client()
        if people[letter] is not None:
            browser.force_login(people[letter])
        answer = browser.generic(method, path, stage.body, "application/json")
        assert answer.status_code != 500, (letter, path)
        assert refused(answer) == (letter not in allowed), (letter, answer.status_code, answer.headers.get("Location"))


@pytest.mark.parametrize("route", [route for route in ROUTES if "<path:object_id>" in route])
def test_nobody_writes_to_what_is_anothers_at_the_desk(people: dict[str, User], stage: Stage, route: str) -> None:
    form = {"name": "Mine", "url": "https://mine.example/", "email": "me@example.com", "sure": "1", "post": "yes"}
    for letter in "nbxgt":
        browser = Client()
        if people[letter] is not None:
            browser.force_login(people[letter])
        answer = browser.post(stage.path(route), form)
        assert answer.status_code in (302, 403, 404, 405), letter
        assert not LogEntry.objects.exists(), letter


@pytest.mark.parametrize("rows", [model for model, rows in admin.site._registry.items() if isinstance(rows, OwnRows)])
def test_no_action_of_a_list_reaches_anothers_rows(people: dict[str, User], stage: Stage, rows: type[Model]) -> None:
    chosen = stage.rows[str(rows._meta.model_name)]
    browser = Client()
    browser.force_login(people["t"])
    before = list(rows._base_manager.values())
    for action in {"delete_selected", "copy", *DEEDS.values(), *actions_of(rows, people["o"])}:
        for across in ("0", "1"):
            form = {"action": action, "_selected_action": chosen, "select_across": across, "sure": "1", "post": "yes"}
            answer = browser.post(reverse(f"admin:{rows._meta.label_lower.replace('.', '_')}_changelist"), form)
            assert answer.status_code in (200, 302), action
    assert list(rows._base_manager.values()) == before
    assert not LogEntry.objects.exists()


def actions_of(rows: type[Model], person: User) -> list[str]:
    """The names of all actions that the list offers to somebody."""
    request = RequestFactory().get("/")
    request.user = person
    return list(admin.site._registry[rows].get_actions(request))
