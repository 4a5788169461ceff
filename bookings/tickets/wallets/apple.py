"""Passes of Apple Wallet: one `.pkpass` for each ticket, and a `.pkpasses` with all tickets of a booking.

A pass is a ZIP file with pass.json, images, manifest.json (SHA-1 of each file) and a detached PKCS #7 signature of the
manifest: https://developer.apple.com/documentation/walletpasses. It doesn't change once it is on a phone, so its back
leads to the page with the tickets.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder

from bookings.tickets.models import Admission
from bookings.tickets.wallets.apple_document import pass_document
from bookings.tickets.wallets.configuration import AppleWallet

PASS_TYPE = "application/vnd.apple.pkpass"  # noqa: S105
PASSES_TYPE = "application/vnd.apple.pkpasses"
# Drawn from ticketing/static/ticketing/icon.svg. Apple's sizes: icon 29 × 29 points, logo at most 160 × 50.
IMAGES = Path(__file__).resolve().parent / "images"


def apple_pass(ticket: Admission, wallet: AppleWallet) -> bytes:
    """Return the `.pkpass` of a ticket that is not void.

    It is loaded with its booking, event, venue, seller and subsection.
    """
    document = json.dumps(pass_document(ticket, wallet), ensure_ascii=False)
    files = {"pass.json": document.encode(), **_images()}
    manifest = json.dumps({name: _sha1(content) for name, content in files.items()}).encode()
    return _zipped({**files, "manifest.json": manifest, "signature": _signature(manifest, wallet)}, ZIP_DEFLATED)


def apple_passes(tickets: Sequence[Admission], wallet: AppleWallet) -> bytes:
    """Return the `.pkpasses` with the passes of these tickets, loaded like those of `apple_pass`."""
    passes = {f"{ticket.reference}.pkpass": apple_pass(ticket, wallet) for ticket in tickets}
    return _zipped(passes, ZIP_STORED)


def _signature(manifest: bytes, wallet: AppleWallet) -> bytes:
    """Return the detached PKCS #7 signature of the manifest, with the certificates and the time of signing."""
    builder = PKCS7SignatureBuilder().set_data(manifest)
    builder = builder.add_signer(wallet.certificate, wallet.key, SHA256()).add_certificate(wallet.wwdr)
    return builder.sign(Encoding.DER, [PKCS7Options.DetachedSignature, PKCS7Options.Binary])


def _sha1(content: bytes) -> str:
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()  # as the format demands; the signature is SHA-256


def _zipped(files: Mapping[str, bytes], compression: int) -> bytes:
    archive = BytesIO()
    with ZipFile(archive, "w", compression) as writer:
        for name, content in files.items():
            writer.writestr(name, content)
    return archive.getvalue()


@cache
def _images() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(IMAGES.glob("*.png"))}
