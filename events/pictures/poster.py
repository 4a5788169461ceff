"""Draws the picture of the demo's concert: candles in the dark. So the demo needs no picture of anybody's."""

from io import BytesIO

from PIL import Image, ImageDraw, ImageFilter

SIZE = (2400, 1500)
NIGHT, WALL = (24, 16, 38), (74, 32, 44)
WAX, FLAME, CORE, GLOW = (226, 200, 160), (255, 176, 66), (255, 244, 206), (255, 150, 60)
# Of each candle: the middle and the upper end, in parts of the picture's size.
CANDLES = ((0.1, 0.62), (0.24, 0.48), (0.38, 0.66), (0.55, 0.42), (0.71, 0.58), (0.87, 0.5))
ALT = "Six burning candles in a dark hall"


def draw_poster() -> bytes:
    """Return the picture as a PNG."""
    image = _hall()
    for across, down in CANDLES:
        image = _with_candle(image, int(across * SIZE[0]), int(down * SIZE[1]))
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def _hall() -> Image.Image:
    """Return the background: the wall, darker towards the ceiling."""
    shade = Image.linear_gradient("L").resize(SIZE)
    return Image.composite(Image.new("RGB", SIZE, WALL), Image.new("RGB", SIZE, NIGHT), shade)


def _with_candle(image: Image.Image, x: int, top: int) -> Image.Image:
    """Return the picture with a candle in a halo of light."""
    halo = Image.new("L", SIZE)
    ImageDraw.Draw(halo).circle((x, top - 75), 220, fill=150)
    image = Image.composite(Image.new("RGB", SIZE, GLOW), image, halo.filter(ImageFilter.GaussianBlur(105)))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((x - 40, top, x + 40, SIZE[1] + 40), 18, fill=WAX)
    draw.line((x, top, x, top - 33), fill=NIGHT, width=8)
    for colour, width, height in ((FLAME, 33, 100), (CORE, 17, 50)):
        foot, shoulder, tip = top - 20, top - 20 - height * 0.7, top - 20 - height * 1.7
        draw.ellipse((x - width, foot - height, x + width, foot), fill=colour)
        draw.polygon(((x - width * 0.86, shoulder), (x, tip), (x + width * 0.86, shoulder)), fill=colour)
    return image
