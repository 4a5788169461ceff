"""TLS checks the certificate for the endpoint's host name, although the connection goes to an IP address."""

import socket
import ssl
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bookings.webhooks import http_connection
from bookings.webhooks.http_connection import HttpConnection, NoResponse
from bookings.webhooks.tests.receiver import receiver

HEADERS = {"webhook-id": "m", "webhook-timestamp": "0", "webhook-signature": "v1,"}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificate and key of hooks.example, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks.example")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("hooks.example")])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private_key = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = tmp_path_factory.mktemp("tls") / "hooks.pem"
    file.write_bytes(private_key + signed.public_bytes(pem))
    return file


@pytest.fixture
def port(certificate: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The port of a server with the certificate of hooks.example; every host name resolves to its address."""
    settings.WEBHOOK_PRIVATE_ADDRESSES = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    resolve = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *args, **options: resolve("127.0.0.1", *args, **options))
    with receiver(context) as server:
        yield server.url.split(":")[2].split("/")[0]


def test_a_certificate_for_the_host_name_is_accepted(
    port: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_connection, "TLS", ssl.create_default_context(cafile=str(certificate)))
    with closing(HttpConnection(f"https://hooks.example:{port}/in")) as connection:
        assert connection.post(b"{}", HEADERS).status == 200
        assert connection.post(b"{}", HEADERS).status == 200


def test_a_certificate_for_another_name_is_rejected(
    port: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_connection, "TLS", ssl.create_default_context(cafile=str(certificate)))
    with (
        closing(HttpConnection(f"https://other.example:{port}/in")) as connection,
        pytest.raises(NoResponse, match="is not valid for"),
    ):
        connection.post(b"{}", HEADERS)


def test_a_self_signed_certificate_is_rejected(port: str) -> None:
    with (
        closing(HttpConnection(f"https://hooks.example:{port}/in")) as connection,
        pytest.raises(NoResponse, match="self-signed"),
    ):
        connection.post(b"{}", HEADERS)
