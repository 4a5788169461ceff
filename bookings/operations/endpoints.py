"""What a seller does about his webhooks: where they go, which, and sending one again."""

import base64
import secrets
import uuid
from collections.abc import Collection
from datetime import timedelta

from accounts.models import User
from accounts.transactions import durably
from bookings.models import Delivery, Endpoint
from bookings.operations.outgoing import PREFIX
from bookings.outgoing.addresses import check_url
from bookings.states import WANTED_KINDS, DeliveryKind, DeliveryStatus
from events.clock import Now, database_now
from ticketing.errors import BadInput, InvalidState, NotFound

MOST_ENDPOINTS = 10  # of one seller
SECRET_BYTES = 32  # the specification wants 24 to 64
FORMER_SECRET_COUNTS = timedelta(hours=24)


@durably
def add_endpoint(*, seller: User, url: str, kinds: Collection[str], is_active: bool = True) -> Endpoint:
    """Tells the seller at `url` from now on when something of these kinds happens to his events.

    Locks the seller, so that he can't pass MOST_ENDPOINTS. Raises BadInput, InvalidState.
    """
    check_url(url)
    User.objects.select_for_update(no_key=True).get(pk=seller.pk)
    if Endpoint.objects.filter(seller=seller).count() >= MOST_ENDPOINTS:
        raise InvalidState(f"A seller has at most {MOST_ENDPOINTS} endpoints. Please remove one first.")
    now = database_now()
    return Endpoint.objects.create(
        seller=seller,
        url=url,
        kinds=read_kinds(kinds),
        is_active=is_active,
        secret=new_secret(),
        free_at=now,
        created_at=now,
    )


@durably
def change_endpoint(*, endpoint_id: uuid.UUID, by: User, url: str, kinds: Collection[str], is_active: bool) -> Endpoint:
    """Changes where it is, what it wants and whether it is on; whatever it was resting from is over.

    What still waits goes to the new address; while the endpoint is off nothing new is written down for it. Locks the
    endpoint. Raises NotFound, BadInput.
    """
    endpoint = _own(endpoint_id, by)
    if url != endpoint.url:
        check_url(url)
    endpoint.url, endpoint.kinds, endpoint.is_active = url, read_kinds(kinds), is_active
    endpoint.off_because, endpoint.failing_since, endpoint.free_at = "", None, database_now()
    endpoint.save()
    return endpoint


@durably
def remove_endpoint(*, endpoint_id: uuid.UUID, by: User) -> None:
    """Removes it with all its deliveries. Raises NotFound."""
    _own(endpoint_id, by).delete()


@durably
def roll_secret(*, endpoint_id: uuid.UUID, by: User) -> Endpoint:
    """A new secret; messages are signed with the one before as well, for FORMER_SECRET_COUNTS. Raises NotFound."""
    endpoint = _own(endpoint_id, by)
    endpoint.former_secret, endpoint.former_until = endpoint.secret, database_now() + FORMER_SECRET_COUNTS
    endpoint.secret = new_secret()
    endpoint.save(update_fields=["secret", "former_secret", "former_until"])
    return endpoint


@durably
def send_test(*, endpoint_id: uuid.UUID, by: User) -> Delivery:
    """Writes down a message that says nothing but that the endpoint can be reached. Raises NotFound, InvalidState."""
    endpoint = _own_active(endpoint_id, by)
    _wake(endpoint)
    now = database_now()
    return Delivery.objects.create(
        endpoint=endpoint, kind=DeliveryKind.TEST, subject=str(endpoint.pk), happened_at=now, due_at=now
    )


@durably
def repeat_delivery(*, delivery_id: uuid.UUID, by: User) -> Delivery:
    """Has it sent again at once, with the same id and bytes, whatever became of it before; one that was given up is
    tried once more.

    Locks the endpoint, then the delivery. Raises NotFound, InvalidState.
    """
    row = Delivery.objects.filter(pk=delivery_id)
    endpoint_id = row.values_list("endpoint_id", flat=True).first()
    endpoint = _own_active(endpoint_id, by) if endpoint_id else None
    delivery = row.select_for_update(of=("self",), no_key=True).first()
    if endpoint is None or delivery is None:  # never was, or forgotten meanwhile
        raise NotFound("There is no such delivery.")
    now = database_now()
    if delivery.status == DeliveryStatus.SENDING and delivery.due_at > now:
        raise InvalidState("It is being sent just now.")
    delivery.status, delivery.due_at, delivery.delivered_at = DeliveryStatus.WAITING, now, None
    delivery.save(update_fields=["status", "due_at", "delivered_at"])
    _wake(endpoint)
    return delivery


def read_kinds(kinds: Collection[str]) -> list[str]:
    """Kinds in their own order, each once. Raises BadInput unless there is one, and all can be had."""
    unknown = set(kinds).difference(WANTED_KINDS)
    if unknown or not kinds:
        detail = f"There is no {sorted(unknown)[0]}." if unknown else "At least one."
        raise BadInput.field("kinds", detail)
    return [kind.value for kind in WANTED_KINDS if kind in kinds]


def new_secret() -> str:
    """As the specification writes one down."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _wake(endpoint: Endpoint) -> None:
    """Ends the rest of a failing endpoint."""
    Endpoint.objects.filter(pk=endpoint.pk).update(free_at=Now())


def _own_active(endpoint_id: uuid.UUID, user: User) -> Endpoint:
    endpoint = _own(endpoint_id, user)
    if not endpoint.is_active:
        raise InvalidState("This endpoint is off. Switch it on first.")
    return endpoint


def _own(endpoint_id: uuid.UUID, user: User) -> Endpoint:
    """The endpoint, locked. NotFound for somebody else's."""
    endpoint = Endpoint.objects.select_for_update(of=("self",), no_key=True).filter(pk=endpoint_id).first()
    if endpoint is None or not (user.is_superuser or endpoint.seller_id == user.pk):
        raise NotFound("There is no such endpoint.")
    return endpoint
