"""Webhooks go only to addresses in the public internet, whatever a host name resolves to."""

import socket
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from bookings.holds.models import Booking
from bookings.states import WANTED_KINDS
from bookings.webhooks.addresses import Unreachable, addresses_of, check_url
from bookings.webhooks.delivery import send_due_deliveries
from bookings.webhooks.endpoints import add_endpoint
from bookings.webhooks.models import Delivery, Endpoint
from bookings.webhooks.tests.receiver import Receiver
from core.errors import BadInput

PRIVATE = [
    *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254"),
    *("192.0.0.1", "198.18.0.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255"),
    *("::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001:0:7f00:1::"),
]
PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946"]


@pytest.fixture(autouse=True)
def public_only(settings: Any) -> None:
    settings.WEBHOOK_PRIVATE_ADDRESSES = False


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Host names with the addresses that they resolve to, in addition to those of the system's resolver."""
    addresses: dict[str, list[str]] = {}
    getaddrinfo = socket.getaddrinfo

    def resolve(host: str, *args: Any, **options: Any) -> Any:
        return [found for name in addresses.get(host, [host]) for found in getaddrinfo(name, *args, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return addresses


def url_of(address: str) -> str:
    return f"https://[{address}]/" if ":" in address else f"https://{address}/"


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_refused_in_a_url_and_behind_a_host_name(
    names: dict[str, list[str]], address: str
) -> None:
    with pytest.raises(BadInput):
        check_url(url_of(address))
    names["hooks.example"] = [address]
    check_url("https://hooks.example/")
    with pytest.raises(Unreachable, match="not in the public internet"):
        addresses_of("hooks.example", 443)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_accepted(names: dict[str, list[str]], address: str) -> None:
    check_url(url_of(address))
    names["hooks.example"] = [address]
    assert addresses_of("hooks.example", 443) == [address]


def test_a_name_with_one_private_address_among_public_ones_is_refused(names: dict[str, list[str]]) -> None:
    names["hooks.example"] = [*PUBLIC[:2], "10.0.0.1"]
    with pytest.raises(Unreachable):
        addresses_of("hooks.example", 443)


@pytest.mark.parametrize("host", ["localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1"])
def test_other_spellings_of_the_loopback_address_are_refused(host: str) -> None:
    with pytest.raises(Unreachable):
        addresses_of(host, 80)


def test_a_name_that_does_not_resolve_is_unreachable() -> None:
    with pytest.raises(Unreachable, match="has no address"):
        addresses_of("nothing.invalid", 443)
    with pytest.raises(Unreachable):
        addresses_of("a" * 64 + ".example", 443)


@pytest.mark.django_db
def test_nothing_is_sent_when_a_name_comes_to_resolve_to_a_private_address(
    webhook_server: Receiver,
    names: dict[str, list[str]],
    paid_booking: Callable[..., Booking],
    alice: User,
    carol: User,
    settings: Any,
) -> None:
    settings.WEBHOOK_PRIVATE_ADDRESSES = False
    add_endpoint(seller=carol, url=webhook_server.url.replace("127.0.0.1", "hooks.example"), kinds=WANTED_KINDS)
    names["hooks.example"] = ["127.0.0.1"]
    paid_booking(alice)
    assert send_due_deliveries() == 1
    assert not webhook_server.messages
    assert "not in the public internet" in Delivery.objects.get().failure


@pytest.mark.django_db
def test_the_connection_goes_to_the_address_that_was_checked(
    webhook_server: Receiver,
    names: dict[str, list[str]],
    paid_booking: Callable[..., Booking],
    alice: User,
    carol: User,
) -> None:
    """The name is resolved once; the connection goes to an IP address, and the Host header has the name."""
    resolved: list[str] = []
    getaddrinfo = socket.getaddrinfo

    def resolve_and_record(host: str, *args: Any, **options: Any) -> Any:
        resolved.append(host)
        return getaddrinfo(host, *args, **options)

    names["hooks.example"] = ["127.0.0.1"]
    socket.getaddrinfo = resolve_and_record  # type: ignore[assignment]  # `names` restores the original
    add_endpoint(seller=carol, url=webhook_server.url.replace("127.0.0.1", "hooks.example"), kinds=WANTED_KINDS)
    paid_booking(alice)
    send_due_deliveries()
    assert len(webhook_server.messages) == 1
    assert [host for host in resolved if host == "hooks.example"] == ["hooks.example"]
    assert webhook_server.messages[0].host.startswith("hooks.example:")


@pytest.mark.parametrize(
    "url",
    [
        *("", "hooks.example", "ftp://hooks.example/", "file:///etc/passwd", "https://", "https:///x", "javascript:1"),
        *("https://user:pass@hooks.example/", "https://hooks.example/#part", "https://hooks.example:0/"),
        *("https://hooks.example:99999/", "https://[::1/", "https://hooks example/", "https://hooks.example/\r\nX: 1"),
        *("https://münchen.example/", "https://hooks.example/" + "x" * 500, "https://hooks.example/\x00"),
    ],
)
def test_an_invalid_url_is_refused(url: str) -> None:
    with pytest.raises(BadInput):
        check_url(url)


@pytest.mark.django_db
def test_a_refused_endpoint_is_not_stored(carol: User) -> None:
    with pytest.raises(BadInput):
        add_endpoint(seller=carol, url="http://169.254.169.254/latest/meta-data", kinds=WANTED_KINDS)
    assert not Endpoint.objects.exists()
