"""Where a webhook may go.

A seller names the address, but it is we who ask there, from inside of our network. So what a name stands for is looked
at, and a message goes to the very address that was looked at, whatever the name stands for a moment later.
"""

import socket
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillLooking
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from django.conf import settings

from bookings.models.outgoing import URL_LENGTH
from ticketing.errors import BadInput

LOOK_UP_SECONDS = 3
PORTS = {"http": 80, "https": 443}
UNICAST = IPv6Network("2000::/3")  # all that is given out so far (IANA); tunnels to IPv4 in it are refused as well

_resolver = ThreadPoolExecutor(8, thread_name_prefix="resolver")  # the system's own waits for as long as it likes


class Unreachable(OSError):
    """There is no address for the name, or none that a webhook may go to."""


def check_url(url: str) -> None:
    """Raises BadInput unless a seller may give this address; what a name stands for is looked at with each message."""
    problem = _problem_of(url)
    if problem:
        raise BadInput.field("url", problem)


def _problem_of(url: str) -> str:
    if len(url) > URL_LENGTH:
        return f"At most {URL_LENGTH} characters."
    if not url.isascii() or not url.isprintable() or " " in url:
        return "Only ASCII characters without spaces; write a name such as münchen.example as xn--mnchen-3ya.example."
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "This is no address."
    if parts.scheme not in PORTS or not host or port == 0:
        return "An address that begins with https:// or http:// and names a host."
    if parts.username is not None or parts.password is not None or parts.fragment:
        return "Without user name, password and #fragment; messages are signed instead."
    try:
        return "" if _is_allowed(ip_address(host)) else "This address is not in the public internet."
    except ValueError:
        return ""  # a name


def addresses_of(host: str, port: int) -> list[str]:
    """The IP addresses that `host` stands for now, each of them looked at. Raises Unreachable."""
    try:
        found = _resolver.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM).result(LOOK_UP_SECONDS)
    except StillLooking:
        raise Unreachable(f"No answer about the name {host} within {LOOK_UP_SECONDS} seconds.") from None
    except (OSError, UnicodeError):
        raise Unreachable(f"The name {host} stands for no address.") from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not all(_is_allowed(ip_address(address)) for address in addresses):
        raise Unreachable(f"The name {host} stands for an address that is not in the public internet.")
    return addresses


def _is_allowed(address: IPv4Address | IPv6Address) -> bool:
    """Whether it is in the public internet (RFC 6890), or the setting allows all."""
    if settings.WEBHOOK_PRIVATE_ADDRESSES:
        return True
    if isinstance(address, IPv6Address):
        tunnel = address.sixtofour is not None or address.teredo is not None
        return address in UNICAST and address.is_global and not tunnel
    return address.is_global and not address.is_multicast
