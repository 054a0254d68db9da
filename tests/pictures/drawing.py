"""Pictures for tests, drawn here: a phone's screen, a photo without a word, and files that are no good."""

from __future__ import annotations

import zlib
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

INK, PAPER, VIOLET = "#222222", "#ffffff", "#5a3e9b"


def dojo_message(name: str = "Mrs Webb") -> bytes:
    """A screenshot of what a teacher wrote to one parent."""
    picture = Image.new("RGB", (720, 900), "#f4f4f6")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 720, 140), fill=VIOLET)
    _write(draw, 40, 20, "ClassDojo", 34, PAPER)
    _write(draw, 40, 74, "Messages", 42, PAPER)
    _write(draw, 40, 170, name, 38)
    draw.rounded_rectangle((36, 280, 680, 560), 24, fill=PAPER)
    for place, line in enumerate(
        ["Hi Sarah, just between us, Leo had", "a difficult day. Please could you", "call me after school?"]
    ):
        _write(draw, 64, 310 + 64 * place, line, 34)
    _write(draw, 64, 510, "15:42", 26)
    return png(picture)


def notice(*lines: str) -> bytes:
    """A poster."""
    picture = Image.new("RGB", (640, 90 + 70 * len(lines)), PAPER)
    draw = ImageDraw.Draw(picture)
    for place, line in enumerate(lines):
        _write(draw, 40, 50 + 70 * place, line, 38)
    return png(picture)


def meadow() -> bytes:
    """A photo with nothing written in it."""
    picture = Image.new("RGB", (640, 480), "#9cc4e4")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 300, 640, 480), fill="#5f9e4f")
    draw.ellipse((480, 40, 580, 140), fill="#f7d84a")
    return png(picture)


def jpeg(data: bytes, quality: int = 60) -> bytes:
    """The same as JPEG."""
    return saved(Image.open(BytesIO(data)), "JPEG", quality=quality)


def animated(data: bytes, frames: int = 30) -> bytes:
    """A GIF that begins with it and goes on."""
    first = Image.open(BytesIO(data)).convert("P")
    more = [Image.new("P", first.size, number) for number in range(frames)]
    return saved(first, "GIF", save_all=True, append_images=more)


def png(picture: Image.Image) -> bytes:
    """As PNG."""
    return saved(picture, "PNG")


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    """As a file of this kind."""
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def claiming(width: int, height: int, packed: bytes = b"\0" * 1_000_000, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG that says it is so large, whatever is in it."""
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    parts = [(b"IHDR", head), *chunks, (b"IDAT", zlib.compress(packed)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(_chunk, parts))


def _chunk(part: tuple[bytes, bytes]) -> bytes:
    kind, content = part
    return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")


def _write(draw: ImageDraw.ImageDraw, x: int, y: int, words: str, size: int, ink: str = INK) -> None:
    draw.text((x, y), words, font=ImageFont.load_default(size), fill=ink)
