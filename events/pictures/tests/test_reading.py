"""What is read out of an uploaded file, and what is refused. Pixels are compared."""

from collections.abc import Callable
from contextlib import suppress
from io import BytesIO

import pytest
from PIL import Image, ImageCms

from events.pictures.limits import MAX_PIXELS
from events.pictures.reading import LONGEST, Refusal, read_image
from events.pictures.tests.makers import (
    a_picture,
    colours_of,
    encoded,
    is_near,
    png,
    quarters,
)

UPRIGHT = ["lime", "blue", "red", "yellow"]
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF")
ORIENTATION, PLACE = 0x0112, 0x8825  # EXIF tags

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="800" height="400"><script>alert(1)</script></svg>'


def refusal_of(data: bytes) -> str:
    with pytest.raises(Refusal) as refused:
        read_image(data)
    assert str(refused.value).endswith(".")
    return refused.value.code


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_picture_is_read_in_each_format(file_format: str) -> None:
    image = read_image(a_picture(file_format))
    assert (image.mode, image.size, colours_of(image)) == ("RGB", (800, 400), UPRIGHT)


# What a camera wrote, and how it must be seen: the colours from the upper left to the lower right.
TURNED = {
    1: UPRIGHT,
    2: ["blue", "lime", "yellow", "red"],
    3: ["yellow", "red", "blue", "lime"],
    4: ["red", "yellow", "lime", "blue"],
    5: ["lime", "red", "blue", "yellow"],
    6: ["red", "lime", "yellow", "blue"],
    7: ["yellow", "blue", "red", "lime"],
    8: ["blue", "yellow", "lime", "red"],
}


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize("orientation", TURNED)
def test_a_photo_is_turned_as_its_camera_says(file_format: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    image = read_image(a_picture(file_format, exif=exif))
    assert image.size == ((800, 400) if orientation < 5 else (400, 800))
    assert colours_of(image) == TURNED[orientation]


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_broken_exif_data_do_no_harm() -> None:
    assert colours_of(read_image(a_picture("JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff"))) == UPRIGHT


@pytest.mark.parametrize("file_format", FORMATS)
def test_nothing_but_the_pixels_is_kept(file_format: str) -> None:
    exif = Image.Exif()
    exif[PLACE] = {1: "N", 2: (52.0, 31.0, 12.0)}
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert read_image(a_picture(file_format, exif=exif, icc_profile=srgb)).info == {}


def inks() -> bytes:
    """Red, green, blue and yellow as printing inks: an inverted JPEG, as Adobe's programs write it."""
    return encoded(quarters().convert("CMYK"), "JPEG", quality=95)


def palette() -> bytes:
    return encoded(quarters().quantize(16), "PNG")


def grey_of_16_bits() -> bytes:
    image = Image.new("I;16", (400, 400))
    image.putdata([column * 164 for column in range(400)] * 400)
    return encoded(image)


def test_printing_inks_become_light() -> None:
    assert colours_of(read_image(inks())) == UPRIGHT


def test_a_palette_becomes_colours() -> None:
    assert colours_of(read_image(palette())) == UPRIGHT


def test_16_bits_of_grey_are_scaled_and_not_cut_off() -> None:
    image = read_image(grey_of_16_bits())
    for column in (0, 100, 200, 300, 399):
        level = column * 164 // 257
        assert is_near(image.getpixel((column, 200)), (level, level, level), 2)  # type: ignore[arg-type]


def test_16_bits_of_colour_are_read() -> None:
    rows = (b"\0" + b"\xff\xff\x80\x00\x00\x00" * 300) * 300  # by hand, as Pillow writes no such file
    assert read_image(png(300, 300, rows, depth=16)).getpixel((150, 150)) == (255, 128, 0)


@pytest.mark.parametrize("mode", ["1", "L"])
def test_black_and_white_are_read(mode: str) -> None:
    image = Image.new("L", (400, 400), 255)
    image.paste(0, (0, 0, 200, 400))
    read = read_image(encoded(image.convert(mode)))
    assert (read.getpixel((100, 100)), read.getpixel((300, 100))) == ((0, 0, 0), (255, 255, 255))


def see_through(mode: str) -> bytes:
    image = Image.new("RGBA", (400, 400), (0, 0, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, 200, 400))
    return encoded(image.convert(mode) if mode != "P" else image.quantize(8), "PNG")


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_becomes_white(mode: str) -> None:
    image = read_image(see_through(mode))
    assert image.getpixel((300, 200)) == (255, 255, 255)
    assert image.getpixel((100, 200)) != (255, 255, 255)


def test_a_transparent_colour_becomes_white() -> None:
    image = read_image(encoded(quarters(), transparency=(0, 0, 255)))
    assert image.getpixel((600, 100)) == (255, 255, 255)
    assert colours_of(image)[0] == "lime"


def test_colours_of_another_profile_are_converted() -> None:
    """A profile with red and green exchanged: what it calls red is green."""
    srgb = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = srgb.index(b"rXYZ"), srgb.index(b"gXYZ")
    srgb[red : red + 4], srgb[green : green + 4] = b"gXYZ", b"rXYZ"
    read = read_image(encoded(quarters(), icc_profile=bytes(srgb)))
    assert colours_of(read)[0] == "red"
    assert colours_of(read)[2] == "lime"


@pytest.mark.parametrize("profile", [b"nonsense", b"\0" * 200])
def test_a_broken_profile_is_ignored(profile: bytes) -> None:
    assert colours_of(read_image(encoded(quarters(), icc_profile=profile))) == UPRIGHT


def test_a_profile_of_another_kind_of_picture_is_ignored() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    assert colours_of(read_image(encoded(quarters(), icc_profile=lab))) == UPRIGHT


def test_a_large_picture_is_made_smaller() -> None:
    image = read_image(a_picture("JPEG", (6_000, 3_000)))
    assert image.size == (LONGEST, LONGEST // 2)
    assert colours_of(image) == UPRIGHT


def test_a_photo_with_more_pictures_in_it_shows_the_first() -> None:
    """Phones put depth and brightness maps into the same JPEG file."""
    map_of_depth = Image.new("RGB", (800, 400), "grey")
    photo = encoded(quarters(), "MPO", save_all=True, append_images=[map_of_depth])
    assert photo.startswith(b"\xff\xd8\xff")
    assert colours_of(read_image(photo)) == UPRIGHT


# --- Refused --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file_format", ["PNG", "WEBP", "AVIF"])
def test_an_animated_picture_is_refused(file_format: str) -> None:
    still, moved = quarters(), quarters().rotate(180)
    assert refusal_of(encoded(still, file_format, save_all=True, append_images=[moved])) == "animated"


@pytest.mark.parametrize(
    "make",
    [
        lambda: SVG,
        lambda: b"not a picture, but a text that is as long as a small one " * 40,
        lambda: b"\x00" * 1_000,
        lambda: b"\xff\xd8\xff\xe0",
        lambda: b"%PDF-1.7\n1 0 obj\n",
        lambda: a_picture("GIF"),
        lambda: a_picture("BMP"),
        lambda: a_picture("TIFF"),
        lambda: encoded(quarters().resize((256, 256)), "ICO"),
        lambda: b"\x89PNG\r\n\x1a\n" + SVG,
        lambda: b"RIFF\x00\x01\x00\x00WEBPVP8 " + b"\x00" * 20,
        lambda: b"\x00\x00\x00\x20ftypavif" + b"\x00" * 20,
        lambda: b"\x00\x00\x00\x20ftypheic" + b"\x00" * 20,
    ],
    ids=[
        "svg",
        "text",
        "zeros",
        "jpeg start",
        "pdf",
        "gif",
        "bmp",
        "tiff",
        "ico",
        "svg as png",
        "webp",
        "avif",
        "heic",
    ],
)
def test_what_is_no_picture_in_one_of_the_formats_is_refused(make: Callable[[], bytes]) -> None:
    assert refusal_of(make()) in ("not_a_picture", "damaged")


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_part_of_a_file_is_refused(file_format: str, part: float) -> None:
    data = a_picture(file_format)
    assert refusal_of(data[: int(part * len(data))]) in ("damaged", "not_a_picture")


@pytest.mark.parametrize("file_format", ["PNG", "WEBP", "AVIF"])
def test_rubbish_in_the_middle_of_a_file_is_no_crash(file_format: str) -> None:
    data = bytearray(encoded(quarters(), file_format))
    data[len(data) // 2 : len(data) // 2 + 40] = b"\xaa" * 40
    with suppress(Refusal):  # WebP and AVIF have no sums to check
        assert read_image(bytes(data)).size == (800, 400)


@pytest.mark.parametrize("size", [(50_000, 50_000), (2**31 - 1, 2**31 - 1), (8_000, 5_001), (1, MAX_PIXELS + 1)])
def test_a_file_that_declares_too_many_pixels_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    bomb = png(*size)
    assert len(bomb) < 100
    assert refusal_of(bomb) == "too_many_pixels"


@pytest.mark.parametrize(
    ("size", "code"),
    [((299, 400), "too_small"), ((400, 299), "too_small"), ((1, 1), "too_small"), ((1_201, 300), "too_long")],
)
def test_a_picture_that_no_page_can_show_is_refused(size: tuple[int, int], code: str) -> None:
    assert refusal_of(encoded(Image.new("RGB", size))) == code


@pytest.mark.parametrize("size", [(300, 300), (1_200, 300), (300, 1_200)])
def test_the_smallest_picture_is_accepted(size: tuple[int, int]) -> None:
    assert read_image(encoded(Image.new("RGB", size))).size == size


def test_a_file_has_the_format_of_its_content() -> None:
    jpeg = BytesIO(a_picture("JPEG"))
    jpeg.name = "picture.png"
    assert colours_of(read_image(jpeg.getvalue())) == UPRIGHT
