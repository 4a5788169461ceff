"""What a picture that is uploaded may be, and which renderings are made of it. Imports nothing, for `program`."""

MAX_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 40_000_000  # decoded, that takes 160 MB
MIN_SIDE = 300  # pixels; smaller ones are blurred on a share card
MAX_RATIO = 4  # between the sides
FORMATS = "JPEG, PNG, WebP or AVIF"

WIDTHS = (480, 960, 1600)  # pixels, of the renderings for pages: phones, cards and high resolutions
MAX_HEIGHT = 2_000  # pixels, of the largest rendering
SHARE_SIZE = (1200, 630)  # pixels, of the share card: what social networks ask for
SHARE = "share.jpg"
