"""Make the renderings of a picture: WebP in a few widths for pages, and a JPEG for share cards."""

from io import BytesIO
from typing import NamedTuple

from PIL import Image, ImageOps

from events.pictures.limits import MAX_HEIGHT, SHARE, SHARE_SIZE, WIDTHS

LANCZOS = Image.Resampling.LANCZOS
# Shows more of the upper part of high pictures: that is where faces and titles are.
CROP_FROM = (0.5, 0.35)


class Rendering(NamedTuple):
    """A file made of a picture: its size in pixels, and its content. `name` is the last part of its file's name."""

    name: str
    width: int
    height: int
    content: bytes


def renderings_of(image: Image.Image) -> list[Rendering]:
    """Return the renderings of an RGB picture: those for pages, from the smallest, and that for share cards.

    A picture is never enlarged for pages; for share cards it is, if it must be, and what doesn't fit is cut off.
    """
    pages = [_for_pages(image, width) for width in _widths(image)]
    return [*pages, _for_sharing(image)]


def _widths(image: Image.Image) -> list[int]:
    largest = min(image.width, WIDTHS[-1], image.width * MAX_HEIGHT // image.height)
    return [*(width for width in WIDTHS if width < largest), largest]


def _for_pages(image: Image.Image, width: int) -> Rendering:
    height = min(MAX_HEIGHT, max(1, round(image.height * width / image.width)))
    return Rendering(
        f"{width}.webp", width, height, _encoded(image.resize((width, height), LANCZOS), "WEBP", quality=82)
    )


def _for_sharing(image: Image.Image) -> Rendering:
    card = ImageOps.fit(image, SHARE_SIZE, LANCZOS, centering=CROP_FROM)
    return Rendering(SHARE, *SHARE_SIZE, _encoded(card, "JPEG", quality=85, optimize=True, progressive=True))


def _encoded(image: Image.Image, file_format: str, **options: int) -> bytes:
    file = BytesIO()
    image.save(file, file_format, **options)
    return file.getvalue()
