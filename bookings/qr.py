"""A ticket's code as a picture."""

from io import BytesIO

import segno

QUIET_ZONE = 4  # modules, the least ISO/IEC 18004 allows


def qr_of(code: str) -> segno.QRCode:
    """The QR code: error correction M, or better where it costs no larger picture."""
    return segno.make_qr(code, error="m")


def qr_svg(code: str) -> bytes:
    """As SVG of no size of its own, sharp at any."""
    svg = _saved(code, kind="svg", omitsize=True, light="white", xmldecl=False)
    return svg.replace(b"<svg ", b'<svg shape-rendering="crispEdges" ', 1)  # else grey hairlines between the rows


def qr_png(code: str) -> bytes:
    """As PNG, ten pixels a module."""
    return _saved(code, kind="png", scale=10)


def _saved(code: str, **how: object) -> bytes:
    picture = BytesIO()
    qr_of(code).save(picture, border=QUIET_ZONE, **how)  # type: ignore[arg-type]
    return picture.getvalue()
