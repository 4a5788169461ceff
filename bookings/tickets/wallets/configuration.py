"""What the shop signs tickets for wallets with, read from the files that the settings name."""

import json
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import Certificate, load_pem_x509_certificate
from django.conf import settings

APPLE_SETTINGS = (
    "APPLE_WALLET_PASS_TYPE",
    "APPLE_WALLET_TEAM",
    "APPLE_WALLET_CERTIFICATE",
    "APPLE_WALLET_KEY",
    "APPLE_WALLET_WWDR_CERTIFICATE",
)
GOOGLE_SETTINGS = ("GOOGLE_WALLET_ISSUER", "GOOGLE_WALLET_SERVICE_ACCOUNT")


class WrongFile(Exception):
    """A file that a setting names can't be read, or is not what it should be. The text names the setting."""


class AppleWallet(NamedTuple):
    """The identity of the shop's passes: the pass type, the team, and what signs them."""

    pass_type: str
    team: str
    certificate: Certificate
    key: RSAPrivateKey | EllipticCurvePrivateKey
    wwdr: Certificate


class GoogleWallet(NamedTuple):
    """The issuer of the shop's tickets, and the service account whose key (PEM) signs their links."""

    issuer: str
    account: str
    key: str


def apple_wallet() -> AppleWallet | None:
    """Return what signs passes; None if the shop has none. Raises WrongFile."""
    values = [getattr(settings, name) for name in APPLE_SETTINGS]
    return _read_apple(*values, settings.APPLE_WALLET_KEY_PASSWORD) if all(values) else None


def google_wallet() -> GoogleWallet | None:
    """Return what signs links; None if the shop has none. Raises WrongFile."""
    values = [getattr(settings, name) for name in GOOGLE_SETTINGS]
    return _read_google(*values) if all(values) else None


@lru_cache(maxsize=4)
def _read_apple(pass_type: str, team: str, certificate: str, key: str, wwdr: str, password: str) -> AppleWallet:
    return AppleWallet(
        pass_type,
        team,
        _certificate("APPLE_WALLET_CERTIFICATE", certificate),
        _key(key, password),
        _certificate("APPLE_WALLET_WWDR_CERTIFICATE", wwdr),
    )


def _certificate(setting: str, path: str) -> Certificate:
    try:
        return load_pem_x509_certificate(Path(path).read_bytes())
    except (OSError, ValueError) as error:
        raise WrongFile(f"{setting}: {path} is no certificate in PEM that can be read.") from error


def _key(path: str, password: str) -> RSAPrivateKey | EllipticCurvePrivateKey:
    try:
        key = load_pem_private_key(Path(path).read_bytes(), password.encode() or None)
    except (OSError, ValueError, TypeError) as error:
        raise WrongFile(f"APPLE_WALLET_KEY: {path} is no key in PEM that can be read with its password.") from error
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise WrongFile(f"APPLE_WALLET_KEY: {path} is neither an RSA nor an EC key.")
    return key


@lru_cache(maxsize=4)
def _read_google(issuer: str, path: str) -> GoogleWallet:
    try:
        account = json.loads(Path(path).read_text(encoding="utf-8"))
        key = load_pem_private_key(account["private_key"].encode(), None)
        wallet = GoogleWallet(issuer, str(account["client_email"]), account["private_key"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WrongFile(f"GOOGLE_WALLET_SERVICE_ACCOUNT: {path} is no key file of a service account.") from error
    if not isinstance(key, RSAPrivateKey):
        raise WrongFile(f"GOOGLE_WALLET_SERVICE_ACCOUNT: the key in {path} is no RSA key.")
    return wallet
