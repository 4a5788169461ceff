"""QR codes of tickets, as SVG and PNG."""

from io import BytesIO

import segno

QUIET_ZONE = 4  # modules, the minimum of ISO/IEC 18004


def qr_of(code: str) -> segno.QRCode:
    """Return the QR code with error correction M, or a higher level if the symbol does not get larger."""
    return segno.make_qr(code, error="m")


def qr_svg(code: str) -> bytes:
    """Return the QR code as SVG without a fixed size."""
    svg = _render(code, kind="svg", omitsize=True, light="white", xmldecl=False)
    # Without this, thin grey lines appear between the rows.
    return svg.replace(b"<svg ", b'<svg shape-rendering="crispEdges" ', 1)


def qr_png(code: str) -> bytes:
    """Return the QR code as PNG, ten pixels per module."""
    return _render(code, kind="png", scale=10)


def _render(code: str, **options: object) -> bytes:
    image = BytesIO()
    qr_of(code).save(image, border=QUIET_ZONE, **options)  # type: ignore[arg-type]
    return image.getvalue()
