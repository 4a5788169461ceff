"""Extracts the text of PDFs that the product has made."""

import re
import zlib

STREAM = re.compile(rb"\n(\d+) 0 obj\n(?:(?!endobj).)*?>>\nstream\n(.*?)\nendstream", re.DOTALL)
PAGE = re.compile(rb"/Contents (\d+) 0 R")
FONT = re.compile(rb"/F(\d+) (\d+) 0 R")
TO_UNICODE = re.compile(rb"/ToUnicode (\d+) 0 R")
GLYPH = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]{4})>")
FONT_OR_TEXT = re.compile(rb"/F(\d+) [\d.]+ Tf|\(((?:\\.|[^\\)])*)\) Tj", re.DOTALL)
ESCAPED = {rb"\n": b"\n", rb"\r": b"\r", rb"\\": b"\\", rb"\(": b"(", rb"\)": b")"}


def pages_of(pdf: bytes) -> list[str]:
    """Return the text of each page in the order of drawing, one line for each piece of text."""
    streams = dict(STREAM.findall(pdf))
    fonts = {name: _glyphs(pdf, streams, number) for name, number in FONT.findall(pdf)}
    return [_text(zlib.decompress(streams[number]), fonts) for number in PAGE.findall(pdf)]


def _glyphs(pdf: bytes, streams: dict[bytes, bytes], font: bytes) -> dict[bytes, str]:
    """Return the character of each glyph of a font."""
    match = TO_UNICODE.search(pdf, pdf.index(b"\n%s 0 obj" % font))
    assert match is not None
    return {bytes.fromhex(glyph.decode()): chr(int(char, 16)) for glyph, char in GLYPH.findall(streams[match[1]])}


def _text(content: bytes, fonts: dict[bytes, dict[bytes, str]]) -> str:
    characters: dict[bytes, str] = {}
    lines = []
    for font, text in FONT_OR_TEXT.findall(content):
        if font:
            characters = fonts[font]
        else:
            glyphs = re.sub(rb"\\.", lambda escape: ESCAPED[escape[0]], text, flags=re.DOTALL)
            lines.append("".join(characters[glyphs[at : at + 2]] for at in range(0, len(glyphs), 2)))
    return "\n".join(lines)
