"""Find a client's address, for rate limits. Values that the client itself can choose are ignored."""

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any

from django.conf import settings

UNKNOWN = "unknown"
IPV6_PREFIX = 64  # bits; one subscriber has a whole network of this size or more (RFC 6177)


def client_address(environ: Mapping[str, Any]) -> str:
    """Return the IPv4 address, or the IPv6 network of 64 bits, that a request (WSGI environment or META) comes from.

    Each trusted proxy (TRUSTED_PROXIES is their number) appends the address of its own caller to X-Forwarded-For, so
    the TRUSTED_PROXIES-th entry from the right is the client's. Clients can write anything to the left of it. Returns
    UNKNOWN if the entry is not an address.
    """
    proxies = settings.TRUSTED_PROXIES
    forwarded = environ.get("HTTP_X_FORWARDED_FOR", "")
    if proxies and forwarded:
        return _grouped(forwarded.split(",")[-proxies:][0])
    return _grouped(environ.get("REMOTE_ADDR", ""))


@lru_cache(maxsize=4_096)
def _grouped(text: str) -> str:
    """Return the address in `text` without port, brackets and zone; UNKNOWN if it is not an address.

    An IPv6 address is replaced by its network, so that all addresses of one subscriber give the same text.
    """
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return UNKNOWN
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Network((address, IPV6_PREFIX), strict=False))
    return str(address)
