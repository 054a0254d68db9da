"""From a file to pixels of a size that can be read in a second or two: bounded in size, kind and number of pieces."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

from PIL import Image, ImageOps

FORMATS = ("GIF", "JPEG", "PNG", "WEBP")
MOST_PIXELS = 40_000_000
"""Of a picture as it is unpacked. A photo in JPEG is made smaller on the way, so that larger ones pass."""
LEAST_SIDE = 24
"""Pixels; in a smaller picture nobody could read anything."""
SHORT, LONG = 720, 1600
"""Pixels of a piece: a phone's screen stays readable in them."""
MOST_PIECES = 3
"""Of a long strip of screenshots, from its beginning."""
OVERLAP = 60
"""Pixels that two pieces share, so that no line is cut in two."""


class TooManyPixels(ValueError):
    """The picture is larger than is unpacked."""


def pieces(data: bytes) -> Iterator[Image.Image]:
    """The picture in ``data`` (of an animation its first frame), in one piece or several, on white.

    Raises ``TooManyPixels``, or whatever Pillow raises for a file that is no such picture.
    """
    with Image.open(BytesIO(data), formats=FORMATS) as opened:
        opened.draft("RGB", (LONG, LONG))
        if opened.width * opened.height > MOST_PIXELS:
            raise TooManyPixels
        if min(opened.size) < LEAST_SIDE:
            return
        picture = _smaller(_on_white(opened))
    picture = ImageOps.exif_transpose(picture)
    yield from _cut(picture)


def _on_white(opened: Image.Image) -> Image.Image:
    if opened.has_transparency_data:
        clear = opened.convert("RGBA")
        ground = Image.new("RGB", clear.size, "white")
        ground.paste(clear, mask=clear.getchannel("A"))
        ground.info |= opened.info
        return ground
    return opened.convert("RGB")


def _smaller(picture: Image.Image) -> Image.Image:
    scale = min(1.0, SHORT / min(picture.size))
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture if scale == 1.0 else picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _cut(picture: Image.Image) -> Iterator[Image.Image]:
    tall = picture.height >= picture.width
    length = max(picture.size)
    for number in range(MOST_PIECES):
        start = number * (LONG - OVERLAP)
        if number and start + OVERLAP >= length:
            return
        end = min(length, start + LONG)
        box = (0, start, picture.width, end) if tall else (start, 0, end, picture.height)
        yield picture.crop(box)
