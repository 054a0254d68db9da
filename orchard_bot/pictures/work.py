"""What comes back from the process that reads a picture, and what it needs installed."""

from __future__ import annotations

from enum import StrEnum
from importlib.util import find_spec

from msgspec import Struct

EXTRA = "pictures"
LIBRARIES = ("PIL", "cv2", "numpy", "onnxruntime", "rapidocr")


class Unseen(StrEnum):
    """Why the text in a picture is not known."""

    BROKEN = "broken"
    """It is no picture of a kind that is read, or not whole."""
    TOO_LARGE = "too-large"
    """More bytes or more pixels than are read."""
    TOO_SLOW = "too-slow"
    """It took more time or memory than it may."""
    NOT_INSTALLED = "not-installed"


class PictureText(Struct, frozen=True, kw_only=True):
    """The lines of text in a picture from top to bottom, none where there is none; or why they are not known."""

    lines: tuple[str, ...] = ()
    unseen: Unseen | None = None

    @property
    def text(self) -> str:
        """All lines, one below the other."""
        return "\n".join(self.lines)


def lacking() -> tuple[str, ...]:
    """The libraries of the extra ``pictures`` that are not installed."""
    return tuple(name for name in LIBRARIES if find_spec(name) is None)
