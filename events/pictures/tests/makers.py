"""Makes the pictures that tests upload."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

SIZE = (800, 400)
# The middle of each quarter, in parts of the picture's size, and its colour.
QUARTERS = {(0.25, 0.25): "lime", (0.75, 0.25): "blue", (0.25, 0.75): "red", (0.75, 0.75): "yellow"}
RGB = {"lime": (0, 255, 0), "blue": (0, 0, 255), "red": (255, 0, 0), "yellow": (255, 255, 0)}


def quarters(size: tuple[int, int] = SIZE) -> Image.Image:
    """Return a picture of which each quarter has another colour, so that one sees how it was turned."""
    image = Image.new("RGB", size)
    width, height = size
    for (across, down), colour in QUARTERS.items():
        left, top = int((across - 0.25) * width), int((down - 0.25) * height)
        image.paste(colour, (left, top, left + width // 2, top + height // 2))
    return image


def encoded(image: Image.Image, file_format: str = "PNG", **options: Any) -> bytes:
    """Return the picture as a file."""
    file = BytesIO()
    image.save(file, file_format, **options)
    return file.getvalue()


def a_picture(file_format: str = "PNG", size: tuple[int, int] = SIZE, **options: Any) -> bytes:
    """Return a file that is accepted."""
    return encoded(quarters(size), file_format, **options)


def colours_of(image: Image.Image) -> list[str]:
    """Return the colours of the quarters: upper left, upper right, lower left, lower right."""
    return [_nearest(image.convert("RGB"), across, down) for across, down in QUARTERS]


def _nearest(image: Image.Image, across: float, down: float) -> str:
    pixel: Any = image.getpixel((int(across * image.width), int(down * image.height)))
    return next((name for name, colour in RGB.items() if is_near(pixel, colour)), str(pixel))


def is_near(pixel: tuple[int, ...], colour: tuple[int, ...], distance: int = 12) -> bool:
    """Return whether two colours look the same."""
    return all(abs(one - other) <= distance for one, other in zip(pixel, colour, strict=True))


def png(width: int, height: int, rows: bytes = b"", depth: int = 8) -> bytes:
    """Return a PNG in colour; without `rows`, it declares its size and has no pixels."""
    header = struct.pack(">IIBBBBB", width, height, depth, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
