"""The process in which one picture is read: it ties its own hands, opens the picture, and answers with its text.

``python -I -m orchard_bot.pictures.worker``: the file on standard input, the answer on standard output.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable

import msgspec

from orchard_bot.confinement import Limits, tie_hands
from orchard_bot.pictures.work import PictureText, Unseen

LIMITS = Limits(memory=1536 * 1024 * 1024, cpu_seconds=20)
"""The engine takes up to 1.1 GB of address space, about half of it in use."""


def answer(data: bytes) -> PictureText:
    """The text in the picture ``data``, or why it is not known. Any error becomes an answer."""
    try:
        from orchard_bot.pictures.opening import TooManyPixels, pieces  # noqa: PLC0415 (needs the extra)
    except ModuleNotFoundError:
        return PictureText(unseen=Unseen.NOT_INSTALLED)
    try:
        opened = list(pieces(data))
        # The engine is loaded when the picture has been made small: the two would not fit in side by side.
        from orchard_bot.pictures.reading import MOST_CHARACTERS, lines_in  # noqa: PLC0415

        return PictureText(lines=_some_of(lines_in(opened), MOST_CHARACTERS))
    except TooManyPixels:
        return PictureText(unseen=Unseen.TOO_LARGE)
    except ModuleNotFoundError:
        return PictureText(unseen=Unseen.NOT_INSTALLED)
    except MemoryError:
        return PictureText(unseen=Unseen.TOO_SLOW)
    except Exception:  # noqa: BLE001 - the border: whatever a library makes of a stranger's file is an answer
        return PictureText(unseen=Unseen.BROKEN)


def _some_of(lines: Iterable[str], most: int) -> tuple[str, ...]:
    """The first lines; one that two pieces share only once."""
    kept: dict[str, None] = {}
    for line in lines:
        most -= len(line) + 1
        if most < 0:
            break
        kept[line] = None
    return tuple(kept)


def main() -> None:
    """One picture, one answer."""
    tie_hands(LIMITS)
    warnings.simplefilter("ignore")
    sys.stdout.buffer.write(msgspec.json.encode(answer(sys.stdin.buffer.read())))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
