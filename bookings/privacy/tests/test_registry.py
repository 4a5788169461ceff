"""The registry of personal data has every column, and download and erasure do what it says."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models.functions import Now
from rest_framework.test import APIClient

from accounts.models import User
from accounts.operations.deletion import delete_account
from accounts.operations.tokens import tokens_for
from bookings.checkin.check_in import check_in
from bookings.checkin.models import CheckIn, GateStaff, SellerGateStaff
from bookings.holds.models import Booking
from bookings.notifications.models import EmailMessage
from bookings.privacy.registry import IMPERSONAL, PERSONAL, Erasure
from bookings.privacy.sections import SECTIONS
from bookings.tickets.issue import code_of
from bookings.tickets.models import Admission
from bookings.waiting_room.models import QueuePass
from bookings.webhooks.endpoints import add_endpoint
from bookings.webhooks.models import Endpoint
from conftest import PASSWORD
from core.clock import database_now
from events.models import Event
from events.wall_clocks import WallClockField

pytestmark = pytest.mark.django_db

Paid = Callable[..., Booking]
# Numbers, times and switches name nobody; of references, those to users count.
NAME_NOBODY = (
    models.DateTimeField, models.BooleanField, models.IntegerField, models.UUIDField, models.DecimalField,
    models.BinaryField, WallClockField,
)  # fmt: skip
DJANGO_S_OWN = {"auth", "contenttypes"}  # names of rights and of models


def columns() -> Iterator[str]:
    """Yield the columns that may be about a person: texts, JSON, lists, and references to users."""
    for model in apps.get_models():
        if model._meta.app_label in DJANGO_S_OWN:
            continue
        for field in model._meta.concrete_fields:
            about_a_user = field.is_relation and field.related_model is User
            if about_a_user or not (field.is_relation or isinstance(field, NAME_NOBODY)):
                yield f"{model._meta.label}.{field.name}"


def test_every_column_is_registered_once() -> None:
    impersonal = {f"{model}.{name}" for model, names in IMPERSONAL.items() for name in names.split()}
    assert not impersonal & set(PERSONAL)
    assert set(columns()) == impersonal | set(PERSONAL), "register it in bookings/privacy/registry.py"


def test_whatever_is_left_out_or_kept_has_a_reason() -> None:
    for column, personal in PERSONAL.items():
        assert personal.section in {"", *SECTIONS}, column
        if not personal.section or personal.erasure == Erasure.KEPT:
            assert personal.reason, column


def marker(column: str) -> str:
    """Return a text that a column can hold, and that nothing else contains."""
    return f"about.me.{column.replace('.', '-').lower()}@example.com"[-50:]


@pytest.fixture
def me(alice: User, bob: User, carol: User, concert: Event, paid_booking: Paid, state_redis: Any) -> User:
    """A buyer who also works at entrances and sells, with a row in every table; nothing of theirs is to come."""
    own, other = paid_booking(alice, "1-1"), paid_booking(bob, "2-1")
    Booking.objects.update(status="completed")
    check_in(event_id=concert.pk, code=code_of(other.admissions.select_related("event").get()), by=carol)
    tokens_for(alice)
    APIClient().force_login(alice)
    add_endpoint(seller=alice, url="https://example.com/hook", kinds=["booking.paid"])
    SellerGateStaff.objects.create(seller=alice, email="usher@example.com")
    now = database_now()
    QueuePass.objects.create(event=concert, user=alice, issued_at=now, ends_at=now + timedelta(hours=1))
    alice.venues.create(name="Alice's hall", time_zone="UTC")
    LogEntry.objects.create(
        user=alice, content_type=ContentType.objects.get_for_model(User), object_id=str(alice.pk), action_flag=CHANGE
    )
    state_redis.hset(f"bots:buyer:{alice.pk}", mapping={"address": "192.0.2.7", "wasted": 1, "times": "1700000000"})
    assert own.buyer_id == alice.pk
    fill(alice, concert)
    alice.refresh_from_db()
    return alice


def fill(user: User, concert: Event) -> None:
    """Write a marker into each column that the registry calls removable."""

    def write(rows: Any, *names: str) -> None:
        label = rows.model._meta.label
        assert rows.update(**{name: marker(f"{label}.{name}") for name in names}), label

    write(User.objects.filter(pk=user.pk), "email", "name", "pending_email", "organizer_name", "contact_email")
    user.refresh_from_db()
    write(user.token_families, "device")
    write(user.sessions, "device") if user.sessions.exists() else None
    write(LogEntry.objects.filter(user=user), "object_repr")
    write(Admission.objects.filter(booking__buyer=user), "holder")
    CheckIn.objects.update(by=user)
    write(CheckIn.objects, "device")
    write(EmailMessage.objects.filter(booking__buyer=user), "failure")
    write(Endpoint.objects, "url", "secret", "former_secret")
    GateStaff.objects.create(event=concert, email=user.email)
    SellerGateStaff.objects.create(seller=concert.seller, email=user.email)
    added = json.dumps([{"added": {"name": "gate staff", "object": user.email}}])
    kind = ContentType.objects.get_for_model(GateStaff)
    LogEntry.objects.create(
        user=concert.seller, content_type=kind, object_repr=user.email, action_flag=CHANGE, change_message=added
    )


def everything() -> str:
    """Return all rows of all tables as text."""
    tables = (model for model in apps.get_models() if model._meta.managed or model._meta.app_label == "events")
    return "".join(str(list(model._base_manager.values())) for model in tables)


def test_the_download_has_every_section_and_what_the_registry_puts_there(me: User) -> None:
    client = APIClient()
    client.force_login(me)
    response = client.get("/api/user/data")
    assert response["Content-Disposition"] == 'attachment; filename="my-data.json"'
    document = json.loads(response.getvalue())
    assert set(document) == {"about", *SECTIONS}
    assert all(document[name] for name in SECTIONS)
    text = everything()
    for column, personal in PERSONAL.items():
        if personal.section and marker(column) in text:
            assert marker(column) in json.dumps(document[personal.section]), column
    [booking] = document["bookings"]
    assert (booking["buyer_id"], booking["tickets"][0]["seat"]) == (me.pk, "1-1")
    assert (booking["payments"][0]["amount"], booking["payments"][0]["card_last4"]) == (5000, "4242")
    assert booking["emails"][0]["kind"] == "confirmation"
    assert document["protection"]["address"] == "192.0.2.7"
    assert not [secret for secret in ("bob", "usher", me.password) if secret in json.dumps(document).lower()]


def test_the_page_shows_the_same(me: User) -> None:
    client = APIClient()
    client.force_login(me)
    page = client.get("/account/data").content.decode()
    assert all(section.title in page for section in SECTIONS.values())
    assert marker("accounts.User.name") in page
    assert marker("bookings.Admission.holder") in page


def test_deleting_the_account_leaves_no_text_about_the_person(
    me: User, state_redis: Any, django_capture_on_commit_callbacks: Any
) -> None:
    assert "about.me." in everything()
    money = list(Booking.objects.values()), list(me.bookings.get().payments.values())
    with django_capture_on_commit_callbacks(execute=True):
        delete_account(user=me, current_password=PASSWORD)
    assert "about.me." not in everything()
    for model, names in (("User", "token_families sessions stream_tickets"), ("QueuePass", "queue_passes")):
        for name in names.split():
            assert not getattr(me, name).exists(), (model, name)
    assert not GateStaff.objects.exists()
    assert not SellerGateStaff.objects.exists()
    assert not state_redis.exists(f"bots:buyer:{me.pk}")
    assert (list(Booking.objects.values()), list(me.bookings.get().payments.values())) == money


def test_scans_of_one_device_stay_together(me: User) -> None:
    CheckIn.objects.create(
        event_id=CheckIn.objects.get().event_id, admission_id=CheckIn.objects.get().admission_id, by=me,
        kind="conflict", device=CheckIn.objects.get().device, scanned_at=Now(), recorded_at=Now(),
    )  # fmt: skip
    delete_account(user=me, current_password=PASSWORD)
    assert len(set(CheckIn.objects.values_list("device", flat=True))) == 1
