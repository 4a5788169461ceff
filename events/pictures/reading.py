"""Check and decode an uploaded picture. Runs in a process of its own (events.pictures.program).

The header is checked before anything is decoded, and the name and the declared type of the file are never looked at.
The result has the pixels only: no EXIF data (which may say where a photo was taken), no colour profile, no text.
"""

from io import BytesIO

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from events.pictures.limits import FORMATS, MAX_PIXELS, MAX_RATIO, MIN_SIDE

READ = ("JPEG", "PNG", "WEBP", "AVIF")  # Pillow's names
PHOTO_WITH_MORE = "MPO"  # what Pillow calls a JPEG with further pictures, as phones write it: depth, HDR, thumbnails
LONGEST = 2_400  # pixels: no rendering needs more, and all work after decoding is on a picture of this size
WHITE = "white"  # below transparent parts, as on paper: dark letters would vanish on a dark page

Image.MAX_IMAGE_PIXELS = None  # `_check_size` has a limit of its own


class Refusal(Exception):
    """The file can't become a picture; `code` and the text are for its uploader."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


def read_image(data: bytes) -> Image.Image:
    """Return the picture in a file: upright, in RGB (sRGB), its longer side at most LONGEST pixels.

    Raises Refusal if the file is no picture in one of the FORMATS, too small or too large, animated, or damaged.
    """
    image = _opened(data)
    _check_size(*image.size)
    if image.format != PHOTO_WITH_MORE and getattr(image, "is_animated", False):
        raise Refusal("animated", "This picture is animated. Choose one that stands still.")
    try:
        shrunk = _shrunk(image)
    except MemoryError:
        raise
    except Exception:  # decoders raise all kinds of errors for damaged files
        raise Refusal("damaged", "This picture is damaged or incomplete. Export it again.") from None
    return _in_srgb(_opaque(_upright(shrunk)))


def _opened(data: bytes) -> Image.Image:
    """Return the picture with only its header read."""
    try:
        return Image.open(BytesIO(data), formats=READ)
    except UnidentifiedImageError:
        detail = f"This is no picture in the format {FORMATS}, or only a part of one. Export it in one of them."
        raise Refusal("not_a_picture", detail) from None
    except MemoryError:
        raise
    except Exception:
        raise Refusal("damaged", "This picture is damaged or incomplete. Export it again.") from None


def _check_size(width: int, height: int) -> None:
    """Raise Refusal unless the size that the header declares is reasonable."""
    if width * height > MAX_PIXELS:
        limit = f"{MAX_PIXELS // 1_000_000} million pixels"
        raise Refusal("too_many_pixels", f"This picture has {width:,} × {height:,} pixels; {limit} are the limit.")
    if min(width, height) < MIN_SIDE:
        detail = f"This picture has {width:,} × {height:,} pixels; each side must have at least {MIN_SIDE}."
        raise Refusal("too_small", detail)
    if max(width, height) > MAX_RATIO * min(width, height):
        raise Refusal("too_long", f"One side of this picture is more than {MAX_RATIO} times as long as the other.")


def _shrunk(image: Image.Image) -> Image.Image:
    """Return the decoded picture in a mode that can be resized, at most LONGEST pixels wide and high.

    It is shrunk before anything else happens, so that at most one copy of its full size is in memory; a JPEG isn't even
    decoded in its full size.
    """
    if image.mode.startswith("I"):
        # 16 bits of grey; converting them without scaling would turn nearly all of them white.
        image = image.point(lambda value: value / 257 + 0.5).convert("L")
    elif image.mode == "1":
        image = image.convert("L")
    elif image.mode in ("P", "PA") or (image.has_transparency_data and image.mode in ("L", "RGB")):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    image.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    image.load()
    return image


def _upright(image: Image.Image) -> Image.Image:
    """Return the picture as its EXIF data say that it is to be seen; as it is if they make no sense."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:
        return image


def _opaque(image: Image.Image) -> Image.Image:
    """Return the picture on white, without an alpha channel."""
    if image.mode not in ("RGBA", "LA"):
        return image
    paper = Image.new(image.mode.removesuffix("A"), image.size, WHITE)
    paper.paste(image.convert(paper.mode), mask=image.getchannel("A"))
    paper.info = image.info
    return paper


def _in_srgb(image: Image.Image) -> Image.Image:
    """Return the picture in sRGB, by its own colour profile if it has a usable one, and without any metadata."""
    try:
        own = ImageCms.ImageCmsProfile(BytesIO(image.info["icc_profile"]))
        image = ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB"), outputMode="RGB") or image
    except (KeyError, TypeError, OSError, ValueError, ImageCms.PyCMSError):
        image = image.convert("RGB")
    clean = Image.new("RGB", image.size)  # some of Pillow's encoders write what is in `image.info`
    clean.paste(image)
    return clean
