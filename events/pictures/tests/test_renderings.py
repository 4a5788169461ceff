"""The renderings that are made of a picture, and the process that makes them."""

import subprocess
import sys
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings
from PIL import Image

from core.concurrency import ConcurrencyLimiter
from core.errors import BadInput, Overloaded
from events.pictures import program, sandbox
from events.pictures.limits import MAX_BYTES
from events.pictures.rendering import Rendering
from events.pictures.sandbox import render_picture
from events.pictures.tests.makers import a_picture, colours_of, encoded, png, quarters

UPRIGHT = ["lime", "blue", "red", "yellow"]


def opened(rendering: Rendering) -> Image.Image:
    image = Image.open(BytesIO(rendering.content))
    assert image.size == (rendering.width, rendering.height)
    return image


@pytest.mark.parametrize(
    ("size", "pages"),
    [
        ((2_000, 1_000), [(480, 240), (960, 480), (1_600, 800)]),
        ((1_600, 1_000), [(480, 300), (960, 600), (1_600, 1_000)]),
        ((1_000, 1_000), [(480, 480), (960, 960), (1_000, 1_000)]),
        ((480, 480), [(480, 480)]),
        ((300, 400), [(300, 400)]),
        ((300, 1_200), [(300, 1_200)]),
        ((1_500, 6_000), [(480, 1_920), (500, 2_000)]),
        ((3_001, 2_003), [(480, 320), (960, 641), (1_600, 1_068)]),
    ],
)
def test_renderings_have_the_widths_of_pages_and_are_never_enlarged(
    size: tuple[int, int], pages: list[tuple[int, int]]
) -> None:
    *made, share = render_picture(a_picture("JPEG", size))
    assert [(one.width, one.height) for one in made] == pages
    assert [one.name for one in made] == [f"{width}.webp" for width, _ in pages]
    assert {opened(one).format for one in made} == {"WEBP"}
    assert all(colours_of(opened(one)) == UPRIGHT for one in made)
    assert (share.name, share.width, share.height, opened(share).format) == ("share.jpg", 1_200, 630, "JPEG")


def test_a_share_card_shows_the_middle_of_a_wide_picture_and_the_upper_part_of_a_high_one() -> None:
    wide = opened(render_picture(a_picture("PNG", (2_400, 630)))[-1])
    assert [wide.getpixel(at)[1] > 200 for at in ((10, 10), (590, 10), (610, 10))] == [True, True, False]  # type: ignore[index]
    high = opened(render_picture(a_picture("PNG", (630, 2_400)))[-1])
    assert colours_of(high)[:2] == ["lime", "blue"]


def test_renderings_have_no_metadata() -> None:
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (52.0, 31.0, 12.0)}
    exif[0x010E] = "A secret"
    for rendering in render_picture(a_picture("JPEG", exif=exif, comment=b"A secret")):
        image = opened(rendering)
        assert not image.getexif()
        assert not {"icc_profile", "exif", "xmp", "comment"} & set(image.info)
        assert b"secret" not in rendering.content


def refusal_of(data: bytes) -> tuple[str, str]:
    with pytest.raises(BadInput) as refused:
        render_picture(data)
    (problem,) = refused.value.extra["errors"]
    return problem["field"], problem["code"]


def test_refusals_name_the_field() -> None:
    assert refusal_of(b"") == ("picture", "empty")
    assert refusal_of(b"x" * (MAX_BYTES + 1)) == ("picture", "too_large")
    assert refusal_of(b"text") == ("picture", "not_a_picture")
    assert refusal_of(png(50_000, 50_000)) == ("picture", "too_many_pixels")
    assert refusal_of(a_picture()[:-900]) == ("picture", "damaged")


# --- The process ----------------------------------------------------------------------------------------


def run(code: str, data: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, cwd=settings.BASE_DIR)


def instead_of_the_program(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Run other code as the program, to see what happens when a decoder fails in this way."""
    monkeypatch.setattr(sandbox, "COMMAND", (sys.executable, "-c", code))


def test_a_file_that_needs_too_much_memory_ends_only_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "MEMORY", 0)  # shows that the next line is what limits
    small = f"from events.pictures import program; program.MEMORY = {150 * 1024**2}; program.main()"
    instead_of_the_program(monkeypatch, small)
    assert refusal_of(a_picture("PNG", (6_000, 6_000))) == ("picture", "unreadable")
    assert len(render_picture(a_picture("PNG", (400, 300)))) == 2


def test_a_crash_ends_only_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    instead_of_the_program(monkeypatch, "import os; os.abort()")
    assert refusal_of(a_picture()) == ("picture", "unreadable")


def test_a_file_that_needs_too_much_time_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "SECONDS", 0.5)
    instead_of_the_program(monkeypatch, "while True: pass")
    with pytest.raises(Overloaded):
        render_picture(a_picture())


def test_processor_time_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    endless = (
        "from events.pictures import program, reading; program.SECONDS = 1\n"
        "def read(data):\n    while True: pass\n"
        "reading.read_image = read; program.main()"
    )
    instead_of_the_program(monkeypatch, endless)
    assert refusal_of(a_picture()) == ("picture", "unreadable")


def test_the_process_has_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "secret")
    instead_of_the_program(monkeypatch, "import os, sys; sys.exit('SECRET_KEY' in os.environ or len(os.environ) > 4)")
    with pytest.raises(ValueError, match="Expecting value"):  # it has succeeded, and written nothing
        render_picture(a_picture())


def test_the_process_does_not_load_django() -> None:
    code = "import sys; from events.pictures import program; program.main(); assert 'django' not in sys.modules"
    done = run(code, a_picture())
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(b'{"renderings"')


def test_one_picture_is_read_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    busy = ConcurrencyLimiter(1, stall=0.2, wait=0.2)
    monkeypatch.setattr(sandbox, "_programs", busy)
    with busy.slot(), pytest.raises(Overloaded):
        render_picture(a_picture())
    assert render_picture(a_picture())


@pytest.mark.parametrize("file_format", ["PNG", "WEBP", "AVIF"])
def test_the_largest_pictures_that_are_accepted_fit_into_the_limits(file_format: str) -> None:
    options: dict[str, Any] = {"WEBP": {"method": 0}, "AVIF": {"speed": 10}, "PNG": {}}[file_format]
    picture = encoded(quarters((8_000, 5_000)).convert("RGBA"), file_format, **options)
    assert colours_of(opened(render_picture(picture)[0])) == UPRIGHT
