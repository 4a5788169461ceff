"""Throw-away certificates and keys for tests of wallets."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

PASS_TYPE, TEAM = "pass.com.example.tickets", "A1B2C3D4E5"
AUTHORITY = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Wallet Relations of this test run")])
PASSWORD = "a password"  # noqa: S105


def make_wallet_settings(folder: Path, *, days: int = 300) -> dict[str, str]:
    """Write an authority, a certificate that it issued for `days`, and a service account; return the settings.

    Apple's certificates have RSA keys; these have EC keys where that makes no difference, which are made faster.
    """
    authority, key, account = ec.generate_private_key(ec.SECP256R1()), _rsa(), _rsa()
    subject = [(NameOID.USER_ID, PASS_TYPE), (NameOID.COMMON_NAME, PASS_TYPE), (NameOID.ORGANIZATIONAL_UNIT_NAME, TEAM)]
    name = x509.Name([x509.NameAttribute(oid, value) for oid, value in subject])
    files = {
        "wwdr.pem": _certificate(AUTHORITY, authority.public_key(), authority, days, is_authority=True),
        "pass.pem": _certificate(name, key.public_key(), authority, days),
        "key.pem": _pem(key, BestAvailableEncryption(PASSWORD.encode())),
        "account.json": json.dumps(
            {
                "client_email": "shop@example.iam.gserviceaccount.com",
                "private_key": _pem(account, NoEncryption()).decode(),
            }
        ).encode(),
    }
    for file, content in files.items():
        (folder / file).write_bytes(content)
    return {
        "APPLE_WALLET_PASS_TYPE": PASS_TYPE,
        "APPLE_WALLET_TEAM": TEAM,
        "APPLE_WALLET_CERTIFICATE": str(folder / "pass.pem"),
        "APPLE_WALLET_KEY": str(folder / "key.pem"),
        "APPLE_WALLET_KEY_PASSWORD": PASSWORD,
        "APPLE_WALLET_WWDR_CERTIFICATE": str(folder / "wwdr.pem"),
        "GOOGLE_WALLET_ISSUER": "3388000000012345678",
        "GOOGLE_WALLET_SERVICE_ACCOUNT": str(folder / "account.json"),
    }


def _rsa() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _pem(key: rsa.RSAPrivateKey, encryption: KeySerializationEncryption) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def _certificate(
    subject: x509.Name,
    key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey,
    authority: ec.EllipticCurvePrivateKey,
    days: int,
    *,
    is_authority: bool = False,
) -> bytes:
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(AUTHORITY).public_key(key)
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=days))
    builder = builder.add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    return builder.sign(authority, hashes.SHA256()).public_bytes(Encoding.PEM)
