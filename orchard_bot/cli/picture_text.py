"""The text in a picture that an operator names, read as the bot reads those of a group."""

from __future__ import annotations

import asyncio
from pathlib import Path

from orchard_bot.errors import ConfigError
from orchard_bot.pictures.work import EXTRA, Unseen
from orchard_bot.runtime.picture_reader import PictureReader

_SAYS = {
    Unseen.BROKEN: ("This is no picture that can be read.", "Use a whole PNG, JPEG, WebP or GIF file."),
    Unseen.TOO_LARGE: ("This picture is too large.", "Use one of at most 20 MB and 40 million pixels."),
    Unseen.TOO_SLOW: ("Reading this picture takes too long.", "Use a smaller part of it."),
    Unseen.NOT_INSTALLED: ("Pictures cannot be read here.", f"Run: pip install 'orchard-bot[{EXTRA}]'"),
}


def text_in_picture(file: Path) -> str:
    """Its lines. Raises ``ConfigError`` with what to do where it cannot be read."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise ConfigError("The picture cannot be opened.", file=file, fix="Name a file that is there.") from error
    found = asyncio.run(PictureReader().read(data))
    if found.unseen is not None:
        problem, fix = _SAYS[found.unseen]
        raise ConfigError(problem, file=file, fix=fix)
    return found.text
