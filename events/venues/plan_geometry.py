"""The handler of a plan's geometry: what every buyer's map draws."""

import gzip
import re
from functools import lru_cache

from core.errors import NotFound
from core.http.messages import VARY, ApiRequest, ApiResponse
from events.plan_models import PlanVersion

YEAR_SECONDS = 365 * 24 * 3_600
# Geometries that a process keeps, compressed: that of 50,000 seats has at most 250 kB.
KEPT = 32
DIGEST = re.compile("[0-9a-f]{64}")


def show_geometry(request: ApiRequest, digest: str) -> ApiResponse:
    """Return what maps draw of a seating plan. It never changes; a new version of the plan has another address."""
    if not DIGEST.fullmatch(digest):
        raise NotFound
    content = _compressed(digest)
    is_compressed = "gzip" in (request.header("ACCEPT_ENCODING") or "")
    headers = {
        "ETag": f'"{digest}-gzip"'
        if is_compressed
        else f'"{digest}"',  # each coding has its own, as in RFC 9110, 8.8.3
        "Cache-Control": f"public, max-age={YEAR_SECONDS}, immutable",
        "Vary": f"{VARY}, Accept-Encoding",
    }
    if digest in (request.header("IF_NONE_MATCH") or ""):
        return ApiResponse(304, b"", headers)
    headers["Content-Type"] = "application/json"
    if is_compressed:
        return ApiResponse(200, content, headers | {"Content-Encoding": "gzip"})
    return ApiResponse(200, gzip.decompress(content), headers)


@lru_cache(maxsize=KEPT)
def _compressed(digest: str) -> bytes:
    """Return the geometry as it is stored. Raises NotFound, which isn't kept: it may be published later."""
    geometry = PlanVersion.objects.filter(digest=digest).values_list("geometry", flat=True).first()
    if geometry is None:
        raise NotFound
    return bytes(geometry)
