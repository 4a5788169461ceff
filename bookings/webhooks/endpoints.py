"""Operations of sellers on their webhook endpoints and deliveries."""

import base64
import secrets
import uuid
from collections.abc import Collection
from datetime import timedelta

from accounts.models import User
from bookings.states import WANTED_KINDS, DeliveryKind, DeliveryStatus
from bookings.webhooks.addresses import check_url
from bookings.webhooks.delivery import SECRET_PREFIX
from bookings.webhooks.models import Delivery, Endpoint
from core.clock import Now, database_now
from core.errors import BadInput, InvalidState, NotFound
from core.transactions import retrying_transaction

MAX_ENDPOINTS = 10  # of one seller
SECRET_BYTES = 32  # the Standard Webhooks specification requires 24 to 64
FORMER_SECRET_DURATION = timedelta(hours=24)


@retrying_transaction
def add_endpoint(*, seller: User, url: str, kinds: Collection[str], is_active: bool = True) -> Endpoint:
    """Add an endpoint at `url` that gets messages of these kinds about the seller's events from now on.

    Locks the seller's row, so that simultaneous calls can't exceed MAX_ENDPOINTS. Raises BadInput for a bad URL or
    kind, InvalidState at the limit.
    """
    check_url(url)
    User.objects.select_for_update(no_key=True).get(pk=seller.pk)
    if Endpoint.objects.filter(seller=seller).count() >= MAX_ENDPOINTS:
        raise InvalidState(f"A seller has at most {MAX_ENDPOINTS} endpoints. Please remove one first.")
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


@retrying_transaction
def change_endpoint(*, endpoint_id: uuid.UUID, by: User, url: str, kinds: Collection[str], is_active: bool) -> Endpoint:
    """Change an endpoint's URL and kinds and whether it is on; end its pause.

    Waiting deliveries go to the new URL. While the endpoint is off it gets no new deliveries. Locks the endpoint.
    Raises NotFound, BadInput.
    """
    endpoint = _lock_own(endpoint_id, by)
    if url != endpoint.url:
        check_url(url)
    endpoint.url, endpoint.kinds, endpoint.is_active = url, read_kinds(kinds), is_active
    endpoint.off_because, endpoint.failing_since, endpoint.free_at = "", None, database_now()
    endpoint.save()
    return endpoint


@retrying_transaction
def remove_endpoint(*, endpoint_id: uuid.UUID, by: User) -> None:
    """Delete the endpoint with all its deliveries. Locks the endpoint. Raises NotFound."""
    _lock_own(endpoint_id, by).delete()


@retrying_transaction
def roll_secret(*, endpoint_id: uuid.UUID, by: User) -> Endpoint:
    """Replace the endpoint's secret; messages are signed with the previous one too for FORMER_SECRET_DURATION.

    Locks the endpoint. Raises NotFound.
    """
    endpoint = _lock_own(endpoint_id, by)
    endpoint.former_secret, endpoint.former_until = endpoint.secret, database_now() + FORMER_SECRET_DURATION
    endpoint.secret = new_secret()
    endpoint.save(update_fields=["secret", "former_secret", "former_until"])
    return endpoint


@retrying_transaction
def send_test(*, endpoint_id: uuid.UUID, by: User) -> Delivery:
    """Create a test delivery and end the endpoint's pause, so that it is sent at once.

    Locks the endpoint. Raises NotFound, and InvalidState if the endpoint is off.
    """
    endpoint = _lock_own_active(endpoint_id, by)
    _end_pause(endpoint)
    now = database_now()
    return Delivery.objects.create(
        endpoint=endpoint, kind=DeliveryKind.TEST, subject=str(endpoint.pk), happened_at=now, due_at=now
    )


@retrying_transaction
def repeat_delivery(*, delivery_id: uuid.UUID, by: User) -> Delivery:
    """Have a delivery sent again at once, with the same id and bytes, whatever its status.

    One that was given up gets a single further attempt. Ends the endpoint's pause. Locks the endpoint, then the
    delivery. Raises NotFound, and InvalidState if the endpoint is off or the delivery is being sent.
    """
    row = Delivery.objects.filter(pk=delivery_id)
    endpoint_id = row.values_list("endpoint_id", flat=True).first()
    endpoint = _lock_own_active(endpoint_id, by) if endpoint_id else None
    delivery = row.select_for_update(of=("self",), no_key=True).first()
    if endpoint is None or delivery is None:  # it never existed, or was purged in the meantime
        raise NotFound("There is no such delivery.")
    now = database_now()
    if delivery.status == DeliveryStatus.SENDING and delivery.due_at > now:
        raise InvalidState("This delivery is being sent just now.")
    delivery.status, delivery.due_at, delivery.delivered_at = DeliveryStatus.WAITING, now, None
    delivery.save(update_fields=["status", "due_at", "delivered_at"])
    _end_pause(endpoint)
    return delivery


def read_kinds(kinds: Collection[str]) -> list[str]:
    """Return the kinds in the order of WANTED_KINDS, each once. Raises BadInput for none or an unknown one."""
    unknown = set(kinds).difference(WANTED_KINDS)
    if unknown or not kinds:
        detail = f"There is no type {sorted(unknown)[0]}." if unknown else "Choose at least one."
        raise BadInput.field("kinds", detail)
    return [kind.value for kind in WANTED_KINDS if kind in kinds]


def new_secret() -> str:
    """Return a random secret in the format of the Standard Webhooks specification: SECRET_PREFIX and base64."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _end_pause(endpoint: Endpoint) -> None:
    Endpoint.objects.filter(pk=endpoint.pk).update(free_at=Now())


def _lock_own_active(endpoint_id: uuid.UUID, user: User) -> Endpoint:
    endpoint = _lock_own(endpoint_id, user)
    if not endpoint.is_active:
        raise InvalidState("This endpoint is off. Switch it on first.")
    return endpoint


def _lock_own(endpoint_id: uuid.UUID, user: User) -> Endpoint:
    """Lock and return the endpoint. Raises NotFound if it is another seller's; operators may change all."""
    endpoint = Endpoint.objects.select_for_update(of=("self",), no_key=True).filter(pk=endpoint_id).first()
    if endpoint is None or not (user.is_superuser or endpoint.seller_id == user.pk):
        raise NotFound("There is no such endpoint.")
    return endpoint
