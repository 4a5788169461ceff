"""System checks: the settings of wallets are complete and fit together, so that no buyer meets the mistake first."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.x509 import Certificate
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from bookings.tickets.wallets.configuration import (
    APPLE_SETTINGS,
    GOOGLE_SETTINGS,
    AppleWallet,
    WrongFile,
    apple_wallet,
    google_wallet,
)
from core.text.times import time_text

EXPIRES_SOON = timedelta(days=30)  # a certificate of Apple is valid for a year and a month


def check_wallets(**options: Any) -> list[CheckMessage]:
    """Report what is missing or wrong (bookings.E001, E002, E003), and a certificate that ends soon (bookings.W001)."""
    apple = _read(APPLE_SETTINGS, apple_wallet)
    google = _read(GOOGLE_SETTINGS, google_wallet)
    return [*_problems(apple), *(google if isinstance(google, list) else [])]


def _read(names: Sequence[str], read: Callable[[], Any]) -> Any:
    """Return what `read` returns, or a list with the error."""
    missing = [name for name in names if not getattr(settings, name)]
    if missing and len(missing) < len(names):
        return [Error(f"{', '.join(missing)}: not set, but the other settings of this wallet are.", id="bookings.E001")]
    try:
        return read()
    except WrongFile as error:
        return [Error(str(error), id="bookings.E002")]


def _problems(apple: AppleWallet | list[CheckMessage] | None) -> list[CheckMessage]:
    if apple is None or isinstance(apple, list):
        return apple or []
    problems: list[CheckMessage] = []
    own = apple.certificate
    for setting, stated, oid in (
        ("APPLE_WALLET_PASS_TYPE", apple.pass_type, NameOID.USER_ID),
        ("APPLE_WALLET_TEAM", apple.team, NameOID.ORGANIZATIONAL_UNIT_NAME),
    ):
        if stated not in (named := _named(own, oid)):
            text = f"{setting}: {stated} is not what the certificate says: {', '.join(named) or 'nothing'}."
            problems.append(Error(text, id="bookings.E003"))
    if own.public_key() != apple.key.public_key():
        problems.append(Error("APPLE_WALLET_KEY is not the key of APPLE_WALLET_CERTIFICATE.", id="bookings.E003"))
    if own.issuer != apple.wwdr.subject:
        text = "APPLE_WALLET_WWDR_CERTIFICATE is not the certificate that issued APPLE_WALLET_CERTIFICATE."
        problems.append(Error(text, id="bookings.E003"))
    ends = min(own.not_valid_after_utc, apple.wwdr.not_valid_after_utc)
    if ends < datetime.now(UTC) + EXPIRES_SOON:
        until = time_text(ends, "date")
        text = f"The certificates of Apple Wallet are valid until {until}; new passes can't be added after that."
        problems.append(Warning(text, id="bookings.W001"))
    return problems


def _named(certificate: Certificate, oid: Any) -> list[str]:
    return [str(attribute.value) for attribute in certificate.subject.get_attributes_for_oid(oid)]
