"""Checks which addresses a webhook may go to (protection against server-side request forgery).

Sellers choose the URL, but the request comes from inside our network. Each message's host name is therefore resolved
and its IP addresses are checked. The connection is made to a checked IP address, even if the name resolves to another
one a moment later.
"""

import socket
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as ResolverTimeout
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from django.conf import settings

from bookings.webhooks.models import URL_LENGTH
from core.errors import BadInput

RESOLVE_SECONDS = 3
PORTS = {"http": 80, "https": 443}
UNICAST = IPv6Network("2000::/3")  # all global unicast that IANA has allocated; IPv4 tunnels in it are refused too

_resolver = ThreadPoolExecutor(8, thread_name_prefix="resolver")  # `getaddrinfo` has no timeout of its own


class Unreachable(OSError):
    """A host name has no IP address, or one that a webhook may not go to, or can't be resolved in time."""


def check_url(url: str) -> None:
    """Raise BadInput unless a seller may use this URL for an endpoint.

    Host names are not resolved here, but for each message (`addresses_of`).
    """
    problem = _url_problem(url)
    if problem:
        raise BadInput.field("url", problem)


def _url_problem(url: str) -> str:
    if len(url) > URL_LENGTH:
        return f"At most {URL_LENGTH} characters."
    if not url.isascii() or not url.isprintable() or " " in url:
        return "Only ASCII characters without spaces; write a name such as münchen.example as xn--mnchen-3ya.example."
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "This is not a valid URL."
    if parts.scheme not in PORTS or not host or port == 0:
        return "Enter a URL that begins with https:// or http:// and has a host name."
    if parts.username is not None or parts.password is not None or parts.fragment:
        return "Leave out user name, password and #fragment; messages are signed instead."
    try:
        return "" if _is_allowed(ip_address(host)) else "This address is not in the public internet."
    except ValueError:
        return ""  # a host name


def addresses_of(host: str, port: int) -> list[str]:
    """Resolve `host` and return its IP addresses.

    Raises Unreachable if there are none, if the resolver takes longer than RESOLVE_SECONDS, or if any of the addresses
    is not permitted.
    """
    try:
        found = _resolver.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM).result(RESOLVE_SECONDS)
    except ResolverTimeout:
        raise Unreachable(f"The name {host} could not be resolved within {RESOLVE_SECONDS} seconds.") from None
    except (OSError, UnicodeError):
        raise Unreachable(f"The name {host} has no address.") from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not all(_is_allowed(ip_address(address)) for address in addresses):
        raise Unreachable(f"The name {host} has an address that is not in the public internet.")
    return addresses


def _is_allowed(address: IPv4Address | IPv6Address) -> bool:
    """Return whether the address is in the public internet (RFC 6890) or WEBHOOK_PRIVATE_ADDRESSES allows all."""
    if settings.WEBHOOK_PRIVATE_ADDRESSES:
        return True
    if isinstance(address, IPv6Address):
        tunnel = address.sixtofour is not None or address.teredo is not None
        return address in UNICAST and address.is_global and not tunnel
    return address.is_global and not address.is_multicast
